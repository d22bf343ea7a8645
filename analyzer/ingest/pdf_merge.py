"""Tables that run over several pages → one grid: repeated heads once, cut rows and merged cells whole."""

from __future__ import annotations

import re
from itertools import pairwise

from analyzer.ingest.page import Line
from analyzer.ingest.pdf_paragraphs import BETWEEN_PARTS, Element
from analyzer.ingest.pdf_tables import Grid, GridCell

NEAR = 6.0  # points within which the borders of two pages' columns are the same
ENDED = "。；！？;.!?”）)"
COUNTER = re.compile(r"[\d一二三四五六七八九十（()）.、\s]{1,8}$")
UNIT_LINE = re.compile(r"[（(]?\s*单位[:：].{1,30}$")


def merge_tables(elements: list[Element], head_depth) -> list[Element]:
    """Elements with tables continued on the next page merged into the first part.

    `head_depth(grid)` is the number of head rows of a grid.
    """
    merged: list[Element] = []
    last: Element | None = None  # the open table
    last_page = 0
    waiting: list[Element] = []  # 续表 and unit lines seen since, body only if no table follows
    for element in elements:
        if element.kind == "table" and element.grid:
            if last and last.grid and element.grid.page == last_page + 1 and _fits(last.grid, element.grid):
                repeated = _append(last.grid, element.grid, head_depth(last.grid))
                for each in waiting:
                    each.kind, each.aside = "furniture", True
                if repeated:
                    merged.append(Element("furniture", repeated, aside=True))
            else:
                last = element
                merged.append(element)
            last_page, waiting = element.grid.page, []
            continue
        merged.append(element)
        if element.aside:
            continue
        if last and (BETWEEN_PARTS.match(element.text) or UNIT_LINE.match(element.text)):
            waiting.append(element)
        else:
            last, waiting = None, []
    return merged


def _fits(first: Grid, second: Grid) -> bool:
    """Whether the columns of two pages' tables are the same, or one's are among the other's."""
    if first.is_open and second.is_open:
        middles = [(left + right) / 2 for left, right in pairwise(second.xs)]
        heads = [_rows_text(grid, 1) for grid in (first, second) if any(cell.header for cell in grid.cells)]
        return len(first.xs) == len(second.xs) and all(
            left < middle < right for (left, right), middle in zip(pairwise(first.xs), middles, strict=True)) and (
            len(heads) < 2 or heads[0] == heads[1])
    if abs(first.xs[-1] - first.xs[0] - second.xs[-1] + second.xs[0]) > 2 * NEAR:
        return False
    shift = first.xs[0] - second.xs[0]
    few, many = sorted((first.xs, [x + shift for x in second.xs]), key=len)
    return all(any(abs(x - other) <= NEAR for other in many) for x in few)


def _append(first: Grid, second: Grid, head: int) -> list[Line]:
    """Adds the rows of `second` below `first`; returns the lines of a repeated head."""
    shift = first.xs[0] - second.xs[0]
    _share_columns(first, second, shift)
    repeated: list[Line] = []
    if head and _rows_text(first, head) == _rows_text(second, head):
        repeated = [line for cell in second.cells if cell.row < head for line in cell.lines]
        second.cells = [cell for cell in second.cells if cell.row >= head]
        for cell in second.cells:
            cell.row -= head
        second.ys = second.ys[head:]
    _close_cut_row(first, second)
    offset = len(first.ys) - 1
    for cell in second.cells:
        cell.row += offset
    first.cells += second.cells
    first.ys = first.ys + second.ys[1:]  # of different pages: only their number counts from here on
    return repeated


def _share_columns(first: Grid, second: Grid, shift: float) -> None:
    moved = [x + shift for x in second.xs]
    if len(moved) == len(first.xs):
        return
    target = first.xs if len(first.xs) > len(moved) else moved
    for grid, own in ((first, first.xs), (second, moved)):
        at = [min(range(len(target)), key=lambda i: abs(target[i] - x)) for x in own]  # noqa: B023
        for cell in grid.cells:
            start, end = at[cell.column], at[cell.column + cell.column_span]
            cell.column, cell.column_span = start, max(1, end - start)
        grid.xs = list(target)


def _rows_text(grid: Grid, rows: int) -> list[tuple[int, int, str]]:
    return sorted((cell.row, cell.column, re.sub(r"\s", "", cell.text)) for cell in grid.cells if cell.row < rows)


def _close_cut_row(first: Grid, second: Grid) -> None:
    """Joins what the page break cut: a row whose text runs on, or a merged cell that spans both pages."""
    bottom = len(first.ys) - 1
    over = {(cell.column, cell.column_span): cell for cell in first.cells if cell.row + cell.row_span == bottom}
    top = sorted((cell for cell in second.cells if cell.row == 0), key=lambda cell: cell.column)
    pairs = [(over.get((cell.column, cell.column_span)), cell) for cell in top]
    leading = []
    for above, cell in pairs:
        if cell.lines or above is None:
            break
        leading.append((above, cell))
    if _is_cut_row(first, pairs, leading):
        depth = min(cell.row_span for cell in top)
        for above, cell in pairs:
            if above is not None:
                above.lines += cell.lines
                above.row_span += cell.row_span - depth
        gone = {id(cell) for above, cell in pairs if above is not None}
        second.cells = [cell for cell in second.cells if id(cell) not in gone]
        for cell in second.cells:
            cell.row = max(0, cell.row - depth)
        second.ys = second.ys[depth:]
        return
    for above, cell in leading:
        above.row_span += cell.row_span
    gone = {id(cell) for _, cell in leading}
    second.cells = [cell for cell in second.cells if id(cell) not in gone]


def _is_cut_row(first: Grid, pairs: list[tuple[GridCell | None, GridCell]],
                leading: list[tuple[GridCell, GridCell]]) -> bool:
    """Whether the row on top of a page is the rest of the last one: its short cells ended on the page before."""
    depth = min((cell.row_span for _, cell in pairs), default=1)
    ended = [(above, cell) for above, cell in pairs if cell.row_span == depth and not cell.lines
             and above is not None and above.lines and _is_usually_filled(first, cell.column)]
    if not ended or not any(cell.lines and above is not None and above.lines for above, cell in pairs):
        return False
    if any(all(cell is not lead for _, lead in leading) for _, cell in ended):
        return True
    if all(above.row_span == 1 and COUNTER.match(above.text) for above, _ in leading):
        return True  # a number of its own a row: never merged over rows
    rest = [above.text for above, cell in pairs if above is not None and cell.lines]
    return len(rest) == 1 and rest[0][-1:] not in ENDED


def _is_usually_filled(grid: Grid, column: int) -> bool:
    own = [bool(cell.lines) for cell in grid.cells if cell.column == column]
    return sum(own) >= 0.7 * len(own)
