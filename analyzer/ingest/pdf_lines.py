"""Glyphs → lines of text: same height, left to right, doubled glyphs once, blanks by distance."""

from __future__ import annotations

from itertools import pairwise

from analyzer.ingest.page import Glyph, Line
from analyzer.ingest.raised import raise_digits

SAME_LINE = 0.5  # of the lower glyph's height
DOUBLED = 0.33  # of a glyph's width: bold faked by printing twice, a hair apart
WORD_GAP = 0.18  # of the height, between two Latin letters or digits
WIDE_GAP = 0.9  # of the height, between any two glyphs: columns of a form, a signature beside a date
LATIN_END = 0x250


def glyphs_to_lines(glyphs: list[Glyph], page: int, source: str = "text") -> list[Line]:
    """The lines from top to bottom."""
    rows: list[list] = []  # [centre, top, bottom, runs]
    for run in sorted(_runs(glyphs), key=lambda run: run[1] + run[2]):
        _, top, bottom, _ = run
        for row in reversed(rows[-4:]):
            shared = min(bottom, row[1]) - max(top, row[0])
            if shared >= SAME_LINE * min(bottom - top, row[1] - row[0]):
                row[2].append(run)
                if bottom - top > row[1] - row[0]:
                    row[0], row[1] = top, bottom
                break
        else:
            rows.append([top, bottom, [run]])
    lines = []
    for top, bottom, runs in rows:
        line = _row_to_line(runs, top, bottom, page, source)
        if line:
            lines.append(line)
    lines.sort(key=lambda line: (line.top + line.bottom, line.left))
    return lines


def _runs(glyphs: list[Glyph]) -> list[tuple[float, float, float, list[Glyph]]]:
    """(left, top, bottom, glyphs) of stretches that the stream writes one behind the other on one line."""
    runs: list[tuple[float, float, float, list[Glyph]]] = []
    current: list[Glyph] = []
    top = bottom = right = 0.0
    for glyph in glyphs:
        _, x0, y0, x1, y1 = glyph
        height = y1 - y0
        if current:
            shared = min(bottom, y1) - max(top, y0)
            if shared >= SAME_LINE * min(height, bottom - top) and right - 0.5 * height <= x0 <= right + 3 * height:
                current.append(glyph)
                right = x1
                if height > bottom - top:
                    top, bottom = y0, y1
                continue
            runs.append((current[0][1], top, bottom, current))
        current = [glyph]
        top, bottom, right = y0, y1, x1
    if current:
        runs.append((current[0][1], top, bottom, current))
    return runs


def _row_to_line(runs: list, top: float, bottom: float, page: int, source: str) -> Line | None:
    if len(runs) == 1:
        glyphs = runs[0][3]
    else:
        glyphs = [glyph for run in sorted(runs, key=lambda run: run[0]) for glyph in run[3]]
    if any(after[1] < before[1] for before, after in pairwise(glyphs)):
        glyphs = sorted(glyphs, key=lambda glyph: glyph[1])
    chars: list[str] = []
    edges: list[float] = []
    height = bottom - top
    last_char, last_left, last_right, gap_open = "", 0.0, 0.0, False
    for char, x0, y0, x1, y1 in glyphs:
        if char == " " or char == "\u3000":
            gap_open = bool(chars) and (gap_open or not _is_wide(last_char) or x1 - x0 > 0.1 * height)
            continue
        if chars:
            if char == last_char and abs(x0 - last_left) < DOUBLED * max(x1 - x0, 1.0):
                continue
            gap = x0 - last_right
            if gap_open or gap > WIDE_GAP * height or (
                    gap > WORD_GAP * height and ord(char) < LATIN_END and ord(last_char) < LATIN_END):
                chars.append(" ")
                edges.append(round(min(last_right, x0), 1))
        if "0" <= char <= "9" and y1 - y0 < 0.8 * height and y1 < bottom - 0.2 * height:
            char = raise_digits(char, "".join(chars[-1:]))
        chars.append(char)
        edges.append(round(x0, 1))
        last_char, last_left, last_right, gap_open = char, x0, x1, False
    if not chars:
        return None
    edges.append(round(max(last_right, edges[-1]), 1))
    return Line("".join(chars), edges, round(top, 1), round(bottom, 1), page, source)


def split_line(line: Line, gap: float) -> list[Line]:
    """The parts of a line between whites wider than `gap` of its height."""
    parts: list[Line] = []
    start = 0
    for at, char in enumerate(line.text):
        if char == " " and line.edges[at + 1] - line.edges[at] > gap * line.size:
            parts.append(_part(line, start, at))
            start = at + 1
    parts.append(_part(line, start, len(line.text)))
    return [part for part in parts if part.text]


def _part(line: Line, start: int, end: int) -> Line:
    return Line(line.text[start:end], line.edges[start:end + 1], line.top, line.bottom, line.page, line.source)


def _is_wide(char: str) -> bool:
    return char > "\u2e80"


def join_lines(first: str, second: str) -> str:
    """What stands between two lines of one paragraph: a blank between Latin words, else nothing."""
    before, after = first[-1:], second[:1]
    if before.isascii() and after.isascii() and before.isalpha() and after.isalnum():
        return " "
    if before in ",;:.?!)" and before and after.isascii() and after.isalpha():
        return " "
    return ""
