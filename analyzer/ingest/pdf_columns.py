"""Pages set in two columns (gazettes): lines parted at the gutter, in bands between what runs across."""

from __future__ import annotations

from analyzer.ingest.page import Line, Rule
from analyzer.ingest.pdf_lines import split_line

GUTTER = 0.9  # of a line's height: the least white between the columns
LEAST_LINES = 8
MOST_ACROSS = 0.3  # share of lines that may run across the gutter: titles, headings over both columns


def split_columns(lines: list[Line], boxes: list[Rule]) -> list[Line]:
    """The same lines, or their halves with `column` 1 or 2 and the number of their `band`; `boxes` are tables."""
    gutter = find_gutter(lines)
    if gutter is None:
        return lines
    halves: list[Line] = []
    across = [(box[1], box[3]) for box in boxes if box[0] < gutter < box[2]]
    for line in lines:
        left = [part for part in split_line(line, GUTTER) if part.right <= gutter + 1]
        right = [part for part in split_line(line, GUTTER) if part.left >= gutter - 1]
        if line.left < gutter < line.right and not (left and right):
            across.append((line.top, line.bottom))
            halves.append(line)
            continue
        for column, parts in ((1, left), (2, right)):
            if parts:
                half = _join(line, parts[0].left, parts[-1].right)
                half.column = column
                halves.append(half)
    across.sort()
    for half in halves:
        half.band = 2 * sum(bottom <= half.top + 1 for _, bottom in across) + (1 if half.column == 0 else 2)
    return halves


def band_of(top: float, lines: list[Line]) -> int:
    """The band to which something at `top` that is no line belongs."""
    above = [line for line in lines if line.top <= top]
    return max((line.band for line in above), default=0)


def find_gutter(lines: list[Line]) -> float | None:
    """The x of the white between two columns of running text, or None."""
    if len(lines) < LEAST_LINES:
        return None
    start, end = min(line.left for line in lines), max(line.right for line in lines)
    width = end - start
    gaps: list[tuple[float, float]] = []
    for line in lines:
        parts = split_line(line, GUTTER)
        for before, after in zip(parts, parts[1:], strict=False):
            if before.right > start + 0.35 * width and after.left < end - 0.35 * width and (
                    before.right - line.left > 0.3 * width and line.right - after.left > 0.3 * width):
                gaps.append((before.right, after.left))
    if len(gaps) < LEAST_LINES:
        return None
    gutter = sum(low + high for low, high in gaps) / (2 * len(gaps))
    parted = sum(low <= gutter <= high for low, high in gaps)
    across = sum(line.left < gutter < line.right for line in lines) - parted
    if parted < 0.8 * len(gaps) or parted < LEAST_LINES or across > MOST_ACROSS * (parted + across):
        return None
    return gutter


def _join(line: Line, left: float, right: float) -> Line:
    """The stretch of a line between two x coordinates, with its blanks."""
    first = next(at for at, edge in enumerate(line.edges) if edge >= left - 0.05 and line.text[at:at + 1] != " ")
    last = max(at for at in range(len(line.text)) if line.edges[at + 1] <= right + 0.05 and line.text[at] != " ")
    return Line(line.text[first:last + 1], line.edges[first:last + 2], line.top, line.bottom, line.page, line.source)
