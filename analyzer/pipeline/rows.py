"""Rows of tables, whole or flattened to one cell a line: which lines belong together, and what stands above a cell."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from analyzer.pipeline.reading import Reading
from analyzer.records import Document

ROW_NUMBER = re.compile(r"\d{1,3}")
HEAD_CELL = re.compile(r"序号|编号")
LONGEST_ROW = 40  # lines; more between two numbers is text, not a row
FEWEST_ROWS = 3
MOST_HEADS, MOST_COLUMNS = 12, 200  # rows that stand above a cell, columns that one reaches over


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
    full = sorted((cell for cell in cells if cell.start < cell.end), key=lambda cell: cell.start)
    placed = []
    for number in numbers:
        start = reading.offsets[reading.lines[number].start]
        index = bisect_right(full, start, key=lambda cell: cell.start) - 1
        if index >= 0 and start < full[index].end:
            placed.append((number, full[index]))
    if not placed:
        return []
    marked = {cell.row for _, cell in placed if cell.header}
    head_rows = marked or {min(cell.row for _, cell in placed)}
    highest = set(sorted(head_rows)[:MOST_HEADS])
    tops = [(reading.text[reading.lines[number].start:reading.lines[number].end], cell) for number, cell in placed if cell.row in highest]
    over: dict[int, list[int]] = {}  # column → the heads above it, by their places in `tops`
    for place, (_, head) in enumerate(tops):
        for column in range(head.column, head.column + min(head.column_span, MOST_COLUMNS)):
            over.setdefault(column, []).append(place)
    rows: dict[int, list[int]] = {}
    for number, cell in placed:
        rows.setdefault(cell.row, []).append(number)
        if cell.row not in head_rows:
            columns = range(cell.column, cell.column + min(cell.column_span, MOST_COLUMNS))
            heads[number] = " ".join(tops[place][0] for place in sorted({place for column in columns for place in over.get(column, ())}))
    return [Row(min(lines), max(lines)) for row, lines in rows.items() if row not in head_rows]


def _flat_rows(reading: Reading) -> list[Row]:
    """Runs of lines that begin with 1, 2, 3 … alone on a line, as a table pasted as text leaves them.

    Bare values of cells (5, 12) are such lines too: the longest run that counts on by one wins.
    """
    places: dict[int, list[int]] = {}
    for number, line in enumerate(reading.lines):
        text = reading.text[line.start:line.end]
        if len(text) <= 3 and ROW_NUMBER.fullmatch(text):
            places.setdefault(int(text), []).append(number)
    best: dict[int, tuple[int, int | None]] = {}  # line → length of the run that starts there, and its next line
    for value in sorted(places, reverse=True):
        for line_number in places[value]:
            ahead = places.get(value + 1, [])
            followers = ahead[bisect_right(ahead, line_number):bisect_right(ahead, line_number + LONGEST_ROW)]
            following = max(followers, key=lambda other: (best[other][0], -other), default=None)
            best[line_number] = (1 + best[following][0] if following is not None else 1, following)
    rows: list[Row] = []
    taken = -1
    for line_number in sorted(best):
        if line_number <= taken or best[line_number][0] < FEWEST_ROWS:
            continue
        if any(best[other][0] > best[line_number][0] for other in range(line_number + 1, line_number + LONGEST_ROW) if other in best):
            continue
        run: list[int] = []
        here: int | None = line_number
        while here is not None:
            run.append(here)
            here = best[here][1]
        found = _close(run, reading)
        taken = found[-1].last if found else taken
        rows += found
    return rows


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
