"""Rows of tables, whole or flattened to one cell a line: which lines belong together, and what stands above a cell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from analyzer.pipeline.reading import Reading
from analyzer.records import Document

ROW_NUMBER = re.compile(r"\d{1,3}")
HEAD_CELL = re.compile(r"序号|编号")
LONGEST_ROW = 40  # lines; more between two numbers is text, not a row
FEWEST_ROWS = 3


@dataclass(frozen=True, slots=True)
class Row:
    """Lines `first`–`last` (both included) of the reading are one row."""

    first: int
    last: int


def find_rows(document: Document, reading: Reading) -> tuple[tuple[Row, ...], dict[int, str]]:
    """The rows in order, and for a body cell's line the text of the head cells above it."""
    rows = list(_flat_rows(reading))
    heads: dict[int, str] = {}
    by_block: dict[int, list[int]] = {}
    for number, line in enumerate(reading.lines):
        if document.blocks[line.block].cells:
            by_block.setdefault(line.block, []).append(number)
    for block, numbers in by_block.items():
        rows += _table_rows(document, reading, block, numbers, heads)
    return tuple(sorted(rows, key=lambda row: row.first)), heads


def _table_rows(document: Document, reading: Reading, block: int, numbers: Sequence[int], heads: dict[int, str]) -> list[Row]:
    cells = document.blocks[block].cells
    placed = []
    for number in numbers:
        start = reading.offsets[reading.lines[number].start]
        cell = next((cell for cell in cells if cell.start <= start < cell.end), None)
        if cell is not None:
            placed.append((number, cell))
    if not placed:
        return []
    marked = {cell.row for _, cell in placed if cell.header}
    head_rows = marked or {min(cell.row for _, cell in placed)}
    rows: dict[int, list[int]] = {}
    for number, cell in placed:
        rows.setdefault(cell.row, []).append(number)
        if cell.row not in head_rows:
            above = [reading.text[reading.lines[other].start:reading.lines[other].end] for other, head in placed
                     if head.row in head_rows and head.column < cell.column + cell.column_span
                     and cell.column < head.column + head.column_span]
            heads[number] = " ".join(above)
    return [Row(min(lines), max(lines)) for row, lines in rows.items() if row not in head_rows]


def _flat_rows(reading: Reading) -> list[Row]:
    """Runs of lines that begin with 1, 2, 3 … alone on a line, as a table pasted as text leaves them."""
    starts: list[tuple[int, int]] = []
    for number, line in enumerate(reading.lines):
        text = reading.text[line.start:line.end]
        if len(text) <= 3 and ROW_NUMBER.fullmatch(text):
            starts.append((number, int(text)))
    rows: list[Row] = []
    run: list[int] = []
    for index, (line_number, value) in enumerate(starts):
        if index and value == starts[index - 1][1] + 1 and line_number - starts[index - 1][0] <= LONGEST_ROW:
            run.append(line_number)
            continue
        rows += _close(run, reading)
        run = [line_number]
    return rows + _close(run, reading)


def _close(run: Sequence[int], reading: Reading) -> list[Row]:
    if len(run) < FEWEST_ROWS:
        return []
    rows = []
    for first, following in zip(run, [*run[1:], None], strict=True):
        last = min(len(reading.lines), first + LONGEST_ROW if following is None else following) - 1
        for number in range(first + 1, last + 1):
            line = reading.lines[number]
            if HEAD_CELL.fullmatch(reading.text[line.start:line.end]) or (following is None and line.end - line.start > 120):
                last = number - 1
                break
        rows.append(Row(first, last))
    return rows
