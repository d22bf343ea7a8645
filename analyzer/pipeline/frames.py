"""The time a passage speaks of where its sentences name none: one year or several, behind or ahead."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analyzer.pipeline.context import DocumentContext
from analyzer.pipeline.periods import PeriodMention, find_periods, first_year, last_year
from analyzer.pipeline.reading import Reading

ANNUAL = re.compile(r"同比|比上年|较上年|比去年|较去年|全年(?!度)|一年来|过去(?:的)?一年|年初|本年|这一年|民生实事|年度任务|预期目标")
LONG = re.compile(r"年均(?!降水|气温|温)|平均每年|五年来|[二两三四五]年来|过去五年|“十[一二三四五]五”(?:以来|时期|期间)|本届政府|的五年[。，]")
OPENING = re.compile(r"(?:刚刚过去的?|过去的|在|——)?")
SECTION = 0.5  # what the heading above adds to each line, so that one year told of at length still stands out
SWITCH_LINE = 2.5  # what a change between one-year and several-year passages costs at a line's border, in nats
SWITCH_HEADING = 0.8
HINDSIGHT = 0.3  # a frame is set by what was said before; what follows only helps where nothing was
MARK = 2.0
STRONG = 4.0
Spans = Counter[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Frames:
    """For each line the years reviewed and planned by default: `(first, last)` both included, or None."""

    review: tuple[tuple[int, int] | None, ...]
    plan: tuple[tuple[int, int] | None, ...]


def find_frames(reading: Reading, mentions: Sequence[PeriodMention], context: DocumentContext) -> Frames:
    """Frames of a report's lines; for other documents the document's own span and year."""
    count = len(reading.lines)
    year = context.year
    if context.genre != "report" or year is None:
        span = (first_year(context.span), last_year(context.span)) if context.span else None
        reviewed = span if context.genre == "bulletin" and span else (year, year) if year else None
        if context.genre == "bulletin" or year is None:
            return Frames((reviewed,) * count, (None if context.genre == "bulletin" else span,) * count)
        return Frames(_review_by_section(reading, mentions, year), (span,) * count)
    behind, ahead, spans_behind, spans_ahead = _weigh_mentions(reading, mentions, year)
    _weigh_lines(reading, behind, ahead, year)
    long_review = spans_behind.most_common(1)[0][0] if spans_behind else (year - 5, year - 1)
    long_plan = spans_ahead.most_common(1)[0][0] if spans_ahead else (year, year + 4)
    review = tuple(long_review if odds > 0 else (year - 1, year - 1) for odds in _smooth(reading, behind))
    plan = tuple(long_plan if odds > 0 else (year, year) for odds in _smooth(reading, ahead))
    return Frames(review, plan)


def _weigh_mentions(reading: Reading, mentions: Sequence[PeriodMention], year: int) -> tuple[np.ndarray, np.ndarray, Spans, Spans]:
    """What the times named in each line say: nats for several years behind, and ahead; and how often each span of years is named."""
    behind, ahead = np.zeros(len(reading.lines)), np.zeros(len(reading.lines))
    spans_behind: Spans = Counter()
    spans_ahead: Spans = Counter()
    line = 0
    for mention in mentions:
        while line < len(reading.lines) - 1 and mention.start >= reading.lines[line].end:
            line += 1
        weight = STRONG if reading.lines[line].kind == "heading" else MARK
        first, last = first_year(mention.period), last_year(mention.period)
        if mention.kind == "many" and last - first == 4 or mention.role == "base" and mention.kind in ("year", "plan") and year - 7 <= last <= year - 4:
            behind[line] += MARK / 2  # 五年投资…, 比1995年增长69%: what is summed up or compared with lies several years back
        if mention.role == "base" or mention.floating or mention.kind == "recent" or (mention.role == "name" and reading.lines[line].kind != "heading"):
            continue
        if last > first and (last < year or mention.role == "since"):
            behind[line] += weight
            spans_behind[first, min(last, year - 1)] += 1
        elif last > first and first >= year - 1:
            ahead[line] += weight
            spans_ahead[first, last] += 1
        elif last == first == year - 1:
            behind[line] -= STRONG if OPENING.fullmatch(reading.text, reading.lines[line].start, mention.start) else weight
        elif last > year:
            ahead[line] += weight / 2
        elif last == first == year:
            ahead[line] -= weight
    return behind, ahead, spans_behind, spans_ahead


def _weigh_lines(reading: Reading, behind: np.ndarray, ahead: np.ndarray, year: int) -> None:
    """Adds what each line's words and the headings above it say."""
    sections: dict[tuple[str, ...], tuple[float, float]] = {}
    for number, here in enumerate(reading.lines):
        text = reading.text[here.start:here.end]
        if here.section not in sections:
            sections[here.section] = _section_evidence(here.section, year)
        behind[number] += SECTION * sections[here.section][0]
        ahead[number] += sections[here.section][1]
        behind[number] += MARK * bool(LONG.search(text)) - MARK * bool(ANNUAL.search(text))
        ahead[number] -= MARK * bool(re.search(r"今年|全年", text))
    for number, here in enumerate(reading.lines[:-1]):
        if here.kind == "heading":
            behind[number + 1] += _order_evidence(reading.text[here.start:here.end], year)
    ahead -= 0.3  # a report plans one year unless it says otherwise


def _review_by_section(reading: Reading, mentions: Sequence[PeriodMention], year: int) -> tuple[tuple[int, int], ...]:
    """The years that a section on what was reached speaks of (“十三五”时期, 截至2020年底), named before the line; else the document's."""
    frames: list[tuple[int, int]] = []
    named: dict[tuple[str, ...], tuple[int, int]] = {}
    index = 0
    for line in reading.lines:
        paths = [line.section[:depth] for depth in range(len(line.section), 0, -1)]
        frames.append(next((named[path] for path in paths if path in named), (year, year)))
        while index < len(mentions) and mentions[index].start < line.end:
            mention = mentions[index]
            index += 1
            first, last = first_year(mention.period), last_year(mention.period)
            if mention.role in ("base", "name") or mention.floating or last > year or mention.kind == "recent" or not line.section:
                continue
            if last >= named.get(line.section, (0, 0))[1]:
                named[line.section] = (first, last)
    return tuple(frames)


def _section_evidence(section: Sequence[str], year: int) -> tuple[float, float]:
    """What the innermost heading with years says of all its lines: nats for several years behind, and ahead."""
    for heading in reversed(section):
        behind = ahead = 0.0
        for mention in find_periods(heading, year=year):
            first, last = first_year(mention.period), last_year(mention.period)
            several = 1.0 if last > first else -1.0
            if last < year:
                behind += several
            else:
                ahead += several
        if behind or ahead:
            return behind, ahead
    return 0.0, 0.0


def _order_evidence(heading: str, year: int) -> float:
    """2025年和“十四五”时期工作回顾 reviews the year first, “十四五”时期和2025年 the five years: nats for several years."""
    named = [mention for mention in find_periods(heading, year=year) if last_year(mention.period) < year]
    several = [last_year(mention.period) > first_year(mention.period) for mention in named]
    if len(set(several)) < 2:
        return 0.0
    return STRONG if several[0] else -STRONG


def _smooth(reading: Reading, evidence: np.ndarray) -> np.ndarray:
    """Each line's odds (nats) after it has heard the lines around it."""
    count = len(evidence)
    leave = [1 / (1 + np.exp(SWITCH_HEADING if line.kind == "heading" else SWITCH_LINE)) for line in reading.lines]
    odds = np.exp(np.clip(evidence, -6, 6))
    forward, backward = np.ones(count), np.ones(count)
    held = 1.0
    for number in range(count):
        held = (_move(held, leave[number]) if number else 1.0) * odds[number]
        forward[number] = held
    held = 1.0
    for number in range(count - 1, -1, -1):
        backward[number] = held
        held = _move(held * odds[number], leave[number])
    return np.log(forward) + HINDSIGHT * np.log(backward)


def _move(odds: float, leave: float) -> float:
    return (odds * (1 - leave) + leave) / (odds * leave + 1 - leave)
