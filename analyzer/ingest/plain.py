"""TXT and MD: decoded text → blocks, hard-wrapped lines joined to paragraphs."""

from __future__ import annotations

import re
import statistics

from analyzer.ingest.outline import heading_level
from analyzer.records import Block

INDENT = re.compile(r"^(?:\u3000{1,4}|[ \t]{2,})")
WRAP_SLACK = 6  # half-width characters and a word that would not fit make a wrapped line shorter
CLOSED = "。！？；：.!?;:”"


def text_to_blocks(text: str) -> tuple[Block, ...]:
    """One block a paragraph or heading; offsets index `text` itself."""
    lines = [(match.start(), match.end()) for match in re.finditer(r"[^\n]+", text)]
    width = wrap_width([text[start:end].rstrip() for start, end in lines])
    blocks: list[Block] = []
    open_until: int | None = None
    for start, end in lines:
        line = text[start:end].rstrip()
        if not line.strip():
            open_until = None
            continue
        if open_until is not None and not INDENT.match(line) and text[open_until:start].strip("\r\n\t ") == "":
            last = blocks.pop()
            blocks.append(Block(last.kind, last.start, start + len(line), last.level))
        else:
            level = heading_level(line)
            blocks.append(Block("heading" if level else "paragraph", start, start + len(line), level))
        wrapped = width and blocks[-1].kind == "paragraph" and len(line) >= width - WRAP_SLACK and line[-1] not in CLOSED
        open_until = start + len(line) if wrapped else None
    return tuple(blocks)


def wrap_width(lines: list[str]) -> int | None:
    """The width at which a text was hard-wrapped, or None where lines are whole paragraphs."""
    lengths = sorted(len(line) for line in lines if len(line) > 20)
    if len(lengths) < 8:
        return None
    longest = lengths[int(len(lengths) * 0.95)]
    near = sum(longest - 3 <= length <= longest + 3 for length in lengths)
    return longest if longest < 90 and near >= 0.5 * len(lengths) and statistics.median(lengths) > 20 else None
