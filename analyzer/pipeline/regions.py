"""Where a figure applies: the place that its clause or its subject names, or its row in a table; else nothing."""

from __future__ import annotations

import bisect
import functools
import re
from collections.abc import Sequence

from analyzer.lexicon import read_rows, split
from analyzer.pipeline.context import DocumentContext
from analyzer.pipeline.layers import Quantity
from analyzer.pipeline.reading import Reading
from analyzer.pipeline.sentences import Span
from analyzer.pipeline.status_features import clause_around

LONGEST_PLACE = 14
GENERIC = {"城区", "郊区", "矿区", "新区", "新城区", "开发区", "市中区", "城中区", "城东区", "城西区", "城北区", "东区", "西区",
           "东部地区", "中部地区", "西部地区"}
# Places that no list holds: 哈克镇, 义龙新区, 东山组团, 广东自贸试验区.
UNLISTED = re.compile(r"[\u4e00-\u9fff]{2,5}?(?:自由贸易试验区|自贸试验区|自贸区|新区|新城|组团|(?<![城乡集村小强重建])镇(?![域级村区街和、]))")
# 依托浦东新区, 与两江新区: what stands before the place is no part of its name.
NO_NAME = re.compile(r"依托|围绕|对接|支持|推[动进]|加快|带动|打造|建[设成]|规划|鼓励|引导|融入|承接|发挥|借助|设立|学习|参照|"
                     r"[以在对向从由与和及等各全该将把为经按据沿赴同至到]")
ZONE = re.compile(r"自由贸易试验区|自贸试验区|自贸区|新区|新城|组团")
BEFORE_NUMBER = re.compile(
    r"(?!全|各|本|市|省|每|该|城|乡|村|建|新)(?!自治|实现)[\u4e00-\u9fff]{2,5}(?:新区|(?<![全各本该我每强大])[县市旗])|[\u4e00-\u9fff]{2,3}(?<![城乡集村小强重建])镇")
OPENING = re.compile(
    r"(?:其中[，：:]?|其[，]|同时|预计|力争|确保|支持|推动|推进|加快|鼓励|全力|截至目前|目前|到|至|在|年|\d{4}年?[底末]?|“[^”]{1,6}”[期末时间]{1,2}|[（(]|——|[一二三四五六七八九]是|年底|全年|"
    r"实施|建设|促进|建成|[，、：:])*")
JOIN = re.compile(r"[、和与及]|以及")
OWN_SUBJECT = re.compile(r"^(?:达到?|突破|超过?|同比|增长|下降|提高|减少|增加|占|居|排|列|位居|其中|为|是|较|比|年均|约|近|，|(?:19|20)\d{2}年)")
NO_PLACE = re.compile(r"省委|市委|省政府|市政府|政府|银行|银保监|监管局|大学|学院|集团|公司|日报|报社|证监局|海关|支行|市场|办公厅|人民|军区|等(?:国家|地区)|"
                      # 黄浦江, 平陆运河, 北京路, 西藏班, 怀柔实验室 are names of something else; 浙江西部, 湖北江夏 and 海南河道 are places
                      r"江(?![苏西北南东门津山都阴油夏宁岸])|运河|河(?![南北西东道池源间])|湖(?![南北州口泊])|山(?![西东区丹])|大?路(?![网线段灯面况])|大[道桥]|"
                      r"牧骑|[话剧菜班]|航空|铁路|高铁|[一-鿿]{0,8}(?:实验室|研究[院所]|基金会|协会|学会)")
ENUMERATED = re.compile(r"(?:[^，。；]{0,24}等)?$")  # 黄冈、黄石等9个园区: examples of what is counted, not its place
TRANSIT = re.compile(r"(?:至|到|[—-])[\u4e00-\u9fff]{1,6}(?:高速|铁路|段|公路|高铁|线)")


@functools.cache
def places() -> dict[str, str]:
    """Every listed name and alias → its level (province, prefecture, county, area)."""
    found: dict[str, str] = {}
    for row in read_rows("regions.csv", required=("code", "name", "level")):
        for name in (row["name"], *split(row["aliases"])):
            if name not in GENERIC:
                found.setdefault(name, row["level"])
    return found


def find_regions(reading: Reading, sentences: Sequence[Span], quantities: Sequence[Quantity],
                 context: DocumentContext) -> list[str | None]:
    """For each quantity the place as the text writes it (several joined by 、), or None."""
    starts = [sentence.start for sentence in sentences]
    line_starts = [line.start for line in reading.lines]
    row_places = _row_places(reading, context)
    regions: list[str | None] = []
    for number, quantity in enumerate(quantities):
        line = max(0, bisect.bisect_right(line_starts, quantity.start) - 1)
        index = max(0, bisect.bisect_right(starts, quantity.start) - 1)
        sentence_start = sentences[index].start if sentences else 0
        found = _named_before(reading.text, quantities, number) or _from_clause(reading.text, quantities, number, sentence_start) \
            or row_places.get(line)
        regions.append(found)
    return regions


def _row_places(reading: Reading, context: DocumentContext) -> dict[int, str]:
    """Line → the place that a cell of its row consists of."""
    found: dict[int, str] = {}
    for row in context.rows:
        numbers = range(row.first, row.last + 1)
        cells = [reading.text[line.start:line.end] for line in reading.lines[row.first:row.last + 1]]
        listed = [cell for cell in cells if cell in places()]
        unlisted = [cell for cell in cells if len(cell) <= LONGEST_PLACE and UNLISTED.fullmatch(cell)]
        if listed or unlisted:
            found.update(dict.fromkeys(numbers, (listed or unlisted)[0]))
    return found


def _named_before(text: str, quantities: Sequence[Quantity], number: int) -> str | None:
    """其中：兴义市2家、安龙县1家: the place stands right before its number; 30个佛山市…企业: right behind it."""
    quantity = quantities[number]
    before = text[max(0, quantity.start - LONGEST_PLACE):quantity.start]
    before = re.split(r"[、：:，；。（(\n]", before)[-1]
    mark = quantity.start - len(before) - 1
    stands_apart = mark >= 0 and (text[mark] in "：:，" or text[mark] == "、" and number > 0 and quantities[number - 1].end == mark)
    if before and stands_apart and (places().get(before) == "county" or BEFORE_NUMBER.fullmatch(before)) and not before.endswith("县市"):
        return before
    behind = place_at(text, quantity.end)
    if behind and behind[-1] in "市省县区" and not NO_PLACE.match(text, quantity.end + len(behind)):
        return behind
    return None


def _from_clause(text: str, quantities: Sequence[Quantity], number: int, sentence_start: int) -> str | None:
    quantity = quantities[number]
    clause_start, clause_end = clause_around(text, quantity.start, quantity.end, 90)
    clause_start = max(clause_start, sentence_start)
    named = _at_place(text, clause_start, quantity.start)
    while named is None:
        opening = OPENING.match(text, clause_start, quantity.start)
        start = opening.end() if opening else clause_start
        found = _places_from(text, start, quantity.start)
        if found:
            rest = text[found[1]:found[1] + 12]
            if NO_PLACE.match(rest) or TRANSIT.match(rest) or ENUMERATED.match(text[found[1]:quantity.start]) and len(found[0]) > 1 \
                    or text[found[1]:quantity.start].endswith("等"):
                return None
            if len(found[0]) > 1 and "分别" in text[found[1]:quantity.end] or len(found[0]) > 1 and "分别" in text[clause_start:clause_end]:
                order = sum(clause_start <= other.start < quantity.start for other in quantities[:number])
                return found[0][order] if order < len(found[0]) else None
            return "、".join(found[0])
        if clause_start <= sentence_start or not OWN_SUBJECT.match(text[clause_start:clause_start + 6]):
            return None
        clause_start = max(sentence_start, clause_around(text, clause_start - 1, clause_start - 1, 90)[0])
    return named


def _at_place(text: str, start: int, end: int) -> str | None:
    """在江西投资2亿元."""
    for match in re.finditer(r"(?<![购存现所])在", text[start:end]):
        place = place_at(text, start + match.end())
        after = start + match.end() + len(place or "")
        if place and after <= end and not text.startswith(("举办", "召开", "举行"), after) and not NO_PLACE.match(text, after):
            return place
    return None


def _places_from(text: str, start: int, end: int) -> tuple[list[str], int] | None:
    """The places that stand at `start`, one or a list, and where they end."""
    found: list[str] = []
    position = start
    while position < end:
        place = place_at(text, position)
        zone = ZONE.match(text, position + len(place), end) if place else _unlisted_at(text, position, end) if not found else None
        if zone:
            place = text[position:zone.end()]
        if place is None:
            break
        found.append(place)
        position += len(place)
        joined = JOIN.match(text, position)
        if not joined or place_at(text, joined.end()) is None:
            break
        position = joined.end()
    return (found, position) if found else None


def _unlisted_at(text: str, position: int, end: int) -> re.Match[str] | None:
    """A zone that no list holds, if its name begins at `position`, not behind a verb or within another place."""
    zone = UNLISTED.match(text, position, end)
    if zone is None or NO_NAME.match(text, position) or any(place_at(text, at) for at in range(position + 1, zone.end() - 2)):
        return None
    return zone


def place_at(text: str, position: int) -> str | None:
    """The longest listed place that begins at `position`.

    >>> place_at("兴义市改造老旧小区", 0), place_at("改造老旧小区", 0)
    ('兴义市', None)
    """
    for length in range(min(LONGEST_PLACE, len(text) - position), 1, -1):
        if text[position:position + length] in places():
            return text[position:position + length]
    return None
