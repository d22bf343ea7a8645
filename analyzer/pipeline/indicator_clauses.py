"""The clause of each number: where it begins and ends, its neighbours, and which numbers share their phrases."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field

from analyzer.pipeline.indicator_words import Verb
from analyzer.pipeline.layers import Quantity
from analyzer.pipeline.reading import Reading

REACH_NEXT = re.compile(r"[\u4e00-\u9fff]{0,4}(?:到|至|为)(?:现在的?|目前的?|(?:19|20)\d\d年的?)?$")
BEHIND_NUMBER = re.compile(r"(?:多|余|内(?![部容涵需外河蒙陆贸])|以上|以下|左右|以内|之内|上下|及以上|及以下|之间|[（(][含按不][^（()）]{0,12}[）)]|\s|\"|”)*"
                           r"(?P<of>的)?(?:(?:比例|标准|额度|幅度|规模)(?=给予|予以|进行|一次性|安排|配|补|奖|由))?")
ASIDE = re.compile(r"[（(][^（()）]{1,16}[）)](?=[\u4e00-\u9fff])")  # 2400户（累计3600户）餐饮单位
COMMA = re.compile("[，,]")
SUMS = frozenset(("总数", "总数量", "总量", "数量", "总规模", "规模", "总额", "总计", "总数已"))  # 新增企业5户、总数达到31户
APART = SUMS | {"总投资", "总投资额", "总产值", "产量", "产值", "占比", "增速", "面积", "金额"}  # 项目加快推进、总投资90亿元
LIST_GAP = re.compile(r"(?:多|余|以上|以下|左右|以内|[（(][^（()）]{1,8}[）)]|[-—~至]\d[\d.]{0,9}[万亿]?元?|\s)*+(?:[、，,/]|和|与|及|或|[、，,]?以及)?\s*"
                      r"(?:近|约|超|超过|不少于|不超过|最高|最多|不高于)?$")
Add = Callable[..., None]  # takes a candidate: kind, edge, pieces (start, end), and `words` where they differ from the text's

STOP_KINDS = {"：": "colon", ":": "colon", "。": "stop"}
INSIDE_ASIDE = 4  # so many numbers ahead may stand in a bracket right behind the number
FAR = 400  # characters to look back for an open bracket
FAR_STOPS = 50  # stops inside brackets to pass over


@dataclass(slots=True)
class Place:
    """What stands around one quantity: its line, clause and neighbours."""

    line: int
    line_start: int
    line_end: int
    left: int
    right: int
    right_end: int
    left_kind: str
    right_kind: str
    of: bool
    previous: int | None
    following: int | None
    gap_before: str
    gap_after: str
    group: tuple[int, int]
    end: int = 0
    tail: list[Verb] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    verbs: list[Verb] = field(default_factory=list)
    verbs_behind: list[Verb] = field(default_factory=list)
    bare: bool = False
    marks: tuple[str, ...] = ()


def find_clauses(reading: Reading, quantities: list[Quantity]) -> list[Place]:
    """Each quantity's place with its clause and neighbours, in order; words and marks are left to `find_places`."""
    text = reading.text
    line_starts = [line.start for line in reading.lines]
    stops: dict[int, list[tuple[int, int]]] = {}
    rows = [max(0, bisect_right(line_starts, quantity.start) - 1) for quantity in quantities]
    places: list[Place] = []
    for index in range(len(quantities)):
        row = rows[index]
        line = reading.lines[row]
        if row not in stops:
            stops[row] = _stops(text, line.start, line.end)
        previous = index - 1 if index and rows[index - 1] == row else None
        following = index + 1 if index + 1 < len(rows) and rows[index + 1] == row else None
        places.append(_place(text, row, line.start, line.end, stops[row], index, quantities, previous, following))
    _group(quantities, places)
    return places


def _stops(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """(position, bracket depth) of each stop of a line."""
    found, depth = [], 0
    for match in re.finditer(r"[（(]|[）)]|(?<!&quot);|[，,；。：:！？!?]", text[start:end]):
        mark = match.group()
        if mark in "（(":
            depth += 1
        elif mark in "）)":
            depth = max(0, depth - 1)
        else:
            found.append((start + match.start(), depth))
    return found


def _depth(text: str, start: int, at: int) -> int:
    part = text[max(start, at - FAR):at]
    return max(0, part.count("（") + part.count("(") - part.count("）") - part.count(")"))


def _place(text: str, row: int, start: int, end: int, stops: list[tuple[int, int]], index: int,
           quantities: list[Quantity], previous: int | None, following: int | None) -> Place:
    quantity = quantities[index]
    depth = min(1, _depth(text, start, quantity.start))
    last = quantities[previous].end if previous is not None else None
    left, left_kind = _clause_start(text, start, quantity.start, stops, depth, last)
    match = BEHIND_NUMBER.match(text, quantity.end, end)
    right = match.end() if match else quantity.end
    apart = ASIDE.match(text, right, end)
    if apart:
        right = apart.end()
    ahead = quantities[following:following + INSIDE_ASIDE] if following is not None else []
    right_end, right_kind = _clause_end(text, right, end, stops, depth, next((other.start for other in ahead if other.start >= right), None))
    return Place(row, start, end, left, min(right, right_end), right_end, left_kind, right_kind, bool(match and match.group("of")), previous, following,
                 text[last:quantity.start] if last is not None else "", text[quantity.end:ahead[0].start] if ahead else "", (index, index + 1))


def _clause_start(text: str, start: int, number: int, stops: list[tuple[int, int]], depth: int, last: int | None) -> tuple[int, str]:
    """Where the clause of a number begins and what is there; `last` is the end of the number before."""
    left, kind = start, "line"
    here = bisect_left(stops, (number, 0))
    for at, level in reversed(stops[max(0, here - FAR_STOPS):here]):
        if level <= depth:
            left, kind = at + 1, STOP_KINDS.get(text[at], "comma")
            break
    if depth:
        bracket = max(text.rfind("（", start, number), text.rfind("(", start, number))
        if bracket >= left:
            left, kind = bracket + 1, "bracket"
    if last is not None and last > left:
        match = BEHIND_NUMBER.match(text, last, number)
        left, kind = (match.end() if match else last), "number"
        if left < number and text[left] in "、和与及或，/":
            left, kind = left + 1, "list"
    at = text.rfind("、", left, number)
    if at >= 0 and text[at + 1:number].rstrip("达到约超过近为") in APART:
        left, kind = at + 1, "list"
    while left < number and text[left] in " 　":
        left += 1
    return left, kind


def _clause_end(text: str, right: int, end: int, stops: list[tuple[int, int]], depth: int, ahead: int | None) -> tuple[int, str]:
    """Where the clause of a number ends and what is there; `ahead` is the start of the next number."""
    right_end, kind = end, "line"
    here = bisect_left(stops, (right, 0))
    for at, level in stops[here:here + FAR_STOPS]:
        if level <= depth:
            right_end, kind = at, "colon" if text[at] in "：:" else "comma"
            break
    if ahead is not None and ahead < right_end:
        right_end, kind = ahead, "number"
    if depth:
        closing = [at for at in (text.find("）", right, right_end), text.find(")", right, right_end)) if at >= 0]
        if closing:
            right_end, kind = min(closing), "bracket"
    return right_end, kind


def _group(quantities: list[Quantity], places: list[Place]) -> None:
    """Runs of numbers with nothing but commas and 和 between them (5%、6%和7%) share their phrases."""
    first = 0
    for index in range(1, len(places) + 1):
        joined = (index < len(places) and places[index].previous is not None
                  and len(places[index].gap_before) <= 16 and LIST_GAP.match(places[index].gap_before)
                  and not (COMMA.search(places[index].gap_before) and (places[index].of or quantities[index].unit != quantities[index - 1].unit)))
        if not joined:
            for member in range(first, index):
                places[member].group = (first, index)
            first = index
