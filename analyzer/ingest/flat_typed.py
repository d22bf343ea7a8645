"""Flattened tables without row numbers: columns of units, amounts and 属性 tell where a row ends."""

from __future__ import annotations

import re
from collections.abc import Sequence

from analyzer.ingest.flat_lines import CLOSED, LEAST_ROWS, Found, is_group, is_head
from analyzer.ingest.flat_rows import FITS, Layout, kind_of

MOST_COLUMNS = 12


def find_typed(lines: Sequence[str], at: int) -> Found | None:
    """A table without numbers; the first row's name may look like a head (城镇化率), so shorter heads are tried too."""
    for head in range(head_at(lines, at), 1, -1):
        rows = typed_rows(lines, at, head)
        if sum(len(row) > 1 for row in rows) >= LEAST_ROWS:
            return Found(tuple((place,) for place in range(at, at + head)), tuple(rows))
    return None


def head_at(lines: Sequence[str], at: int) -> int:
    """How many lines from `at` on are the heads of columns, 0 if none begin there."""
    end = at + 1
    while end < min(len(lines), at + MOST_COLUMNS) and is_head(lines[end]):
        end += 1
    return end - at if end - at >= 2 else 0


def typed_rows(lines: Sequence[str], at: int, head: int) -> list[Layout]:
    """Rows without numbers: units, years and 属性 must stand below their heads in every row.

    Of several columns of words in front (类别, 指标) the left ones may be merged with those above.
    """
    heads = lines[at:at + head]
    kinds = [kind if (kind := kind_of(each)) in ("amount", "binding", "unit") else "words" for each in heads]
    words = next((place for place, kind in enumerate(kinds) if kind != "words"), 0)
    if kinds.count("amount") + kinds.count("binding") < 1 or not words:
        return []
    rows: list[Layout] = []
    place = at + head

    def fits(begin: int, absent: int = 0) -> bool:
        cells = lines[begin:begin + head - absent]
        return len(cells) == head - absent and all(_fits(kind, line) for kind, line in zip(kinds[absent:], cells, strict=True))

    while place < len(lines):
        absent = next((number for number in range(words if rows else 1) if fits(place, number)), None)
        if absent is not None:
            rows.append((*[()] * absent, *((line,) for line in range(place, place + head - absent))))
            place += head - absent
        elif list(lines[place:place + head]) == list(heads) and fits(place + head):  # repeated on the next page
            place += head
        elif lines[place] != "\0" and is_group(lines[place]) and fits(place + 1):  # 总体发展水平: a group of rows
            rows.append(((place,),))
            place += 1
        else:
            break
    return rows


def _fits(kind: str, line: str) -> bool:
    if line == "\0":
        return False
    if kind == "words":
        return len(line) <= 60 and line[-1] not in CLOSED and not re.fullmatch(r"[\d.,%％\s]+", line) and not FITS["binding"].match(line)
    return len(line) <= 24 and bool(FITS[kind].match(line)) or kind == "binding" and line in "-—/"
