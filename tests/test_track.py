"""Targets and what became of them: verdicts by comparator, periods that meet, actual values, rates."""

from __future__ import annotations

import json
import os
from pathlib import Path

import openpyxl
import pytest
from test_compare import figure, source

from analyzer.__main__ import main
from analyzer.errors import AnalyzerError
from analyzer.records import Figure
from analyzer.track import Actual, Result, fulfilment_rates, read_actuals, rows_to_actuals, track_targets
from analyzer.verdicts import judge_result

GOLD = Path(__file__).parent / "data" / "target_results.jsonl"
SHARED = Path(os.environ.get("POLICY_SHARED") or Path(__file__).parents[2] / "shared") / "corpus" / "documents"


def target(value: float, comparator: str = "eq", *, unit: str | None = "个", indicator: str = "老旧小区", top: float | None = None, **fields) -> Figure:
    return figure("改造8个。", "8个", value, unit, indicator, comparator=comparator, value_max=top, **fields)


@pytest.mark.parametrize(("planned", "value", "comparator", "verdict"), [
    (target(100, "ge"), 100, "eq", "met"),
    (target(100, "ge"), 99, "eq", "missed"),
    (target(100, "ge"), 120, "eq", "exceeded"),
    (target(100), 100, "eq", "met"),
    (target(100, "approx"), 97, "eq", "met"),  # 左右 leaves room
    (target(100, "approx"), 90, "eq", "missed"),
    (target(5, "range", top=5.5), 5.2, "eq", "met"),
    (target(5, "range", top=5.5), 4.9, "eq", "missed"),
    (target(100, "le"), 90, "eq", "exceeded"),
    (target(100, "le"), 101, "eq", "missed"),
    (target(5.5, "approx", unit="%", indicator="城镇调查失业率"), 5.2, "eq", "met"),
    (target(5.5, "eq", unit="%", indicator="城镇调查失业率"), 5.6, "eq", "missed"),
    (target(100, "ge"), 100, "gt", "met"),  # 突破100
    (target(120, "ge"), 100, "gt", "not_comparable"),  # 突破100 does not say whether 120 was reached
    (target(80, "ge"), 100, "lt", "not_comparable"),  # 不到100
    (target(100, "gt"), 100, "eq", "met"),
])  # fmt: skip
def test_verdicts(planned, value, comparator, verdict):
    assert judge_result(planned, Result(value, planned.unit, comparator, "2026", "表"))[0] == verdict


def test_units_are_brought_together():
    planned = target(300, "ge", unit="亩", indicator="高标准农田")
    assert judge_result(planned, Result(21, "公顷", "eq", "2026", "表"))[:2] == ("exceeded", 1.05)
    assert judge_result(planned, Result(21, "吨", "eq", "2026", "表"))[0] == "not_comparable"


PLAN = source(
    "2025年报告",
    figure("地区生产总值增长6%以上。", "6%", 6, "%", "地区生产总值", comparator="ge", change="increase", action="增长", period="2025", category="economy"),
    figure("改造老旧小区120个。", "120个", 120, "个", "老旧小区", action="改造", period="2025", category="renewal"),
    figure("城镇新增就业3万人。", "3万人", 30000, "人", "城镇新增就业", period="2025", category="employment"),
    figure("建设口袋公园45个。", "45个", 45, "个", "口袋公园", action="建设", period="2025", category="urban"),
    figure("到2030年建成绿道200公里。", "200公里", 200, "公里", "绿道", action="建成", period="2030", category="urban"),
)
REPORT = source(
    "2026年报告",
    figure("地区生产总值增长5.5%。", "5.5%", 5.5, "%", "地区生产总值", change="increase", action="增长", period="2025", status="achieved"),
    figure("五年来地区生产总值年均增长6.4%。", "6.4%", 6.4, "%", "地区生产总值", change="increase", action="年均增长", period="2021/2025", status="achieved"),
    figure("改造城镇老旧小区131个。", "131个", 131, "个", "城镇老旧小区", action="改造", period="2025", status="achieved"),
    figure("五年新增城镇就业16万人。", "16万人", 160000, "人", "城镇就业", action="新增", period="2021/2025", status="achieved"),
    year="2026",
)


def test_a_target_meets_its_result_and_no_other():
    follows = {f.target.indicator: f for f in track_targets([PLAN], [REPORT])}
    assert (follows["地区生产总值"].verdict, follows["地区生产总值"].result.value) == ("missed", 5.5)
    assert follows["老旧小区"].verdict == "exceeded"
    assert follows["城镇新增就业"].verdict == "not_reported"  # the sum of five years is not the year's
    assert follows["口袋公园"].verdict == "not_reported" and follows["口袋公园"].result is None
    assert follows["绿道"].reason == "not due"
    for follow in follows.values():
        assert follow.result is not None or follow.verdict == "not_reported"  # no verdict without evidence
        if follow.result and follow.result.figure:
            assert follow.result.figure.sentence and 0 < follow.confidence <= 1


def test_only_documents_of_the_same_body_are_asked():
    other = source("云岭市报告", *REPORT.figures, region="云岭市", year="2026")
    assert {f.verdict for f in track_targets([PLAN], [other])} == {"not_reported"}


def test_actual_values_go_first():
    actuals = rows_to_actuals([{"指标": "新增城镇就业", "实际值": "3.2", "单位": "万人", "年份": "2025", "来源": "统计公报"},
                               {"指标": "老旧小区", "实际值": "100", "单位": "个", "年份": "2025", "来源": "台账"}])
    follows = {f.target.indicator: f for f in track_targets([PLAN], [REPORT], actuals=actuals)}
    assert (follows["城镇新增就业"].verdict, follows["城镇新增就业"].result.source) == ("exceeded", "统计公报")
    assert follows["老旧小区"].verdict == "missed"
    one = Actual("", 50, "个", target=f"{PLAN.key}:{PLAN.figures[3].start}")
    found = [f for f in track_targets([PLAN], [], actuals=[one]) if f.result]
    assert one.fits(PLAN.figures[3], None, PLAN) and found  # type: ignore[arg-type]


@pytest.mark.parametrize(("rows", "word"), [
    ([{"指标": "", "实际值": "1"}], "第 2 行"), ([{"指标": "就业", "实际值": "许多"}], "许多"), ([{"indicator": "就业"}], "不是数字"),
])  # fmt: skip
def test_a_wrong_table_is_refused_with_its_row(rows, word):
    with pytest.raises(AnalyzerError) as error:
        rows_to_actuals(rows, name="表")
    assert word in error.value.message("zh")


def test_a_table_that_is_not_there(tmp_path):
    with pytest.raises(AnalyzerError):
        read_actuals(tmp_path / "none.csv")
    path = tmp_path / "gb.csv"
    path.write_bytes("指标,实际值,单位\n就业,\"1,200\",人\n".encode("gb18030"))
    assert read_actuals(path)[0].value == 1200
    (tmp_path / "broken.xlsx").write_bytes(b"PK nothing")
    with pytest.raises(AnalyzerError):
        read_actuals(tmp_path / "broken.xlsx")
    book = openpyxl.Workbook()
    for row in (["指标", "实际值", "单位", "年份"], ["城镇新增就业", 3.2, "万人", 2025]):
        book.active.append(row)
    book.save(tmp_path / "actuals.xlsx")
    actual = read_actuals(tmp_path / "actuals.xlsx")[0]
    assert (actual.value, actual.unit, actual.period) == (32000, "人", "2025")


def test_rates_always_tell_the_share_that_is_not_reported():
    rates = {rate.group: rate for rate in fulfilment_rates(track_targets([PLAN], [REPORT]))}
    assert rates["economy"].fulfilled == 0 and rates["renewal"].fulfilled == 1
    assert rates["employment"].fulfilled is None and rates["employment"].unreported == 1
    assert rates["urban"].total == 1  # what is not due does not count
    assert {rate.group for rate in fulfilment_rates(track_targets([PLAN], [REPORT]), by="region")} == {"松河市"}


def test_the_command(tmp_path, capsys):
    plan, report, table = tmp_path / "2025.txt", tmp_path / "2026.txt", tmp_path / "actuals.csv"
    plan.write_text("2025年松河市政府工作报告\n二、2025年工作安排\n今年，改造老旧小区120个，建设口袋公园45个。\n松河市人民政府\n", encoding="utf-8")
    report.write_text("2026年松河市政府工作报告\n一、2025年工作回顾\n过去一年，我们改造老旧小区131个。\n松河市人民政府\n", encoding="utf-8")
    table.write_text("指标,实际值,单位,年份,来源\n口袋公园,40,个,2025,台账\n", encoding="utf-8")
    assert main(["track", str(plan), str(report), "--actuals", str(table), "--format", "jsonl"]) == 0
    found = {line["indicator"]: line for line in map(json.loads, capsys.readouterr().out.splitlines())}
    assert next(v for k, v in found.items() if "口袋公园" in k)["verdict"] == "missed"
    for extra in ([], ["--rates", "category"], ["--rates", "region", "--format", "jsonl"]):
        assert main(["track", str(plan), str(report), *extra]) == 0
        assert capsys.readouterr().out
    assert main(["track", str(plan)]) == 1


@pytest.mark.skipif(not SHARED.is_dir(), reason="the consecutive reports lie outside this repository")
def test_one_pair_of_reports_against_the_gold():
    from analyzer import analyze, read_document
    from analyzer.grouping import analysis_to_source

    rows = [row for row in map(json.loads, GOLD.read_text(encoding="utf-8").splitlines()) if row["earlier"].endswith("shanghai")]
    earlier, later = (analysis_to_source(analyze(read_document(str(next(SHARED.glob(f"{rows[0][side]}.*")))))) for side in ("earlier", "later"))
    follows = {(f.target.quote, f.target.indicator): f for f in track_targets([earlier], [later])}
    right = found = wanted = 0
    for row in rows:
        follow = follows.get((row["target"]["quote"], row["target"]["indicator"]))
        got = follow.result.figure if follow and follow.result else None
        wanted += row["result"] is not None
        found += got is not None
        right += bool(got and row["result"] and got.quote == row["result"]["quote"])
    assert right / max(1, found) >= 0.9 and right / wanted >= 0.75


def test_the_gold_is_big_enough():
    rows = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]
    assert sum(row["result"] is not None for row in rows) >= 150
