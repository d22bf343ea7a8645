"""Numbers with their units: `3.1万套`, `5%—6%`, `百分之九十`, `三分之二`, `300多个`, `全覆盖`, as they stand in the reading.

Whether a number is a figure is `judging`'s to say; here every number that carries a unit (or could) is found.
"""

from __future__ import annotations

import functools
import re
from decimal import Decimal
from typing import NamedTuple

from analyzer.lexicon import cues, data_path, fault, read_rows, split
from analyzer.numerals import ARABIC, CHINESE, MAGNITUDE, MAGNITUDES, parse_arabic, parse_chinese

# 300多个, 820多万人, 2万余场, 2个多百分点: 多 and 余 belong to the number and mean "more than".
NUMBER = re.compile(
    rf"(?P<per>百分之|千分之|万分之)(?P<part>{ARABIC}|{CHINESE})"
    rf"|(?P<bottom>[二三四五六七八九十百千万]+)分之(?P<top>[一二三四五六七八九十]+)"
    rf"|(?P<ordinal>第)?(?:(?P<arabic>{ARABIC})|(?P<chinese>{CHINESE}))"
    rf"(?P<many>[多余几])?[^\S\n]?(?P<magnitude>{MAGNITUDE})?(?P<more>[多余])?"
)
OPENING = re.compile(r"[第\d零〇一二两三四五六七八九十百千万亿]")
# Words of the closed list with an exact meaning: value, unit, change.
FIXED = {
    "全覆盖": (100, "%", "level"), "清零": (0, None, "level"), "减半": (50, "%", "decrease"),
    "翻两番": (4, "倍", "increase"), "翻了两番": (4, "倍", "increase"), "翻一番": (2, "倍", "increase"),
    "翻了一番": (2, "倍", "increase"), "翻番": (2, "倍", "increase"), "翻一倍": (2, "倍", "increase"),
    "倍增": (2, "倍", "increase"), "过半": (50, "%", "level"), "一半": (50, "%", "level"), "半数": (50, "%", "level"),
}
ZERO_OUTCOMES = "|".join(cues()["judging"]["zero_outcome"])
FIXED_WORD = re.compile(  # looks back from the words' ends: so the search goes from first letter to first letter
    "|".join(word for word in FIXED if word not in ("过半", "半数")) + rf"|零(?:{ZERO_OUTCOMES})(?![率费])|过半(?!数)|半数(?:(?<!过半数)|(?<=超过半数))")
RANGE = re.compile(r"[^\S\n]?(?:-|—|–|~|～|―|－|至|到|——|--)[^\S\n]?")  # a line break ends a quantity
SLASH = re.compile(r"/([㎡A-Za-z\u4e00-\u9fff]{1,5})")
BRACKET_UNIT = re.compile(r"[（(]([\u4e00-\u9fff]{1,3})[）)]")
RATIO = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)[:：∶](\d{1,9}(?:\.\d{1,9})?)(?![\d.:：∶])")
FRACTION = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})(?![\d/])")
WORTHY = re.compile(r"[十百千万亿]")
LONGEST_NUMBER = 24
SUBUNITS = {"日", "年", "月", "天", "人", "户", "平方米", "平方公里", "公里", "千瓦时", "立方米", "吨", "公顷", "亩", "秒",
            "小时", "分钟", "次", "家", "个", "例", "套", "辆", "件", "头", "只", "台", "升", "分", "管孔", "车", "度", "斤", "公斤",
            "时", "万人", "千人", "百人", "万元", "亿元", "万户", "㎡", "s", "h", "标准箱", "床", "所", "生", "生/年", "学年", "学期",
            "课时", "孔", "米", "平米", "亿人", "百户", "百万人", "kWh", "人次", "处", "座", "村", "县", "项", "位", "月/人"}


FORMS = ("arabic", "chinese", "fixed", "per", "rank", "ratio")


class Number(NamedTuple):
    """A number mention before judging; `form` (one of FORMS) tells how it was written."""

    start: int
    end: int
    value: Decimal
    value_max: Decimal | None
    unit: str | None
    form: str
    many: bool = False
    digits: str = ""
    magnitude: str = ""


@functools.cache
def units() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Unit or measure word → its kind and the characters before which it is none (项 before 目), from `units.csv`.

    Raises LexiconError for a unit listed twice.
    """
    known: dict[str, tuple[str, tuple[str, ...]]] = {}
    for row in read_rows("units.csv", required=("unit", "kind", "not_before")):
        if row["unit"] in known:
            raise fault(data_path("units.csv"), row["row"], f"duplicate unit {row['unit']!r}", f"单位 {row['unit']} 重复")
        known[row["unit"]] = (row["kind"], tuple(split(row["not_before"])))
    return known


@functools.cache
def units_by_letter() -> dict[str, list[str]]:
    """Units by their first character, longer ones first."""
    by_letter: dict[str, list[str]] = {}
    for unit in sorted(units(), key=len, reverse=True):
        by_letter.setdefault(unit[0], []).append(unit)
    return by_letter


@functools.lru_cache(maxsize=1024)
def unit_kind(unit: str | None) -> str:
    """The kind of a unit (money, people, count …) by the part before a slash or bracket; "none" without one."""
    head = re.split(r"[/（(]", unit)[0] if unit else ""
    return units().get(head, ("none", ()))[0]


def find_numbers(text: str) -> list[Number]:
    """Every number with its unit, ranges joined, in order and without overlaps.

    >>> [(n.value, n.unit) for n in find_numbers("改造老旧小区1200个、管网6.6万公里")]
    [(Decimal('1200'), '个'), (Decimal('66000.0'), '公里')]
    """
    found: list[Number] = []
    at = 0
    fixed = iter([*FIXED_WORD.finditer(text), None])
    word = next(fixed)
    while match := _next_number(text, at):
        while word and word.start() <= match.start():
            if word.start() >= at:
                found.append(fixed_to_number(word))
                at = word.end()
            word = next(fixed)
        if match.start() < at:
            continue
        number = _read_number(text, match)
        at = max(number.end if number else 0, match.end(), at)
        if number:
            found.append(number)
    while word:
        if word.start() >= at:
            found.append(fixed_to_number(word))
        word = next(fixed)
    return join_ranges(text, found)


def _next_number(text: str, at: int) -> re.Match[str] | None:
    """What `NUMBER.search` finds, but tried only at characters that a number can begin with."""
    while opening := OPENING.search(text, at):
        at = opening.start()
        if match := NUMBER.match(text, at):
            return match
        at += 1
    return None


def fixed_to_number(word: re.Match[str]) -> Number:
    value, unit, _ = FIXED.get(word[0], (0, None, "level"))
    return Number(word.start(), word.end(), Decimal(value), None, unit, "fixed")


def _read_number(text: str, match: re.Match[str]) -> Number | None:
    if match["per"]:
        return _read_share(match)
    if match["bottom"]:
        if len(match[0]) > LONGEST_NUMBER:
            return None
        top, bottom = parse_chinese(match["top"]), parse_chinese(match["bottom"])
        if not top or not bottom:
            return None
        return Number(match.start(), match.end(), top * 100 / bottom, None, "%", "per")
    special = _read_ratio(text, match) if match["arabic"] and len(match["arabic"]) <= LONGEST_NUMBER else None
    return special or _read_plain(text, match)


def _read_share(match: re.Match[str]) -> Number | None:
    """百分之九十, 千分之五."""
    part = match["part"]
    if len(part) > LONGEST_NUMBER:
        return None
    value = parse_arabic(part) if part[0].isdigit() else parse_chinese(part)
    if value is None:
        return None
    value /= {"百": 1, "千": 10, "万": 100}[match["per"][0]]
    return Number(match.start(), match.end(), value, None, "%", "per")


def _read_ratio(text: str, match: re.Match[str]) -> Number | None:
    """2.50:1 is 2.5; 2/3 is 66.67 %; a clock time or a date is neither."""
    if text[match.start() - 1:match.start()] in ("∶", ":", "："):
        return None
    if (ratio := RATIO.match(text, match.start())) and not (len(ratio[2]) == 2 and "." not in ratio[0]):
        second = parse_arabic(ratio[2])
        if second:
            return Number(ratio.start(), ratio.end(), parse_arabic(ratio[1]) / second, None, None, "ratio", digits=ratio[0])
    if fraction := FRACTION.match(text, match.start()):
        top, bottom = Decimal(fraction[1]), Decimal(fraction[2])
        if 0 < top < bottom:
            return Number(fraction.start(), fraction.end(), top * 100 / bottom, None, "%", "ratio", digits=fraction[0])
    return None


def _read_plain(text: str, match: re.Match[str]) -> Number | None:
    digits = match["arabic"] or match["chinese"]
    if len(digits) > LONGEST_NUMBER:  # an account, a key, or an attack
        return None
    magnitude = match["magnitude"] or ""
    many = bool(match["many"] or match["more"])
    end = match.end("more") if match["more"] else match.end("magnitude") if magnitude else match.end("many") if match["many"] else (
        match.end("arabic") if match["arabic"] else match.end("chinese"))
    unit, unit_end = read_unit(text, end)
    if unit is None and match["chinese"] and not magnitude and not match["ordinal"] and not WORTHY.search(digits) \
            and text[match.start() - 1:match.start()] != "前":
        return None  # 进一步, 统一, 三农: not even a candidate
    value = parse_arabic(digits) if match["arabic"] else parse_chinese(digits)
    if value is None:
        return None
    if magnitude in ("千", "百") and not match["more"]:  # 千瓦 and 千米 are units, 2千张 is 2,000
        own, own_end = read_unit(text, match.start("magnitude"))
        if own and len(own) > 1:
            return Number(match.start(), own_end, value, None, own, _form(match), many, digits)
    if unit is None and text[end:end + 1] == " " and not re.search(r"(?:附件|附表|表|图|专栏)$", text[max(0, match.start() - 2):match.start()]):
        unit, unit_end = read_unit(text, end + 1)
    if unit is None and not many and text[end:end + 2] in ("个多", "倍多", "年多"):
        unit, unit_end = read_unit(text, end)
    if unit == "个" and text[unit_end:unit_end + 1] == "多":  # 2个多百分点
        inner, inner_end = read_unit(text, unit_end + 1)
        if inner:
            unit, unit_end, many = f"个{inner}", inner_end, True
    if magnitude:
        value *= MAGNITUDES[magnitude]
    number = Number(match.start(), unit_end if unit else end, value, None, unit, _form(match), many, digits, magnitude)
    return to_tenths(number)


def _form(match: re.Match[str]) -> str:
    if match["ordinal"]:
        return "rank"
    return "arabic" if match["arabic"] else "chinese"


def to_tenths(number: Number) -> Number:
    """四成 is 40 %, 九折 is 90 %."""
    if number.unit in ("成", "折"):
        return number._replace(value=number.value * 10, unit="%")
    return number


def read_unit(text: str, at: int) -> tuple[str | None, int]:
    """The longest unit at `at`, with what stands behind a slash (元/平方米) or in its bracket (台（部）), and its end."""
    known = units()
    for unit in units_by_letter().get(text[at:at + 1], ()):
        if text.startswith(unit, at) and not text.startswith(known[unit][1], at + len(unit)):
            break
    else:
        return None, at
    end = at + len(unit)
    if (bracket := BRACKET_UNIT.match(text, end)) and bracket[1] in known:
        return unit + bracket[0], bracket.end()
    while slash := SLASH.match(text, end):
        for size in range(len(slash[1]), 0, -1):
            if slash[1][:size] in SUBUNITS or slash[1][:size] in known:
                unit, end = f"{unit}/{slash[1][:size]}", slash.start(1) + size
                break
        else:
            break
    return unit, end


def join_ranges(text: str, numbers: list[Number]) -> list[Number]:
    """`5%—6%`, `3-5个`, `10至15个` become one number; `从35%提高到40%` stays two."""
    joined: list[Number] = []
    for number in numbers:
        if joined and _is_range(text, joined[-1], number):
            joined[-1] = _join(joined[-1], number)
        else:
            joined.append(number)
    return joined


def _is_range(text: str, first: Number, second: Number) -> bool:
    gap = text[first.end:second.start]
    if not gap or len(gap) > 3 or not RANGE.fullmatch(gap) or first.value_max is not None:
        return False
    if "fixed" in (first.form, second.form) or "ratio" in (first.form, second.form) or second.form == "rank":
        return False
    if text[max(0, first.start - 1):first.start] in ("从", "由", "自"):
        return False
    if first.unit and second.unit and first.unit != second.unit:
        return False
    return _low_value(first, second) < second.value


def _low_value(first: Number, second: Number) -> Decimal:
    """300-500万元 begins at 3,000,000: the first number takes the second's magnitude if it has no unit of its own."""
    if not first.unit and not first.magnitude and second.magnitude:
        return first.value * MAGNITUDES[second.magnitude]
    return first.value


def _join(first: Number, second: Number) -> Number:
    return second._replace(start=first.start, value=_low_value(first, second), value_max=second.value,
                   unit=second.unit or first.unit, digits=f"{first.digits}-{second.digits}", many=False)
