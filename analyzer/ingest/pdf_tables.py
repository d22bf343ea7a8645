"""Ruling lines → grids of cells, and glyphs → the cells they stand in.

Edges, intersections and cells are pdfplumber's own pure functions; what is a table and what a frame is decided here.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Any

from analyzer.ingest.page import Glyph, Line, Page, Rule
from analyzer.ingest.pdf_lines import glyphs_to_lines, join_lines
from analyzer.ingest.pdf_open_tables import Cells, find_open_tables

SNAP = 3.0  # points within which two rules are one
NARROW = 12.0  # points; no column is narrower
EDGES = 1500  # merged ruling lines a page; pdfplumber's search is quadratic in them
SHORT = 6.0  # points; shorter pieces are dots, dashes and drawings
MIN_FILLED = 0.2  # share of cells with text: below, the lines are a chart's


@dataclass(slots=True)
class GridCell:
    """`lines` hold its text on however many lines; row and column count from 0."""

    row: int
    column: int
    row_span: int
    column_span: int
    box: Rule
    lines: list[Line] = field(default_factory=list)
    header: bool = False

    @property
    def text(self) -> str:
        text = ""
        for line in self.lines:
            text += join_lines(text, line.text) + line.text
        return text


@dataclass(slots=True)
class Grid:
    """One ruled area of one page. `xs` and `ys` are the borders of columns and rows."""

    page: int
    xs: list[float]
    ys: list[float]
    cells: list[GridCell]
    box: Rule
    is_open: bool = False  # columns told by white, not by rules

    @property
    def columns(self) -> int:
        return len(self.xs) - 1


def page_to_grids(page: Page) -> tuple[list[Grid], list[Rule], list[Glyph]]:
    """Tables with their cells' text, frames (ruled areas of one column), and the glyphs that stand in no table."""
    if not page.rules:
        return [], [], page.glyphs
    grids, frames = [], []
    for grid in rules_to_grids(page.rules, page.number):
        if grid.columns > 1:
            grids.append(grid)
        elif grid.ys[-1] - grid.ys[0] > 20:
            frames.append(grid.box)
    outside = _fill(grids, page.glyphs, page.source) if grids else page.glyphs
    tables = [grid for grid in grids if _is_table(grid)]
    if len(tables) < len(grids):  # a drawing's glyphs go back to the body
        frames += [grid.box for grid in grids if all(grid is not table for table in tables)]
        for grid in tables:
            for cell in grid.cells:
                cell.lines = []
        outside = _fill(tables, page.glyphs, page.source)
    for xs, ys, found in find_open_tables(page.rules, outside, page.number, page.source):
        tables.append(open_grid(page.number, xs, ys, found))
        outside = [glyph for glyph in outside if not (xs[0] - SNAP <= (glyph[1] + glyph[3]) / 2 <= xs[-1] + SNAP
                                                      and ys[0] <= (glyph[2] + glyph[4]) / 2 <= ys[-1])]
    return tables, frames, outside


def open_grid(page: int, xs: list[float], ys: list[float], cells: Cells) -> Grid:
    """The grid of a table whose columns are told by white."""
    return Grid(page, xs, ys, [GridCell(row, column, down, across, (0.0, 0.0, 0.0, 0.0), lines, header)
                               for row, column, down, across, lines, header in cells],
                (xs[0], ys[0], xs[-1], ys[-1]), is_open=True)


def rules_to_grids(rules: list[Rule], page: int) -> list[Grid]:
    """Each connected ruled area as a grid without text, frames and drawings too."""
    return [_cells_to_grid(cells, page) for cells in _find_cells(rules)]


def _find_cells(rules: list[Rule]) -> list[list[Rule]]:
    """The cells of each connected ruled area."""
    from pdfplumber import table as plumber

    edges: list[dict[str, Any]] = []
    for left, top, right, bottom in rules:
        if max(right - left, bottom - top) > SHORT / 6:
            edges.append(_edge(left, top, right, bottom))
    if len({edge["orientation"] for edge in edges}) < 2:
        return []
    edges = [edge for edge in plumber.merge_edges(edges, SNAP, SNAP, SNAP, SNAP)
             if max(edge["width"] if edge["orientation"] == "h" else 0, edge["bottom"] - edge["top"]) > SHORT]
    if len(edges) > EDGES or len({edge["orientation"] for edge in edges}) < 2:
        return []
    edges = plumber.merge_edges(edges + _closing_edges(edges), SNAP, SNAP, SNAP, SNAP)
    cells = plumber.intersections_to_cells(plumber.edges_to_intersections(edges, SNAP, SNAP))
    return plumber.cells_to_tables(cells)


def _closing_edges(edges: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Borders that are not drawn: below a cell that the page cuts, and at the open sides of a table."""
    uprights = sorted((edge for edge in edges if edge["orientation"] == "v"), key=lambda edge: edge["x0"])
    level = [edge for edge in edges if edge["orientation"] == "h"]
    closing = []
    for end, pick in (("top", min), ("bottom", max)):
        y = pick(edge[end] for edge in uprights)
        ending = [edge for edge in uprights if abs(edge[end] - y) <= SNAP]
        if len(ending) > 2:
            closing.append(_edge(ending[0]["x0"], y, ending[-1]["x0"], y))
    for end, pick in (("x0", min), ("x1", max)):
        x = pick(edge[end] for edge in level)
        ending = sorted((edge for edge in level if abs(edge[end] - x) <= SNAP), key=lambda edge: edge["top"])
        if len(ending) > 2 and not any(abs(edge["x0"] - x) <= NARROW for edge in uprights):
            low, high = ending[0]["top"], ending[-1]["top"]
            if any(edge["bottom"] > low and edge["top"] < high for edge in uprights):
                closing.append(_edge(x, low, x, high))
    return closing


def _edge(left: float, top: float, right: float, bottom: float) -> dict[str, Any]:
    return {"x0": left, "x1": right, "top": top, "bottom": bottom, "width": right - left, "height": bottom - top,
            "orientation": "h" if right - left > bottom - top else "v"}


def _cells_to_grid(cells: list[Rule], page: int) -> Grid:
    xs = _cluster([x for cell in cells for x in (cell[0], cell[2])])
    ys = _cluster([y for cell in cells for y in (cell[1], cell[3])])
    grid = Grid(page, xs, ys, [], (xs[0], ys[0], xs[-1], ys[-1]))
    taken: set[tuple[int, int]] = set()
    for left, top, right, bottom in sorted(cells, key=lambda cell: (cell[1], cell[0])):
        row, column = _nearest(ys, top), _nearest(xs, left)
        row_span, column_span = max(1, _nearest(ys, bottom) - row), max(1, _nearest(xs, right) - column)
        if (row, column) in taken:
            continue
        taken |= {(r, c) for r in range(row, row + row_span) for c in range(column, column + column_span)}
        grid.cells.append(GridCell(row, column, row_span, column_span, (left, top, right, bottom)))
    return grid


def _cluster(values: list[float]) -> list[float]:
    groups: list[list[float]] = []
    for value in sorted(values):
        if groups and value - groups[-1][-1] <= SNAP:
            groups[-1].append(value)
        else:
            groups.append([value])
    return [sum(group) / len(group) for group in groups]


def _nearest(values: list[float], value: float) -> int:
    index = bisect_right(values, value)
    if index == len(values) or (index and value - values[index - 1] <= values[index] - value):
        return index - 1
    return index


def _fill(grids: list[Grid], glyphs: list[Glyph], source: str) -> list[Glyph]:
    """Puts each glyph into the cell that holds its centre; returns those in none."""
    outside: list[Glyph] = []
    inside: dict[int, list[Glyph]] = {}
    owners = []
    for grid in grids:
        owners.append((grid, {(row, column): cell for cell in grid.cells
                              for row in range(cell.row, cell.row + cell.row_span)
                              for column in range(cell.column, cell.column + cell.column_span)}))
    for glyph in glyphs:
        x, y = (glyph[1] + glyph[3]) / 2, (glyph[2] + glyph[4]) / 2
        for grid, owner in owners:
            if grid.xs[0] <= x <= grid.xs[-1] and grid.ys[0] <= y <= grid.ys[-1]:
                cell = owner.get((bisect_right(grid.ys, y) - 1, bisect_right(grid.xs, x) - 1))
                if cell is not None:
                    inside.setdefault(id(cell), []).append(glyph)
                    break
        else:
            outside.append(glyph)
    for grid in grids:
        for cell in grid.cells:
            if id(cell) in inside:
                cell.lines = glyphs_to_lines(inside[id(cell)], grid.page, source)
    return outside


def _is_table(grid: Grid) -> bool:
    """Charts, layout frames and maps have lines, too: a table has text in many cells and in two columns."""
    filled = [cell for cell in grid.cells if cell.lines]
    if len(filled) < 2 or len(filled) < MIN_FILLED * len(grid.cells):
        return False
    return len({cell.column for cell in filled}) > 1
