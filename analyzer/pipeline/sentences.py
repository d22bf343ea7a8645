"""Sentences of a reading: ended by 。！？； or the line, closing quotes and brackets included."""

from __future__ import annotations

import re
from dataclasses import dataclass

from analyzer.pipeline.reading import Reading

SENTENCE = re.compile(r"[^。！？；!?\n]*(?:[。！？；!?]+[”’」』）)》]*|(?=\n)|$)")


@dataclass(frozen=True, slots=True)
class Span:
    """A sentence of the reading; `line` is the index of its line."""

    start: int
    end: int
    line: int


def split_sentences(reading: Reading) -> list[Span]:
    """The sentences in order; they cover every character of every line but blanks at their borders."""
    spans: list[Span] = []
    for number, line in enumerate(reading.lines):
        for match in SENTENCE.finditer(reading.text, line.start, line.end):
            start, end = match.span()
            while start < end and reading.text[start].isspace():
                start += 1
            if start < end:
                spans.append(Span(start, end, number))
    return spans
