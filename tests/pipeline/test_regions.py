"""Where: the place that a figure's clause, its subject or its row names."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from analyzer.ingest import text_to_document
from analyzer.lexicon import check_aliases, read_rows
from analyzer.pipeline.context import read_context
from analyzer.pipeline.layers import Quantity
from analyzer.pipeline.reading import read_text
from analyzer.pipeline.regions import find_regions, place_at
from analyzer.pipeline.sentences import split_sentences


def regions_of(text):
    """The places of the numbers marked with ‹ ›."""
    clean, marks = [], []
    for piece in re.split(r"(‹[^›]*›)", text):
        if piece.startswith("‹"):
            marks.append((piece[1:-1], sum(map(len, clean))))
            piece = piece[1:-1]
        clean.append(piece)
    document = text_to_document("".join(clean), "text.txt")
    reading = read_text(document)
    offsets = list(reading.offsets)
    quantities = [Quantity(offsets.index(start), offsets.index(start) + len(quote), Decimal(1)) for quote, start in marks]
    return find_regions(reading, split_sentences(reading), quantities, read_context(document, reading))


CASES = [
    ("沈阳新建公园‹30个›。", ["沈阳"], "the subject, as it is written"),
    ("大连市生产总值增长‹5%›，达到‹9000亿元›。", ["大连市", "大连市"], "a clause without a subject of its own"),
    ("南宁、柳州、玉林产值分别达到‹150亿元›、‹500亿元›、‹100亿元›。", ["南宁", "柳州", "玉林"], "分别 pairs them"),
    ("带动企业‹30家›，其中：兴义市‹6家›、安龙县‹4家›。", [None, "兴义市", "安龙县"], "right before each number"),
    ("对在江西投资‹2亿元›的企业给予奖励。", ["江西"], "in a place"),
    ("到2025年，深圳建成基站‹5万个›。", ["深圳"], "behind a time"),
    ("建设公园‹30个›。", [None], "no place"),
    ("全省建设公园‹30个›。", [None], "the whole domain is no place"),
    ("新建学校‹30所›。", [None], "新建 is no county here"),
    ("合肥、芜湖等‹9个›园区投入运营。", [None], "examples of what is counted"),
    ("辽西北新增林地‹30万亩›。", ["辽西北"], "a part of a province"),
    ("广东自贸试验区‹40项›成果推广。", ["广东自贸试验区"], "a zone with its place"),
    ("安徽银保监局支持企业‹30家›。", [None], "a body's name"),
    ("依托浦东新区建设平台‹3个›。", [None], "whose help it takes"),
    ("黄浦江两岸新建绿道‹30公里›。", [None], "a river"),
    ("平陆运河完成投资‹30亿元›。", [None], "a canal"),
    ("在怀柔实验室建成平台‹3个›。", [None], "a laboratory"),
    ("西藏班招生‹3000人›。", [None], "a class for people from a place"),
    ("浙江西部新增林地‹30万亩›。", ["浙江"], "a side of a province"),
    ("带动全市‹70%›的企业上云，培育工业强县‹5个›。", [None, None], "the whole domain, and a kind of county"),
    ("1\n厂房‹30亩›\n兰溪市\n2\n仓库‹20亩›\n义乌市\n3\n泵站‹1座›\n东阳市\n", ["兰溪市", "义乌市", "东阳市"], "the row's cell"),
    ("改造老旧小区‹300个›、管网‹30公里›，收费‹5元›。", [None, None, None], "小区 is no district"),
]


@pytest.mark.parametrize(("text", "places", "why"), CASES)
def test_regions(text, places, why):
    assert regions_of(text) == places, why


@pytest.mark.parametrize(("text", "place"), [
    ("黔西南州改造", "黔西南州"), ("内蒙古新增", "内蒙古"), ("广西壮族自治区新增", "广西壮族自治区"), ("粤港澳大湾区总量", "粤港澳大湾区"),
    ("恩施大峡谷", "恩施"), ("改造", None), ("", None),
])
def test_place_at(text, place):
    assert place_at(text, 0) == place


def test_the_list_holds_every_province_and_prefecture_and_no_alias_twice():
    rows = read_rows("regions.csv", required=("code", "name", "level"))
    levels = [row["level"] for row in rows]
    assert levels.count("province") == 34
    assert levels.count("prefecture") == 333
    assert levels.count("county") > 2800
    codes = {row["code"] for row in rows}
    assert all(row["parent"] in codes for row in rows if row["parent"])
    assert check_aliases("regions.csv", rows, key="code", aliases="aliases")["广东"] == "440000"
