"""Sentences of a reading: ended by 。！？； or the line, closing quotes and brackets included."""

from __future__ import annotations

import re
from typing import NamedTuple

from analyzer.pipeline.reading import Reading

SENTENCE = re.compile(r"[^。！？；!?\n]*(?:[。！？；!?]+[”’」』）)》]*|(?=\n)|$)")

LONGEST = 1000
"""Characters of a sentence (282 is the most in real reports); a text without full stops is cut behind these marks instead."""
PAUSE = re.compile(r"[，；：、](?!\d)|[\u4e00-\u9fff%‰²³㎡a-zA-Z)）”](?<![一二三四五六七八九十百千万亿至到和与或比之时分年月日天负])(?=\d)")


class Span(NamedTuple):
    """A sentence of the reading; `line` is the index of its line."""

    start: int
    end: int
    line: int


def last_mark(text: str, marks: str, low: int, high: int) -> int:
    """Where the last of some marks stands in `text[low:high]`, -1 if none; looks back no further than it must."""
    reach = 256
    while True:
        first = max(low, high - reach)
        found = -1
        for mark in marks:
            found = max(found, text.rfind(mark, first, high))
        if found >= 0 or first == low:
            return found
        reach *= 4


def split_sentences(reading: Reading) -> list[Span]:
    """The sentences in order; they cover every character of every line but blanks at their borders."""
    spans: list[Span] = []
    text = reading.text
    for number, line in enumerate(reading.lines):
        for match in SENTENCE.finditer(text, line.start, line.end):
            whole = match.span()
            for start, end in (whole,) if whole[1] - whole[0] <= LONGEST else cut_endless(text, *whole):
                while start < end and text[start].isspace():
                    start += 1
                if start < end:
                    spans.append(Span(start, end, number))
    return spans


def cut_endless(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The sentence whole, or one that does not end in pieces of at least LONGEST characters: every finder that looks
    around in a sentence then takes a bounded time for each figure.
    """
    pieces = []
    while end - start > LONGEST and (pause := PAUSE.search(text, start + LONGEST, end)):
        pieces.append((start, pause.end()))
        start = pause.end()
    return [*pieces, (start, end)]
