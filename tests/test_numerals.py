"""Numerals: one value, then all ways to write it."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.numerals import parse_arabic, parse_chinese, to_number

CHINESE = [
    ("0", ["零", "〇"]), ("10", ["十"]), ("15", ["十五"]), ("20", ["二十"]), ("105", ["一百零五"]), ("110", ["一百一十", "一百一"]),
    ("288", ["二百八十八"]), ("2300", ["两千三", "两千三百"]), ("10000", ["一万", "万"]), ("35000", ["三万五", "三万五千"]),
    ("31000", ["三点一万"]), ("1200000", ["一百二十万"]), ("100000000", ["一亿", "亿", "万万"]), ("1400000000000", ["一点四万亿"]),
    ("2025", ["二〇二五", "二零二五"]), ("12.3", ["十二点三"]), ("1050", ["一千零五十"]), ("300500", ["三十万零五百"]),
]
NO_NUMBERS = ["", "点", "三百百", "三点", "点五", "二三百四"]


@pytest.mark.parametrize(("value", "phrase"), [(value, phrase) for value, phrases in CHINESE for phrase in phrases])
def test_chinese(value, phrase):
    assert parse_chinese(phrase) == Decimal(value)


@pytest.mark.parametrize("phrase", NO_NUMBERS)
def test_no_chinese_number(phrase):
    assert parse_chinese(phrase) is None


@pytest.mark.parametrize(("text", "value"), [("1,200", "1200"), ("1，200，000", "1200000"), ("3.10", "3.10"), ("0.05", "0.05")])
def test_arabic(text, value):
    assert parse_arabic(text) == Decimal(value)


def test_whole_numbers_are_ints_in_json():
    assert to_number(Decimal("31000.0")) == 31000
    assert isinstance(to_number(Decimal("31000.0")), int)
    assert to_number(Decimal("2.5")) == 2.5


DIGITS = "零一二三四五六七八九"


def write_below_ten_thousand(number: int) -> str:
    """The full form of 1–9999, as a source for the round trip."""
    written, pending_zero = "", False
    for power, mark in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // power % 10
        if digit:
            written += ("零" if pending_zero and written else "") + DIGITS[digit] + mark
            pending_zero = False
        else:
            pending_zero = True
    return written


@given(st.integers(1, 9999), st.integers(0, 9999))
@settings(max_examples=200, deadline=None)
def test_round_trip(low, high):
    written = write_below_ten_thousand(low)
    if high:
        written = f"{write_below_ten_thousand(high)}万{'零' if low < 1000 else ''}{written}"
    assert parse_chinese(written) == high * 10_000 + low
