"""对比 and 进展 under AppTest: what they show, both languages, joining and splitting, actual values, hostile titles."""

from __future__ import annotations

import io
from dataclasses import replace

import openpyxl
import pytest
from conftest import check
from library_samples import make_analysis, make_document, make_figure

from analyzer import store as library
from analyzer.export.comparison import follows_to_workbook, lines_to_workbook
from analyzer.ui.aligned import likely_pair, one_of_each, row_to_figure


def _report(store, year: str, text: str, rows, *, title: str | None = None) -> int:
    document = make_document(text, name=f"{year}.txt", title=title or f"{year}年松河市政府工作报告")
    document = replace(document, dates={"written": f"{year}-01-15"})
    figures = tuple(make_figure(document, quote, value, unit, comparator, indicator, action, status, period)
                    for quote, value, unit, comparator, indicator, action, status, period in rows)
    return library.save_analysis(store, make_analysis(document, figures))


@pytest.fixture
def reports(home):
    store = library.open_store(home=home)
    _report(store, "2025", "今年，改造老旧小区120个以上，建设口袋公园45个，新增养老床位900张。", [
        ("120个", 120, "个", "ge", "老旧小区", "改造", "planned", "2025"), ("45个", 45, "个", "eq", "口袋公园", "建设", "planned", "2025"),
        ("900张", 900, "张", "eq", "养老床位", "新增", "planned", "2025")])
    _report(store, "2026", "过去一年，改造城镇老旧小区131个。今年，改造老旧小区80个左右，开通公交线路3条。", [
        ("131个", 131, "个", "eq", "城镇老旧小区", "改造", "achieved", "2025"), ("80个", 80, "个", "approx", "老旧小区", "改造", "planned", "2026"),
        ("3条", 3, "条", "eq", "公交线路", "开通", "planned", "2026")])
    return store


def _all(app) -> str:
    kinds = ("title", "markdown", "info", "caption", "warning", "success", "error", "subheader", "text")
    return "\n".join([str(e.value) for kind in kinds for e in getattr(app, kind)] + [e.proto.body for e in app.get("html")])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_both_pages_in_both_languages(reports, page, language):
    for address in ("compare", "progress"):
        app = page(address, lang=language)
        assert len(app.dataframe) >= 1
    app = page("compare", lang=language)
    for view in ("matrix", "series", "text", "side"):
        check(app.button_group(key="compare_view").set_value(view).run())


def test_lowered_and_weaker_with_both_sentences(reports, page):
    app = page("compare")
    frame = app.dataframe[0].value
    row = frame[frame["指标"] == "城镇老旧小区改造"].iloc[0]
    assert row["变化"] == "降低" and row["措辞"] == "措辞更软"
    assert "今年，改造老旧小区" in _all(app) and _all(app).count('class="q"') == 2


def test_joining_is_kept_and_can_be_undone(reports, page):
    app = page("compare")
    before = len(app.dataframe[0].value)
    key = next(box.key for box in app.selectbox if str(box.key).startswith("join_"))
    options = app.selectbox(key=key).options
    check(app.selectbox(key=key).select(options[0]).run())
    check(app.button(key="join").click().run())
    assert library.read_setting(reports, "alignment")
    app = page("compare")
    assert len(app.dataframe[0].value) <= before
    check(app.button(key="unjoin").click().run())
    assert len(page("compare").dataframe[0].value) == before


def test_progress_shows_both_sources_and_the_share_without_a_result(reports, page):
    app = page("progress")
    values = {metric.label: metric.value for metric in app.metric}
    assert values["超额完成"] == "1" and values["未公布"] == "2"
    assert "67%" in _all(app)
    frame = app.dataframe[0].value
    assert "未公布" in frame.columns
    assert _all(app).count('class="q"') == 2
    check(app.toggle(key="progress_ahead").set_value(True).run())
    assert int({m.label: m.value for m in app.metric}["未公布"]) == 4


def test_a_stored_actual_value_decides(reports, page):
    row = next(r for r in library.read_figures(reports, library.find(reports).ids) if r["quote"] == "45个")
    library.save_actual(reports, row["key"], 40, who="测试", unit="个", period="2025", source="台账")
    app = page("progress")
    assert {m.label: m.value for m in app.metric}["未完成"] == "1"


def test_a_hostile_title_stays_text(reports, page):
    _report(reports, "2027", "改造老旧小区90个。", [("90个", 90, "个", "eq", "老旧小区", "改造", "planned", "2027")],
            title="<img src=x onerror=alert(1)>**粗**")
    for address in ("compare", "progress"):
        app = page(address)
        assert "<img src=x" not in "".join(e.proto.body for e in app.get("html"))


def test_the_sheets_have_every_row_with_both_sources(reports):
    from analyzer.compare import compare_sources
    from analyzer.grouping import Source
    from analyzer.track import track_targets

    sources = [Source(f"报告{n}", tuple(row_to_figure(r) for r in library.figures_of(reports, n)), "松河市", None, year, str(n))
               for n, year in ((1, "2025"), (2, "2026"))]
    lines = compare_sources(sources)
    for language, name in (("zh", "比较表"), ("en", "Comparison")):
        sheet = openpyxl.load_workbook(io.BytesIO(lines_to_workbook(lines, sources, language=language)))[name]
        assert sheet.max_row == len(lines) + 1
    follows = track_targets(sources, sources)
    book = openpyxl.load_workbook(io.BytesIO(follows_to_workbook(follows)))
    heads = [cell.value for cell in book["进展表"][1]]
    rows = [dict(zip(heads, (c.value for c in row), strict=True)) for row in book["进展表"].iter_rows(min_row=2)]
    done = next(row for row in rows if row["结论"] == "超额完成")
    assert "老旧小区" in done["目标原句"] and "131" in done["结果原句"] and done["结果出处"] == "报告2"
    assert "未公布占比" in [cell.value for cell in book["完成率"][1]]


def test_the_workbook_of_the_export_page_holds_both_sheets(reports, page):
    from analyzer.store import Filters
    from analyzer.ui.pages.exports import Task

    page("export")
    task = Task(Filters(), "document", "zh", [], "http://127.0.0.1:8501")
    names = openpyxl.load_workbook(io.BytesIO(task.workbook())).sheetnames
    assert {"目标表", "比较表", "进展表", "完成率", "说明"} <= set(names)


def _row(number: int, title: str, region: str, written: str, **fields) -> dict:
    return {"id": number, "title": title, "name": f"{number}.txt", "region": region, "written": written, "published": None, "genre": None,
            "figures": 10, "reviewed": 0, **fields}


def test_what_is_compared_first():
    reports = [_row(n, f"{year}年甲省政府工作报告", "甲省", f"{year}-01-15") for n, year in ((1, 2024), (2, 2025), (3, 2026))]
    others = [_row(8, "甲省水利规划（2026—2030年）", "甲省", "2026-06-01"), _row(9, "2026年乙省政府工作报告", "乙省", "2026-02-01")]
    assert likely_pair([*others, *reports]) == [2, 3]  # the series of one region, the latest two
    assert likely_pair([reports[0], reports[2], others[1]]) == [1, 3]
    assert likely_pair([others[0], reports[1], others[1]]) == [2, 8]  # else one region
    assert likely_pair([others[1], others[0]]) == [9, 8]
    assert likely_pair([others[0]]) == [8]


def test_a_document_in_two_formats_counts_once():
    one, two = (_row(n, "甲省规划", "甲省", "2026-01-01", name=name) for n, name in ((1, "a.pdf"), (2, "a.docx")))
    later = _row(3, "甲省规划", "甲省", "2027-01-01")
    assert one_of_each([later, two, one]) == [later, two] and one_of_each([two, {**one, "reviewed": 3}]) == [{**one, "reviewed": 3}]
