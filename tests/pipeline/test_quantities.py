"""Numbers with units: what is read from one phrase, and where it stands."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.lexicon import data_path
from analyzer.pipeline.quantities import find_numbers, unit_kind, units

# phrase, quote, value, value_max, unit, why the row is here
ONE_NUMBER = [
    ("筹集住房3.1万套", "3.1万套", "31000", None, "套", "magnitude and measure word"),
    ("粮食产量1.4万亿斤", "1.4万亿斤", "1400000000000", None, "斤", "two-part magnitude"),
    ("补助1,200元", "1,200元", "1200", None, "元", "thousands separator"),
    ("结余5 亿元", "5 亿元", "500000000", None, "元", "blank before the magnitude"),
    ("补贴二百八十八元", "二百八十八元", "288", None, "元", "Chinese numeral"),
    ("覆盖率达百分之九十", "百分之九十", "90", None, "%", "written-out percentage"),
    ("降幅千分之五", "千分之五", "0.5", None, "%", "per mille in percent"),
    ("约占三分之二", "三分之二", "66.6667", None, "%", "fraction"),
    ("占比超四成", "四成", "40", None, "%", "tenths"),
    ("按九折以下收取", "九折", "90", None, "%", "discount"),
    ("增长5%—6%", "5%—6%", "5", "6", "%", "range with both units"),
    ("培育3-5个", "3-5个", "3", "5", "个", "range with one unit"),
    ("每年10至15个", "10至15个", "10", "15", "个", "range with 至"),
    ("资助300-500万元", "300-500万元", "3000000", "5000000", "元", "shared magnitude of a range"),
    ("建成300多个", "300多个", "300", None, "个", "多 stays inside"),
    ("服务820多万人", "820多万人", "8200000", None, "人", "多 before the magnitude"),
    ("提高2个多百分点", "2个多百分点", "2", None, "个百分点", "多 inside the unit"),
    ("单价25元/平方米", "25元/平方米", "25", None, "元/平方米", "unit by unit"),
    ("新增2台（部）", "2台（部）", "2", None, "台（部）", "second unit in a bracket"),
    ("外送1200万千瓦", "1200万千瓦", "12000000", None, "千瓦", "千 belongs to the unit"),
    ("床位2千张", "2千张", "2000", None, "张", "千 belongs to the number"),
    ("收入比为2.50:1", "2.50:1", "2.50", None, None, "ratio"),
    ("防洪标准50—100年一遇", "50—100年一遇", "50", "100", "年一遇", "range of a compound unit"),
    ("产值翻一番", "翻一番", "2", None, "倍", "closed list"),
    ("实现动态清零", "清零", "0", None, None, "closed list without unit"),
    ("实现零增长", "零增长", "0", None, None, "zero outcome"),
    ("支出16，055，206元", "16，055，206元", "16055206", None, "元", "full-width separators"),
]


@pytest.mark.parametrize(("phrase", "quote", "value", "value_max", "unit", "why"), ONE_NUMBER, ids=[row[0] for row in ONE_NUMBER])
def test_one_number(phrase, quote, value, value_max, unit, why):
    (number,) = find_numbers(phrase)
    assert phrase[number.start:number.end] == quote, why
    assert abs(number.value - Decimal(value)) < Decimal("0.001"), why
    assert number.value_max == (None if value_max is None else Decimal(value_max)), why
    assert number.unit == unit, why


@pytest.mark.parametrize(("phrase", "unit"), [
    ("制定5条例外规定", None), ("引进3名优企业", None), ("1990年代", "not a year"), ("跨上5万亿台阶", None), ("118项目", None)])
def test_words_that_only_begin_like_a_unit(phrase, unit):
    assert all(number.unit != unit or unit is None and number.unit is None for number in find_numbers(phrase) if unit is None)


def test_a_range_needs_rising_values_and_no_from():
    assert len(find_numbers("从35%到40%")) == 2
    assert len(find_numbers("由5个至3个")) == 2


def test_units_file_is_consistent():
    assert len(units()) > 300
    assert unit_kind("元/平方米") == "money"
    assert unit_kind("台（部）") == "count"
    assert unit_kind(None) == "none"
    assert data_path("units.csv").exists()


@given(st.text(alphabet="0123456789.,，%万亿千百十一二三多余个家元/（）—-至第零清全覆盖翻番年月日 \nAB“”", max_size=60))
@settings(max_examples=300, deadline=None)
def test_numbers_stand_in_order_and_apart(text):
    numbers = find_numbers(text)
    for number in numbers:
        assert 0 <= number.start < number.end <= len(text)
    assert all(first.end <= second.start for first, second in zip(numbers, numbers[1:], strict=False))
