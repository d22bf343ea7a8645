"""What is special about the place of a number: whose it is, whereof it is a share, what a subsidy says of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.pipeline.indicator_clauses import REACH_NEXT, SUMS, Place
from analyzer.pipeline.indicator_words import HEAD_END, SUBSIDY, Verb
from analyzer.pipeline.layers import Quantity

REGION = r"[\u4e00-\u9fff]{1,8}(?:市|县|(?<![社小园景街片灾库牧城校厂矿地辖])区|州|旗|盟|省)"
# 带动100户企业，其中：兴义市20家、安龙县14家: the shares of regions measure what the sum measures
SHARE = re.compile(rf"其中[：:，,]?{REGION}$")
SHARE_GOES_ON = re.compile(rf"^(?:以上|左右)?[、，,；;和]?{REGION}$")
EACH = re.compile(r"(?:^|[市县区，、])(?:单个|单户|单家|每个|每家|每户|每人|每项|同一)[\u4e00-\u9fff]{0,6}?"
                  r"(?:每年|年度|合计|累计|最高|最多|不超过|原则上){0,4}(?:补助|补贴|奖励|奖补|资助|扶持)?$")
# 占比超过10%的有44种; 验收后拨付30%: the thing was named before
HAVE = re.compile(r"的(?:共?有|共?达到?|分别为)$")
PAYS = re.compile(r"(?:拨付|支付|兑付|预拨)(?:剩余|其余)?$")
LOCATIVE = re.compile(r"(?:内部?|之中|之间|期间|中|里|方面)各?有?$")
BIDDEN = re.compile("不得[^超低高少多]|应当|可以")
GIVES = re.compile("给予|予以|提供|安排")
LIMIT = re.compile(r"(?:不?超过|不?低于|不少于|不?高于|大于|小于|达到?|满|突破)(?:约|近)?$")
GIVEN_OF = re.compile(r"给予[^，。；、]{0,8}?(?:不超过|不高于|最高|最多)[^，。；、\d]{2,12}$")  # 给予不超过总投入30%、最高3000万元的支持
PAID_BY = re.compile(r"按(?:照)?[^，。；]{2,24}$")  # 按研发投入5%给予补助
WHEREOF = re.compile(r"按(?:照)?[^，。；]{0,50}的$|按(?:照)?不(?:低于|高于|超过|少于)[^，。；]{2,30}$")
FINED = re.compile(r"处以?$")
GRANTS = re.compile("奖励|补助|补贴|奖补|资助|扶持|支持|贴息|补偿|奖金")
GRANTED = re.compile(r"(?:的)?(?:标准|比例)?(?:给予|予以|进行|一次性)?" + SUBSIDY.pattern)
GOAL = re.compile("(?:目标|要求|政策|水平|任务)")  # 较上年下降50个基点的政策
CLASS = re.compile(r"(?:分别)?(?:给予)?[\u4e00-\u9fff]{1,3}[级等类档奖]")  # 省级优秀学校4所，市级10所


def find_marks(text: str, quantities: list[Quantity], places: list[Place], index: int, base: bool) -> Iterator[str]:
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
    if not HEAD_END.search(phrase) and (EACH.search(phrase) or EACH.search(text[place.left:place.end])):
        yield "each"
    if HAVE.search(text, place.left, quantity.start) or (quantity.unit == "%" and PAYS.search(text, place.left, quantity.start)):
        yield "have"
    if _limits(text, quantities, places, place):
        yield "limit"
    yield from _base_marks(text, quantity, places, place)
    if quantity.unit in ("%", "元") and GRANTED.match(text, place.right, place.line_end):
        yield "grant"
    if place.of and (GOAL.match(text, place.right) or any(word.kind == "change" for word in place.tail)):
        yield "goal"
    if text[quantity.start - 1:quantity.start] == "的":
        yield "of-number"
    yield from _subsidy_marks(text, quantity, place)
    yield from _phrase_marks(text, quantities, place, quantity, phrase)
    if place.previous is not None and "。" not in place.gap_before:
        yield "same-sentence"
        if quantities[place.previous].unit == quantity.unit:
            yield "same-unit"
            whole = [verb for verb in place.verbs if verb.kind in ("do", "reach")]
            if phrase in SUMS or whole and whole[-1].start <= place.starts[-1] and whole[-1].end >= place.end:
                yield "verb-only"


def _base_marks(text: str, quantity: Quantity, places: list[Place], place: Place) -> Iterator[str]:
    """按投资额的30%给予补助, 给予不超过总投入30%的支持: what stands before is the whole of which the number is a share."""
    first = places[place.group[0]]
    if first is not place and "base" in first.marks:
        yield "base" if quantity.unit == "%" else "base-first"
        return
    if quantity.unit not in ("%", "元"):
        return
    if WHEREOF.search(text, place.left, quantity.start) or quantity.unit == "%" and (
            GIVEN_OF.search(text, place.left, quantity.start)
            or text.startswith(("给予", "予以"), place.right) and PAID_BY.search(text, place.left, quantity.start)):
        yield "base"


def _phrase_marks(text: str, quantities: list[Quantity], place: Place, quantity: Quantity, phrase: str) -> Iterator[str]:
    """What the words on both sides of the number are: heads of names, verbs alone, a mere class."""
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
    if "其中" in place.gap_before[-6:] and "其中" not in clause:
        yield "among"
    if place.starts and place.verbs and _tiled(place.verbs, place.starts[-1], place.end):
        yield "only-verbs"
    if "其中" in clause and not place.verbs and not HEAD_END.search(phrase):
        yield "subset"
    if behind and LOCATIVE.search(phrase):
        yield "locative"
    if CLASS.fullmatch(phrase) and (quantity.unit == "元" or place.previous is not None and quantities[place.previous].unit == quantity.unit):
        yield "class-only"
    if any(word.kind == "give" for word in place.tail) or quantity.unit == "元" and FINED.search(text, place.left, quantity.start):
        yield "given"
    if behind and text[quantity.end:quantity.end + 1] == "内" and text[quantity.start - 1:quantity.start] in "在于后，":
        yield "within"


def _tiled(verbs: list[Verb], start: int, end: int) -> bool:
    """Whether a phrase is nothing but verbs: 宣布失效【80件】."""
    for verb in verbs:
        if verb.start == start:
            start = verb.end
    return start >= end > verbs[0].start


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
    if not last.of or len(phrase) < 2 or GIVES.search(text, first.left, number.start):
        return False
    named = bool(HEAD_END.search(phrase))
    leading = any(verb.start <= first.starts[-1] and verb.kind in ("do", "money") and not verb.nominal for verb in first.verbs)
    bound = LIMIT.search(text, first.left, number.start)
    if bound and text[bound.start() - 1] == "的":
        return False  # 提出的不少于3项指标
    if bound:
        return named or not leading and not BIDDEN.search(text, first.left, number.start)
    return bool(re.search("以[上下]", text[number.end:last.right])) and (named or not first.verbs)
