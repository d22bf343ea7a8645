"""When each figure is (to be) reached: its sentence's own words, else its row, paragraph, section or document."""

from __future__ import annotations

import bisect
import re
from collections.abc import Sequence
from dataclasses import replace

from analyzer.pipeline.layers import Quantity
from analyzer.pipeline.named_times import Timeline, carries, fits
from analyzer.pipeline.periods import PeriodMention, find_periods, first_year, last_year, shift
from analyzer.pipeline.states import YEARLY, is_state
from analyzer.pipeline.status_features import clause_around

NOW = re.compile(r"(?<![由从比较])(?:截[至止]|到)?目前|迄今|至今")  # ends what an earlier year said
YEAR_ON_YEAR = re.compile(r"[比较](?:上年|去年|前年|同期)|同比")
# …住房6500套，6月底前全部交付。: the clause says nothing but when it will be done
FINISHED = re.compile(r"(?:全部|基本|全面|陆续|确保)?(?:完成|建成|交付|竣工|投用|投产|开工|到位|完工|销号|清零|达标|投入使用|完成[^，。；]{2})(?=[，。；])")
ADVERBIAL = re.compile(r"(?:累计|时间)?，")
RISEN = re.compile(r"(?:提高|增加|增长|上升|提升|扩大|发展|下降|降低|减少|缩小|攀升|跃升)[到至]$")  # 从2020年的…提高到2025年的 dates what rose
LOCAL = ("many", "recent", "ahead")
AHEAD_LINES = 8  # how far below a cell its row's time may stand


def assign_periods(timeline: Timeline, quantities: Sequence[Quantity], statuses: Sequence[str], *,
                   wanted: Sequence[int] | None = None) -> list[tuple[str | None, tuple[str, ...]]]:
    """For each quantity (or those whose numbers are `wanted`) its period, or None where nothing tells, and the rule that gave it."""
    timeline = replace(timeline, figure_starts=[quantity.start for quantity in quantities])
    numbers = range(len(quantities)) if wanted is None else wanted
    return [_period_of(timeline, quantities[number], statuses[number]) for number in numbers]


def _period_of(timeline: Timeline, quantity: Quantity, status: str) -> tuple[str | None, tuple[str, ...]]:
    number = timeline.line_of(quantity.start)
    if status == "reference":
        base = _base(timeline, quantity)
        if base:
            return base, ("period:base",)
    if status == "standard":
        return None, ("period:rule",)
    for rule, find in (("sentence", _from_sentence), ("row", _from_row), ("paragraph", _from_paragraph), ("section", _from_section)):
        found = find(timeline, quantity, status, number)
        if found:
            return found, (f"period:{rule}",)
    found = _from_frame(timeline, quantity, status, number)
    return found, (f"period:{'document' if found else 'none'}",)


def _base(timeline: Timeline, quantity: Quantity) -> str | None:
    """由2010年的1264元: the year that stands right before the base."""
    index = bisect.bisect_left(timeline.starts, quantity.start) - 1
    if index >= 0 and quantity.start - timeline.mentions[index].end <= 16 and timeline.mentions[index].role == "base":
        return timeline.mentions[index].period
    return None


def _from_sentence(timeline: Timeline, quantity: Quantity, status: str, number: int) -> str | None:
    first, last = timeline.sentence_around(quantity, number)
    inside = [mention for mention in timeline.between(first, last) if mention.role not in ("base", "name")
              and (mention.floating or fits(timeline.context, mention, status))]
    before = [mention for mention in inside if mention.end <= quantity.start]
    for mention in reversed(before):
        if status == "achieved" and NOW.search(timeline.reading.text, mention.end, quantity.start):
            return None
        held = _carry(timeline, mention, quantity)
        if _is_local(timeline.reading.text, mention, quantity) and not _same_clause(timeline, mention, quantity, status, number):
            continue
        if held is None:
            continue
        found = _resolve(timeline, held, quantity, status, number)
        if found:
            return found
    after = [mention for mention in inside if mention.start >= quantity.end]
    if after and _governs_back(timeline, quantity, after[0], status):
        return _resolve(timeline, after[0], quantity, status, number)
    return None


def _carry(timeline: Timeline, mention: PeriodMention, quantity: Quantity) -> PeriodMention | None:
    """What is left of a period at a figure behind it: growth on the year before is no span's, of 截至6月 the year is left."""
    text = timeline.reading.text
    if "/" in mention.period and quantity.change != "level":
        clause = clause_around(text, quantity.start, quantity.end)
        if YEAR_ON_YEAR.search(text, clause[0], quantity.start):
            return None
    if "-" in mention.period and re.search(r"[；。]", text[mention.end:quantity.start]):
        return replace(mention, period=mention.period[:4], kind="year") if mention.role == "deadline" and not mention.floating else None
    return mention


def _is_local(text: str, mention: PeriodMention, quantity: Quantity) -> bool:
    """三年, 近两年 and 其中2026年 hold for their clause, but 近三年累计，…"""
    if mention.kind in LOCAL and ADVERBIAL.match(text, mention.end) and "。" not in text[mention.end:quantity.start]:
        return False
    return mention.kind in LOCAL or text[max(0, mention.start - 3):mention.start].endswith(("其中", "其中，", "其中在"))


def _same_clause(timeline: Timeline, mention: PeriodMention, quantity: Quantity, status: str, number: int) -> bool:
    """三年安排450亿元 and 近两年 hold for their clause only, unless the passage speaks of just these years."""
    frame = timeline.frame(number, status)
    if frame and mention.kind == "many" and frame[1] - frame[0] == last_year(mention.period) - first_year(mention.period):
        return True
    return clause_around(timeline.reading.text, quantity.start, quantity.end)[0] <= mention.start


def _governs_back(timeline: Timeline, quantity: Quantity, mention: PeriodMention, status: str) -> bool:
    """100个（2025年）, or a deadline clause without figures of its own: …100个，2025年底前全部完成。"""
    text = timeline.reading.text
    between = text[quantity.end:mention.start]
    if re.fullmatch(r"[^，。；\d]{0,6}[（(](?:到|至|在|于)?", between):
        return True
    clause = clause_around(text, mention.start, mention.end)
    index = bisect.bisect_right(timeline.figure_starts, quantity.start)
    next_figure = timeline.figure_starts[index] if index < len(timeline.figure_starts) else len(text)
    if re.search(r"[。；]", between) or mention.floating and not FINISHED.match(text, mention.end):
        return False
    alone = next_figure > clause[1] or next_figure < mention.start
    told = mention.role == "deadline" or status == "achieved" and mention.kind in ("year", "month")
    return alone and told or text.endswith(("截至", "截止"), 0, mention.start)


def _from_row(timeline: Timeline, quantity: Quantity, status: str, number: int) -> str | None:
    row = timeline.rows.get(number)
    head = timeline.context.heads.get(number, "")
    if head:
        for mention in find_periods(head, year=timeline.context.year):
            if mention.role != "base" and not mention.floating:
                return mention.period
    if row is not None:
        lines = range(row.first, row.last + 1)
    elif len(timeline.lone) >= 3:
        lines = range(number + 1, min(len(timeline.reading.lines), number + AHEAD_LINES))
    else:
        return None
    for other in lines:
        if other in timeline.lone and (row is not None or not {other - 1, other + 1} & set(timeline.lone)):
            if status == "achieved":
                return str(timeline.context.year) if timeline.context.year else None
            return timeline.lone[other].period
    return None


def _from_paragraph(timeline: Timeline, quantity: Quantity, status: str, number: int) -> str | None:
    """A year named earlier in the paragraph carries forward, never back."""
    line = timeline.reading.lines[number]
    for mention in reversed(timeline.between(line.start, quantity.start)):
        if mention.role == "since" or not carries(timeline.context, mention, status) or _is_local(timeline.reading.text, mention, quantity) \
                or RISEN.search(timeline.reading.text, max(line.start, mention.start - 8), mention.start):
            continue
        if status == "achieved" and NOW.search(timeline.reading.text, mention.end, quantity.start):
            return None
        held = _carry(timeline, mention, quantity)
        found = held and _resolve(timeline, held, quantity, status, number)
        if found:
            return found
    return None


def _from_section(timeline: Timeline, quantity: Quantity, status: str, number: int) -> str | None:
    """Outside reports: the year in a heading above, or the target year that opened a section on aims."""
    if timeline.context.genre == "report":
        return None
    line = timeline.reading.lines[number]
    aim = _aim_of_section(timeline, status, number)
    if aim and ("目标" in line.section[-1] or is_state(timeline.reading.text, quantity)):
        return aim
    for heading in reversed(line.section):
        for mention in find_periods(heading, year=timeline.context.year):
            if mention.role not in ("base", "name") and not mention.floating and fits(timeline.context, mention, status):
                return mention.period
    return aim


def _aim_of_section(timeline: Timeline, status: str, number: int) -> str | None:
    """The target year that opened a section on aims; of several (到2025年 …, 到2035年 …) the last within the plan's span."""
    line = timeline.reading.lines[number]
    aims = next((line.section[:depth] for depth in range(len(line.section), 0, -1) if "目标" in line.section[depth - 1]), None)
    if aims is None:
        return None
    end = last_year(timeline.context.span) if timeline.context.span else None
    found: list[str] = []
    for index in range(bisect.bisect_left(timeline.starts, line.start) - 1, -1, -1):
        mention = timeline.mentions[index]
        other = timeline.reading.lines[timeline.line_of(mention.start)]
        if other.section[:len(aims)] != aims:
            break
        if mention.role in ("deadline", "point") and not mention.floating and other.kind != "heading" and fits(timeline.context, mention, status) \
                and (end is None or last_year(mention.period) <= end):
            found.append(mention.period)
    return max(found, key=last_year, default=None)


def _from_frame(timeline: Timeline, quantity: Quantity, status: str, number: int) -> str | None:
    frame = timeline.frame(number, status)
    if frame is None:
        return None
    if timeline.context.span and "-" in timeline.context.span and status == "planned":
        return timeline.context.span
    first, last = frame
    if first == last:
        return str(last)
    if (timeline.context.genre == "report" or status == "achieved") and is_state(timeline.reading.text, quantity):
        return str(last)
    return f"{first}/{last}"


def _resolve(timeline: Timeline, mention: PeriodMention, quantity: Quantity, status: str, number: int) -> str | None:
    """The mention's period for this figure: floating words take the passage's year, spans end where a state is reached."""
    period = mention.period
    year = timeline.context.year
    if mention.floating and year is not None:
        period = _anchor(timeline, mention, status, number)
    if mention.role == "since" and year is not None and "/" not in period and "-" not in period:
        end = year if status == "planned" or timeline.context.genre != "report" else year - 1
        period = f"{period}/{end}" if int(period) < end else period
    if "/" in period:
        return str(last_year(period)) if is_state(timeline.reading.text, quantity) else period
    clause = clause_around(timeline.reading.text, quantity.start, quantity.end)
    if len(period) == 4 and YEARLY.search(timeline.reading.text, clause[0], quantity.start):
        return _averaged(timeline, int(period), quantity, status, number)
    return period


def _averaged(timeline: Timeline, last: int, quantity: Quantity, status: str, number: int) -> str:
    """年均增长11% up to a year counts from the base that the sentence names (从2020年的…), else from where the passage begins."""
    start, _ = timeline.sentence_around(quantity, number)
    bases = [last_year(mention.period) for mention in timeline.between(start, quantity.start) if mention.role == "base"]
    if bases and bases[-1] < last - 1:
        return f"{bases[-1] + 1}/{last}"
    frame = timeline.frame(number, status)
    return f"{frame[0]}/{last}" if frame and frame[0] < frame[1] == last else str(last)


def _anchor(timeline: Timeline, mention: PeriodMention, status: str, number: int) -> str:
    """年底, 全年, 6月底前, 三年 in a passage: of which year?"""
    year = timeline.context.year or last_year(mention.period)
    frame = timeline.frame(number, status)
    if mention.kind == "many":
        count = last_year(mention.period) - first_year(mention.period)
        if frame and frame[1] - frame[0] == count:
            return f"{frame[0]}/{frame[1]}"
        return f"{year - 1 - count}/{year - 1}" if status != "planned" else mention.period
    line = timeline.reading.lines[number]
    named = [other for other in timeline.between(line.start, mention.start) if carries(timeline.context, other, status)]
    if named and "/" not in named[-1].period:
        return shift(mention.period, last_year(named[-1].period) - year)
    if frame and timeline.context.genre == "report":
        return shift(mention.period, frame[1] - year)
    if frame and frame[0] == frame[1]:
        return shift(mention.period, frame[1] - year)
    return mention.period
