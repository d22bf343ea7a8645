"""Lines → paragraphs by geometry: a line goes on when it is full, the next one is not indented, and no gap parts them.

The same rule joins across pages. Furniture and notes in between stand aside and part nothing.
"""

from __future__ import annotations

import re
import statistics
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise

from analyzer.ingest.outline import find_numbering
from analyzer.ingest.page import Line, Rule
from analyzer.ingest.pdf_columns import band_of
from analyzer.ingest.pdf_lines import join_lines
from analyzer.ingest.pdf_tables import Grid

NO_START = "，。、；：！？）》〉」』”’】〕％%,.;:!?)]}…—"
QUOTES = "“”‘’"  # some programs break neither before nor behind them
NO_END = "（《〈「『“‘【〔([{"
CLOSED = "。！？；!?;"
MARKER = re.compile(r"(?:\d{1,3}[.、．)）]|[（(]\d{1,3}[）)]|[①-⑳]|[•·▪●■◆➢✔○□-])\s*")
LABEL = re.compile(r"[^，。；：:\s]{1,8}[：:]\s?")  # 内容概述：… with all further lines under the first one's text
NOTE = re.compile(r"(?:[①-⑳⁰¹²³⁴-⁹]|\[\d{1,2}\]|〔\d{1,2}〕|\d{1,2}(?=[^\d.、．)）,，%年月]))|[*＊注]")
BETWEEN_PARTS = re.compile(r"(?:续\s*表|表\s*+[\d一二三四五六七八九十.\-—]*+\s*+[（(]?\s*+续|[（(]续[）)]|.{0,30}[（(]续表?[）)]$)")
RAGGED = 0.3  # share of lines that reach the right edge; where fewer do, the page has no edge of its own
INDENT, SLACK, GAP, CENTRE = 0.8, 0.75, 1.3, 1.2  # in character widths; GAP in line pitches


@dataclass(slots=True)
class Element:
    """A paragraph (`lines`), a table (`grid`), or furniture; `aside` ones part nothing."""

    kind: str
    lines: list[Line] = field(default_factory=list)
    grid: Grid | None = None
    centred: bool = False
    aside: bool = False
    frame: int = -1

    @property
    def text(self) -> str:
        text = ""
        for line in self.lines:
            text += join_lines(text, line.text) + line.text
        return text


@dataclass(frozen=True, slots=True)
class Margins:
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class Style:
    """What is usual: width of a character, distance of lines, and the distance that parts paragraphs, in characters."""

    em: float
    pitch: float
    gap: float = 9.0


def measure_em(line: Line) -> float:
    """The width of one Chinese character on this line, in points: its height, whatever justification did to it."""
    return line.size


def measure_style(pages: list[list[Line]]) -> Style:
    sizes: Counter[float] = Counter()
    for lines in pages:
        for line in lines:
            if len(line.text) >= 4:
                sizes[round(measure_em(line) * 2) / 2] += len(line.text)
    em = sizes.most_common(1)[0][0] if sizes else 12.0
    em = max(em, 4.0)
    pitches: Counter[float] = Counter()
    within: list[float] = []
    for lines in pages:
        edge = max((line.right for line in lines if len(line.text) >= 10 and line.text[-1] not in NO_START), default=0.0)
        start = min((line.left for line in lines), default=0.0)
        for before, after in pairwise(lines):
            distance = (_middle(after) - _middle(before)) / em
            if 0.9 < distance < 4 and len(before.text) >= 10:
                pitches[round(distance * 20) / 20] += 1
                if before.right > edge - 1.5 * em and after.left < start + INDENT * em and before.text[-1] not in CLOSED:
                    within.append(distance)
    if not pitches:
        return Style(em, 1.8)
    most = pitches.most_common(1)[0][1]  # the smallest of the frequent ones: paragraphs stand farther apart
    pitch = min(pitch for pitch, number in pitches.items() if number >= 0.35 * most)
    if len(within) < 20:
        return Style(em, pitch)
    within.sort()
    return Style(em, pitch, max(1.08 * pitch, 1.05 * within[int(0.97 * len(within))]))


def measure_margins(lines: list[Line], fallback: Margins | None, em: float) -> Margins | None:
    """Left and right edge of the text of a page or a frame; the fallback where too few lines tell."""
    full = [line for line in lines if len(line.text) >= 10]
    if len(full) < 4:
        return fallback if fallback else (
            Margins(min(line.left for line in lines), max(line.right for line in lines)) if lines else None)
    lefts: Counter[int] = Counter(round(line.left) for line in full)
    # the leftmost that at least a tenth of the lines share: indented first lines and lists stand to the right of it
    shared = [left for left in lefts if sum(lefts[near] for near in (left - 1, left, left + 1)) >= max(2, 0.1 * len(full))]
    left = float(min(shared)) if shared else min(line.left for line in full)
    # punctuation may hang out beyond the edge, so that it tells nothing
    inner = [line.right for line in full if line.text[-1] not in NO_START] or [line.right for line in full]
    rights = sorted(inner, reverse=True)
    right = rights[min(len(rights) // 8, 3)]
    right = max(value for value in rights if value <= right + 0.6 * em)
    if fallback and abs(left - fallback.left) < 1.5 * em:
        right = max(right, min(fallback.right, right + 2 * em)) if len(full) < 8 else right
        if sum(line.right > right - em for line in lines) < RAGGED * len(lines):  # a page of cells, each on a line of its own
            right = max(right, fallback.right)
    return Margins(left, right)


def token_width(line: Line) -> float:
    """Points that the start of a line would have needed at the end of the line before: it cannot be broken there."""
    text = line.text
    end = 0
    while end < len(text):
        if text[end].isascii() and not text[end].isspace():
            while end < len(text) and text[end].isascii() and not text[end].isspace():
                end += 1
        else:
            end += 1
        if end < len(text) and not (text[end] in NO_START + QUOTES or text[end - 1] in NO_END + QUOTES):
            break
    return line.edges[end] - line.left


def continues(element: Element, line: Line, margins: Margins, style: Style, last_margins: Margins) -> bool:
    """Whether `line` carries on the paragraph whose lines so far are `element.lines`."""
    last = element.lines[-1]
    em = measure_em(last) if len(last.text) > 3 else style.em
    if len(line.text) > 3 and not 0.85 < measure_em(line) / em < 1.18:
        return False
    if last.text[-1] in CLOSED + "：" and find_numbering(line.text):
        return False
    crossed = last.page != line.page or last.column != line.column
    if not crossed:
        distance = (_middle(line) - _middle(last)) / max(em, 1)
        usual = max(style.pitch, 1.0)
        if len(element.lines) > 1 and (element.lines[-2].page, element.lines[-2].column) == (last.page, last.column):
            usual = max(min(usual, (_middle(last) - _middle(element.lines[-2])) / em), 1.0)
        if distance > min(GAP * usual + 0.1, max(style.gap, 1.02 * usual)):
            return False
    if not crossed and last.text[-1] not in CLOSED and _hangs(element, line, em):
        return True
    room = last_margins.right - last.right
    if room > token_width(line) + SLACK * em:
        return False
    indent = line.left - margins.left
    if indent <= INDENT * em:
        return True
    first = element.lines[0]
    if len(element.lines) > 1 and not crossed:
        return abs(line.left - last.left) < 0.5 * em and last.left <= first.left + 0.5 * em + _marker_width(first)
    marker = _marker_width(first)
    return bool(marker) and abs(line.left - first.left - marker) < 0.6 * em and not MARKER.match(line.text)


def _hangs(element: Element, line: Line, em: float) -> bool:
    """Whether a line stands below the text behind a label, 内容概述：…, in a block narrower than the page."""
    first = element.lines[0]
    label = LABEL.match(first.text)
    if not label or LABEL.match(line.text) or find_numbering(line.text) or first.edges[label.end()] - first.left < 2.5 * em:
        return False
    return abs(line.left - first.edges[label.end()]) < 0.4 * em and (len(element.lines) == 1 or abs(line.left - element.lines[-1].left) < 0.4 * em)


def _marker_width(line: Line) -> float:
    match = MARKER.match(line.text) or LABEL.match(line.text)
    return line.edges[match.end()] - line.left if match else 0.0


def is_centred(line: Line, margins: Margins, em: float) -> bool:
    """Whether a line stands in the middle; a full first line with its usual indent of two characters does not."""
    off = abs((line.left + line.right) / 2 - (margins.left + margins.right) / 2)
    indent, room = line.left - margins.left, margins.right - line.right
    if indent > 2.5 * em:
        return off < CENTRE * em
    return off < 0.5 * em and indent > 0.9 * em and room > 0.9 * em and not 1.5 * em < indent < 2.5 * em


def _middle(line: Line) -> float:
    return (line.top + line.bottom) / 2


def build_elements(pages: list[list[Line]], grids: list[list[Grid]], frames: list[list[Rule]],
                   furniture: set[int]) -> list[Element]:
    """All elements of the document in reading order; tables of consecutive pages are not yet merged."""
    body = [[line for line in lines if id(line) not in furniture] for lines in pages]
    style = measure_style(body)
    fallback = _usual_margins(body, frames, style)
    elements: list[Element] = []
    current: Element | None = None
    last_margins = Margins(0, 0)
    for number, lines in enumerate(pages):
        notes = _find_notes(body[number], style)
        owners = {id(line): (_frame_of(line, frames[number]), line.column) for line in body[number]}
        margins = {frame: measure_margins([line for line in body[number] if owners[id(line)] == frame and id(line) not in notes],
                                          fallback if frame == (-1, 0) else None, style.em) for frame in set(owners.values())}
        note: Element | None = None
        items: list[Line | Grid] = [*lines, *grids[number]]
        for item in sorted(items, key=lambda item: _order(item, lines)):  # noqa: B023
            if isinstance(item, Grid):
                current = Element("table", grid=item)
                elements.append(current)
                continue
            if id(item) in furniture:
                elements.append(Element("furniture", [item], aside=True))
                continue
            frame = owners[id(item)][0]
            area = margins[owners[id(item)]] or Margins(item.left, item.right)
            if id(item) in notes:
                if note and continues(note, item, area, style, area):
                    note.lines.append(item)
                else:
                    note = Element("paragraph", [item], aside=True)
                    elements.append(note)
                continue
            if current and current.kind == "paragraph" and current.frame == frame and _joins(
                    current, item, area, style, last_margins):
                current.lines.append(item)
            else:
                current = Element("paragraph", [item], centred=frame < 0 and is_centred(item, area, measure_em(item)), frame=frame)
                elements.append(current)
            last_margins = area
    return elements


def _joins(element: Element, line: Line, area: Margins, style: Style, last_margins: Margins) -> bool:
    em, last = measure_em(line), element.lines[-1]
    if last.page == line.page and last.column != line.column and (last.column, line.column) != (1, 2):
        return False
    if last.page == line.page and em > 1.15 * style.em and 0.9 < em / measure_em(last) < 1.1 and (
            _middle(line) - _middle(last) < 2.6 * em) and is_centred(line, area, em):
        return element.centred or area.right - last.right < 2 * em  # a title over several lines
    return continues(element, line, area, style, last_margins)


def _order(item: Line | Grid, lines: list[Line]) -> tuple[int, int, float]:
    """Band, column and height: on a page of one column all stand in band 0, and furniture at its height."""
    if isinstance(item, Line):
        return (item.band, item.column, item.top) if item.band else (band_of(item.top, lines), 0, item.top)
    columns = {line.column for line in lines if line.left < item.xs[-1] and line.right > item.xs[0]} - {0}
    return band_of(item.ys[0], lines), columns.pop() if len(columns) == 1 else 0, item.ys[0]


def _frame_of(line: Line, frames: list[Rule]) -> int:
    middle = _middle(line)
    for number, (left, top, right, bottom) in enumerate(frames):
        if top <= middle <= bottom and left - 1 <= (line.left + line.right) / 2 <= right + 1:
            return number
    return -1


def _usual_margins(body: list[list[Line]], frames: list[list[Rule]], style: Style) -> Margins | None:
    found = []
    for lines, boxes in zip(body, frames, strict=True):
        outside = [line for line in lines if _frame_of(line, boxes) < 0]
        if len(outside) >= 8:
            margins = measure_margins(outside, None, style.em)
            if margins:
                found.append(margins)
    if found:
        return Margins(statistics.median(m.left for m in found), statistics.median(m.right for m in found))
    return measure_margins([line for lines in body for line in lines], None, style.em)


def _find_notes(lines: list[Line], style: Style) -> set[int]:
    """Footnotes: a run of smaller lines at the foot of the page that begins with a note's mark."""
    small: list[Line] = []
    for line in reversed(lines):
        if measure_em(line) > 0.9 * style.em or len(small) > 25:
            break
        small.append(line)
    while small and not NOTE.match(small[-1].text):
        small.pop()
    return {id(line) for line in small} if len(small) < len(lines) else set()
