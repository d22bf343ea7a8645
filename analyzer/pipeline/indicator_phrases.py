"""Phrases before and behind a number, in the clauses before it, and what a subsidy is called."""

from __future__ import annotations

import re

from analyzer.pipeline.indicator_clauses import REACH_NEXT, Add, Place
from analyzer.pipeline.indicator_words import RANKS, SUBSIDY, Verb, find_verbs, is_place, strip_head, strip_tail
from analyzer.pipeline.layers import Quantity

# 100户企业与大数据深度融合, 2000名专家到县级医院开展帮扶: a preposition and a verb behind it begin a predicate
WITH = re.compile(r"(?:与|同|向|到|在|被|对|由|从|经|于)[^，。；、与]{1,16}"
                  r"(?:融合|对接|合作|衔接|协同|联动|结合|转型|推广|推介|共享|贯通|互认|挂牌|工作|服务|任教|任职)$")
# 5家企业入选名单, 756件行政法规进行全面清理: words that begin a predicate and stand in no name, unless 的 follows
PREDICATE = re.compile(
    r"(?:在[^，。；、]{2,14}[中上下])?(?:当年|加快|加速|持续|有序|稳步|列入|打造成?|落地(?![窗式])|进行|予以|加以|成功|(?:进展|推进|运行)?顺利|"
    r"稳定(?=[消就实增])|全面(?=[完达建])|全部(?!门)|入选|入围|荣获|获评|获批|获得(?!感)|获(?=[国全省“])|上榜|跻身|位列|位居|呈|开工建设|投入使用|投入运营|"
    r"纳入|成为|担任|享受|得以|取得|受到|得到|实现|达到|参加|用于|均(?=[实达完已为])|已(?=[全建完实])|排名|进入|居(?=[全首第前]))(?![^，。；]{0,46}的)")
OBJECT = re.compile(r"[将把](?![来近要军握关]|[^，。；]{0,46}[将把])")  # 引导合作机构将担保费率降至1%
YEAR = re.compile(r"(?:19|20)\d\d年度?(?:以来)?")
OPENS = re.compile(r"(?<![人服])从|自(?=[\d去今])|在|比(?![例重率])|较")
STEP = re.compile(r"[万千百]?亿?级?的?[新大]?(?:台阶|大关|关口|门槛|关(?=[，。；、]))")
PASSIVE = re.compile(r"(?<![自理缘事经])由(?=[^，。；、]{3})|(?<![植棉])被(?![动子])(?=[^，。；、]{2})")
CUTS_BEHIND = ("在", "被", "与", "向", "均", "全部", "已", "用于", "（", "获", "分别", "得到", "有", "接", "进", "到", "以", "可", "能", "将", "为", "由",
               "按", "达", "占", "及", "中", "内", "经", "对", "受", "免", "同")
CUTS_BEFORE = ("内", "中", "后", "上", "下", "时", "于", "在", "对", "将", "把", "为", "由", "有", "达", "超", "近",
               "过", "出", "入", "成", "获", "供", "设", "展", "放", "施")
BORDERS_BEFORE = (("、", "dun"), ("的", "of"), ("等", "etc"), ("和", "and"), ("）", "close"))
BORDERS_BEHIND = (("、", "dun"), ("的", "of"), ("等", "etc"), ("和", "and"), ("（", "open"))
NO_NAMES = ("安排", "确定", "结算", "计算", "计提", "执行", "把握", "掌握")
LONGEST = 46
NEAR_CLAUSES = 3


def propose_before(text: str, place: Place, add: Add, kind: str = "before") -> None:
    """What stands before the number, from each place where a name may begin."""
    end, head = place.end, place.starts[-1]
    moved = OBJECT.search(text, head, end)
    if moved and end - moved.end() > 1 and any(word.kind in ("reach", "change") for word in place.tail):
        add(kind, "object", (moved.end(), end))
        return
    if end <= place.left or head >= end:
        # nothing but a verb: 总投资【30亿元】, 扩招【100万人】
        verbs = [verb for verb in place.verbs if verb.kind in ("money", "do")]
        if verbs:
            add(kind, "verb", (verbs[-1].start, verbs[-1].end))
        return
    inner = [verb for verb in place.verbs if verb.end <= end]
    leading = [verb for verb in inner if verb.start <= head]
    if leading and leading[-1].end < end:
        add(kind, f"lead:{leading[-1].label}", (leading[-1].end, end))
    for verb in inner[-2:]:
        if verb.first < verb.end:
            add(kind, f"first:{verb.label}", (verb.first, end))
    for back, start in enumerate(reversed(place.starts)):
        add(kind, f"head{min(back, 2)}", (start, end))
    for verb in inner[-3:]:
        if verb.end < end and verb.start > head:
            add(kind, f"after:{verb.label}", (verb.end, end))
        elif verb.end == end and verb.start > head:
            add(kind, f"until:{verb.label}", (head, verb.start))
    for verb in inner[:2]:
        if verb.start > head + 1:
            add(kind, f"upto:{verb.label}", (head, verb.start))
    _cut_before(text, head, end, kind, add)


def _cut_before(text: str, head: int, end: int, kind: str, add: Add) -> None:
    """The phrase before a number from behind a mark, a preposition, a place or a year within it."""
    for mark, name in BORDERS_BEFORE:
        at = text.rfind(mark, head, end - 1)
        if at >= 0:
            add(kind, name, (at + 1, end))
    for mark in CUTS_BEFORE:
        at = text.rfind(mark, head, end - 2)
        if at >= 0:
            add(kind, f"from-{mark}", (at + 1, end))
    for at in range(head + 2, min(end - 1, head + 9)):
        if text[at - 1] in RANKS and (at - head == 2 and text[head] in "全我各本" or is_place(text, head, at)):
            add(kind, "place", (at, end))
    year = YEAR.search(text, head, end)
    if year and year.end() < end - 1:
        add(kind, "year", (year.end(), end))
    for domain in ("全国", "全省", "全市", "全区", "全县"):
        at = text.rfind(domain, head, end)
        if at > head:
            add(kind, "domain", (at + 2, end))


def propose_outer(text: str, place: Place, quantity: Quantity, add: Add) -> None:
    """日常监测（60%）+实地调研（40%）: a number alone in its bracket measures what stands before the bracket."""
    if place.left_kind != "bracket" or place.left != quantity.start or text[quantity.end:quantity.end + 1] not in ("）", ")"):
        return
    stop = place.left - 1
    start = max([place.line_start, *(text.rfind(mark, place.line_start, stop) + 1 for mark in "，,；;。：:、）)+＋=")])
    stop, _ = strip_tail(text, start, stop)
    for at in strip_head(text, start, stop):
        add("outer", "bracket", (at, stop))


def propose_behind(text: str, place: Place, kind: str, add: Add) -> None:
    """What is counted behind the number: up to its clause's end, a predicate, a mark or a few characters."""
    start, end, end_kind, verbs = place.right, place.right_end, place.right_kind, place.verbs_behind
    if start >= end or (end_kind == "number" and REACH_NEXT.match(text[start:end])) or text[start] in "且并或、和与及（(":
        return
    if end_kind == "number" and strip_tail(text, start, end)[0] <= start:
        return
    if STEP.match(text, start) or text.startswith(NO_NAMES, start):
        return
    if text.startswith(("给予", "予以", "进行"), start) and start + 2 < end:
        start += 2
    end, end_kind = _end_behind(text, start, min(_unclosed(text, start, end), start + LONGEST), end_kind, verbs)
    if verbs and verbs[0].start == start and verbs[0].end < end:
        add(kind, f"lead:{verbs[0].label}", (verbs[0].end, end))
        later = [verb for verb in verbs[1:] if verb.start > verbs[0].end]
        if later:
            add(kind, f"lead-{verbs[0].label}:{later[0].label}", (verbs[0].end, later[0].start))
        if verbs[0].kind == "do" and not verbs[0].nominal and end - verbs[0].end > 2:  # 2680个提档升级村
            return
    add(kind, end_kind, (start, end))
    for order, verb in enumerate([verb for verb in verbs if verb.start > start][:4]):
        add(kind, f"upto{min(order, 1)}:{verb.label}", (start, verb.start))
    _cut_behind(text, start, end, kind, verbs, add)


def _end_behind(text: str, start: int, end: int, end_kind: str, verbs: list[Verb]) -> tuple[int, str]:
    """Where a predicate or the next task surely ends what stands behind a number."""
    for name, pattern in (("with", WITH), ("predicate", PREDICATE), ("passive", PASSIVE)):
        found = pattern.search(text, start + 2, end)
        if found:
            end, end_kind = found.start(), name
    for verb in verbs:
        # 3家龙头厂、带动一批配套厂: the next task begins
        if start + 1 < verb.start - 1 < end and text[verb.start - 1] in "、并" and verb.kind == "do":
            return verb.start - 1, "task"
    return end, end_kind


def _cut_behind(text: str, start: int, end: int, kind: str, verbs: list[Verb], add: Add) -> None:
    """The phrase behind a number up to a mark, a preposition, or after a few characters."""
    for mark, name in BORDERS_BEHIND:
        at = text.find(mark, start + 1, end)
        if at > 0:
            add(kind, f"to-{name}", (start, at))
    at = text.rfind("的", start, end - 1)
    if at >= 0:
        add(kind, "from-of", (at + 1, end))
        until = [verb.start for verb in verbs if verb.start > at + 2]
        if until:
            add(kind, "from-of-upto", (at + 1, until[0]))
    for word in CUTS_BEHIND:
        at = text.find(word, start + 2, end)
        if at > 0:
            add(kind, f"to-{word}", (start, at))
    for length in range(2, 9):
        if start + length < end:
            add(kind, f"cut{length}", (start, start + length))


def _unclosed(text: str, start: int, end: int) -> int:
    """Where a mark closes that opened before `start`, else `end`."""
    depth = 0
    for at in range(start, end):
        if text[at] in "“（(《":
            depth += 1
        elif text[at] in "”）)》":
            depth -= 1
            if depth < 0:
                return at if at > start else end
    return end


def propose_class(text: str, place: Place, following: Place, add: Add) -> None:
    """20个国家级、19个省级重点县: the first class lends the noun of the second."""
    own = text[place.right:place.right_end].rstrip("、和与及 ")
    other = text[following.right:following.right_end]
    at = other.find(own[-1:]) if own else -1
    if own[-1:] in ("级", "类", "型") and len(own) < 8 and 0 <= at < 8:
        verbs = [verb.start for verb in following.verbs_behind if verb.start > following.right + at + 2 and not verb.nominal]
        add("split", "class", (place.right, place.right + len(own)), (following.right + at + 1, verbs[0] if verbs else following.right_end))


def propose_earlier(text: str, quantities: list[Quantity], place: Place, add: Add) -> None:
    """Subject and object of the clauses before, back to the last number or the end of the sentence before."""
    end, steps = place.left - 1, 0
    limit = quantities[place.previous].end if place.previous is not None else place.line_start
    while end > limit and steps < NEAR_CLAUSES:
        if text[end] in "。！？":
            steps = max(steps, NEAR_CLAUSES - 1)
        start = end
        while start > limit and text[start - 1] not in "，,；;。：:！？!?":
            start -= 1
        steps += 1
        name = f"earlier{steps}"
        stop, _ = strip_tail(text, start, end - 1 if end - start > 3 and text[end - 1] in "中内里" else end)  # 累计确诊病例中，甲市5例
        head = strip_head(text, start, stop)[-1]
        moved = OPENS.search(text, head + 2, stop)
        if moved:
            add(name, "until-prep", (head, moved.start()))
        verbs = find_verbs(text, head, stop)
        inside = [verb for verb in verbs if verb.start > head]
        if inside:
            add(name, f"subject:{inside[0].label}", (head, inside[0].start))
        if verbs and verbs[-1].end < stop:
            add(name, f"object:{verbs[-1].label}", (verbs[-1].end, stop))
        if verbs and verbs[0].start <= head and verbs[0].end < stop:
            add(name, f"lead:{verbs[0].label}", (verbs[0].end, stop))
        if not verbs or verbs[0].start > head or verbs[0].end >= stop or verbs[0].kind == "other":
            add(name, "whole", (head, stop))
        end = start - 1


def propose_subsidies(text: str, place: Place, quantity: Quantity, add: Add) -> None:
    """What a subsidy is called, close behind its number or before it."""
    marks = place.marks
    if "subsidy-close" in marks or "subsidy-behind" in marks:
        behind = SUBSIDY.search(text, quantity.end, min(quantity.end + 30, place.line_end))
        if behind:
            add("subsidy", "behind", behind.span())
    if "subsidy-before" in marks and not any(word.kind in ("reach", "change") for word in place.tail):
        near = max(place.line_start, quantity.start - 60)
        before = list(SUBSIDY.finditer(text, max(near, text.rfind("。", near, quantity.start)), quantity.start))
        add("subsidy", "near" if before[-1].end() >= place.left else "far", before[-1].span())
