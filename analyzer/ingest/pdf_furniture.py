"""Which lines of a page are headers, footers, page numbers and tables of contents: kept, not analysed."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

from analyzer.ingest.page import Line

DEPTH = 4  # lines from the top or bottom of a page that may be furniture
BAND = 3.0  # points within which two pages' lines stand at the same height
PAGE_NUMBER = re.compile(
    r"[-—–―－一·.\s]*(?:第\s*)?(?:\d{1,4}|[ivxlcIVXLC]{1,6}|[一二三四五六七八九十百]{1,4}\s*页)\s*+页?"
    r"(?:\s*+[/／,，]?\s*+(?:共\s*+)?\d{1,4}\s*+页?)?[-—–―－一·.\s]*+$")  # 一: a dash as OCR reads it
PRINTED = re.compile(  # what browsers print around a page: address and page count, date and title
    r"(?:https?://|file:///|www\.|about:blank)\S*(?:\s+\d{1,4}\s*/\s*\d{1,4})?$|"
    r"\d{2,4}[/.-]\d{1,2}[/.-]\d{1,2},?\s++(?:[上下]午)?\s*+\d{1,2}:\d{2}(?::\d{2})?\s*(?:[AP]M)?(?:\s.*)?$")
CONTENTS = re.compile(r"(?<![.…·．•⋯_])(?<![.…·．•⋯_]\s)(?:[.…·．•⋯_]\s?){4,}+\s*+[-—（(]?\s*+\d{1,4}\s*+[-—）)]?$")
DIGITS = re.compile(r"\d+|[ivxlc]{1,6}(?=\W|$)")


def find_furniture(pages: list[list[Line]], heights: list[float], taken: list[tuple[float, float]]) -> set[int]:
    """The ids of the lines that are furniture. `pages` hold each page's lines outside tables, top to bottom.

    `taken` is the top and bottom of each page's tables and body together, (inf, -inf) where unknown.
    """
    found: set[int] = set()
    for contents in pages:
        found |= {id(line) for line in contents if CONTENTS.search(line.text)}
    edges = [_edge_lines(lines, height, tables) for lines, height, tables in zip(pages, heights, taken, strict=True)]
    repeated = {key for key in _find_repeated(edges, len(pages)) if key[0].strip("#.,%％")}  # bare numbers may be cells of a table
    counted = _counted(edges)
    bands = _bands(edges, repeated, counted)
    for candidates in edges:
        for at_top in (True, False):
            side = [entry for entry in candidates if entry[1] == at_top]
            for rank, (line, _, key) in enumerate(side):
                number = len(line.text) <= 16 and PAGE_NUMBER.match(line.text) and (
                    not line.text.isdecimal() or id(line) in counted or rank + 1 == len(side) or _stands_apart(line, side[rank + 1][0]))
                if (key in repeated or PRINTED.match(line.text) or (number and rank == 0)
                        or any(abs(line.top - top) < BAND and abs(line.size - size) < 1 for top, size in bands[at_top])):
                    found.add(id(line))
                elif rank and not any(id(other) in found for other, _, _ in side[:rank]):
                    break
    return found


def _counted(edges: list[list[tuple[Line, bool, tuple]]]) -> set[int]:
    """The ids of bare numbers at an edge that count on with the pages; any other one may be a cell of a table."""
    offsets: dict[tuple[bool, int], list[int]] = defaultdict(list)
    for page, candidates in enumerate(edges):
        for at_top in (True, False):
            line = next((line for line, top, _ in candidates if top == at_top), None)
            if line and line.text.isdecimal() and len(line.text) <= 4:
                offsets[at_top, int(line.text) - page].append(id(line))
    return {each for found in offsets.values() if len(found) > 1 for each in found}


def _stands_apart(line: Line, inner: Line) -> bool:
    """Whether more white than two lines' parts a line from the one further in."""
    return max(inner.top - line.bottom, line.top - inner.bottom) > 1.5 * max(line.size, inner.size)


def _edge_lines(lines: list[Line], height: float, table: tuple[float, float]) -> list[tuple[Line, bool, tuple]]:
    """(line, whether at the top, key) of the outer lines, outermost first; none behind a table."""
    top = [line for line in lines[:DEPTH] if line.bottom < 0.25 * height and line.top < table[0]]
    bottom = [line for line in reversed(lines[-DEPTH:]) if line.top > 0.75 * height and line.bottom > table[1]]
    return [(line, True, _key(line)) for line in top] + [(line, False, _key(line)) for line in bottom]


def _key(line: Line) -> tuple[str, int]:
    return DIGITS.sub("#", re.sub(r"\s", "", line.text)), round(line.top / BAND)


def _find_repeated(edges: list[list[tuple[Line, bool, tuple]]], count: int) -> set[tuple]:
    """Keys seen on several pages at one height; a line astride two rounding bands counts for both."""
    seen: dict[str, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for page, candidates in enumerate(edges):
        for _, _, (text, band) in candidates:
            for near in (band - 1, band, band + 1):
                seen[text][near].add(page)
    needed = 2 if count < 6 else 3
    return {(text, band) for text, bands in seen.items() for band, on in bands.items()
            if len(on) >= needed and (text != "#" or len(on) >= needed)}


def _bands(edges: list[list[tuple[Line, bool, tuple]]], repeated: set[tuple], counted: set[int]) -> dict[bool, list[tuple[float, float]]]:
    """Heights and sizes that headers hold on many pages: the name of the chapter there changes, its place does not."""
    counts: dict[bool, Counter[tuple[float, float]]] = {True: Counter(), False: Counter()}
    for candidates in edges:
        for at_top in (True, False):
            side = [entry for entry in candidates if entry[1] == at_top]
            if side and (side[0][2] in repeated or id(side[0][0]) in counted):
                counts[at_top][(round(side[0][0].top), round(side[0][0].size, 1))] += 1
    return {at_top: [band for band, number in counter.items() if number >= max(3, 0.2 * len(edges))]
            for at_top, counter in counts.items()}
