"""Tables without any rules: columns by the white between texts that stand one below the other, rows by the values of one column."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from analyzer.ingest.outline import find_numbering
from analyzer.ingest.page import Line
from analyzer.ingest.pdf_lines import split_line
from analyzer.ingest.pdf_open_tables import GAP, Cells, column_of, find_columns, place_head, with_lone_columns
from analyzer.ingest.tables import HEAD_WORDS

FAR = 3.4  # line heights from one line to the next one of the same table, at most
SHORT = 0.6  # of the width of the page's text: a line alone that is longer is prose
LONGEST_VALUE, LONGEST_HEAD, LONGEST_PART = 16, 20, 60
VALUE = re.compile(r"[^\d一-鿿]{0,3}(?:[一-鿿]{1,3}\s?)?\d|[-—–－/]{1,2}$|(?:约束|预期|指导)性$")
LEADER = re.compile(r"[.…·．]{4}")
LAST = 2  # lines at the foot of a page: the table may run on overleaf, below it stands the page's number
SAME = 1.0  # points within which two gaps are one
NARROW = 8  # line heights: a column of full names is wider
NEAR_EDGE = 1.6  # line heights: a part that ends so near its column's edge may go on below

Parted = tuple[Line, list[Line]]


@dataclass(frozen=True, slots=True)
class BareTable:
    """Borders of columns and rows, the cells, and the lines of the page that they hold."""

    xs: list[float]
    ys: list[float]
    cells: Cells
    lines: list[Line]


def find_bare_tables(lines: Sequence[Line], *, above: Sequence[float] = ()) -> list[BareTable]:
    """The tables among a page's lines; `above` are the borders of the columns of one that may run on from the page before."""
    if not any(" " in line.text for line in lines):
        return []
    width = max(line.right for line in lines) - min(line.left for line in lines)
    parted = [(line, split_line(line, GAP) if " " in line.text else [line]) for line in lines]
    found = []
    for region in _regions(parted, SHORT * width):
        table = _region_to_table(region, above, cut=region[-1][0].top >= lines[-LAST:][0].top)
        if table:
            found.append(table)
    return found


def _regions(parted: Sequence[Parted], short: float) -> list[list[Parted]]:
    """Runs of near lines of several parts, and of single short ones between and behind these."""
    regions: list[list[Parted]] = []
    current: list[Parted] = []
    lead: Line | None = None  # the first line of a cell whose row's other cells stand in its middle
    for line, parts in parted:
        near = current and line.top - current[-1][0].top <= FAR * max(line.size, current[-1][0].size)
        fits = len(parts) > 1 and all(len(part.text) <= LONGEST_PART for part in parts) and not LEADER.search(line.text)
        if fits and (near or not current):
            current += [(lead, [lead])] if lead and not current and line.top < lead.bottom else []
            current.append((line, parts))
        elif near and len(parts) == 1 and line.right - line.left <= short:
            current.append((line, parts))
        else:
            regions.append(current)
            current = [(line, parts)] if fits else []
        lead = line if len(parts) == 1 and line.right - line.left <= short else None
    return [region for region in (*regions, current) if region]


def _region_to_table(region: list[Parted], above: Sequence[float], *, cut: bool) -> BareTable | None:
    last = max(at for at, (_, parts) in enumerate(region) if len(parts) > 1)
    full = [parts for _, parts in region if len(parts) > 1]
    body = [parts for parts in full[1:] if any(VALUE.match(part.text) for part in parts)]  # the head may be broken over two lines
    columns = with_lone_columns(find_columns([part for parts in (body or full[1:] or full) for part in parts]),
                                [parts[0] for _, parts in region[:last] if len(parts) == 1])
    if len(columns) < 2:
        return None
    region = _trim(region, columns, last + 1)
    goes_on = len(above) == len(columns) + 1 and all(low <= (left + right) / 2 <= high
                                                     for low, high, (left, right) in zip(above, above[1:], columns, strict=False))
    values = _value_columns(region, columns, 1 if cut or goes_on else 2)
    anchors = _anchors(region, columns, values)
    head = _head_lines(region, columns, anchors)
    if not anchors or not (goes_on and not head or _is_sure(region, columns, anchors, head, cut=cut)):
        return None
    return _build(region, columns, anchors, head)


def _trim(region: list[Parted], columns: list[tuple[float, float]], end: int) -> list[Parted]:
    """The region less the single lines below its last row: a note or a heading, not the rest of a cell."""
    while end < len(region):
        line = region[end][0]
        column, span = column_of(line, columns)
        above = [part for _, parts in region[max(0, end - 3):end] for part in parts if column_of(part, columns) == (column, 1)]
        if span > 1 or not above or _gap(above[-1], line) > 0.8 * line.size or not (_is_full(above[-1], columns[column]) or _is_bracket(line)):
            break
        end += 1
    return region[:end]


def _gap(first: Line, second: Line) -> float:
    return second.top - first.bottom


def _parts_of(region: list[Parted], columns: list[tuple[float, float]], column: int) -> list[tuple[int, Line]]:
    """(number of the line, part) of all that stands in one column alone."""
    return [(at, part) for at, (_, parts) in enumerate(region) for part in parts if column_of(part, columns) == (column, 1)]


def _value_columns(region: list[Parted], columns: list[tuple[float, float]], least: int) -> list[int]:
    """Columns (but the first) of at least so many short figures, dashes or dates."""
    found = []
    for column in range(1, len(columns)):
        parts = [part.text for _, part in _parts_of(region, columns, column)]
        told = sum(len(text) <= LONGEST_VALUE and VALUE.match(text) is not None for text in parts)
        if told >= least and told >= 0.66 * (len(parts) - 1):
            found.append(column)
    return found


def _anchors(region: list[Parted], columns: list[tuple[float, float]], values: list[int]) -> list[int]:
    """The line of each row that holds its number, or else its value in the column of most values."""
    numbers = [(at, int(part.text)) for at, part in _parts_of(region, columns, 0) if part.text.isdecimal() and len(part.text) <= 3]
    counted = [at for place, (at, number) in enumerate(numbers) if number == numbers[0][1] + place]
    if len(counted) == len(numbers) > 1:
        return counted
    rows: list[list[int]] = [[at for at, part in _parts_of(region, columns, column) if len(part.text) <= LONGEST_VALUE and VALUE.match(part.text)
             and not _heads(part.text)] for column in values]
    longest: list[int] = max(rows, key=len, default=[])
    return sorted(set(longest))


def _heads(text: str) -> bool:
    return bool(re.search(r"(?:19|20)\d\d\s*年?(?:$|目标|现状|实际|完成|规划)", text) and HEAD_WORDS.search(text))


def _head_lines(region: list[Parted], columns: list[tuple[float, float]], anchors: list[int]) -> int:
    """How many lines stand above the first row: those up to the widest gap before its line."""
    if not anchors or not anchors[0]:
        return 0
    gaps = [_gap(region[at - 1][0], region[at][0]) for at in range(1, anchors[0] + 1)]
    head = max(at for at, gap in enumerate(gaps, 1) if gap >= max(gaps) - SAME) if max(gaps) > 0 else 0
    while head > 1 and _names_group(region[head - 1], columns) and gaps[head - 2] >= max(gaps) - SAME:
        head -= 1  # the first group's name
    return head


def _is_sure(region: list[Parted], columns: list[tuple[float, float]], anchors: list[int], head: int, *, cut: bool) -> bool:
    """Whether this is a table: named columns above two rows (one where the page cuts it), or three rows of three columns with figures."""
    names = [part.text for _, parts in region[:head] for part in parts]
    named = sum(bool(HEAD_WORDS.search(text)) or text.endswith(("）", ")")) for text in names)
    if any(len(text) > LONGEST_HEAD for text in names):
        return False
    rows = [region[at][1] for at in anchors]
    filled = sum(len(parts) >= max(2, len(columns) // 2) for parts in rows)
    if head and named >= 2 and len(names) >= len(columns) - 1 and filled >= (1 if cut else 2):
        return True
    figures = sum(any(char.isdigit() for char in part.text) for parts in rows for part in parts[1:])
    return len(columns) > 2 and filled >= 3 and figures >= 2 * filled and all(len(part.text) <= LONGEST_HEAD for parts in rows for part in parts)


def _build(region: list[Parted], columns: list[tuple[float, float]], anchors: list[int], head: int) -> BareTable:
    rows = _cut_rows(region, columns, anchors, head)
    left, right = min(line.left for line, _ in region), max(line.right for line, _ in region)
    xs = [left, *((before[1] + after[0]) / 2 for before, after in zip(columns, columns[1:], strict=False)), right]
    cells: Cells = []
    bottoms: list[float] = []
    if head:
        bottoms += place_head([parts for _, parts in region[:head]], columns, cells)
    for row in rows:
        filled: dict[tuple[int, int], list[Line]] = {}
        alone = len(row) == 1 and len(row[0][1]) == 1 and column_of(row[0][1][0], columns)[0] == 0
        for part in sorted((part for _, parts in row for part in parts), key=lambda part: part.top):
            filled.setdefault((0, len(columns)) if alone else column_of(part, columns), []).append(part)
        taken = {column for start, span in filled for column in range(start, start + span)}
        at = len(bottoms)
        cells += [(at, start, 1, span, parts, False) for (start, span), parts in filled.items()]
        cells += [(at, column, 1, 1, [], False) for column in range(len(columns)) if column not in taken]
        bottoms.append(max(line.bottom for line, _ in row))
    tops = [region[0][0].top, *bottoms[:-1]]
    ys = [tops[0] - 1, *(bottom + 1 for bottom in bottoms)]
    return BareTable(xs, ys, sorted(cells, key=lambda cell: cell[:2]), [line for line, _ in region])


def _cut_rows(region: list[Parted], columns: list[tuple[float, float]], anchors: list[int], head: int) -> list[list[Parted]]:
    """The lines of each row: between the lines of two rows' values they are parted at the widest gap, and a name of a group stands alone."""
    cuts = [head]
    for first, second in zip([head - 1, *anchors], anchors, strict=False):
        if first < head and first == second - 1:
            continue
        start = max(first, head)
        gaps = {at: _gap(region[at - 1][0], region[at][0]) for at in range(start + 1, second + 1)}
        if not gaps:
            continue
        widest = max(gaps.values())
        wide = [at for at, gap in gaps.items() if gap >= widest - SAME]
        if first < head and not _names_group(region[start], columns):
            continue  # the first row's name begins above its value
        if len(wide) == len(gaps) > 1:  # all lines stand as far apart: what fills its column goes on below
            wide = [at for at in wide if not _goes_on(region, columns, at)] or [second]
        cuts += wide if all(_names_group(region[at], columns) for at in wide[:-1]) else wide[-1:]
    ends = [*cuts[1:], len(region)]
    return [region[start:end] for start, end in zip(cuts, ends, strict=True) if end > start]


def _names_group(entry: Parted, columns: list[tuple[float, float]]) -> bool:
    return len(entry[1]) == 1 and column_of(entry[1][0], columns)[0] == 0


def _goes_on(region: list[Parted], columns: list[tuple[float, float]], at: int) -> bool:
    _, parts = region[at]
    column = column_of(parts[0], columns)
    if len(parts) > 1 or find_numbering(parts[0].text):
        return False
    if _is_bracket(parts[0]):
        return True
    return any(_is_full(part, columns[column[0]]) for part in region[at - 1][1] if column_of(part, columns) == column)


def _is_bracket(line: Line) -> bool:
    """（%） below a name is its unit."""
    return line.text[0] in "（(" and not find_numbering(line.text)


def _is_full(part: Line, column: tuple[float, float]) -> bool:
    return column[1] - column[0] > NARROW * part.size and part.right > column[1] - NEAR_EDGE * part.size
