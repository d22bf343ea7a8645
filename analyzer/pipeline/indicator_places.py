"""What stands around each number: its clause, its neighbours, the verbs there, and what is special about the place."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from analyzer.pipeline.indicator_words import HEAD_END, SUBSIDY, Verb, find_verbs, strip_head, strip_tail
from analyzer.pipeline.layers import Quantity
from analyzer.pipeline.reading import Reading

REGION = r"[\u4e00-\u9fff]{1,8}(?:市|县|(?<![社小园景街片灾库牧城校厂矿地辖])区|州|旗|盟|省)"
# 带动100户企业，其中：兴义市20家、安龙县14家: the shares of regions measure what the sum measures
SHARE = re.compile(rf"其中[：:，,]?{REGION}$")
SHARE_GOES_ON = re.compile(rf"^(?:以上|左右)?[、，,；;和]?{REGION}$")
EACH = re.compile(r"(?:单个|单户|单家|每个|每家|每户|每人|每项|同一)[\u4e00-\u9fff]{0,6}?(?:每年|年度|合计|累计|最高|最多|原则上)*$")
# 扶持资金总额最高为项目投入总额的50%: what stands behind 为 is the whole of which the number is a share
WHOLE = re.compile(r"(?:最高为|不得?超过|不得?低于|低于|高于|相当于|应当?在|为|是)[^，。；：、达到]{3,40}的$")
# 占比超过10%的有44种; 验收后拨付30%: the thing was named before
HAVE = re.compile(r"的(?:共?有|共?达到?|分别为)$")
PAYS = re.compile(r"(?:拨付|支付|兑付|预拨)(?:剩余|其余)?$")
# 贷款增速比各项贷款平均增速高4.2个百分点
COMPARED = re.compile(r"(?:比(?![例重率值])|较)[^，。；、]{2,16}?(?:分别)?(?:高|低|多|少|快|慢|增加|减少|提高|下降)(?:出|了)?$")
LOCATIVE = re.compile(r"(?:内部?|之中|之间|期间|中|里|方面)各?有?$")
BIDDEN = re.compile("不得[^超低高少多]|应当|可以")
LIMIT = re.compile(r"(?:不?超过|不?低于|不少于|不?高于|大于|小于|达到?|满|突破)(?:约|近)?$")
WHEREOF = re.compile(r"按(?:照)?[^，。；]{0,50}的$|按(?:照)?不(?:低于|高于|超过|少于)[^，。；]{2,30}$")
FINED = re.compile(r"处以?$")
GRANTS = re.compile("奖励|补助|补贴|奖补|资助|扶持|支持|贴息|补偿|奖金")
GRANTED = re.compile(r"(?:的)?(?:标准|比例)?(?:给予|予以|进行|一次性)?" + SUBSIDY.pattern)
REACH_NEXT = re.compile(r"[\u4e00-\u9fff]{0,4}(?:到|至|为)(?:现在的?|目前的?|(?:19|20)\d\d年的?)?$")
FROM = re.compile(r"(?:由|从)(?:(?:19|20)\d\d年底?末?的?)?[\u4e00-\u9fff]{0,6}$")
BEHIND_NUMBER = re.compile(r"(?:多|余|内(?![部容涵需外河蒙陆贸])|以上|以下|左右|以内|之内|上下|及以上|及以下|之间|[（(][含按][^（()）]{0,12}[）)]|\s|\"|”)*"
                           r"(?P<of>的)?(?:(?:比例|标准|额度|幅度|规模)(?=给予|予以|进行|一次性|安排|配|补|奖|由))?")
LIST_GAP = re.compile(r"(?:多|余|以上|以下|左右|以内|[（(]含[）)]|\s)*+(?:[、，,/]|和|与|及|或|[、，,]?以及)?\s*(?:近|约|超|超过|不少于|不超过)?$")


FAR = 400  # characters to look back for an open bracket
FAR_STOPS = 50  # stops inside brackets to pass over


@dataclass(slots=True)
class Place:
    """What stands around one quantity: its line, clause and neighbours."""

    line: int
    line_start: int
    line_end: int
    left: int
    right: int
    right_end: int
    left_kind: str
    right_kind: str
    of: bool
    previous: int | None
    following: int | None
    gap_before: str
    gap_after: str
    group: tuple[int, int]
    end: int = 0
    tail: list[Verb] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    verbs: list[Verb] = field(default_factory=list)
    verbs_behind: list[Verb] = field(default_factory=list)
    bare: bool = False
    marks: tuple[str, ...] = ()


def find_places(reading: Reading, quantities: list[Quantity]) -> list[Place]:
    """The surroundings of each quantity, in order."""
    text = reading.text
    line_starts = [line.start for line in reading.lines]
    stops: dict[int, list[tuple[int, int]]] = {}
    rows = [max(0, bisect_right(line_starts, quantity.start) - 1) for quantity in quantities]
    places: list[Place] = []
    for index in range(len(quantities)):
        row = rows[index]
        line = reading.lines[row]
        if row not in stops:
            stops[row] = _stops(text, line.start, line.end, quantities)
        previous = index - 1 if index and rows[index - 1] == row else None
        following = index + 1 if index + 1 < len(rows) and rows[index + 1] == row else None
        places.append(_place(text, row, line.start, line.end, stops[row], index, quantities, previous, following))
    _group(text, quantities, places)
    for index, place in enumerate(places):
        quantity = quantities[index]
        base = FROM.search(text, place.left, quantity.start) if REACH_NEXT.match(place.gap_after) else None
        if base is None and quantity.unit in ("%", "倍"):
            base = WHOLE.search(text, place.left + 2, quantity.start)
        if base is None:
            base = COMPARED.search(text, place.left + 2, quantity.start)
        place.end, place.tail = strip_tail(text, place.left, base.start() if base else quantity.start)
        place.starts = strip_head(text, place.left, place.end)
        place.verbs = find_verbs(text, place.left, quantity.start)
        place.verbs_behind = find_verbs(text, place.right, place.right_end)
        rest = place.line_end - place.line_start - (quantity.end - quantity.start)
        place.marks = tuple(_marks(text, quantities, places, index, base is not None))
        place.bare = rest <= 4 and not re.search(r"[\u4e00-\u9fff]{2}", text[place.line_start:quantity.start])
    return places


def _marks(text: str, quantities: list[Quantity], places: list[Place], index: int, base: bool) -> Iterator[str]:
    """Names of what is special about a place; the ranker crosses them with the kind of candidate."""
    quantity, place = quantities[index], places[index]
    phrase = text[place.starts[-1]:place.end] if place.starts else ""
    if base:
        yield "from"
    if REACH_NEXT.match(place.gap_before):
        yield "to"
    if place.previous is not None and (SHARE.search(place.gap_before) or "share" in places[place.previous].marks
                                       and SHARE_GOES_ON.search(place.gap_before)):
        yield "share"
    if EACH.match(phrase) or EACH.match(text[place.left:place.end]):
        yield "each"
    if HAVE.search(text, place.left, quantity.start) or (quantity.unit == "%" and PAYS.search(text, place.left, quantity.start)):
        yield "have"
    if _limits(text, quantities, places, place):
        yield "limit"
    if quantity.unit in ("%", "元") and WHEREOF.search(text, place.left, quantity.start):
        yield "base"
    if quantity.unit in ("%", "元") and GRANTED.match(text, place.right, place.line_end):
        yield "grant"
    if text[quantity.start - 1:quantity.start] == "的":
        yield "of-number"
    yield from _subsidy_marks(text, quantity, place)
    clause = text[place.left:quantity.start]
    for word in ("分别", "其中", "给予", "最高", "总", "比", "均"):
        if word in clause:
            yield word
    named = text[place.right:place.verbs_behind[0].start if place.verbs_behind else place.right_end].strip()
    behind = text[place.right:place.right_end].strip()
    if HEAD_END.search(phrase):
        yield "head-before"
    if HEAD_END.search(named):
        yield "head-behind"
    if "其中" in clause and not place.verbs and not HEAD_END.search(phrase):
        yield "subset"
    if behind and LOCATIVE.search(phrase):
        yield "locative"
    if any(word.kind == "give" for word in place.tail) or quantity.unit == "元" and FINED.search(text, place.left, quantity.start):
        yield "given"
    if behind and text[quantity.end:quantity.end + 1] == "内" and text[quantity.start - 1:quantity.start] in "在于后，":
        yield "within"
    if place.previous is not None and "。" not in place.gap_before:
        yield "same-sentence"
        whole = [verb for verb in place.verbs if verb.kind in ("do", "reach")]
        if whole and whole[-1].start <= place.starts[-1] and whole[-1].end >= place.end and quantities[place.previous].unit == quantity.unit:
            yield "verb-only"


def _subsidy_marks(text: str, quantity: Quantity, place: Place) -> Iterator[str]:
    near, far = max(place.line_start, quantity.start - 60), min(place.line_end, quantity.end + 30)
    if not GRANTS.search(text, near, far):
        return
    stop = text.find("。", quantity.end, far)
    stop = stop if stop > 0 else far
    if SUBSIDY.search(text, quantity.end, min(quantity.end + 14, stop)):
        yield "subsidy-close"
    elif SUBSIDY.search(text, quantity.end, stop):
        yield "subsidy-behind"
    if SUBSIDY.search(text, max(near, text.rfind("。", near, quantity.start)), quantity.start):
        yield "subsidy-before"


def _limits(text: str, quantities: list[Quantity], places: list[Place], place: Place) -> bool:
    """税收1亿元以上的企业, 周期超过24个月的项目: the number bounds what stands before it, not the things behind."""
    first, last = places[place.group[0]], places[place.group[1] - 1]
    number = quantities[place.group[0]]
    phrase = text[first.starts[-1]:first.end] if first.starts else ""
    if not last.of or len(phrase) < 2:
        return False
    named = bool(HEAD_END.search(phrase))
    leading = any(verb.start <= first.starts[-1] and verb.kind in ("do", "money") and not verb.nominal for verb in first.verbs)
    if LIMIT.search(text, first.left, number.start):
        return named or not leading and not BIDDEN.search(text, first.left, number.start)
    return bool(re.search("以[上下]", text[number.end:last.right])) and (named or not first.verbs)


def _stops(text: str, start: int, end: int, quantities: list[Quantity]) -> list[tuple[int, int]]:
    """(position, bracket depth) of each stop of a line."""
    found, depth = [], 0
    for match in re.finditer(r"[（(]|[）)]|[，,；;。：:！？!?]", text[start:end]):
        mark = match.group()
        if mark in "（(":
            depth += 1
        elif mark in "）)":
            depth = max(0, depth - 1)
        else:
            found.append((start + match.start(), depth))
    return found


def _depth(text: str, start: int, at: int) -> int:
    part = text[max(start, at - FAR):at]
    return max(0, part.count("（") + part.count("(") - part.count("）") - part.count(")"))


def _place(text: str, row: int, start: int, end: int, stops: list[tuple[int, int]], index: int,
           quantities: list[Quantity], previous: int | None, following: int | None) -> Place:
    quantity = quantities[index]
    depth = min(1, _depth(text, start, quantity.start))
    left, left_kind = start, "line"
    for at, level in reversed(stops[max(0, (here := bisect_left(stops, (quantity.start, 0))) - FAR_STOPS):here]):
        if level <= depth:
            left, left_kind = at + 1, {"：": "colon", ":": "colon", "。": "stop"}.get(text[at], "comma")
            break
    if depth:
        bracket = max(text.rfind("（", start, quantity.start), text.rfind("(", start, quantity.start))
        if bracket >= left:
            left, left_kind = bracket + 1, "bracket"
    gap_before = ""
    if previous is not None:
        last = quantities[previous].end
        gap_before = text[last:quantity.start]
        if last > left:
            match = BEHIND_NUMBER.match(text, last, quantity.start)
            left, left_kind = (match.end() if match else last), "number"
            if left < quantity.start and text[left] in "、和与及或，/":
                left, left_kind = left + 1, "list"
    match = BEHIND_NUMBER.match(text, quantity.end, end)
    right = match.end() if match else quantity.end
    of = bool(match and match.group("of"))
    right_end, right_kind = end, "line"
    here = bisect_left(stops, (right, 0))
    for at, level in stops[here:here + FAR_STOPS]:
        if level <= depth:
            right_end, right_kind = at, {"：": "colon", ":": "colon"}.get(text[at], "comma")
            break
    gap_after = ""
    if following is not None:
        gap_after = text[quantity.end:quantities[following].start]
        if quantities[following].start < right_end:
            right_end, right_kind = quantities[following].start, "number"
    if depth:
        closing = [at for at in (text.find("）", right, right_end), text.find(")", right, right_end)) if at >= 0]
        if closing:
            right_end, right_kind = min(closing), "bracket"
    while left < quantity.start and text[left] in " 　":
        left += 1
    return Place(row, start, end, left, min(right, right_end), right_end, left_kind, right_kind, of, previous, following,
                 gap_before, gap_after, (index, index + 1))


def _group(text: str, quantities: list[Quantity], places: list[Place]) -> None:
    """Runs of numbers with nothing but commas and 和 between them (5%、6%和7%) share their phrases."""
    first = 0
    for index in range(1, len(places) + 1):
        joined = (index < len(places) and places[index].previous is not None
                  and len(places[index].gap_before) <= 8 and LIST_GAP.match(places[index].gap_before))
        if not joined:
            for member in range(first, index):
                places[member].group = (first, index)
            first = index
