"""Tables of contents: runs of headings without text below them that all come again further down."""

from __future__ import annotations

import re
from collections.abc import Sequence

LEAST_ENTRIES, LONGEST_ENTRY = 5, 70
RECURRING = 0.6
TITLE = re.compile(r"目\s*[录次]$")
NUMBERED = re.compile(r"第[一二三四五六七八九十\d]{1,4}[章节篇部编]|[一二三四五六七八九十]{1,3}[、.．]|[（(][一二三四五六七八九十]{1,3}[）)]|\d{1,2}[.．、]")
PAGE = re.compile(r"(?<![\s.…·．・_\-—])[\s.…·．・_\-—]*+[（(]?\d{0,4}[）)]?\s*$")  # the dots and the page at the end of an entry


def find_contents(lines: Sequence[str]) -> set[int]:
    """The indices of the entries (and of the word 目录 above them); blank ones are other blocks."""
    keys = [_key(line) if 0 < len(line) <= LONGEST_ENTRY else "" for line in lines]
    last = {key: at for at, key in enumerate(keys) if key}
    found: set[int] = set()
    at = 0
    while at < len(lines):
        end = at
        while end < len(lines) and keys[end] and not _is_prose(lines[end]):
            end += 1
        recurring = [place for place in range(at, end) if last[keys[place]] >= end]
        if len(recurring) >= LEAST_ENTRIES:
            first = next((place for place in range(at, recurring[0] + 1) if TITLE.match(lines[place])), recurring[0])
            run = range(first, recurring[-1] + 1)
            entries = [keys[place] for place in run]
            headed = TITLE.match(lines[first]) or sum(bool(NUMBERED.match(key)) for key in entries) >= RECURRING * len(run)
            # the cells of a flattened table come again and again, the entries of contents once
            if headed and len(recurring) >= RECURRING * len(run) and len(set(entries)) >= 0.9 * len(run):
                found |= set(run)
        at = end + 1
    return found


def _is_prose(line: str) -> bool:
    return line[-1] in "；，、" or (line[-1] in "。！？" and len(line) > 45) or "。" in line[:-1]


def _key(line: str) -> str:
    """What an entry shares with its heading: no blanks, dots, page or final stop."""
    return re.sub(r"[\s。]", "", PAGE.sub("", line)).replace(",", "，")
