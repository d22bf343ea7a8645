"""When each figure is (to be) reached: its sentence's own words, else its row, paragraph, section or document."""

from __future__ import annotations

import bisect
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from analyzer.pipeline.context import DocumentContext
from analyzer.pipeline.frames import Frames, find_frames
from analyzer.pipeline.layers import Quantity
from analyzer.pipeline.periods import PeriodMention, find_periods, first_year, last_year, shift
from analyzer.pipeline.reading import Line, Reading
from analyzer.pipeline.rows import Row
from analyzer.pipeline.sentences import last_mark
from analyzer.pipeline.status_features import clause_around

FULL_STOP = "。！？!?\n"
FULL_STOP_MARK = re.compile(f"[{FULL_STOP}]")
# 达到90%, 突破3万亿元, 居第3位: a state is reached at the end of a span …
REACHED = re.compile(
    r"(?:达到?了?|突破了?|[提升增降减扩缩跃攀].{0,3}[到至](?:了)?|发展[到至]|保持在|稳定在|控制[在到]|维持在|迈上|站上|跃上|跨上|覆盖|现有|拥有|为|占|超)"
    r"(?:了|全[省市国区]|[^，。；\d]{0,6}的|最高|约|近|超)?$"
    r"|(?:稳居|位居|位列|排名|升至|跃居|进入|[居列排](?=[全世国各第前]))[^，。；\d]{0,10}第?(?:前|第)?$|是[^，。；]{0,9}的$")
# 覆盖率90%, 占比超80%: a rate is a state whatever verbs its name holds …
RATE_NAME = re.compile(r"(?:率|比重|比例|占比|比率|之比|覆盖面|密度|指数|浓度|水平|余额|里程|总数|总量|总额|总长|总装机|规模|均值)[^，。；\d]{0,6}$")
CHANGED = re.compile(r"(?:增长|提高|下降|减少|降低|增加|上升|提升)(?![到至值])[^，。；]{0,4}$|新增|净增|新建|完成|年均|累计|共(?=[有计建完投])")
# … but what was done along the way counts over the whole of the span.
DONE = re.compile(
    r"新增|累计|完成|新建|新改建|建成|建设|改造|投入|实施|发放|引进|培育|治理|投资|开工|举办|下达|办理|创建|新设|修复|造林|开通|解决|落实|安排|筹集|培训|"
    r"接待|签约|落地|出让|组建|增长|提高(?!到|至)|下降|减少|增加(?![到至值])|增量|净增|获得|获批|年均|兑现|化解|消除|清理|查处|销售|出台|制定|修订|争取|支持|"
    r"援助|转移|共(?=[有计建完投])")
EVENT = re.compile(r"^(?:场|次|场次|人次|列|趟|批次|件次|班次|例)$")  # 送戏超8万场: occasions add up
RATE = re.compile(r"^(?:%|‰|位|:|∶)$|^第")
FARTHEST = 4000  # a line without full stops must not be gone through for each figure
LISTED = re.compile(r"(?<![\d.])(?:[\d.]++[^，。；\d、和与及∶:]{0,8}[、和与及∶:]){1,40}$")  # 分别达56.2%、34.7%: the list shares its verb
NOW = re.compile(r"(?<![由从比较])(?:截[至止]|到)?目前|迄今|至今")  # ends what an earlier year said
YEARLY = re.compile(r"年均|平均每年|每年平均")
LONE = re.compile(r"[（(]?(?:推进|完成|前|底|持续|力争|实施|时限|完成时限|：|:|\s)*[）)]?")
# …住房6500套，6月底前全部交付。: the clause says nothing but when it will be done
FINISHED = re.compile(r"(?:全部|基本|全面|陆续|确保)?(?:完成|建成|交付|竣工|投用|投产|开工|到位|完工|销号|清零|达标|投入使用|完成[^，。；]{2})(?=[，。；])")
LOCAL = ("many", "recent", "ahead")
LONGEST_LONE = 24
AHEAD_LINES = 8  # how far below a cell its row's time may stand


@dataclass(frozen=True, slots=True)
class Timeline:
    """What a document says of time: its mentions, the years that its passages speak of, and the lines that are nothing but a time.

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


def assign_periods(timeline: Timeline, quantities: Sequence[Quantity], statuses: Sequence[str], *,
                   wanted: Sequence[int] | None = None) -> list[tuple[str | None, tuple[str, ...]]]:
    """For each quantity (or those whose numbers are `wanted`) its period, or None where nothing tells, and the rule that gave it."""
    timeline = replace(timeline, figure_starts=[quantity.start for quantity in quantities])
    numbers = range(len(quantities)) if wanted is None else wanted
    return [_period_of(timeline, quantities[number], statuses[number]) for number in numbers]


def _period_of(timeline: Timeline, quantity: Quantity, status: str) -> tuple[str | None, tuple[str, ...]]:
    number = max(0, bisect.bisect_right(timeline.line_starts, quantity.start) - 1)
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
    first, last = _sentence_around(timeline.reading, quantity, number)
    inside = [mention for mention in _between(timeline, first, last) if mention.role not in ("base", "name")
              and (mention.floating or _fits(timeline.context, mention, status))]
    before = [mention for mention in inside if mention.end <= quantity.start]
    for mention in reversed(before):
        if status == "achieved" and NOW.search(timeline.reading.text, mention.end, quantity.start):
            return None
        if _is_local(timeline.reading.text, mention, quantity) and not _same_clause(timeline, mention, quantity, status, number):
            continue
        found = _resolve(timeline, mention, quantity, status, number)
        if found:
            return found
    after = [mention for mention in inside if mention.start >= quantity.end]
    if after and _governs_back(timeline, quantity, after[0], status):
        return _resolve(timeline, after[0], quantity, status, number)
    return None


def _is_local(text: str, mention: PeriodMention, quantity: Quantity) -> bool:
    """三年, 近两年 and 其中2026年 hold for their clause; a month or quarter not beyond the ；."""
    if mention.kind in LOCAL or text[max(0, mention.start - 3):mention.start].endswith(("其中", "其中，", "其中在")):
        return True
    return "-" in mention.period and bool(re.search(r"[；。]", text[mention.end:quantity.start]))


def _same_clause(timeline: Timeline, mention: PeriodMention, quantity: Quantity, status: str, number: int) -> bool:
    """三年安排450亿元 and 近两年 hold for their clause only, unless the passage speaks of just these years."""
    frame = (timeline.frames.plan if status == "planned" else timeline.frames.review)[number]
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
    for mention in reversed(_between(timeline, line.start, quantity.start)):
        if mention.role in ("base", "name") or mention.floating or _is_local(timeline.reading.text, mention, quantity):
            continue
        if mention.role == "since" or not _fits(timeline.context, mention, status):
            continue
        if status == "achieved" and NOW.search(timeline.reading.text, mention.end, quantity.start):
            return None
        found = _resolve(timeline, mention, quantity, status, number)
        if found:
            return found
    return None


def _fits(context: DocumentContext, mention: PeriodMention, status: str) -> bool:
    """A plan does not inherit a year that is over, nor a review one that lies ahead."""
    if context.year is None:
        return True
    if status == "planned":
        return last_year(mention.period) >= context.year
    return last_year(mention.period) <= context.year


def _from_section(timeline: Timeline, quantity: Quantity, status: str, number: int) -> str | None:
    """Outside reports: the year in a heading above, or the target year that opened a section on aims."""
    if timeline.context.genre == "report":
        return None
    line = timeline.reading.lines[number]
    for heading in reversed(line.section):
        for mention in find_periods(heading, year=timeline.context.year):
            if mention.role not in ("base", "name") and not mention.floating and _fits(timeline.context, mention, status):
                return mention.period
    if any("目标" in heading for heading in line.section[-1:]):
        index = bisect.bisect_left(timeline.starts, line.start) - 1
        while index >= 0:
            mention = timeline.mentions[index]
            other = timeline.reading.lines[max(0, bisect.bisect_right(timeline.line_starts, mention.start) - 1)]
            if other.section != line.section:
                return None
            if mention.role in ("deadline", "point") and not mention.floating and _fits(timeline.context, mention, status):
                return mention.period
            index -= 1
    return None


def _from_frame(timeline: Timeline, quantity: Quantity, status: str, number: int) -> str | None:
    frames = timeline.frames
    frame = (frames.plan if status == "planned" else frames.review)[number]
    if frame is None:
        return None
    if timeline.context.span and "-" in timeline.context.span and status == "planned":
        return timeline.context.span
    first, last = frame
    if first == last:
        return str(last)
    if timeline.context.genre == "report" and is_state(timeline.reading.text, quantity):
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
    frame = (timeline.frames.plan if status == "planned" else timeline.frames.review)[number]
    if "/" in period and is_state(timeline.reading.text, quantity):
        return str(last_year(period))
    clause = clause_around(timeline.reading.text, quantity.start, quantity.end)
    if len(period) == 4 and frame and frame[0] < frame[1] == int(period) and YEARLY.search(timeline.reading.text, clause[0], quantity.start):
        return f"{frame[0]}/{frame[1]}"
    return period


def _anchor(timeline: Timeline, mention: PeriodMention, status: str, number: int) -> str:
    """年底, 全年, 6月底前, 三年 in a passage: of which year?"""
    year = timeline.context.year or last_year(mention.period)
    frame = (timeline.frames.plan if status == "planned" else timeline.frames.review)[number]
    if mention.kind == "many":
        count = last_year(mention.period) - first_year(mention.period)
        if frame and frame[1] - frame[0] == count:
            return f"{frame[0]}/{frame[1]}"
        return f"{year - 1 - count}/{year - 1}" if status != "planned" else mention.period
    line = timeline.reading.lines[number]
    named = [other for other in _between(timeline, line.start, mention.start)
             if not other.floating and other.role not in ("base", "name") and _fits(timeline.context, other, status)]
    if named and "/" not in named[-1].period:
        return shift(mention.period, last_year(named[-1].period) - year)
    if frame and timeline.context.genre == "report":
        return shift(mention.period, frame[1] - year)
    if frame and frame[0] == frame[1]:
        return shift(mention.period, frame[1] - year)
    return mention.period


def is_state(text: str, quantity: Quantity) -> bool:
    """Whether the figure says what was reached (达到90%) rather than how much was done or changed (新增300个).

    >>> from decimal import Decimal
    >>> is_state("森林覆盖率达到45%", Quantity(7, 10, Decimal(45), unit="%")), is_state("新建公园30个", Quantity(4, 7, Decimal(30), unit="个"))
    (True, False)
    """
    if quantity.change != "level":
        return False
    clause = clause_around(text, quantity.start, quantity.end)
    if text.startswith("台阶", quantity.end) or quantity.unit == "个" and text[quantity.end:quantity.end + 8].find("台阶") >= 0:
        return "".join(text[quantity.start:quantity.end]).endswith(("亿", "万", "亿元"))  # 迈上5万亿台阶, but 跨上两个万亿级台阶
    before = LISTED.sub("", text[clause[0]:quantity.start])
    own = re.split(r"\d[^、，]{0,8}、", before)[-1]  # 建成基站8万个、覆盖95%的村: the last part has its own verb
    if RATE_NAME.search(own) and not CHANGED.search(own):
        return True
    if DONE.search(own) or EVENT.match(quantity.unit or ""):
        return False
    return bool(REACHED.search(own) or RATE.search(quantity.unit or ""))


def _between(timeline: Timeline, start: int, end: int) -> list[PeriodMention]:
    return list(timeline.mentions[bisect.bisect_left(timeline.starts, start):bisect.bisect_left(timeline.starts, end)])


def _sentence_around(reading: Reading, quantity: Quantity, number: int) -> tuple[int, int]:
    """The sentence up to its full stop: a year holds across ；."""
    line = reading.lines[number]
    start, end = max(line.start, quantity.start - FARTHEST), min(line.end, quantity.end + FARTHEST)
    before = last_mark(reading.text, FULL_STOP, start, quantity.start)
    stop = FULL_STOP_MARK.search(reading.text, quantity.end, end)
    return (start if before < 0 else before + 1), stop.start() if stop else end


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
