"""Flattened tables whose first column numbers the rows: all of one length, or with merged, empty and broken cells."""

from __future__ import annotations

from collections.abc import Sequence

from analyzer.ingest.flat_lines import (
    LEAST_ROWS,
    LONGEST_HEAD,
    NUMBERED,
    ROW_NUMBER,
    Found,
    may_head,
    names_group,
    number_of,
)
from analyzer.ingest.flat_rows import Layout, Placed, is_plain, kind_of, place_row
from analyzer.ingest.outline import ANNEX

MOST_COLUMNS, MOST_HEAD_LINES = 12, 16


def find_numbered(lines: Sequence[str], at: int) -> Found | None:
    """A table with 序号: every line down to the first number is a head, every number begins a row of as many lines."""
    first = first_number(lines, at)
    if first is None:
        return None
    group = int(names_group(lines[first - 1]) and first - at > 2)  # 一、提升产业化 before the first number
    for merge in (False, True):
        rows = numbered_rows(lines, at, first, group)
        width = max((len(row) for row in rows), default=0)
        heads = _fit_heads(lines, range(at, first - group), width, merge) if width > 1 else None
        if heads:
            return Found(heads, _single(rows))
    each = _repeated_heads(lines, range(at, first - group), width) if width > 1 else 0
    if each:
        return Found(tuple((place,) for place in range(at, first - group)), _single(rows), each)
    return find_uneven(lines, at, first - group)


def _single(rows: Sequence[Sequence[int]]) -> tuple[Layout, ...]:
    return tuple(tuple((place,) for place in row) for row in rows)


def find_uneven(lines: Sequence[str], at: int, body: int) -> Found | None:
    """A numbered table whose rows differ in length; its heads are the lines from `at` to `body`, each of one line.

    At least a fifth of the rows must have a line for each column, and the places of all but a fifth must be sure.
    """
    kinds = [kind_of(line) for line in lines[at:body]]
    known: list[set[str]] = [set() for _ in kinds]
    for _ in range(2):  # what the sure rows hold helps to place the others
        rows = _uneven_rows(lines, at, body, kinds, known)
        for row, places in rows:
            for cell, texts in zip(row.layout if row and row.sure else (), known[1:], strict=False):
                text = "".join(lines[places[0] + 1 + line] for line in cell)
                texts |= {text} if len(text) <= LONGEST_HEAD else set()
    placed = [row for row, _ in rows if row]
    plain = sum(is_plain(row.layout, kinds[1:]) for row in placed)
    if len(placed) < LEAST_ROWS or plain < max(2, len(placed) / 5) or 5 * sum(row.sure for row in placed) < 4 * len(placed):
        return None
    layouts = tuple(((start,), *(tuple(start + 1 + line for line in cell) for cell in row.layout)) if row else ((start,),)
                    for row, (start, _) in rows)
    return Found(tuple((head,) for head in range(at, body)), layouts)


def _uneven_rows(lines: Sequence[str], at: int, body: int, kinds: Sequence[str], known: Sequence[set[str]]
                 ) -> list[tuple[Placed | None, tuple[int, int]]]:
    """(columns, first line and the one behind the last) of each row, without columns for the name of a group; [] if one cannot be placed."""
    rows: list[tuple[Placed | None, tuple[int, int]]] = []
    number, place = 0, body
    while place < len(lines):
        if list(lines[place:place + len(kinds)]) == list(lines[at:body]):  # printed again on the next page
            place += len(kinds)
        elif _begins_group(lines, place, (1, number + 1)):
            rows.append((None, (place, place + 1)))
            place += 1
            number = 0 if number_of(lines[place]) == 1 else number
        elif number_of(lines[place]) == number + 1:
            found = _place(lines, place, kinds, known, lines[at], first=not rows)
            if not found:
                return []
            rows.append((found[0], (place, found[1])))
            number, place = number + 1, found[1]
        else:
            break
    return rows


def _place(lines: Sequence[str], place: int, kinds: Sequence[str], known: Sequence[set[str]], head: str, *,
           first: bool) -> tuple[Placed, int] | None:
    """The columns of the row that the number at `place` begins, and where the next one does."""
    end, closed = _row_end(lines, place, number_of(lines[place]) or 0, len(kinds), head)
    stops = [end] if closed else range(min(end, place + len(kinds) + 2), place + 1, -1)
    placed = [(row, stop) for stop in stops if (row := place_row(lines[place + 1:stop], kinds[1:], known[1:], first=first))]
    if placed and placed[0][1] == len(lines):
        return placed[0]
    return min(placed, key=lambda each: each[0].cost, default=None)


def _begins_group(lines: Sequence[str], place: int, numbers: Sequence[int]) -> bool:
    """Whether a line names the rows below it, the first of which has one of these numbers: 三、应用体系 or, below it, （一）经济调节."""
    if not names_group(lines[place]) or place + 1 == len(lines):
        return False
    return number_of(lines[place + 1]) in numbers or names_group(lines[place + 1]) and number_of((*lines, "")[place + 2]) in numbers


def _row_end(lines: Sequence[str], place: int, number: int, width: int, head: str) -> tuple[int, bool]:
    """The line at which the next row, its group's name or a head begins, and True; or how far this last row may reach."""
    furthest = min(len(lines), place + width + 8)
    for ahead in range(place + 2, furthest):
        if ANNEX.match(lines[ahead]) or lines[ahead] == "\0":
            return ahead, False
        if number_of(lines[ahead]) == number + 1 or lines[ahead] == head or _begins_group(lines, ahead, (1, number + 1)) \
                or names_group(lines[ahead]) and NUMBERED.match((*lines, "")[ahead + 1]):
            return ahead, True
    return furthest, False


def first_number(lines: Sequence[str], at: int) -> int | None:
    """The line below the heads that holds the first row's number, None where heads do not lead to one."""
    first = at + 1
    while first < min(len(lines), at + MOST_HEAD_LINES) and not ROW_NUMBER.match(lines[first]):
        if not may_head(lines[first]) and not names_group(lines[first]):
            return None
        first += 1
    return first if first < len(lines) and ROW_NUMBER.match(lines[first]) else None


def numbered_rows(lines: Sequence[str], at: int, first: int, group: int) -> list[list[int]]:
    """The rows from line `first` on, [] if they differ in length: with merged cells nothing is sure.

    Where the head was printed again on each page, the pages before the first one with such a row are taken.
    """
    stretches = _stretches(lines, first, lines[at:first - group])
    paged = next((place for place, (_, _, again) in enumerate(stretches) if again), len(stretches) - 1)
    width = min((end - begin for begin, end, _ in stretches[:paged + 1] if end > begin), default=0)
    rows: list[list[int]] = [[first - 1]] if group else []
    whole = 0  # rows of whole pages
    for begin, end, again in stretches:
        following = str(int(lines[begin].rstrip(".、")) + 1)
        if end == begin:  # the last row: as long as the others
            end = begin + width
            if end > len(lines) or any(lines[place].rstrip(".、") == following for place in range(begin, end)):
                return _enough(rows[:whole])
        titled = end - begin == width + 1 and names_group(lines[end - 1])
        if width < 2 or end - begin - titled != width or "\0" in lines[begin:end]:
            return _enough(rows[:whole])
        rows.append(list(range(begin, end - titled)))
        if titled:
            rows.append([end - 1])
        whole = len(rows) if again else whole
    return _enough(rows)


def _enough(rows: list[list[int]]) -> list[list[int]]:
    return rows if sum(len(row) > 1 for row in rows) >= LEAST_ROWS else []


def _stretches(lines: Sequence[str], first: int, heads: Sequence[str]) -> list[tuple[int, int, bool]]:
    """From each row's number to the next one, and whether the head was printed again between them; the last one is open."""
    found: list[tuple[int, int, bool]] = []
    place = first
    while True:
        number = str(int(lines[place].rstrip(".、")) + 1)
        following = next((ahead for ahead in range(place + 1, min(len(lines), place + 2 * MOST_COLUMNS + len(heads)))
                          if lines[ahead].rstrip(".、") == number), None)
        if following is None:
            return [*found, (place, place, False)]
        before = following - len(heads)
        again = before > place and list(lines[before:following]) == list(heads)
        found.append((place, before if again else following, again))
        place = following


def _fit_heads(lines: Sequence[str], heads: range, width: int, merge: bool) -> tuple[tuple[int, ...], ...] | None:
    """As many heads as a row has cells: a line that begins with a bracket belongs to the head before it (总投资/（亿元）)."""
    fitted: list[tuple[int, ...]] = [(place,) for place in heads]
    if merge and len(fitted) > width:
        joined: list[tuple[int, ...]] = []
        for place in heads:
            if joined and lines[place][0] in "（(":
                joined[-1] = (*joined[-1], place)
            else:
                joined.append((place,))
        short = [index for index, parts in enumerate(joined[:-1]) if index and len(lines[parts[0]]) <= 2 and len(parts) == 1
                 and not NUMBERED.match(lines[parts[0]])]
        if len(joined) == width + 1 and len(short) == 1:  # 建设/周期（年）
            index = short[0]
            joined[index:index + 2] = [joined[index] + joined[index + 1]]
        fitted = joined
    return tuple(fitted) if len(fitted) == width else None


def _repeated_heads(lines: Sequence[str], heads: range, width: int) -> int:
    """C级 | D级 | 户数 | 资金 | 户数 | 资金: how many columns each of the groups has, 0 if the last heads do not repeat."""
    groups = len(heads) - width
    for each in range(2, 5):
        below = [lines[place] for place in heads[-groups * each:]]
        if groups > 1 and len(heads) > groups * (each + 1) and below == below[:each] * groups and len(set(below)) == each:
            return each
    return 0
