"""Numerals as officials write them → exact numbers: 3.1, 1,200, 三点一, 二百八十八, 百分之九十, 三分之二, 四成, 万亿."""

from __future__ import annotations

import re
from decimal import Decimal

DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
TENS = {"十": 10, "百": 100, "千": 1000}
MAGNITUDES = {"万": 10**4, "亿": 10**8, "百": 100, "千": 1000, "十万": 10**5, "百万": 10**6, "千万": 10**7,
              "万万": 10**8, "十亿": 10**9, "百亿": 10**10, "千亿": 10**11, "万亿": 10**12}
ARABIC = r"\d{1,3}(?:[,，]\d{3})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?"
CHINESE = r"[零〇一二两三四五六七八九十百千万亿]+(?:点[零〇一二三四五六七八九]+)?"
MAGNITUDE = "万亿|千亿|百亿|十亿|千万|百万|十万|万万|亿|万|千|百"
PURE_DIGITS = re.compile(r"[零〇一二三四五六七八九]{2,}")
SECTION = re.compile(r"([零〇一二两三四五六七八九]?)([十百千])")


def parse_arabic(text: str) -> Decimal:
    """`1,200.5` → 1200.5."""
    return Decimal(text.replace(",", "").replace("，", ""))


def parse_chinese(text: str) -> Decimal | None:
    """`二百八十八`, `三点一万`, `一百二十万`, `二〇二五` → the number; None if the characters make none."""
    if len(text) == 1 and text in DIGITS:
        return Decimal(DIGITS[text])
    whole, point, fraction = text.partition("点")
    magnitude = 1
    if point:
        match = re.fullmatch(r"([零〇一二三四五六七八九]+)(万亿|亿|万)?", fraction)
        if not match:
            return None
        magnitude = MAGNITUDES.get(match[2] or "", 1)
        fraction = "".join(str(DIGITS[digit]) for digit in match[1])
    value = _parse_whole(whole)
    if value is None:
        return None
    return Decimal(f"{value}.{fraction}" if fraction else value) * magnitude


def _parse_whole(text: str) -> int | None:
    if PURE_DIGITS.fullmatch(text):  # a string of digits: 二〇二五, 三三
        return int("".join(str(DIGITS[digit]) for digit in text))
    for mark in ("亿", "万"):
        head, found, tail = text.rpartition(mark)
        if found:
            high = _parse_whole(head) if head else 1
            low = _parse_whole(tail) if tail else 0
            if high is None or low is None:
                return None
            if low and tail in DIGITS and not tail.startswith(("零", "〇")):  # 三万五 is 35,000
                low *= MAGNITUDES[mark] // 10
            return high * MAGNITUDES[mark] + low
    return _parse_section(text)


def _parse_section(text: str) -> int | None:
    """Below 10,000: `九千八百七十六`, `十五`, `百`, `两千三` (2,300)."""
    total, at, last = 0, 0, 10_000
    for match in SECTION.finditer(text):
        if match.start() != at and text[at:match.start()].strip("零〇"):
            return None
        if TENS[match[2]] >= last:  # 三百百
            return None
        last = TENS[match[2]]
        total += (DIGITS[match[1]] if match[1] else 1) * last
        at = match.end()
    rest = text[at:]
    if not rest:
        return total if text else None
    digit = rest.strip("零〇") if at else rest
    if len(digit) > 1 or digit and digit not in DIGITS:
        return None
    if digit:
        short = at and 100 <= last < 10_000 and not rest.startswith(("零", "〇"))  # 两千三 is 2,300
        total += DIGITS[digit] * (last // 10 if short else 1)
    return total


def to_number(value: Decimal) -> int | float:
    """The number for JSON: an int where it is whole."""
    return int(value) if value == value.to_integral_value() else float(value)
