"""The text as the finders read it: widths folded, hard line breaks bridged, one line a block.

The document's text stays as it is; a reading knows for each of its characters where it stands there.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analyzer.records import Block, Document, Interval

# One character for one character, so that offsets survive. ％ ． ， inside numbers, full-width letters and digits.
FOLD = {code: code - 0xFEE0 for code in range(0xFF10, 0xFF5B) if code not in (0xFF1A, 0xFF1B, 0xFF1F)}
FOLD |= {ord("％"): ord("%"), ord("．"): ord("."), 0xA0: 32, 0x3000: 32, 0x2002: 32, 0x2003: 32, 0x2009: 32}
TO_FOLD = re.compile(f"[{''.join(map(re.escape, map(chr, FOLD)))}]")  # few lines hold any; translating all of them costs more than reading
BLANKS = " \t\u3000\u00a0\r"
BREAK = re.compile(rf"\n[\n{BLANKS}]*")
# A run of blanks loses what is more than 16: it says nothing, and every pattern that allows blanks would go through it.
MANY_BLANKS = re.compile(r"[^\S\n]{17}")
BREAK_OR_BLANKS = re.compile(rf"\n[\n{BLANKS}]*|(?<=[^\S\n]{{16}})[^\S\n]++(?:\n[\n{BLANKS}]*)?")
# The mark of a note (人口¹, 城镇化率②, 公报[1], 学校（注2）) is no part of what it stands behind; km², 10⁴ and 下降[15] are whole.
MARK = re.compile(r"[⁰¹²³⁴-⁹①-⑳\[［]|[（〔【]注")
NOTE = re.compile(r"(?<=[一-鿿\d）)”》%％])(?:(?<!10)[⁰¹²³⁴-⁹]+|[①-⑳](?!、)|(?<![长高低降少加计])[\[［]注?\d{1,2}[\]］](?![%％])"
                  r"|[（〔【\[［]注\s?\d{0,2}[）〕】\]］])")
BREAK_BLANKS_OR_NOTE = re.compile(f"{BREAK_OR_BLANKS.pattern}|{NOTE.pattern}")


@dataclass(frozen=True, slots=True)
class Line:
    """One block of the reading, or one of its table cells (`cell` is its number there); `section` are the headings above it."""

    start: int
    end: int
    kind: str
    level: int | None
    block: int
    section: tuple[str, ...] = ()
    cell: int | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """`text` has a line break only between `lines`; `offsets[i]` is where character i stands in the document."""

    text: str
    offsets: array
    lines: tuple[Line, ...]

    def to_source(self, start: int, end: int) -> Interval:
        """The document's interval that holds the reading's characters `start`–`end`."""
        first = self.offsets[start]
        return Interval(first, self.offsets[end - 1] + 1 if end > start else first)


def read_text(document: Document) -> Reading:
    """The document's blocks, less its furniture, as one reading."""
    pieces: list[str] = []
    runs: list[tuple[int, int]] = []
    lines: list[Line] = []
    headings: list[tuple[int, str]] = []
    length = 0
    for number, block in enumerate(document.blocks):
        if block.kind == "furniture":
            continue
        for cell, (start, end) in enumerate(_stretches(block)):
            text, own_runs = _bridge(document.text, start, end)
            if not text:
                continue
            if block.kind == "list_item" and block.level:  # 1. …: what stood deeper than it is closed
                headings = [(depth, name) for depth, name in headings if depth < block.level]
            section = tuple(heading for _, heading in headings)
            if block.kind == "heading":
                level = block.level or 1
                headings = [(depth, name) for depth, name in headings if depth < level]
                section = tuple(heading for _, heading in headings)
                headings.append((level, text))
            lines.append(Line(length, length + len(text), block.kind, block.level, number, section, cell if block.cells else None))
            pieces.append(text + "\n")
            runs += own_runs
            runs.append((end, 1))
            length += len(text) + 1
    return Reading("".join(pieces), runs_to_offsets(runs), tuple(lines))


def runs_to_offsets(runs: Sequence[tuple[int, int]]) -> array:
    """(start, how many) of stretches of the document → where each of their characters stands."""
    offsets = array("Q")
    if runs:
        starts, sizes = np.array(runs, np.int64).T
        ends = np.cumsum(sizes)
        offsets.frombytes((np.arange(ends[-1]) + np.repeat(starts - ends + sizes, sizes)).astype(np.uint64).tobytes())
    return offsets


def _stretches(block: Block) -> list[tuple[int, int]]:
    return [(cell.start, cell.end) for cell in block.cells] if block.cells else [(block.start, block.end)]


def _bridge(source: str, start: int, end: int) -> tuple[str, list[tuple[int, int]]]:
    """Characters `start`–`end` without hard line breaks, outer blanks and marks of notes, and (start, how many) of what is left."""
    text = source[start:end]
    start += len(text) - len(text.lstrip())
    text = text.strip()
    runs = [(start, len(text))]
    breaks = BREAK_BLANKS_OR_NOTE if MARK.search(text) else BREAK_OR_BLANKS if MANY_BLANKS.search(text) else BREAK
    if "\n" in text or breaks is not BREAK:
        kept: list[str] = []
        runs = []
        last = 0
        for gap in breaks.finditer(text):
            piece = text[last:gap.start()]
            piece = piece.rstrip(BLANKS) if "\n" in gap.group() else piece
            kept.append(piece)
            runs.append((start + last, len(piece)))
            last = gap.end()
        kept.append(text[last:])
        runs.append((start + last, len(text) - last))
        text = "".join(kept)
    return text.translate(FOLD) if TO_FOLD.search(text) else text, runs


def join_breaks(text: str) -> str:
    """A stretch of the document without its hard line breaks and the blanks around them."""
    if "\n" not in text:
        return text
    lines = text.split("\n")
    return "".join([lines[0].rstrip(BLANKS), *(line.strip(BLANKS) for line in lines[1:-1]), lines[-1].lstrip(BLANKS)])
