"""XLSX and XLS: tables with merged ranges, values as they are seen, hidden parts told."""

from __future__ import annotations

import datetime

import pytest
from office_samples import DATA, xlsx

from analyzer.ingest.sheet import column_number, ranges, read_sheet, show
from analyzer.ingest.tables import rows_of


def indicators(workbook):
    sheet = workbook.add_worksheet("主要指标")
    percent = workbook.add_format({"num_format": "0.0%"})
    day = workbook.add_format({"num_format": "yyyy-mm-dd"})
    sheet.merge_range("A1:D1", "某市“十五五”主要指标")
    sheet.write_row("A2", ["类别", "指标", "2025年", "完成时间"])
    sheet.merge_range("A3:A4", "民生")
    sheet.write("B3", "城镇化率")
    sheet.write_number("C3", 0.725, percent)
    sheet.write_datetime("D3", datetime.datetime(2025, 12, 31), day)
    sheet.write_row("B4", ["新增就业（万人）", 45])
    sheet.write("A6", "注：数据为初步统计。")
    sheet.set_row(3, None, None, {"hidden": True})
    other = workbook.add_worksheet("底稿")
    other.write("A1", "秘密")
    other.hide()


def test_a_sheet_of_indicators():
    document = read_sheet(xlsx(indicators), "a.xlsx")
    kinds = [(b.kind, document.text[b.start:b.end]) for b in document.blocks if b.kind != "table"]
    assert kinds == [("heading", "某市“十五五”主要指标"), ("paragraph", "注：数据为初步统计。")]
    table = next(b for b in document.blocks if b.kind == "table")
    assert rows_of(document, table) == [["类别", "指标", "2025年", "完成时间"], ["民生", "城镇化率", "72.5%", "2025年12月31日"],
                                        ["民生", "新增就业（万人）", "45", ""]]
    assert [c.header for c in table.cells[:5]] == [True] * 4 + [False]
    assert "秘密" not in document.text
    assert any("底稿" in warning for warning in document.warnings)
    assert any("hidden rows 4" in warning for warning in document.warnings)


def test_two_tables_on_one_sheet_are_parted_at_the_blank_row():
    def fill(workbook):
        sheet = workbook.add_worksheet()
        for row in (0, 5):
            sheet.write_row(row, 0, ["序号", "任务", "牵头单位"])
            sheet.write_row(row + 1, 0, [1, "改造小区", "市住建局"])
            sheet.write_row(row + 2, 0, [2, "建设公园", "市城管局"])

    assert len([b for b in read_sheet(xlsx(fill), "a.xlsx").blocks if b.kind == "table"]) == 2


def test_an_old_workbook():
    document = read_sheet((DATA / "tasks.xls").read_bytes(), "tasks.xls")
    table = next(b for b in document.blocks if b.kind == "table")
    assert document.format == "xls"
    assert rows_of(document, table)[1] == ["1", "改造老旧小区120个", "市住房城乡建设局", "2026年6月底前", "72.5%"]
    assert any("hidden rows 4" in warning for warning in document.warnings)


@pytest.mark.parametrize(("value", "decimals", "text"), [
    (15767.0, None, "15767"), (0.1 + 0.2, None, "0.3"), (0.05, 0, "5%"), (0.1234, 2, "12.34%"), (True, None, "TRUE"), (None, None, ""),
    (datetime.date(2025, 3, 1), None, "2025年3月1日"), (datetime.datetime(2025, 3, 1, 9, 30), None, "2025年3月1日 09:30"), (" 文字\r\n", None, "文字"),
])
def test_values_as_they_are_seen(value, decimals, text):
    assert show(value, decimals) == text


def test_small_helpers():
    assert [column_number(name) for name in ("A", "Z", "AA", "XFD")] == [0, 25, 26, 16383]
    assert ranges([2, 3, 4, 7]) == "2–4, 7"
