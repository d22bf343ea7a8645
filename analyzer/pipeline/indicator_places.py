"""What stands around each number: its clause, the words before and behind it, and what is special about the place."""

from __future__ import annotations

import re

from analyzer.pipeline.indicator_clauses import REACH_NEXT, Place, find_clauses
from analyzer.pipeline.indicator_marks import find_marks
from analyzer.pipeline.indicator_words import find_verbs, strip_head, strip_tail
from analyzer.pipeline.layers import Quantity
from analyzer.pipeline.reading import Reading

# 扶持资金总额最高为项目投入总额的50%: what stands behind 为 is the whole of which the number is a share
WHOLE = re.compile(r"(?:达到?|占到?|不超过|不低于|不少于)[^，。；、]{2,14}(?:总[量数额]|总?面积|总和|总值)的?$|"
                   r"(?:最高为|不得?超过|不得?低于|低于|高于|相当于|应当?在|为|是)(?:(?:19|20)\d\d年[到至](?=(?:19|20)\d\d))?[^，。；：、达到]{3,40}的$")
# 贷款增速比各项贷款平均增速高4.2个百分点, 贷款利率在平均水平上再降50个基点
COMPARED = re.compile(r"在[^，。；、]{2,18}(?:水平|基础)上(?:再|分别)?(?:降|下降|下浮|上浮|提高|降低|增加|减少)$|"
                      r"(?:比(?![例重率值])|较)[^，。；、]{2,16}?(?:分别)?(?:高|低|多|少|快|慢|增加|减少|提高|下降)(?:出|了)?$")
FROM = re.compile(r"(?:(?<![自理缘事])由|从)(?:(?:19|20)\d\d年底?末?的?)?[\u4e00-\u9fff]{0,10}$")
WORDS = re.compile(r"[\u4e00-\u9fff]{2}")


def find_places(reading: Reading, quantities: list[Quantity]) -> list[Place]:
    """The surroundings of each quantity, in order."""
    text = reading.text
    places = find_clauses(reading, quantities)
    for index, (quantity, place) in enumerate(zip(quantities, places, strict=True)):
        base = _find_base(text, quantity, place)
        place.end, place.tail = strip_tail(text, place.left, quantity.start if base is None else base)
        place.starts = strip_head(text, place.left, place.end)
        before = places[index - 1] if index else None
        same = before is not None and before.right == place.left and before.right_end == quantity.start  # the gap between two numbers is read once
        place.verbs = before.verbs_behind if before is not None and same else find_verbs(text, place.left, quantity.start)
        place.verbs_behind = find_verbs(text, place.right, place.right_end)
        rest = place.line_end - place.line_start - (quantity.end - quantity.start)
        place.marks = tuple(find_marks(text, quantities, places, index, base is not None))
        place.bare = rest <= 4 and not WORDS.search(text, place.line_start, quantity.start)
    return places


def _find_base(text: str, quantity: Quantity, place: Place) -> int | None:
    """Where the words begin that say from what, of what or against what the number is reckoned."""
    found = FROM.search(text, place.left, quantity.start) if REACH_NEXT.match(place.gap_after) else None
    if found is None and quantity.unit in ("%", "倍"):
        found = WHOLE.search(text, place.left if text[place.left] == "是" else place.left + 2, quantity.start)
    if found is None:
        found = COMPARED.search(text, place.left + 2, quantity.start)
    return found.start() if found else None
