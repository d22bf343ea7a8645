"""Tables in plain text: lines of tab-separated cells within a text, and files of comma-separated values."""

from __future__ import annotations

import re
from collections.abc import Sequence

from analyzer.ingest.tables import GridCell, mark_headers
from analyzer.records import Block, Cell

COMMA_FIELD = re.compile(r'"(?:[^"]|"")*"|[^,\r\n]*')
SPACED_PART = re.compile(r"\S+(?:[^\S\n]\S+)*")
FIGURE = re.compile(r"[〔\[≥≤<>约+\-]{0,2}[\d.,]+[^\d\s]{0,4}|[-—–－/]{1,2}")
LONGEST_CELL = 200
MEASURED_LINES = 200


def tabbed_tables(text: str, blocks: Sequence[Block]) -> list[Block]:
    """The blocks with runs of two or more lines of as many tabs as table blocks."""
    if "\t" not in text:
        return list(blocks)
    shaped: list[Block] = []
    at = 0
    while at < len(blocks):
        end = at
        tabs = _tabs(text, blocks[at])
        while end < len(blocks) and tabs and _tabs(text, blocks[end]) == tabs:
            end += 1
        if end - at >= 2:
            shaped.append(_table([_fields(text, block.start, block.end, "\t") for block in blocks[at:end]], text))
            at = end
        else:
            shaped.append(blocks[at])
            at += 1
    return shaped


def spaced_tables(text: str, blocks: Sequence[Block]) -> list[Block]:
    """The blocks with runs of three or more lines of columns set with blanks as table blocks, if a column holds figures in each row."""
    shaped: list[Block] = []
    at = 0
    while at < len(blocks):
        first = _spaced(text, blocks[at])
        rows = [first] if first else []
        while rows and at + len(rows) < len(blocks) and len(following := _spaced(text, blocks[at + len(rows)])) == len(first):
            rows.append(following)
        if len(rows) > 2 and any(all(FIGURE.fullmatch(text, *row[column]) for row in rows[1:]) for column in range(1, len(first))):
            shaped.append(_table(rows, text))
            at += len(rows)
        else:
            shaped.append(blocks[at])
            at += 1
    return shaped


def _spaced(text: str, block: Block) -> list[tuple[int, int]]:
    """Where the parts of a line between two or more blanks begin and end; [] for fewer than three, and for prose."""
    line = text[block.start:block.end].rstrip()
    if block.kind != "paragraph" or "\n" in line or "  " not in line and "\u3000\u3000" not in line or len(line) > LONGEST_CELL or line[-1:] in "。；：":
        return []
    parts = [(block.start + part.start(), block.start + part.end()) for part in SPACED_PART.finditer(line)]
    return parts if len(parts) > 2 else []


def _tabs(text: str, block: Block) -> int:
    line = text[block.start:block.end]
    cells = line.split("\t")
    if block.kind != "paragraph" or "\n" in line or len(cells) < 2 or max(map(len, cells)) > LONGEST_CELL:
        return 0
    return len(cells) - 1 if sum(bool(cell.strip()) for cell in cells) >= 2 else 0


def commas_to_blocks(text: str) -> tuple[Block, ...] | None:
    """One table block for a file of comma-separated values, None for anything else."""
    lines = [(match.start(), match.end()) for match in re.finditer(r"[^\r\n]+", text)]
    first = text[slice(*lines[0])] if lines else ""
    if len(lines) < 2 or first.count(",") < 1 or "。" in first or "，" in first:
        return None
    rows = [_fields(text, start, end, ",") for start, end in lines]
    if len({len(row) for row in rows[:MEASURED_LINES]}) != 1 or any(len(row) != len(rows[0]) for row in rows):
        return None
    return (_table(rows, text),)


def _fields(text: str, start: int, end: int, mark: str) -> list[tuple[int, int]]:
    """Where the cells of a line begin and end, without their quotes and outer blanks."""
    fields: list[tuple[int, int]] = []
    at = start
    while at <= end:
        if mark == ",":
            match = COMMA_FIELD.match(text, at, end)
            stop = match.end() if match else end
        else:
            found = text.find(mark, at, end)
            stop = found if found >= 0 else end
        low, high = at, stop
        if mark == "," and high - low >= 2 and text[low] == text[high - 1] == '"':
            low, high = low + 1, high - 1
        while low < high and text[low].isspace():
            low += 1
        while low < high and text[high - 1].isspace():
            high -= 1
        fields.append((low, high))
        at = stop + 1
    return fields


def _table(rows: Sequence[Sequence[tuple[int, int]]], text: str) -> Block:
    places = [(row, column, *place) for row, fields in enumerate(rows) for column, place in enumerate(fields)]
    marked = mark_headers([GridCell(text[low:high], row, column) for row, column, low, high in places])
    cells = tuple(Cell(low, high, row, column, header=mark.header) for (row, column, low, high), mark in zip(places, marked, strict=True))
    return Block("table", min(cell.start for cell in cells), max(cell.end for cell in cells), cells=cells)
