"""Tables with level rules only (三线表): columns by the white between the texts, rows by their lines."""

from __future__ import annotations

from analyzer.ingest.page import Glyph, Line, Rule
from analyzer.ingest.pdf_lines import glyphs_to_lines, split_line

NEAR = 4.0  # points within which rules begin or end together
WIDE = 150.0  # points; shorter rules part footnotes or underline
GAP = 0.9  # of a line's height: white that parts two columns
MOST_LINES = 80

Cells = list[tuple[int, int, int, int, list[Line], bool]]
"""row, column, row span, column span, lines, whether it heads its column"""


def find_open_tables(rules: list[Rule], glyphs: list[Glyph], page: int, source: str
                     ) -> list[tuple[list[float], list[float], Cells]]:
    """(borders of columns, borders of rows, cells) of each area that level rules of one width part and close.

    At the foot of a page the last rule may be missing, at the top the first ones: the table runs over pages.
    """
    groups: list[list[Rule]] = []
    for rule in sorted((rule for rule in rules if rule[1] == rule[3] and rule[2] - rule[0] >= WIDE), key=lambda rule: rule[1]):
        for group in groups:
            if abs(group[-1][0] - rule[0]) <= NEAR and abs(group[-1][2] - rule[2]) <= NEAR:
                if rule[1] - group[-1][1] > NEAR:
                    group.append(rule)
                break
        else:
            groups.append([rule])
    tables = []
    for group in groups:
        for chain, headed in _chains(group, glyphs, page, source):
            table = _chain_to_table(chain, headed)
            if table:
                tables.append(table)
    return tables


Chain = list[tuple[Rule, list[Line]]]


def _chains(group: list[Rule], glyphs: list[Glyph], page: int, source: str) -> list[tuple[Chain, bool]]:
    """Runs of rules with nothing but columns between them: (rule, lines below it), the last one without lines."""
    left, right = group[0][0], group[0][2]
    own = [glyph for glyph in glyphs if left - NEAR <= glyph[1] and glyph[3] <= right + NEAR]
    heights = [rule[1] for rule in group]

    def lines_between(top: float, bottom: float) -> list[Line]:
        return glyphs_to_lines([g for g in own if top < (g[2] + g[4]) / 2 < bottom], page, source)

    chains: list[tuple[Chain, bool]] = []
    above = _last_columns(lines_between(0.0, heights[0]))
    if above:  # the rest of a table from the page before
        chains.append(([(_level(group[0], above[0].top - 2), above), (group[0], [])], False))
    current: Chain = []
    for rule, below in zip(group, [*group[1:], None], strict=True):
        lines = lines_between(rule[1], below[1] if below else float("inf"))
        if below and _is_columns(lines):
            current.append((rule, lines))
            continue
        rest = [] if below else _first_columns(lines)
        if current and rest and rule is group[-1]:  # the page ends before the table
            current.append((rule, rest))
            chains.append(([*current, (_level(rule, rest[-1].bottom + 2), [])], True))
        elif len(current) > 1:
            chains.append(([*current, (rule, [])], True))
        current = []
    return chains


def _level(rule: Rule, y: float) -> Rule:
    return rule[0], y, rule[2], y


def _is_columns(lines: list[Line]) -> bool:
    parts = [len(split_line(line, GAP)) for line in lines]
    return 0 < len(lines) <= MOST_LINES and max(parts) > 1 and not any(
        count == 1 and len(line.text) > 25 for count, line in zip(parts, lines, strict=True))


def _first_columns(lines: list[Line]) -> list[Line]:
    """The lines at the top that are rows of figures, evenly spaced; at least two."""
    taken: list[Line] = []
    for line in lines:
        if not _is_figures(line) or (taken and line.top - taken[-1].top > 2.5 * line.size + 8):
            break
        taken.append(line)
    return taken if len(taken) > 1 else []


def _last_columns(lines: list[Line]) -> list[Line]:
    taken: list[Line] = []
    for line in reversed(lines):
        if not _is_figures(line) or (taken and taken[-1].top - line.top > 2.5 * line.size + 8):
            break
        taken.append(line)
    return taken[::-1] if len(taken) > 1 else []


def _is_figures(line: Line) -> bool:
    parts = split_line(line, GAP)
    return len(parts) > 1 and sum(any(char.isdigit() or char in "—-" for char in part.text) for part in parts) >= len(parts) - 1 and all(
        len(part.text) < 25 for part in parts)


def _chain_to_table(chain: Chain, headed: bool) -> tuple[list[float], list[float], Cells] | None:
    body = [split_line(line, GAP) for _, lines in chain[1 if headed else 0:] for line in lines]
    columns = find_columns([part for parts in body if len(parts) > 1 for part in parts])
    columns = with_lone_columns(columns, [parts[0] for parts in body if len(parts) == 1])
    if len(columns) < 2:
        return None
    left, right = chain[0][0][0], chain[0][0][2]
    xs = [left, *((before[1] + after[0]) / 2 for before, after in zip(columns, columns[1:], strict=False)), right]
    ys = [chain[0][0][1]]
    cells: Cells = []
    for number, (_, lines) in enumerate(chain[:-1]):
        bottom = chain[number + 1][0][1]
        if headed and number == 0:
            lows = place_head([split_line(line, GAP) for line in lines], columns, cells)
            ys += [*lows[:-1], bottom]
            continue
        rows = _rows(lines, len(columns))
        for at, row in enumerate(rows):
            filled: dict[tuple[int, int], list[Line]] = {}
            for part in sorted((part for line in row for part in split_line(line, GAP)), key=lambda part: part.top):
                filled.setdefault(column_of(part, columns), []).append(part)
            taken = {column for start, span in filled for column in range(start, start + span)}
            cells += [(len(ys) - 1, start, 1, span, parts, False) for (start, span), parts in filled.items()]
            cells += [(len(ys) - 1, column, 1, 1, [], False) for column in range(len(columns)) if column not in taken]
            low = max(line.bottom for line in row)
            ys.append(bottom if at == len(rows) - 1 else (low + min(line.top for line in rows[at + 1])) / 2)
    return xs, ys, sorted(cells, key=lambda cell: cell[:2])


def with_lone_columns(columns: list[tuple[float, float]], lone: list[Line]) -> list[tuple[float, float]]:
    """The columns with those in which each line stands alone: a row's name over two lines beside figures between them."""
    added = [part for part in find_columns(lone) if all(part[1] <= left + 1 or right - 1 <= part[0] for left, right in columns)]
    return sorted([*columns, *added])


def place_head(lines: list[list[Line]], columns: list[tuple[float, float]], cells: Cells) -> list[float]:
    """Adds the heads, on two rows where the upper ones stand over several columns; returns the bottoms of these rows."""
    groups = _groups(lines) if len(lines) > 1 else []
    grouped = {id(part) for upper, below in groups for part in (upper, *below)}
    depth, width = 1 + bool(groups), len(columns)
    filled: dict[tuple[int, int, int, int], list[Line]] = {}
    for upper, below in groups:
        starts = [column_of(part, columns)[0] for part in below]
        filled[0, starts[0], 1, starts[-1] - starts[0] + 1] = [upper]
        filled |= {(1, start, 1, 1): [part] for start, part in zip(starts, below, strict=True)}
    for part in sorted((part for line in lines for part in line if id(part) not in grouped), key=lambda part: part.top):
        start, span = column_of(part, columns)
        filled.setdefault((0, start, depth, span), []).append(part)
    taken = {(row + down, column) for row, start, deep, span in filled for column in range(start, start + span) for down in range(deep)}
    cells += [(*place, found, True) for place, found in filled.items()]
    cells += [(row, column, 1, 1, [], True) for row in range(depth) for column in range(width) if (row, column) not in taken]
    bottom = max((part.bottom for line in lines for part in line), default=0.0)
    return [max(upper.bottom for upper, _ in groups), bottom] if groups else [bottom]


def _groups(lines: list[list[Line]]) -> list[tuple[Line, list[Line]]]:
    """(upper head, the lower ones that it stands over the middle of); [] where heads were only broken over lines."""
    upper, lower = lines[0], lines[-1]
    below: dict[int, list[Line]] = {}
    for part in lower:
        nearest = min(range(len(upper)), key=lambda at: abs(_middle(upper[at]) - _middle(part)))
        below.setdefault(nearest, []).append(part)
    groups = [(upper[at], parts) for at, parts in below.items()]
    centred = all(abs(2 * _middle(head) - parts[0].left - parts[-1].right) < 3 * head.size for head, parts in groups)
    return groups if centred and any(len(parts) > 1 for _, parts in groups) else []


def _middle(part: Line) -> float:
    return (part.left + part.right) / 2


def find_columns(parts: list[Line]) -> list[tuple[float, float]]:
    """Intervals of x that the parts of the body's lines cover together."""
    columns: list[list[float]] = []
    for part in sorted(parts, key=lambda part: part.left):
        if columns and part.left < columns[-1][1] - 1:
            columns[-1][1] = max(columns[-1][1], part.right)
        else:
            columns.append([part.left, part.right])
    return [(left, right) for left, right in columns]


def _rows(lines: list[Line], width: int) -> list[list[Line]]:
    """Lines that fill most columns begin rows; the others (a name over two lines) belong to the nearest of these."""
    full = [line for line in lines if len(split_line(line, GAP)) >= max(2, (width + 1) // 2)]
    if not full:
        return [lines]
    rows: list[list[Line]] = [[line] for line in full]
    for line in lines:
        if all(line is not other for other in full):
            nearest = min(range(len(full)), key=lambda at: abs(full[at].top + full[at].bottom - line.top - line.bottom))
            rows[nearest].append(line)
    return rows


def column_of(part: Line, columns: list[tuple[float, float]]) -> tuple[int, int]:
    """The first column that a part stands in, and how many it spans."""
    over = [number for number, (left, right) in enumerate(columns)
            if min(right, part.right) - max(left, part.left) > 0.5 * min(right - left, part.right - part.left)]
    if over:
        return over[0], over[-1] - over[0] + 1
    return min(range(len(columns)), key=lambda number: abs(sum(columns[number]) / 2 - _middle(part))), 1
