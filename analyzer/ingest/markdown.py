"""MD: the decoded file itself, its blocks without the marks (#, -, >, |) that stand before and between their words."""

from __future__ import annotations

import re
from dataclasses import replace

from analyzer.ingest.flat_tables import rebuild_tables
from analyzer.ingest.outline import shape_outline
from analyzer.ingest.plain import find_lines, join_lines, wrap_width
from analyzer.ingest.tables import GridCell, mark_headers
from analyzer.records import Block, Cell

HEADING = re.compile(r" {0,3}(#{1,6})\s+(?=\S)")
CLOSING_MARKS = re.compile(r"(?<![\s#*])[\s#*]+$")
BULLET = re.compile(r"\s*(?:[-*+]|>+)\s+(?:[-*+]\s+)?(?=\S)")
RULE = re.compile(r"\s{0,8}(?:[-*_=]\s{0,8}){3,200}$|\s*```.*$|\s*<!--.*-->\s*$|\s*</?(?:div|center|br|p)\b[^>]*>\s*$")
BOLD = re.compile(r"\*\*[^*\n]+\*\*")
ROW = re.compile(r"\s{0,8}\|.*\|$")
DIVIDER = re.compile(r"\s*+\|?(?:\s*+:?-{2,}+:?\s*+\|)+(?:\s*+:?-{2,}+:?\s*+)?\|?\s*$")
IS_MARKDOWN = re.compile(r"(?:\A\ufeff?---\r?\n[^\n]{1,80}?[:：])|^#{1,6} \S|^[ \t]{0,8}\|?(?:[ \t]{0,8}:?-{3,}:?[ \t]{0,8}\|)+", re.MULTILINE)


def markdown_to_blocks(text: str) -> tuple[Block, ...]:
    """Headings, paragraphs, items and pipe tables; front matter is furniture."""
    lines = find_lines(text)
    width = wrap_width([text[start:end] for start, end in lines if not ROW.match(text[start:end])])
    blocks: list[Block] = []
    plain: list[tuple[int, int]] = []

    def flush() -> None:
        blocks.extend(join_lines(text, plain, width=width))
        plain.clear()

    at = _front_matter(text, lines, blocks)
    while at < len(lines):
        start, end = lines[at]
        line = text[start:end]
        heading = HEADING.match(line)
        if at + 1 < len(lines) and ROW.match(line) and DIVIDER.match(text[slice(*lines[at + 1])]):
            flush()
            last = at + 2
            while last < len(lines) and ROW.match(text[slice(*lines[last])]):
                last += 1
            blocks.append(_table(text, [lines[at], *lines[at + 2:last]]))
            at = last
            continue
        if RULE.match(line):
            flush()
        elif heading:
            flush()
            begin = start + heading.end()
            finish = begin + len(CLOSING_MARKS.sub("", text[begin:end]))
            while begin < finish and text[begin] in "* ":
                begin += 1
            if begin < finish:
                blocks.append(Block("heading", begin, finish, len(heading[1])))
        elif BULLET.match(line):
            flush()
            mark = BULLET.match(line)
            blocks.append(Block("paragraph", start + (mark.end() if mark else 0), end))
        else:
            plain.append((start, end))
        at += 1
    flush()
    blocks = [replace(block, start=block.start + 2, end=block.end - 2) if BOLD.fullmatch(text, block.start, block.end) else block for block in blocks]
    return shape_outline(text, rebuild_tables(text, blocks))


def _front_matter(text: str, lines: list[tuple[int, int]], blocks: list[Block]) -> int:
    """Lines between two --- at the very head become furniture; the index of the first line behind them."""
    if not lines or text[slice(*lines[0])].strip("\ufeff ") != "---":
        return 0
    for last, (start, end) in enumerate(lines[1:60], 1):
        if text[start:end].strip() == "---":
            blocks += [Block("furniture", begin, finish) for begin, finish in lines[1:last] if begin < finish]
            return last + 1
    return 0


def _table(text: str, rows: list[tuple[int, int]]) -> Block:
    grid: list[GridCell] = []
    places: list[tuple[int, int]] = []
    for row, (start, end) in enumerate(rows):
        edges = [start + match.start() for match in re.finditer(r"(?<!\\)\|", text[start:end])]
        first = 0 if edges and not text[start:edges[0]].strip() else None
        edges = edges if first == 0 else [start - 1, *edges]
        for column, (left, right) in enumerate(zip(edges, edges[1:], strict=False)):
            cell = text[left + 1:right]
            begin = left + 1 + len(cell) - len(cell.lstrip())
            places.append((begin, max(begin, begin + len(cell.strip()))))
            grid.append(GridCell(cell.strip(), row, column, header=row == 0))
    cells = tuple(Cell(begin, finish, each.row, each.column, header=each.header)
                  for each, (begin, finish) in zip(mark_headers(grid), places, strict=True))
    return Block("table", rows[0][0], rows[-1][1], cells=cells)
