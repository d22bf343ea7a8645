"""Grids: heads that name the columns, cells of several paragraphs, rows with merged cells repeated."""

from __future__ import annotations

import pytest

from analyzer.ingest.building import Builder
from analyzer.ingest.tables import GridCell, join_cell, mark_headers, rows_of


def grid(*rows: list[str]) -> list[GridCell]:
    return [GridCell(text, row, column) for row, texts in enumerate(rows) for column, text in enumerate(texts)]


def heads(cells) -> list[str]:
    return [cell.text for cell in mark_headers(cells) if cell.header]


@pytest.mark.parametrize(("rows", "expected", "why"), [
    ([["序号", "任务", "牵头单位"], ["1", "改造小区", "市住建局"]], ["序号", "任务", "牵头单位"], "the usual task table"),
    ([["指标", "2020年", "2025年"], ["城镇化率", "64%", "70%"]], ["指标", "2020年", "2025年"], "years are heads, not numbers"),
    ([["城镇化率", "64%", "70%"], ["森林覆盖率", "40%", "42%"]], [], "no head at all"),
    ([["甲", "乙"]], [], "one row"),
])
def test_heads(rows, expected, why):
    assert heads(grid(*rows)) == expected, why


def test_a_head_of_two_rows():
    cells = [GridCell("指标", 0, 0, 2), GridCell("目标值", 0, 1, 1, 2), GridCell("2024年", 1, 1), GridCell("2025年", 1, 2),
             GridCell("小区", 2, 0), GridCell("100", 2, 1), GridCell("120", 2, 2)]
    assert heads(cells) == ["指标", "目标值", "2024年", "2025年"]


@pytest.mark.parametrize(("parts", "text"), [
    (["牵头", "单位"], "牵头单位"), (["市教育局", "市体育局"], "市教育局 市体育局"), (["一、改造。", "二、新建。"], "一、改造。\n二、新建。"),
    (["", " 120 "], "120"), ([], ""), (["2024", "2025"], "2024 2025"),
])
def test_cells_of_several_paragraphs(parts, text):
    assert join_cell(parts) == text


def test_rows_repeat_merged_cells_and_offsets_point_at_the_cells():
    builder = Builder()
    builder.add("表前文字。")
    builder.add_table([GridCell("类别", 0, 0, 1, 2), GridCell("改造", 1, 0, 2), GridCell("小区", 1, 1), GridCell("管网", 2, 1)])
    document = builder.to_document("a", "docx")
    table = document.blocks[1]
    assert rows_of(document, table) == [["类别", "类别"], ["改造", "小区"], ["改造", "管网"]]
    assert [document.text[c.start:c.end] for c in table.cells] == ["类别", "改造", "小区", "管网"]
    assert document.text[table.start:table.end] == "类别\n改造\t小区\n管网"


def test_a_title_put_before_moves_everything():
    builder = Builder()
    builder.add("改造小区120个。")
    builder.add_table([GridCell("甲", 0, 0), GridCell("乙", 0, 1)])
    builder.prepend("某市方案")
    document = builder.to_document("a", "html")
    assert [document.text[b.start:b.end] for b in document.blocks] == ["某市方案", "改造小区120个。", "甲\t乙"]
    assert document.text[slice(document.blocks[2].cells[1].start, document.blocks[2].cells[1].end)] == "乙"


def test_heads_that_begin_with_a_year_are_heads():
    rows = [["指标", "单位", "2024年实绩", "2025年目标"], ["生产总值", "亿元", "1200", "1270"], ["新增就业", "万人", "3.1", "3.2"]]
    marked = mark_headers([GridCell(text, row, column) for row, line in enumerate(rows) for column, text in enumerate(line)])
    assert [cell.header for cell in marked] == [True] * 4 + [False] * 8
