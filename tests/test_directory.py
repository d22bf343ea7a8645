"""The directory of bodies: what names mean at a level, in a region, at a date; what the loader refuses."""

from __future__ import annotations

import pytest

from analyzer.directory import COLUMNS, body_at, directory, load_directory, resolve, type_of
from analyzer.errors import LexiconError
from analyzer.lexicon import read_yaml

CITY = {"level": "municipal", "region": "辽宁省沈阳市"}
NAMES = [  # name, document, id, why
    ("市住建局", CITY, "辽宁省沈阳市/housing-construction", "a short form gets the document's city"),
    ("沈阳市城乡建设局", CITY, "辽宁省沈阳市/housing-construction", "the full name is the same body"),
    ("住房城乡建设局", CITY, "辽宁省沈阳市/housing-construction", "without a level word it is the issuer's own"),
    ("市房产局", CITY, "辽宁省沈阳市/real-estate", "housing has a bureau of its own here"),
    ("省住建厅", CITY, "辽宁省/housing-construction", "the province is not the city"),
    ("黄海区政府", CITY, "辽宁省沈阳市黄海区/people-government", "a district lies in the document's city"),
    ("各区、县（市）政府", CITY, "辽宁省沈阳市/each-people-government", "a collective is marked"),
    ("市场监管局", CITY, "辽宁省沈阳市/market-regulation", "市 of 市场 is no level word"),
    ("市市场监管局", CITY, "辽宁省沈阳市/market-regulation", "the first 市 is"),
    ("市政府办公室", CITY, "辽宁省沈阳市/government-office", "市政 of 市政府 is not the public works"),
    ("市委网信办", CITY, "辽宁省沈阳市/party-cyberspace", "a party body"),
    ("团市委", CITY, "辽宁省沈阳市/youth-league", "the level word stands in the middle"),
    ("市城管局", CITY, "辽宁省沈阳市/urban-management", "short form"),
    ("市自规局", CITY, "辽宁省沈阳市/natural-resources", "short form"),
    ("市人社局", CITY, "辽宁省沈阳市/human-resources", "short form"),
    ("市发改委", CITY, "辽宁省沈阳市/development-reform", "short form"),
    ("市工信局（市大数据局）", CITY, "辽宁省沈阳市/industry-it", "a second name plate changes nothing"),
    ("市教育体育局", CITY, "辽宁省沈阳市/education", "merged bureaus count for the first field"),
    ("区绿化市容局", {"level": "county", "region": "上海市静安区"}, "上海市静安区/landscaping", "a district's own"),
    ("市规划资源局", {"level": "county", "region": "上海市静安区"}, "上海市/natural-resources", "市 of a municipality is the first level"),
    ("自治区工业和信息化厅", {"level": "provincial", "region": "广西壮族自治区"}, "广西壮族自治区/industry-it", "autonomous region"),
    ("市住建局", {}, "市级/housing-construction", "an unknown city stays unknown"),
    ("发展改革委", {"level": "national"}, "ndrc", "in a State Council document it is the commission"),
    ("发展改革委", {"level": "provincial", "region": "江苏省"}, "江苏省/development-reform", "in a province its own"),
    ("住建部", CITY, "mohurd", "a ministry is one at every level"),
    ("国家发展改革委", CITY, "ndrc", "国家 says so"),
    ("人民银行沈阳分行", CITY, "辽宁省沈阳市/central-bank-branch", "a branch of a national body"),
    ("中国移动辽宁公司", CITY, "辽宁省沈阳市/telecom-operators", "an operator's branch"),
]

HISTORY = [  # name, date, today's name, why
    ("国土资源部", "2016-05-01", "自然资源部", "2018 reform"), ("建设部", "2005", "住房和城乡建设部", "2008 reform"),
    ("环境保护部", "2017", "生态环境部", "2018 reform"), ("银监会", "2015", "国家金融监督管理总局", "2018, then 2023"),
    ("保监会", "2015", "国家金融监督管理总局", "2018, then 2023"), ("国家乡村振兴局", "2022", "农业农村部", "2023 reform"),
    ("国务院扶贫办", "2019", "农业农村部", "2021, then 2023"), ("信息产业部", "2006", "工业和信息化部", "2008 reform"),
    ("卫生部", "2010", "国家卫生健康委员会", "2013, then 2018"), ("国家计委", "1995", "国家发展和改革委员会", "1998, then 2003"),
    ("国家工商总局", "2016", "国家市场监督管理总局", "2018 reform"), ("劳动保障部", "2007", "人力资源和社会保障部", "2008 reform"),
    ("文化部", "2016", "文化和旅游部", "2018 reform"), ("国家旅游局", "2016", "文化和旅游部", "2018 reform"),
]


@pytest.mark.parametrize(("name", "document", "expected", "why"), NAMES, ids=[row[3] + row[0] for row in NAMES])
def test_a_name_means_a_body(name, document, expected, why):
    found = resolve(name, **document)
    assert found and found.id == expected, why


@pytest.mark.parametrize(("name", "date", "today", "why"), HISTORY, ids=[row[0] for row in HISTORY])
def test_a_former_name_leads_to_who_took_over(name, date, today, why):
    found = resolve(name, date=date)
    assert found.name == today, why
    assert "现为" + today in found.note and "is now" in found.note_en and "晚于" not in found.note


def test_a_former_local_name_leads_to_todays_type():
    assert resolve("市国土资源局", date="2016", **CITY).id == resolve("市自然资源局", date="2020", **CITY).id
    assert "2018" in resolve("市国土资源局", date="2016", **CITY).note


def test_a_name_used_after_the_bodys_end_is_noted():
    assert "晚于" in resolve("国土资源部", date="2022-01").note and "later" in resolve("国土资源部", date="2022-01").note_en


def test_a_current_name_needs_no_note():
    assert resolve("自然资源部", date="2022").note == "" == resolve("市住建局", **CITY).note


def test_a_shared_level_word_counts():
    document = {"level": "municipal", "region": "辽宁省沈阳市"}
    assert resolve("住房城乡建设厅", prefix="省", **document).id == "辽宁省/housing-construction"


def test_an_unknown_name_is_none():
    assert resolve("某某山庄") is None and type_of("某某山庄") is None


def test_types_join_levels():
    assert {type_of(n) for n in ("市住建局", "省住房和城乡建设厅", "住房城乡建设部", "区建设管理委")} == {"housing-construction"}


def test_a_type_has_its_body_at_each_level():
    assert body_at("finance", level="national").name == "财政部"
    assert body_at("finance", level="municipal", region="沈阳市").name == "沈阳市财政部门"


def test_the_directory_is_broad_and_linked():
    organisations = directory().organisations
    codes = {area["code"] for area in read_yaml("categories.yaml")}
    assert len(organisations) >= 250
    assert all(o.functions and set(o.functions) <= codes for o in organisations.values())
    assert {code for o in organisations.values() for code in o.functions} == codes
    assert all(o.valid_to for o in organisations.values() if o.successor)


ROW = "{id},{name},{kind},national,{parent},{aliases},2000,,{successor},finance"
GOOD = {"id": "a", "name": "甲部", "kind": "national", "parent": "", "aliases": "甲", "successor": ""}
BAD = [  # second row, words of the message, why
    ({"id": "a", "name": "乙部"}, ("row 3", "duplicate id 'a'"), "an id twice"),
    ({"id": "b", "name": "乙部", "aliases": "乙|甲"}, ("row 3", "alias '甲'", "'a'"), "an alias with two owners"),
    ({"id": "b", "name": "甲部"}, ("row 3", "甲部"), "a name that is another's"),
    ({"id": "b", "name": "乙部", "aliases": "", "parent": "zz"}, ("row 3", "unknown parent 'zz'"), "an unknown parent"),
    ({"id": "b", "name": "乙部", "aliases": "", "successor": "zz"}, ("row 3", "unknown successor 'zz'"), "an unknown successor"),
    ({"id": "b", "name": "乙部", "aliases": "", "successor": "b"}, ("row 3", "circle"), "its own successor"),
    ({"id": "b", "name": "乙部", "aliases": "", "kind": "other"}, ("row 3", "kind"), "an unknown kind"),
]


@pytest.mark.parametrize(("row", "words", "why"), BAD, ids=[row[2] for row in BAD])
def test_the_loader_names_file_and_row(tmp_path, row, words, why):
    path = tmp_path / "own.csv"
    lines = [",".join(COLUMNS), ROW.format(**GOOD), ROW.format(**{**GOOD, "aliases": "乙", **row})]
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(LexiconError) as error:
        load_directory(path)
    assert all(word in str(error.value) for word in ("own.csv", *words)), why
    assert "第 3 行" in error.value.chinese


def test_a_missing_column_is_named(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text("id,name\na,甲\n", encoding="utf-8")
    with pytest.raises(LexiconError, match="missing column"):
        load_directory(path)
