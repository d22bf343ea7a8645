"""Tables of a reading as grids of cells: real ones by their cells, flattened ones (one cell a line) put back in rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analyzer.pipeline.reading import Line, Reading
from analyzer.records import Block

NUMBER_HEAD = re.compile(r"序号|编号|No\.?|№")
CAPTION_UNIT = re.compile(r"(?:计量)?单\s*位\s*[:：]\s*([^\s、，,；;/）)]{1,8})\s*[）)]?$|[（(]单\s*位\s*[:：]\s*([^\s、，,；;/）)]{1,8})[）)]")
LONGEST_CAPTION = 80
MOST_CELLS = 200_000
LONGEST_CELL = 200


@dataclass(frozen=True, slots=True)
class GridCell:
    start: int
    end: int
    text: str


Row = list[GridCell | None]


def find_grids(reading: Reading, blocks: Sequence[Block]) -> Iterator[tuple[list[str], list[Row], str]]:
    """Each table's column heads, its rows, and the unit that a line above gives for all of it; merged cells stand in all they span."""
    by_block: dict[int, list[Line]] = {}
    captions: dict[int, str] = {}
    for at, line in enumerate(reading.lines):
        if line.cell is not None:
            if line.block not in by_block:
                captions[line.block] = _caption_unit(reading, at)
            by_block.setdefault(line.block, []).append(line)
    for number, lines in by_block.items():
        for head, rows in _block_to_grid(reading, blocks[number], lines):
            yield head, rows, captions[number]
    for head, rows in _flat_grids(reading):
        yield head, rows, ""


def _caption_unit(reading: Reading, at: int) -> str:
    """单位：万元 on one of the two lines above a table, or in its first cells."""
    for line in reading.lines[max(0, at - 2):at + 2]:
        found = CAPTION_UNIT.search(reading.text, line.start, min(line.end, line.start + LONGEST_CAPTION))
        if found:
            return found[1] or found[2]
    return ""


def _block_to_grid(reading: Reading, block: Block, lines: list[Line]) -> Iterator[tuple[list[str], list[Row]]]:
    height = max(cell.row + cell.row_span for cell in block.cells)
    width = max(cell.column + cell.column_span for cell in block.cells)
    if height * width > MOST_CELLS:
        return
    rows: list[Row] = [[None] * width for _ in range(height)]
    header_rows = {cell.row + extra for cell in block.cells if cell.header for extra in range(cell.row_span)} or {0}
    for line in lines:
        cell = block.cells[line.cell or 0]
        content = GridCell(line.start, line.end, reading.text[line.start:line.end])
        for row in range(cell.row, cell.row + cell.row_span):
            for column in range(cell.column, cell.column + cell.column_span):
                rows[row][column] = content
    head = [" ".join(dict.fromkeys(top.text for row in sorted(header_rows) if (top := rows[row][column]))) for column in range(width)]
    yield head, [row for number, row in enumerate(rows) if number not in header_rows]


def _flat_grids(reading: Reading) -> Iterator[tuple[list[str], list[Row]]]:
    """Tables flattened to one cell a line: 序号 and its fellows name the columns until the first row's number."""
    cells = [GridCell(line.start, line.end, reading.text[line.start:line.end].strip()) for line in reading.lines if line.cell is None]
    i = 0
    while i < len(cells):
        if not NUMBER_HEAD.fullmatch(cells[i].text):
            i += 1
            continue
        first = next((j for j in range(i + 2, min(i + 14, len(cells))) if cells[j].text.isdigit()), None)
        if first is None or any(len(cell.text) > 20 for cell in cells[i:first]):
            i += 1
            continue
        width, head, at = first - i, [cell.text for cell in cells[i:first]], first
        rows: list[Row] = []
        while _row_follows(cells, at, width, first=not rows):
            rows.append(list[GridCell | None](cells[at:at + width]))
            at += width
        following = str(int(cells[at - width].text) + 1) if rows else ""
        beside = cells[at - width + 1:at] + cells[at + 1:at + width]  # a row cut off at the end still begins where it should
        if rows and not any(cell.text == following for cell in beside):  # else a merged head made it too wide
            yield head, rows
        i = max(at, i + 1)


def _row_follows(cells: list[GridCell], at: int, width: int, *, first: bool) -> bool:
    """Whether a row begins here: its number comes soon after the one before, and no cell is a paragraph."""
    if at + width > len(cells) or not cells[at].text.isdigit() or len(cells[at].text) > 4:
        return False
    step = 1 if first else int(cells[at].text) - int(cells[at - width].text)
    return 1 <= step <= 3 and all(len(cell.text) <= LONGEST_CELL for cell in cells[at:at + width])
