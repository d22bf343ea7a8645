"""Documents side by side, regions of a year, years of an indicator, and two versions of a text."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from library_samples import make_document, make_figure

from analyzer.__main__ import main
from analyzer.compare import compare_sources, region_matrix, strength_of, time_series
from analyzer.grouping import Overrides, Source
from analyzer.records import Figure
from analyzer.texts import compare_paragraphs, compare_texts


def figure(sentence: str, quote: str, value: float, unit: str | None, indicator: str, **fields) -> Figure:
    return make_figure(make_document(sentence), quote, value, unit, fields.pop("comparator", "eq"), indicator, **fields)


def source(name: str, *figures: Figure, year: str = "2025", region: str = "松河市") -> Source:
    return Source(name, figures, region, f"{region}人民政府", year, name)


EARLIER = source(
    "2025年报告",
    figure("地区生产总值增长6%以上。", "6%", 6, "%", "地区生产总值", comparator="ge", change="increase", action="增长", period="2025"),
    figure("新开工改造城镇老旧小区120个。", "120个", 120, "个", "城镇老旧小区", action="新开工改造", period="2025"),
    figure("建设高标准农田3000亩。", "3000亩", 3000, "亩", "高标准农田", action="建设", period="2025"),
    figure("单位GDP能耗下降2%。", "2%", 2, "%", "单位GDP能耗", change="decrease", action="下降", period="2025"),
    figure("建成口袋公园45个。", "45个", 45, "个", "口袋公园", action="建成", period="2025"),
)
LATER = source(
    "2026年报告",
    figure("生产总值增长6%左右。", "6%", 6, "%", "生产总值", comparator="approx", change="increase", action="增长", period="2026"),
    figure("改造老旧小区80个。", "80个", 80, "个", "老旧小区", action="改造", period="2026"),
    figure("新建高标准农田400公顷。", "400公顷", 400, "公顷", "高标准农田", action="新建", period="2026"),
    figure("单位地区生产总值能耗下降3%。", "3%", 3, "%", "单位地区生产总值能耗", change="decrease", action="下降", period="2026"),
    figure("开通公交线路3条。", "3条", 3, "条", "公交线路", action="开通", period="2026"),
    year="2026",
)


def test_side_by_side():
    lines = {line.indicator: line for line in compare_sources([EARLIER, LATER])}
    assert (lines["地区生产总值"].change, lines["地区生产总值"].wording) == ("unchanged", "weaker")
    assert lines["城镇老旧小区改造"].change == "lowered"
    assert lines["单位地区生产总值能耗"].change == "raised"
    assert lines["口袋公园"].change == "dropped"
    assert lines["公交线路"].change == "new"
    fields = lines["高标准农田"]
    assert fields.change == "raised" and fields.unit == "公顷"
    assert fields.cells[0] is not None and fields.cells[0].value == pytest.approx(200)
    assert fields.cells[0].figure.sentence.startswith("建设高标准农田")


def test_persons_words_hold():
    lines = {line.indicator: line for line in compare_sources([EARLIER, LATER])}
    overrides = Overrides().join(lines["口袋公园"].measure, lines["公交线路"].measure)
    joined = compare_sources([EARLIER, LATER], overrides=overrides)
    assert len(joined) == len(lines) - 1
    line = lines["城镇老旧小区改造"]
    assert line.cells[0] and line.cells[1]
    if line.cells[0].measure != line.cells[1].measure:
        parted = compare_sources([EARLIER, LATER], overrides=Overrides().part(line.cells[0].measure, line.cells[1].measure))
        assert len(parted) == len(lines) + 1


@pytest.mark.parametrize(("sentence", "comparator", "strength"), [
    ("完成80个以上。", "ge", 3), ("完成80个。", "eq", 2), ("完成80个左右。", "approx", 1), ("力争完成80个。", "eq", 1.5), ("力争再建；完成80个。", "eq", 2),
])  # fmt: skip
def test_how_firmly_a_figure_binds(sentence, comparator, strength):
    assert strength_of(figure(sentence, "80个", 80, "个", "项目", comparator=comparator)) == strength


def test_regions_of_a_year():
    other = source("云岭市报告", figure("城镇新增就业2万人。", "2万人", 20000, "人", "城镇新增就业"), region="云岭市", year="2026")
    mine = source("松河市报告", figure("新增城镇就业3万人以上。", "3万人", 30000, "人", "城镇就业", action="新增", comparator="ge"), year="2026")
    lines = region_matrix([mine, other], "2026")
    assert [(line.indicator, line.unit) for line in lines] == [("城镇新增就业", "人")]
    assert [cell.value for cell in lines[0].cells if cell] == [30000, 20000]
    assert region_matrix([mine, other], "2031") == []


def test_years_of_an_indicator():
    done = figure("地区生产总值增长5.8%。", "5.8%", 5.8, "%", "地区生产总值", change="increase", action="增长", period="2025", status="achieved")
    series = {s.indicator: s for s in time_series([EARLIER, LATER, source("公报", done)])}
    points = series["地区生产总值"].points
    assert [(p.period, p.value, p.status) for p in points] == [("2025", 6, "planned"), ("2025", 5.8, "achieved"), ("2026", 6, "planned")]
    assert series["单位地区生产总值能耗"].points[0].value == -2


def test_two_versions_of_a_text():
    before = ["第一条 为了规范停车管理，制定本办法。", "第二条 本办法适用于本市。",
              "第三条 收费标准由市发展改革委制定。", "第四条 本办法自发布之日起施行。"]
    after = ["第一条 为了规范停车管理，制定本办法。",
             "第三条 收费标准由市发展改革部门制定并公布。", "第二条 本办法适用于本市。", "第五条 违反规定的，责令改正。"]
    kinds = [(p.kind, p.before_at, p.after_at) for p in compare_paragraphs(before, after)]
    assert ("same", 0, 0) in kinds and ("new", None, 3) in kinds and ("dropped", 3, None) in kinds
    assert sum(kind.startswith("moved") for kind, _, _ in kinds) == 1
    changed = next(p for p in compare_paragraphs(before, after) if p.pieces)
    assert "".join(old for _, old, _ in changed.pieces) == changed.before
    assert "".join(new for _, _, new in changed.pieces) == changed.after


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text("甲乙丙丁", min_size=1, max_size=6), max_size=8), st.lists(st.text("甲乙丙丁", min_size=1, max_size=6), max_size=8))
def test_every_paragraph_is_somewhere_once(before, after):
    passages = compare_paragraphs(before, after)
    assert sorted(p.before_at for p in passages if p.before_at is not None) == list(range(len(before)))
    assert [p.after_at for p in passages if p.after_at is not None] == list(range(len(after)))


def test_the_texts_of_documents_are_compared_without_furniture():
    one, other = make_document("标题\n甲乙。\n"), make_document("标题\n甲丙。\n")
    assert [p.kind for p in compare_texts(one, other)] == ["same", "changed"]


def test_the_command(tmp_path, capsys):
    paths = []
    for year, number in (("2025", "120"), ("2026", "90")):
        path = tmp_path / f"{year}.txt"
        path.write_text(f"松河市{year}年城市更新工作要点\n{year}年，全市改造老旧小区{number}个，建设口袋公园12个。\n", encoding="utf-8")
        paths.append(str(path))
    assert main(["compare", *paths, "--format", "jsonl"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    line = next(line for line in lines if "老旧小区" in line["indicator"])
    assert line["change"] == "lowered"
    assert [cell["quote"] for cell in line["cells"]] == ["120个", "90个"]
    assert all(cell["sentence"] for cell in line["cells"])
    assert main(["compare", *paths]) == 0
    assert "lowered" in capsys.readouterr().out
    assert main(["compare", *paths, "--text", "--format", "jsonl"]) == 0
    assert {json.loads(line)["kind"] for line in capsys.readouterr().out.splitlines()} == {"changed"}
    for extra in (["--series"], ["--series", "--format", "jsonl"], ["--year", "2025"], ["--status", "all", "--shared"]):
        assert main(["compare", *paths, *extra]) == 0
        assert "老旧小区" in capsys.readouterr().out or extra[0] == "--year"
    assert main(["compare", paths[0], "--text"]) == 1
