"""One cell of a table as a quantity: its value, with the unit of the cell, the head's bracket, the unit column or the row's name."""

from __future__ import annotations

import re
from decimal import Decimal

from analyzer.numerals import ARABIC, MAGNITUDES, parse_arabic
from analyzer.pipeline.layers import Quantity
from analyzer.pipeline.quantities import read_unit
from analyzer.pipeline.table_grids import GridCell

VALUE = re.compile(
    rf"\s*+[〔\[［(（]?\s*+(?:累计|年均)?(?P<turn>下降|降低|减少|增长|提高|增加)?\s*+(?P<sign>≥|≤|>=|<=|>|<|＞|＜|不低于|不少于|不超过|超过|约|达到|低于|大于|小于|高于|[-－](?=\d))?\s*+"
    rf"(?P<low>{ARABIC})(?P<magnitude>万亿|亿|万)?(?P<unit>[%％‰]|[^\d\s〕\]］)）]{{0,5}}?)?(?:\s?(?:-|—|–|~|～|－|至)\s?(?P<high>{ARABIC})(?P<tail>[%％])?)?"
    r"\s*+[〕\]］)）]?\s*+(?P<after>以上|以下|左右|以内|及以上|及以下)?\s*+(?:\*+|\[注?\d*\])?\s*+")
SIGNS = {"≥": "ge", ">=": "ge", "不低于": "ge", "不少于": "ge", "≤": "le", "<=": "le", "不超过": "le", ">": "gt", "＞": "gt", "超过": "gt",
         "大于": "gt", "高于": "gt", "<": "lt", "＜": "lt", "低于": "lt", "小于": "lt", "约": "approx",
         "以上": "ge", "及以上": "ge", "以下": "le", "及以下": "le", "以内": "le", "左右": "approx"}
RATE_HEAD = re.compile(r"年均(?:增长|增速|递增|增幅)|增长率|增速|增幅|累计(?:提高|增加|增长|新增)|[〔\[](?:累计)?[+]|同比|环比|[比较]上年|±|增长[（(]?[%％]")
PERCENT_HEAD = re.compile(r"[%％]\s*$|增速|增幅|增长率|同比|环比|[比较]上年")
DROP_HEAD = re.compile(r"(?:年均)?(?:下降|降低|减少)|降幅")
BRACKET = re.compile(r"[（(]([^（()）]{1,16})[）)]\s*$")
BRACKETS = re.compile(r"[（(]([^（()）]{1,16})[）)]")
DASHES = ("—", "-", "--", "——", "/", "－", "")


def cell_to_quantity(cell: GridCell, head: str, unit_text: str, name: str, caption: str = "") -> Quantity | None:
    """A cell that holds one value, with the unit of the cell, the head's bracket, the unit column, the row's name or the table's caption."""
    match = VALUE.fullmatch(cell.text)
    if match is None or re.fullmatch(r"(?:19|20)\d\d", match["low"]) and (match["unit"] == "年" or match["high"]):
        return None
    unit, factor = read_factor(match["unit"] or match["tail"] or "")
    if match["unit"] and unit is None and match["unit"] not in ("%", "％"):
        return None
    if unit is None:
        unit, other = _unit_around(head, unit_text, name, caption)
        factor *= other
    factor *= MAGNITUDES.get(match["magnitude"] or "", 1)
    low, high = parse_arabic(match["low"]) * factor, match["high"]
    comparator = SIGNS.get(match["after"] or match["sign"] or "", "eq")
    if match["sign"] in ("-", "－"):
        low = -low
    change = "increase" if RATE_HEAD.search(head) else "decrease" if DROP_HEAD.search(head) else "level"
    if match["turn"]:
        change = "decrease" if DROP_HEAD.match(match["turn"]) else "increase"
    if low < 0 and change == "increase":  # 增长-3.2% is a decrease by 3.2 %
        low, change = -low, "decrease"
    start = cell.start + match.start("sign" if low < 0 else "low")
    ends = [match.end(group) for group in ("low", "magnitude", "unit", "high", "tail") if match[group]]
    return Quantity(start, cell.start + max(ends), low, parse_arabic(high) * factor if high else None, unit,
                    "range" if high else comparator, change, ("number:cell",))


def _unit_around(head: str, unit_text: str, name: str, caption: str) -> tuple[str | None, Decimal]:
    """The unit of a bare number, from the nearest that tells: the column's head, the row's unit, its name, the caption."""
    if found := find_unit(head):
        return found
    if PERCENT_HEAD.search(head):
        return read_factor("%")
    own = read_factor(unit_text.strip())
    return own if own != (None, 1) else find_unit(name) or read_factor(caption)


def find_unit(words: str) -> tuple[str | None, Decimal] | None:
    """The unit and factor in the last bracket that holds one: 户籍人口（万人） 男性 counts people by 10000."""
    found = (read_factor(bracket.removeprefix("单位：").strip()) for bracket in reversed(BRACKETS.findall(words)))
    return next((each for each in found if each != (None, 1)), None)


def read_factor(words: str) -> tuple[str | None, Decimal]:
    """`万亩` → (亩, 10000); `%` → (%, 1); `亿元` → (元, 100000000)."""
    factor = Decimal(1)
    words = words.replace("％", "%")
    if words in ("%", "‰"):
        return "%", factor / (10 if words == "‰" else 1)
    if words in ("万亿", "亿", "万"):
        return None, Decimal(MAGNITUDES[words])
    for magnitude in ("万亿", "亿", "万", "千", "百"):
        if words.startswith(magnitude):
            unit, end = read_unit(words, len(magnitude))
            if unit and end == len(words):
                return unit, Decimal(MAGNITUDES[magnitude])
    unit, end = read_unit(words, 0)
    return (unit, factor) if unit and end == len(words) else (None, factor)


def strip_unit(name: str) -> str:
    """A row's name without its bracketed unit; other brackets belong to the name."""
    bracket = BRACKET.search(name)
    unit = bracket and read_factor(bracket[1].strip()) != (None, 1)
    return name[:bracket.start()].strip() or name if bracket and unit else name


def with_change(quantity: Quantity, name: str) -> Quantity:
    """A row named 地区生产总值增长 holds by how much it grows."""
    if quantity.change == "level" and name.endswith(("增长", "提高", "增加", "净增")):
        return quantity._replace(change="increase")
    if quantity.change == "level" and name.endswith(("下降", "降低", "减少")):
        return quantity._replace(change="decrease")
    return quantity
