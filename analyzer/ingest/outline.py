"""Lines of plain text → blocks: which line breaks are hard wraps, which lines are headings, and of what level."""

from __future__ import annotations

import re

# 第一章 / 一、 / （一） / 1. / （1）: the levels that GB/T 9704 gives them.
NUMBERING = (
    (1, re.compile(r"第[一二三四五六七八九十百]+[章部编篇]")),
    (2, re.compile(r"第[一二三四五六七八九十百]+节")),
    (2, re.compile(r"[一二三四五六七八九十]{1,3}、")),
    (3, re.compile(r"[（(][一二三四五六七八九十]{1,3}[）)]")),
    (4, re.compile(r"\d{1,2}\s*[.、．](?!\d)")),
    (5, re.compile(r"[（(]\d{1,2}[）)]")),
)
LONGEST_HEADING = 40
ENDS_SENTENCE = "。！？；：!?;:，,、"


def heading_level(line: str) -> int | None:
    """The level of a heading by its number, or None: long lines and lines that end a sentence are none."""
    line = line.strip()
    if not line or len(line) > LONGEST_HEADING or line[-1] in ENDS_SENTENCE:
        return None
    for level, pattern in NUMBERING:
        if pattern.match(line):
            return level
    return None
