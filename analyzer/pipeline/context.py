"""What a document says about itself as a whole: its genre, the year it speaks from, the years it plans for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from analyzer.pipeline.periods import find_periods, first_year, last_year
from analyzer.pipeline.reading import Reading
from analyzer.pipeline.rows import Row, find_rows
from analyzer.records import Document

HEAD_LINES = 14
LONGEST_TITLE = 120
GENRES = (  # the first that fits the title decides; 方案 of a measure's 实施方案 are plans
    ("other", re.compile(r"答复|复函|回复")),
    ("plan", re.compile(r"(?:任务|目标|工作|事项)(?:责任)?(?:分解|分工)|分工方案|任务清单|责任清单")),
    ("report", re.compile(r"政\s*府\s*工\s*作\s*报\s*告|工作报告|(?:计划|预算)执行情况")),
    ("bulletin", re.compile(r"公报|通报|总结|回顾|白皮书|统计")),
    ("plan", re.compile(r"规划|纲要|行动计划|行动方案|三年行动|工作要点|要点|实施方案|建设方案|工作方案|方案|计划|任务|清单")),
    ("measures", re.compile(r"措施|政策|办法|细则|规定|条例|扶持|奖励|补贴|补助|资助|意见|指南|标准|暂行|规则|规程")),
)
ADDRESS = re.compile(r"我代表.{2,24}向大会(?:报告(?:政府)?工作|作(?:政府)?工作报告)")  # opens a report whose title is lost
MEETING = re.compile(r"(?:人民代表大会|人大)[^。\n]{0,12}会议|政府工作报告")
NUMBER_YEAR = re.compile(r"[〔\[（(【]\s*((?:19|20)\d{2})\s*[〕\]）)】]")
PLAIN_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})(?!\d)")
ISO_DATE = re.compile(r"(?<!\d)((?:19|20)\d{2})[-./](?:1[0-2]|0?[1-9])[-./](?:[12]\d|3[01]|0?[1-9])(?!\d)")
EFFECT = re.compile(r"(?:规划期|期限|实施期|有效期|执行期)[^。\n]{0,12}?((?:19|20)\d{2})年?\s*(?:至|到|-|—|–)\s*((?:19|20)\d{2})")
YEARS_OF_ACTION = re.compile(r"([二两三四五])年(?:行动|攻坚|计划|规划)")
ISSUED = re.compile(r"印发|现将|审议|转发|报告")
ANNUAL = re.compile(r"要点|年度|工作计划|重点工作|任务|工作安排|工作方案|实施方案|民生实事")
HEADING_NUMBER = re.compile(r"\s*(?:[一二三四五六七八九十]+、|[（(][一二三四五六七八九十]+[）)]|\d+[.、．])")
THIS_YEAR = re.compile(r"今年(?:是|，|要|将)")
# 自6月10日至11月30日，在全市开展…: how long a campaign lasts
DRIVE = re.compile(r"(?:((?:19|20)\d{2})年)?\d{1,2}月(?:\d{1,2}日|底|初|起)?起?(?:至|到|[-—–])(?:((?:19|20)\d{2})年|当年|同年)?(\d{1,2})月(?:\d{1,2}日|底|末)?"
                   r"[^。]{0,20}(?:开展|实施|组织)")
OPENING = 1500
COUNTS = {"二": 2, "两": 2, "三": 3, "四": 4, "五": 5}


@dataclass(frozen=True, slots=True)
class DocumentContext:
    """`year`: the year it speaks from (a report's meeting, a plan's issue), None where nothing tells.

    `span`: the period that the whole document plans for (`2019/2021`, `2020`), from its title. `genre`: report,
    bulletin, plan, measures or other. `title` is the head that genre and span were read from.
    """

    genre: str = "other"
    year: int | None = None
    span: str | None = None
    title: str = ""
    region: str | None = None
    level: str | None = None
    rows: tuple[Row, ...] = ()
    heads: dict[int, str] = field(default_factory=dict)


def read_context(document: Document, reading: Reading) -> DocumentContext:
    """Genre, years, region and level, from title, head, dates and, as the last resort, a year in the file's name."""
    head = [reading.text[line.start:line.end] for line in reading.lines[:HEAD_LINES]]
    title = _title(document, head)
    genre = next((name for name, pattern in GENRES if pattern.search(title)), "other")
    if genre == "other" and any(MEETING.search(line) for line in head) or any(ADDRESS.search(line) for line in head):
        genre = "report"
    year = _year(document, head, title, genre, reading.text)
    rows, heads = find_rows(document, reading)
    span = _span(title, reading.text, year, genre)
    if span and (year is None or genre == "bulletin" and year > last_year(span)):
        year = last_year(span) + 1 if genre == "bulletin" else first_year(span)  # a bulletin put online later speaks of its own year
    return DocumentContext(genre, year, span, title, document.region, document.level, rows, heads)


def _title(document: Document, head: list[str]) -> str:
    """The named title, or the first head lines that look like one; a cover letter's 《…》 counts as well."""
    lines = [document.title] if document.title else []
    for line in head:
        named = any(pattern.search(line) for _, pattern in GENRES) or MEETING.search(line)
        prose = line.endswith(("。", "：", "；")) and not ISSUED.search(line)
        if named and len(line) <= LONGEST_TITLE and not prose and not HEADING_NUMBER.match(line):
            lines.append(line)
    return "\n".join(lines[:3] or head[:2])


def _year(document: Document, head: list[str], title: str, genre: str, text: str) -> int | None:
    """A report speaks from its meeting's year; other documents from that of their number or date."""
    opening = "\n".join(head)
    for key in ("written", "published"):
        if genre != "report" and key in document.dates:
            return int(document.dates[key][:4])
    candidates: list[int] = []
    if genre == "report":
        for line in head:
            if MEETING.search(line) and len(line) < 140:
                candidates += _years(line)
    for pattern in () if candidates else (NUMBER_YEAR, ISO_DATE):
        candidates += [int(found) for found in pattern.findall(opening)]
    if not candidates:
        dates = [line for line in text.split("\n") if len(line) < 24]
        candidates += [year for line in dates if re.search(r"年\s*\S{1,3}\s*月\s*\S{1,3}\s*日", line) for year in _years(line)]
    if not candidates:
        candidates = _years(title) or [int(found) for found in PLAIN_YEAR.findall(document.name)]
    if not candidates and document.dates:
        candidates = [int(next(iter(document.dates.values()))[:4])]
    return next((year for year in candidates if year >= 1949), None)


def _years(text: str) -> list[int]:
    return [first_year(mention.period) for mention in find_periods(text) if mention.kind in ("year", "month")]


def _span(title: str, text: str, year: int | None, genre: str) -> str | None:
    if genre == "report":
        return None
    named = find_periods(title)
    if genre == "bulletin":
        return next((mention.period for mention in named if mention.kind == "year"), str(year - 1) if year else None)
    years = [mention.period for mention in named
             if mention.kind == "year" and not re.match(r"\s*\S{1,3}月", title[mention.end:])]
    spans = [mention.period for mention in named if mention.kind == "span"]
    plans = [mention.period for mention in named if mention.kind == "plan"]
    if years and ANNUAL.search(title):
        plans = []  # 2025年工作要点 within the “十四五” plan is for its year
    if spans or plans:
        return (spans or plans)[0]
    effect = EFFECT.search(text)
    if effect and effect[1] < effect[2]:
        return f"{effect[1]}/{effect[2]}"
    opening = text[:OPENING]
    action = YEARS_OF_ACTION.search(title)
    this_year = bool(year and THIS_YEAR.search(opening))
    if action and year and not this_year:
        return f"{year}/{year + COUNTS[action[1]] - 1}"
    if years:
        return years[0]
    drive = DRIVE.search(opening)
    if drive and year and drive[1] in (None, drive[2], str(year)):
        return f"{drive[2] or year}-{int(drive[3]):02d}"
    return str(year) if this_year else None
