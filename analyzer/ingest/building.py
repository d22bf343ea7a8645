"""Collects the text of a formatted file piece by piece, with the blocks that its pieces make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from analyzer.ingest.flat_tables import restore_tables
from analyzer.ingest.outline import shape_outline
from analyzer.ingest.tables import GridCell, mark_headers
from analyzer.records import Block, Cell, Document


class Builder:
    """One text in the making: paragraphs are lines of their own, a table's cells are parted by tabs and line breaks."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self._centred: set[int] = set()
        self.blocks: list[Block] = []

    @property
    def length(self) -> int:
        return self._length

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    def prepend(self, title: str) -> None:
        """A title heading before everything else; what was added so far moves back."""
        shift = len(title) + 1
        self._pieces.insert(0, title + "\n")
        self._length += shift
        self._centred = {index + 1 for index in self._centred}
        self.blocks = [Block("heading", 0, len(title), 1), *(shifted(block, shift) for block in self.blocks)]

    def add(self, text: str, kind: str = "paragraph", level: int | None = None, page: int | None = None,
            *, centred: bool = False, **more: Any) -> None:
        """A block of one paragraph; blank ones are left out."""
        text = text.strip()
        if text:
            if centred:
                self._centred.add(len(self.blocks))
            start = self._write(text)
            self.blocks.append(Block(kind, start, start + len(text), level, page, **more))
            self._write("\n")

    def add_table(self, cells: Sequence[GridCell], page: int | None = None, kind: str = "table") -> None:
        """A table block; a table without any text is left out."""
        if not any(cell.text.strip() for cell in cells):
            return
        placed: list[Cell] = []
        start = self._length
        row = None
        for cell in sorted(mark_headers(cells), key=lambda each: (each.row, each.column)):
            if row is not None:
                self._write("\n" if cell.row != row else "\t")
            row = cell.row
            text = cell.text.strip()
            at = self._write(text)
            placed.append(Cell(at, at + len(text), cell.row, cell.column, cell.row_span, cell.column_span, cell.header))
        self.blocks.append(Block(kind, start, self._length, page=page, cells=tuple(placed)))
        self._write("\n")

    def to_document(self, name: str, format: str, **fields: Any) -> Document:
        text = "".join(self._pieces)
        blocks, centred = restore_tables(text, self.blocks, frozenset(self._centred))
        return Document(name, text, shape_outline(text, blocks, centred), format=format, **fields)

    def _write(self, text: str) -> int:
        start = self._length
        self._pieces.append(text)
        self._length += len(text)
        return start


def shifted(block: Block, by: int) -> Block:
    """The block `by` characters further on."""
    cells = tuple(replace(cell, start=cell.start + by, end=cell.end + by) for cell in block.cells)
    return replace(block, start=block.start + by, end=block.end + by, cells=cells)
