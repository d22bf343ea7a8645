"""What a line of a flattened table may be: a head, a row's number, the name of a group of rows."""

from __future__ import annotations

import re
from dataclasses import dataclass

from analyzer.ingest.flat_rows import Layout
from analyzer.ingest.outline import find_numbering
from analyzer.ingest.tables import HEAD_WORDS

LONGEST_HEAD, LEAST_ROWS = 16, 2
NUMBERED = re.compile(r"(?:序\s*号|编\s*号|No\.?|序)$")
ROW_NUMBER = re.compile(r"\d{1,3}[.、]?$")
CLOSED = "。！？；"


@dataclass(frozen=True, slots=True)
class Found:
    """A table among the lines: which lines make each head (a broken one has two), and which lines each cell of each row.

    A row of one cell names a group of rows; a cell without lines is empty, or merged with the one above where the column's head tells.
    """

    heads: tuple[tuple[int, ...], ...]
    rows: tuple[Layout, ...]
    each: int = 0  # of a head on two levels: how many columns each of its groups has


def may_head(line: str) -> bool:
    return len(line) <= LONGEST_HEAD and line[-1] not in CLOSED + "：:，、" and line != "\0"


def is_head(line: str) -> bool:
    return 1 < len(line) <= LONGEST_HEAD and line[-1] not in CLOSED + "：:，、" and not re.fullmatch(r"[\d.,%]+", line) and \
        bool(HEAD_WORDS.search(line) or re.search(r"值$|数$|率$|量$|名$|人$|额$|年$|情况$|方式$|依据$|来源$|说明$|要点$", line))


def names_group(line: str) -> bool:
    """Whether a line between numbered rows names those below it: it has a number of its own, or it might be a cell's second line."""
    return is_group(line) and bool(find_numbering(line))


def is_group(line: str) -> bool:
    return len(line) <= 40 and line[-1] not in CLOSED and bool(re.match("[（(一-鿿“]", line))


def number_of(line: str) -> int | None:
    return int(line.rstrip(".、")) if ROW_NUMBER.match(line) else None
