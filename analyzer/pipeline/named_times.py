"""What the figures of a document share on its time: the periods it names, its rows, its passages, and how far each reaches."""

from __future__ import annotations

import bisect
import re
from collections.abc import Sequence
from dataclasses import dataclass

from analyzer.pipeline.context import DocumentContext
from analyzer.pipeline.frames import Frames, find_frames
from analyzer.pipeline.layers import Quantity
from analyzer.pipeline.periods import PeriodMention, find_periods, last_year
from analyzer.pipeline.reading import Line, Reading
from analyzer.pipeline.rows import Row
from analyzer.pipeline.sentences import last_mark

FULL_STOP = "。！？!?\n"
FULL_STOP_MARK = re.compile(f"[{FULL_STOP}]")
FARTHEST = 4000  # a line without full stops must not be gone through for each figure
LONE = re.compile(r"[（(]?(?:推进|完成|前|底|持续|力争|实施|时限|完成时限|：|:|\s)*[）)]?")
LONGEST_LONE = 24


@dataclass(frozen=True, slots=True)
class Timeline:
    """A reading with its periods in order (`starts`: where they begin), and by line the years it speaks of, its row and the time it consists of.

    `figure_starts` are those whose periods are asked for.
    """

    reading: Reading
    context: DocumentContext
    mentions: tuple[PeriodMention, ...]
    starts: list[int]
    frames: Frames
    line_starts: list[int]
    lone: dict[int, PeriodMention]
    rows: dict[int, Row]
    figure_starts: Sequence[int] = ()

    def line_of(self, position: int) -> int:
        """The number of the line that holds a character."""
        return max(0, bisect.bisect_right(self.line_starts, position) - 1)

    def between(self, start: int, end: int) -> list[PeriodMention]:
        """The periods that begin at characters `start`–`end`."""
        return list(self.mentions[bisect.bisect_left(self.starts, start):bisect.bisect_left(self.starts, end)])

    def frame(self, number: int, status: str) -> tuple[int, int] | None:
        """The years that line `number` speaks of by default."""
        return (self.frames.plan if status == "planned" else self.frames.review)[number]

    def sentence_around(self, quantity: Quantity, number: int) -> tuple[int, int]:
        """The sentence up to its full stop: a year holds across ；."""
        line = self.reading.lines[number]
        start, end = max(line.start, quantity.start - FARTHEST), min(line.end, quantity.end + FARTHEST)
        before = last_mark(self.reading.text, FULL_STOP, start, quantity.start)
        stop = FULL_STOP_MARK.search(self.reading.text, quantity.end, end)
        return (start if before < 0 else before + 1), stop.start() if stop else end


def read_timeline(reading: Reading, context: DocumentContext) -> Timeline:
    """What the document says of time, before any figure is asked about."""
    mentions = tuple(find_periods(reading.text, year=context.year))
    starts = [mention.start for mention in mentions]
    lone = {}
    for number, line in enumerate(reading.lines):
        found = _alone(reading, line, mentions, starts)
        if found is not None:
            lone[number] = found
    return Timeline(reading, context, mentions, starts, find_frames(reading, mentions, context), [line.start for line in reading.lines], lone,
                    {number: row for row in reversed(context.rows) for number in range(row.first, row.last + 1)})


def fits(context: DocumentContext, mention: PeriodMention, status: str) -> bool:
    """A plan does not inherit a year that is over, nor a review one that lies ahead."""
    if context.year is None:
        return True
    if status == "planned":
        return last_year(mention.period) >= context.year
    return last_year(mention.period) <= context.year


def carries(context: DocumentContext, mention: PeriodMention, status: str) -> bool:
    """Whether a period holds for the sentences behind its own; in a report, 今年 does not for what was reached."""
    if mention.role in ("base", "name") or mention.floating or not fits(context, mention, status):
        return False
    return not (context.genre == "report" and status == "achieved" and mention.period == str(context.year))


def _alone(reading: Reading, line: Line, mentions: Sequence[PeriodMention], starts: Sequence[int]) -> PeriodMention | None:
    """The period that a line consists of (a cell with 2018-2019 or 6月底前), if it is nothing else."""
    if line.end - line.start > LONGEST_LONE:
        return None
    index = bisect.bisect_left(starts, line.start)
    if index < len(mentions) and mentions[index].end <= line.end:
        mention = mentions[index]
        rest = reading.text[line.start:mention.start] + reading.text[mention.end:line.end]
        if reading.text[mention.start:line.end].endswith("日"):
            return None  # a date of signature
        return mention if LONE.fullmatch(rest) else None
    text = reading.text[line.start:line.end]
    if re.fullmatch(r"(?:19|20)\d{2}年?", text):
        return PeriodMention(line.start, line.end, text[:4], "year")
    return None
