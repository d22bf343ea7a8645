"""Candidate phrases for what a number measures: before it, behind it, in earlier clauses, shared by a list, in a table row."""

from __future__ import annotations

import re
from dataclasses import dataclass

from analyzer.pipeline.indicator_places import REACH_NEXT, Place
from analyzer.pipeline.indicator_words import HEAD_END, SUBSIDY, Verb, find_verbs, strip_head, strip_tail
from analyzer.pipeline.layers import Quantity
from analyzer.pipeline.reading import Reading

# 100户企业与大数据深度融合, 2000名专家到县级医院开展帮扶: a preposition and a verb behind it begin a predicate
WITH = re.compile(r"(?:与|同|向|到|在|被|对|由|从|经|于)[^，。；、与]{1,16}"
                  r"(?:融合|对接|合作|衔接|协同|联动|结合|转型|推广|推介|共享|贯通|互认|挂牌|工作|服务|任教|任职)$")
PASSIVE = re.compile(r"(?<![自理缘事经])由(?=[^，。；、]{3})|(?<![植棉])被(?![动子])(?=[^，。；、]{2})")
BARE_UNIT = re.compile(r"(?<!\s)\s*[（(][^（()）]{1,8}[）)]\s*$")
NUMBERED = re.compile(r"^\s*(?:\d{1,3}[.、．\s]*|[（(]?[一二三四五六七八九十]{1,3}[）)、.]\s*)")
ORDINAL = re.compile(r"\d{1,3}$")
SPAN_YEARS = re.compile(r"[\d\s.,%年月日\-—－～~/至、≥≤<>＜＞()（）〔〕]+$")
# words in which 和, 与, 及 join nothing
JOINED = frozenset(("普及", "涉及", "惠及", "波及", "及时", "及格", "参与", "与会", "饱和", "共和", "总和", "温和", "和谐", "和平", "和美"))
CUTS_BEHIND = ("在", "被", "与", "向", "均", "全部", "已", "用于", "（", "获", "分别", "得到", "有", "接", "进", "到", "以", "可", "能", "将", "为", "由",
               "按", "达", "占", "及", "中", "内", "经", "对", "受", "免", "同")
CUTS_BEFORE = ("内", "中", "后", "上", "下", "时", "于", "在", "对", "将", "把", "为", "由", "有", "达", "超", "近", "省", "市", "区", "县", "州", "国",
               "过", "出", "入", "成", "获", "供", "设", "展", "放", "施")
SURE_EDGES = ("head0", "comma", "line", "number", "colon", "bracket", "of", "dun", "and", "verb", "whole", "shared-head")
LONGEST = 46
NEAR_CLAUSES = 3
ROWS_BACK = 9


@dataclass(frozen=True, slots=True)
class Candidate:
    """A phrase that may name what is measured: characters of the reading, or the indicator of another number.

    `kind` says where it stands, `edge` how its borders were found. `other` is the index of the quantity whose
    indicator is meant (then `pieces` is empty). `words` overrides the pieces' characters (城镇 for the 城 of 城乡).
    """

    kind: str
    edge: str
    pieces: tuple[tuple[int, int], ...] = ()
    other: int | None = None
    words: str | None = None


def find_candidates(reading: Reading, quantities: list[Quantity], places: list[Place], index: int,
                    borders: dict[str, int] | None = None) -> list[Candidate]:
    """The candidates of one quantity without doubles, the likelier kinds first.

    `borders` (see `Ranker`) strikes out those that would cut through a word.
    """
    borders = borders or {}
    text, place = reading.text, places[index]
    found: dict[object, Candidate] = {}

    def add(kind: str, edge: str, *pieces: tuple[int, int], words: str | None = None) -> None:
        trimmed = tuple([_trim(text, start, end) for start, end in pieces])
        if (trimmed, words) in found:
            return
        length = 0
        for start, end in trimmed:
            if end <= start:
                return
            length += end - start
        if not (0 if kind == "behind" else 1) < length <= LONGEST:
            return
        if words is None and not edge.startswith(SURE_EDGES) and _cuts(text, trimmed, borders):
            return
        found[trimmed, words] = Candidate(kind, edge, trimmed, words=words)

    if place.bare:
        _row_names(reading, places, index, add)
    else:
        first, last = place.group
        if last - first > 1:
            _pair(text, quantities, places, index, add)
        _before(text, place, add)
        _behind(text, place.right, place.right_end, place.right_kind, place.verbs_behind, "behind", add)
        if place.following is not None and place.right_kind == "number":
            _split_class(text, place, places[index + 1], add)
        if index < last - 1:
            end = places[last - 1]
            _behind(text, end.right, end.right_end, end.right_kind, end.verbs_behind, "shared", add)
        if index > first:
            _before(text, places[first], add, kind="firsts")
        if not any(candidate.kind == "before" and not _ruled_out(candidate, place) for candidate in found.values()):
            _earlier(text, quantities, place, index, add)
        _subsidies(text, place, quantities[index], add)
    candidates = [candidate for candidate in found.values() if not _ruled_out(candidate, place)]
    split = [candidate for candidate in candidates if candidate.kind == "split"]
    if split:
        return split
    concrete = [candidate for candidate in candidates if candidate.kind != "subsidy"]
    if "share" in place.marks:
        return [Candidate("inherit", "share", other=index - 1)]
    first, last = place.group
    before = first - 1
    if last - first > 1 and before >= 0 and places[before].line == place.line:
        size = last - first
        others = [before - size + 1 + order for order in range(size)]
        if others[0] >= 0 and places[others[0]].line == place.line:
            if "分别" in place.marks and places[first].end <= places[first].left:
                return [Candidate("inherit", "respectively", other=others[index - first])]
            candidates.append(Candidate("inherit", "paired", other=others[index - first]))
    for step in (1, 2, 3):
        other = index - step
        if other >= 0 and places[other].line == place.line:
            if concrete and "。" in text[quantities[other].end:quantities[index].start]:
                break
            candidates.append(Candidate("inherit", str(step), other=other))
    if place.following is not None and not (concrete and "。" in place.gap_after):
        candidates.append(Candidate("next", "", other=place.following))
    return candidates


def _cuts(text: str, pieces: tuple[tuple[int, int], ...], borders: dict[str, int]) -> bool:
    """Whether a border lies between two characters that the language never parts."""
    return any(borders.get(text[at - 1:at + 1]) == 0 for piece in pieces for at in piece)


def _ruled_out(candidate: Candidate, place: Place) -> bool:
    """单个企业最高【300万元】, 按投资额的【30%】给予奖补: what stands before the number is whose or whereof, not what."""
    if candidate.kind in ("behind", "shared", "subsidy"):
        return "limit" in place.marks
    if candidate.kind not in ("before", "firsts", "paired"):
        return False
    if "locative" in place.marks or "within" in place.marks or "given" in place.marks or "verb-only" in place.marks and candidate.kind == "before":
        return True
    return "have" in place.marks or "each" in place.marks or "base" in place.marks or ("grant" in place.marks and candidate.edge != "verb")


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in " 、，,和与及的：:）)”》等；":
        if text[start] in "和与及等的" and start + 1 < end and text[start:start + 2] in ("和平", "与会", "等级", "等离"):
            break
        start += 1
    while end > start and (text[end - 1] in " 、，,的：:（(“《" or (text[end - 1] in "和与及" and end - start > 1)):
        end -= 1
    return start, end


def _before(text: str, place: Place, add, kind: str = "before") -> None:
    end, head = place.end, place.starts[-1]
    if end <= place.left or head >= end:
        # nothing but a verb: 总投资【30亿元】, 扩招【100万人】
        verbs = [verb for verb in place.verbs if verb.kind in ("money", "do", "change")]
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
    for mark, name in (("、", "dun"), ("的", "of"), ("等", "etc"), ("和", "and"), ("）", "close")):
        at = text.rfind(mark, head, end - 1)
        if at >= 0:
            add(kind, name, (at + 1, end))
    for mark in CUTS_BEFORE:
        at = text.rfind(mark, head, end - 2)
        if at >= 0:
            add(kind, f"from-{mark}", (at + 1, end))
    for domain in ("全国", "全省", "全市", "全区", "全县"):
        at = text.rfind(domain, head, end)
        if at > head:
            add(kind, "domain", (at + 2, end))


def _behind(text: str, start: int, end: int, end_kind: str, verbs: list[Verb], kind: str, add) -> None:
    if start >= end or (end_kind == "number" and REACH_NEXT.match(text[start:end])) or text[start] in "且并或、和与及":
        return
    if end_kind == "number" and strip_tail(text, start, end)[0] <= start:
        return
    end = _unclosed(text, start, end)
    if text.startswith(("台阶", "大关", "关口", "万亿级台阶", "安排", "确定", "结算", "计算", "计提", "执行", "把握", "掌握"), start):
        return
    if text.startswith(("给予", "予以", "进行"), start) and start + 2 < end:
        start += 2
    end = min(end, start + LONGEST)
    predicate = WITH.search(text, start + 2, end)
    if predicate:
        end, end_kind = predicate.start(), "with"
    passive = PASSIVE.search(text, start + 2, end)
    if passive:
        end, end_kind = passive.start(), "passive"
    for verb in verbs:
        # 3家骨干企业、带动一批配套企业: the next task begins
        if start + 1 < verb.start - 1 < end and text[verb.start - 1] in "、并" and verb.kind == "do":
            end, end_kind = verb.start - 1, "task"
            break
    head = start
    if verbs and verbs[0].start == start and verbs[0].end < end:
        add(kind, f"lead:{verbs[0].label}", (verbs[0].end, end))
        later = [verb for verb in verbs[1:] if verb.start > verbs[0].end]
        if later:
            add(kind, f"lead-{verbs[0].label}:{later[0].label}", (verbs[0].end, later[0].start))
        if verbs[0].kind == "do" and not verbs[0].nominal:
            return
    add(kind, end_kind, (head, end))
    for order, verb in enumerate([verb for verb in verbs if verb.start > head][:4]):
        add(kind, f"upto{min(order, 1)}:{verb.label}", (head, verb.start))
    for mark, name in (("、", "dun"), ("的", "of"), ("等", "etc"), ("和", "and"), ("（", "open")):
        at = text.find(mark, head + 1, end)
        if at > 0:
            add(kind, f"to-{name}", (head, at))
    at = text.rfind("的", head, end - 1)
    if at >= 0:
        add(kind, "from-of", (at + 1, end))
        until = [verb.start for verb in verbs if verb.start > at + 2]
        if until:
            add(kind, "from-of-upto", (at + 1, until[0]))
    for word in CUTS_BEHIND:
        at = text.find(word, head + 2, end)
        if at > 0:
            add(kind, f"to-{word}", (head, at))
    for length in range(2, 7):
        if head + length < end:
            add(kind, f"cut{length}", (head, head + length))


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


def _split_class(text: str, place: Place, following: Place, add) -> None:
    """20个国家级、19个省级重点县: the first class lends the noun of the second."""
    own = text[place.right:place.right_end].rstrip("、和与及 ")
    other = text[following.right:following.right_end]
    at = other.find(own[-1:]) if own else -1
    if own[-1:] in ("级", "类", "型") and len(own) < 8 and 0 <= at < 8:
        verbs = [verb.start for verb in following.verbs_behind if verb.start > following.right + at + 2 and not verb.nominal]
        add("split", "class", (place.right, place.right + len(own)), (following.right + at + 1, verbs[0] if verbs else following.right_end))


def _earlier(text: str, quantities: list[Quantity], place: Place, index: int, add) -> None:
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
        stop, _ = strip_tail(text, start, end)
        head = strip_head(text, start, stop)[-1]
        verbs = find_verbs(text, head, stop)
        inside = [verb for verb in verbs if verb.start > head]
        if inside:
            add(name, f"subject:{inside[0].label}", (head, inside[0].start))
        if verbs and verbs[-1].end < stop:
            add(name, f"object:{verbs[-1].label}", (verbs[-1].end, stop))
        if verbs and verbs[0].start <= head and verbs[0].end < stop:
            add(name, f"lead:{verbs[0].label}", (verbs[0].end, stop))
        else:
            add(name, "whole", (head, stop))
        end = start - 1


def _subsidies(text: str, place: Place, quantity: Quantity, add) -> None:
    marks = place.marks
    if "subsidy-close" in marks or "subsidy-behind" in marks:
        behind = SUBSIDY.search(text, quantity.end, min(quantity.end + 30, place.line_end))
        if behind:
            add("subsidy", "behind", behind.span())
    if "subsidy-before" in marks and not any(word.kind in ("reach", "change") for word in place.tail):
        near = max(place.line_start, quantity.start - 60)
        before = list(SUBSIDY.finditer(text, max(near, text.rfind("。", near, quantity.start)), quantity.start))
        add("subsidy", "near" if before[-1].end() >= place.left else "far", before[-1].span())


def _row_names(reading: Reading, places: list[Place], index: int, add) -> None:
    """Lines above a bare cell: the row's name stands before its cells, often behind the row's number."""
    row, steps = places[index].line, 0
    text = reading.text
    for number in range(row - 1, max(-1, row - 1 - ROWS_BACK), -1):
        line = reading.lines[number]
        start, end = line.start, line.end
        if SPAN_YEARS.match(text[start:end]):
            continue
        steps += 1
        unit = BARE_UNIT.search(text[start:end])
        if unit:
            end = start + unit.start()
        mark = NUMBERED.match(text[start:end])
        if mark:
            start += mark.end()
        above = reading.lines[number - 1] if number else None
        numbered = bool(above and ORDINAL.match(text[above.start:above.end]))
        add("row", f"{steps}{'#' if numbered else ''}{'u' if unit else ''}", (start, end))
        if numbered:
            break


def _pair(text: str, quantities: list[Quantity], places: list[Place], index: int, add) -> None:
    """城镇、农村居民人均可支配收入分别增长5%、6%: the n-th number takes the n-th item and the shared rest."""
    first, last = places[index].group
    size, order = last - first, index - first
    head = places[first]
    start, end = head.starts[-1], head.end
    leading = [verb.end for verb in head.verbs if verb.start <= start and verb.end < end]
    start = max([start, *leading])
    spot = text.find("城乡", start, end)
    if size == 2 and spot >= 0:
        pieces = ((spot, spot + 1), (spot + 2, end)) if order == 0 else ((spot + 1, end),)
        add("paired", "town", *pieces, words=("城镇", "农村")[order] + text[spot + 2:end])
    items = _items(text, start, end)
    if len(items) != size:
        return
    (item_start, item_end), (last_start, last_end) = items[order], items[-1]
    if order == size - 1:
        add("paired", "last", (item_start, item_end))
        for ahead in (2, 3, 4):
            if 2 <= items[0][1] - items[0][0] - ahead <= 4 and item_end - item_start <= 4:
                add("paired", f"last-prefix{ahead}", (items[0][0], items[0][0] + ahead), (item_start, item_end))
        return
    item, model = text[item_start:item_end], text[last_start:last_end]
    add("paired", "named" if HEAD_END.search(item) else "alike" if item[-1:] == model[-1:] else "alone", (item_start, item_end))
    if len(item) > 3 and (item[-2:] == model[-2:] or HEAD_END.search(item)):
        return
    # 卫生户厕、垃圾处理覆盖率和污水治理率: the nearest later item with a head lends it
    donor = next((later for later in items[order + 1:] if HEAD_END.search(text[later[0]:later[1]])), items[-1])
    model = text[donor[0]:donor[1]]
    prefix = items[0][0]
    for start in sorted(_seams(item, model)):
        for ahead in ((0,) if order == 0 else (0, 2, 3, 4)):
            lead = ((prefix, prefix + ahead),) if ahead and items[0][1] - prefix > ahead else ()
            if ahead and not lead:
                continue
            rest = ((donor[0] + start, donor[1]),) if start < len(model) else ()
            add("paired", f"prefix{ahead}:{_seams(item, model)[start]}", *lead, (item_start, item_end), *rest)


def _seams(item: str, model: str) -> dict[int, str]:
    """Where in the model item the shared head may begin, and why."""
    seams = {len(model): "none"}
    for length in (2, 3, 4):
        if len(model) > length:
            seams[len(model) - length] = f"suffix{length}"
    if len(item) < len(model):
        seams[len(item)] = "same-length"
    if item.endswith("”") and "”" in model[:-1]:
        seams[model.rindex("”") + 1] = "quote"
    at = model.rfind(item[-2:]) if len(item) > 2 else -1
    if 0 <= at < len(model) - 3:
        seams[at + 2] = "common"
    return seams


def _items(text: str, start: int, end: int) -> list[tuple[int, int]]:
    items, depth, at = [], 0, start
    position = start
    while position < end:
        mark = text[position]
        if mark in "（(“《":
            depth += 1
        elif mark in "）)”》":
            depth -= 1
        elif depth <= 0 and mark in "、和与及或" and text[position - 1:position + 1] not in JOINED and text[position:position + 2] not in JOINED:
            if position > at:
                items.append((at, position))
            at = position + 1
        position += 1
    if at < end:
        items.append((at, end))
    return items
