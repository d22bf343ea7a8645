"""A sentence that promises something → its clauses, each with the action and the object of the promise."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from analyzer.lexicon import read_rows
from analyzer.pipeline.bodies import Assignment
from analyzer.pipeline.reading import Reading
from analyzer.pipeline.sentences import Span

CLAUSE = re.compile(r"[^，。；！？：\n]+")
OBJECT_END = re.compile(r"[\d（(“]|百分之|不低于|不少于|超过|达到|提高到|以上|[，。；：！？]")
LEAD_IN = re.compile(r"^(?:[（(]?[一二三四五六七八九十\d]+[）)、.．]\s*|[一二三四五六七八九十]是|要|将|应|应当|必须|继续|进一步|加快|全面|深入|大力|积极|着力|稳步|有序|"
                     r"扎实|切实|持续|不断|统筹|今年|年内|全年|力争|确保|努力)+")


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of the reading that promises one thing."""

    start: int
    end: int
    action: str | None
    object: str | None


@functools.cache
def action_words() -> re.Pattern[str]:
    words = {row["verb"] for row in read_rows("actions.csv", required=("verb", "kind"))}
    return re.compile("|".join(sorted((re.escape(word) for word in words if len(word) > 1), key=len, reverse=True)))


def split_commitments(reading: Reading, sentence: Span, assignments: Sequence[Assignment]) -> list[Clause]:
    """The sentence as one promise, or as several where the text gives its clauses to different bodies."""
    text = reading.text
    borders = sorted({a.start for a in assignments if sentence.start < a.start < sentence.end and a.source == "explicit"})
    edges = [sentence.start, *borders, sentence.end]
    clauses = []
    for start, end in zip(edges, edges[1:], strict=False):
        action, subject = find_action(text[start:end])
        clauses.append(Clause(start, end, action, subject))
    return clauses


def find_action(sentence: str) -> tuple[str | None, str | None]:
    """The first verb that governs, and what it governs up to the next mark or number.

    >>> find_action("加快改造城镇老旧小区1200个。")
    ('改造', '城镇老旧小区')
    """
    for clause in CLAUSE.finditer(sentence):
        words = LEAD_IN.sub("", clause[0].strip())
        match = action_words().search(words)
        if match is None or match.start() > 12:
            continue
        rest = words[match.end():]
        end = OBJECT_END.search(rest)
        subject = rest[:end.start()] if end else rest
        return match[0], subject.strip(" 的了") or None
    return None, None
