"""HTML tables → cells in a grid: rowspan and colspan placed as browsers place them."""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from analyzer.ingest.tables import MOST_COLUMNS, MOST_ROWS, GridCell, join_cell

MOST_SPAN = 1000


def table_to_grid(table: etree._Element, cell_text: Callable[[etree._Element], list[str]]) -> list[GridCell]:
    """The cells of a table; rows of nested tables are not its own."""
    cells: list[GridCell] = []
    taken: dict[int, set[int]] = {}  # row → columns that cells above reach down to
    rows = [row for row in table.iter("tr") if next(row.iterancestors("table"), None) is table][:MOST_ROWS]
    for at, row in enumerate(rows):
        parent = row.getparent()
        head = parent is not None and parent.tag == "thead"
        column = 0
        for cell in row:
            if cell.tag not in ("td", "th"):
                continue
            used = taken.get(at, set())
            while column in used:
                column += 1
            if column >= MOST_COLUMNS:
                break
            width = min(_span(cell, "colspan"), MOST_COLUMNS - column)
            height = min(_span(cell, "rowspan") or len(rows) - at, len(rows) - at)
            for below in range(at + 1, at + height):
                taken.setdefault(below, set()).update(range(column, column + width))
            cells.append(GridCell(join_cell(cell_text(cell)), at, column, max(1, height), max(1, width), head or cell.tag == "th"))
            column += max(1, width)
        taken.pop(at, None)
    return cells


def _span(cell: etree._Element, name: str) -> int:
    value = (cell.get(name) or "1").strip()
    return min(int(value), MOST_SPAN) if value.isdigit() and (int(value) or name == "rowspan") else 1
