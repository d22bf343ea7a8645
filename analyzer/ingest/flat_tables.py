"""Tables that were flattened to one cell a line: put together again where every row fits, else left as lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from analyzer.ingest.flat_lines import NUMBERED, Found
from analyzer.ingest.flat_numbered import find_numbered, first_number
from analyzer.ingest.flat_typed import find_typed
from analyzer.records import Block, Box, Cell

FIRST = re.compile(r"(?:序\s*号|编\s*号|序|(?:主要)?指\s*标(?:名称)?|类\s*别|"
                   r"项\s*目(?:名称)?|名\s*称|任\s*务(?:名称)?|工作任务|重点任务|地\s*区|区\s*域|年\s*份|事\s*项)$")
EMPTY_LINE = re.compile(r"\n[^\S\n]*\r?\n")


def rebuild_tables(text: str, blocks: Sequence[Block]) -> list[Block]:
    """The blocks with flattened tables as table blocks; a table is rebuilt whole or not at all."""
    lines = [text[block.start:block.end].strip() if block.kind == "paragraph" else "\0" for block in blocks]
    stops = _find_stops(text, blocks)
    rebuilt: list[Block] = []
    at = inside = 0  # lines before `inside` are heads of a numbered table whose rows differ; no other table begins there
    while at < len(blocks):
        found = None
        if at >= inside and FIRST.match(lines[at]) and not _is_caption(lines, at):
            near = lines[:stops[at]] if at + 4 < stops[at] < len(blocks) else lines  # heads stand without empty lines between them
            numbered = NUMBERED.match(lines[at]) is not None
            found = (find_numbered(near, at) if numbered else None) or find_typed(near, at)
            if numbered and not found:
                inside = first_number(lines, at) or inside
        if found:
            rebuilt.append(_table(blocks, found))
            at = max(place for cell in found.rows[-1] for place in cell) + 1
        else:
            rebuilt.append(blocks[at])
            at += 1
    return rebuilt


def _is_caption(lines: Sequence[str], at: int) -> bool:
    """Whether the next line is the first head and this one the table's name: 主要指标 above 指标."""
    following = lines[at + 1] if at + 1 < len(lines) else ""
    return FIRST.match(following) is not None and lines[at] != following and lines[at].endswith(following)


def restore_tables(text: str, blocks: Sequence[Block], centred: frozenset[int]) -> tuple[list[Block], frozenset[int]]:
    """`rebuild_tables` for a reader that knows which blocks (by number) stand centred; and their new numbers."""
    rebuilt = rebuild_tables(text, blocks)
    if len(rebuilt) == len(blocks):
        return rebuilt, centred
    starts = {blocks[number].start for number in centred}
    return rebuilt, frozenset(number for number, block in enumerate(rebuilt) if block.start in starts and not block.cells)


def _find_stops(text: str, blocks: Sequence[Block]) -> list[int]:
    """For each block the next one that an empty line stands before."""
    stops = [len(blocks)] * len(blocks)
    for place in range(len(blocks) - 1, 0, -1):
        stops[place - 1] = place if EMPTY_LINE.search(text, blocks[place - 1].end, blocks[place].start) else stops[place]
    return stops


def _table(blocks: Sequence[Block], found: Found) -> Block:
    cells = _two_levels(blocks, found) if found.each else [
        Cell(blocks[parts[0]].start, blocks[parts[-1]].end, 0, column, header=True) for column, parts in enumerate(found.heads)]
    width = max(cell.column for cell in cells) + 1
    open_cells: dict[int, int] = {}  # column → place in `cells` of the last one, with which empty ones below may be merged
    for row, layout in enumerate(found.rows, 2 if found.each else 1):
        for column, parts in enumerate(layout):
            if parts:
                open_cells[column] = len(cells)
                cells.append(Cell(blocks[parts[0]].start, blocks[parts[-1]].end, row, column, 1, width if len(layout) == 1 else 1))
            elif column in open_cells and all(not other for other in layout[bool(layout[0]):column]):
                above = cells[open_cells[column]]
                cells[open_cells[column]] = replace(above, row_span=row - above.row + 1)
        if len(layout) == 1:
            open_cells = {}
    cells.sort(key=lambda cell: cell.start)
    assert all(one.end <= other.start for one, other in pairwise(cells))
    first, last = (next(block for block in blocks if block.start <= cell.start < block.end) for cell in (cells[0], cells[-1]))
    box = _around(first.box, last.box) if first.page == last.page else first.box
    return Block("table", cells[0].start, cells[-1].end, page=first.page, box=box, cells=tuple(cells), source=first.source)


def _around(first: Box | None, last: Box | None) -> Box | None:
    if first is None or last is None:
        return first
    return min(first[0], last[0]), min(first[1], last[1]), max(first[2], last[2]), max(first[3], last[3])


def _two_levels(blocks: Sequence[Block], found: Found) -> list[Cell]:
    """The heads of a table whose last columns stand in groups: single heads span both rows, a group's spans its columns."""
    width = max(len(row) for row in found.rows)
    groups = len(found.heads) - width
    single = width - groups * found.each
    cells = []
    for number, (place,) in enumerate(found.heads):
        start, end = blocks[place].start, blocks[place].end
        if number < single:
            cells.append(Cell(start, end, 0, number, 2, 1, header=True))
        elif number < single + groups:
            cells.append(Cell(start, end, 0, single + (number - single) * found.each, 1, found.each, header=True))
        else:
            cells.append(Cell(start, end, 1, number - groups, header=True))
    return cells
