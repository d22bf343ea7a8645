"""Tables: a grid of cells with spans → a block; a block → rows with merged cells repeated."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from analyzer.records import Block, Document

MOST_ROWS, MOST_COLUMNS = 200_000, 2_000


@dataclass(frozen=True, slots=True)
class GridCell:
    """A cell before it has a place in a text."""

    text: str
    row: int
    column: int
    row_span: int = 1
    column_span: int = 1
    header: bool = False


@dataclass(slots=True)
class Looks:
    """What a sheet shows beyond its values: hidden rows and columns (from 1), cells shown as percentages."""

    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    percents: dict[tuple[int, int], int] = field(default_factory=dict)  # (row, column) from 0 → decimals


def rows_of(document: Document, block: Block) -> list[list[str]]:
    """The texts of a table's cells, row by row; a merged cell stands in every row and column that it spans."""
    height = max((cell.row + cell.row_span for cell in block.cells), default=0)
    width = max((cell.column + cell.column_span for cell in block.cells), default=0)
    rows = [[""] * width for _ in range(height)]
    for cell in block.cells:
        text = document.text[cell.start:cell.end].strip()
        for row in range(cell.row, cell.row + cell.row_span):
            for column in range(cell.column, cell.column + cell.column_span):
                rows[row][column] = text
    return rows


HEAD_WORDS = re.compile(
    r"序\s*号|编\s*号|指\s*标|单\s*位|项\s*目|名\s*称|内\s*容|任\s*务|措\s*施|事\s*项|牵\s*头|配\s*合|责\s*任|部\s*门|时\s*限|时\s*间|进\s*度|年\s*度|"
    r"目\s*标|类\s*别|类\s*型|属\s*性|备\s*注|地\s*区|区\s*域|合\s*计|金\s*额|投\s*资|标\s*准|分\s*值|要\s*求|(?:19|20)\d\d\s*年|年\s*均|[“\"]?十[一二三四五]五")
NUMBER = re.compile(r"[\s\-+—约≥≤>＞<＜]*[\d.,%％万亿]+\s*[^\d\s]{0,4}[\s]*")


def mark_headers(cells: Sequence[GridCell]) -> tuple[GridCell, ...]:
    """Cells with `header` set where the file itself does not tell: the top row or rows that name the columns."""
    if any(cell.header for cell in cells) or not cells:
        return tuple(cells)
    rows: dict[int, list[GridCell]] = {}
    for cell in cells:
        rows.setdefault(cell.row, []).append(cell)
    if len(rows) < 2:
        return tuple(cells)
    depth = 0
    order = sorted(rows)
    for place, row in enumerate(order[:4]):
        filled = [cell for cell in rows[row] if cell.text.strip()]
        if place and row < depth:  # spanned from above
            continue
        if len(filled) < 2 or not _names_columns(filled, place):
            if place == 0 and len(filled) == 1 and len(order) > 2:  # the table's own title above its head
                continue
            break
        depth = max(row + 1, max(cell.row + cell.row_span for cell in filled if cell.row_span < 4))
        if all(cell.column_span == 1 for cell in filled) and depth == row + 1:
            break
    return tuple(replace(cell, header=True) if cell.row < depth else cell for cell in cells)


def _names_columns(filled: Sequence[GridCell], place: int) -> bool:
    numeric = sum(bool(NUMBER.fullmatch(cell.text)) and not re.match(r"\s*+(?:19|20)\d\d\s*+(?:年|$)", cell.text)
                  for cell in filled)
    short = sum(len(cell.text.strip()) <= 20 for cell in filled)
    named = sum(bool(HEAD_WORDS.search(cell.text)) for cell in filled)
    return numeric == 0 and short >= 0.8 * len(filled) and (named >= min(2, len(filled)) or (place == 0 and named >= 1))


def join_cell(paragraphs: Sequence[str]) -> str:
    """The paragraphs of a cell as one text: short broken heads (牵头/单位) close up, other ones (two bodies) keep a blank."""
    parts = [part.strip() for part in paragraphs if part.strip()]
    if sum(map(len, parts)) <= 10 and all(len(part) <= 3 and not part[:1].isdigit() for part in parts):
        return "".join(parts)
    joined = ""
    for part in parts:
        joined += ("\n" if joined and joined[-1] in "。；：，、！？;:," else " " if joined else "") + part
    return joined
