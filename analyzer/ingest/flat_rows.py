"""Rows of a flattened table whose cells are merged, empty or broken over lines: each line goes to the column that it fits best.

What a head names (单位, 时限, 领导, 年) tells what may stand below it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

Layout = tuple[tuple[int, ...], ...]
"""For each column the numbers of the lines that make its cell; () where the row has none."""

AMOUNT = re.compile(r"(?:[\[〔【\s<>≥≤＜＞约超达近±+\-—－―/*]|左右|以上|以内|下降|提高|增长|累计|不低于|不超过|不少于|控制在|"
                    r"完成|达到|稳定|持续|保持|国家下达|"
                    r"全覆盖|待定|若干){0,8}(?:[\d,.，%％‰万亿千百个点分\s]+(?:[^\d\s。；]{1,8}\s*+)?)?[\]〕】]?(?:[①-⑳]|[\[［]注?\d{1,2}[\]］])?$")
BINDING = re.compile(r"[（(]?(?:约束性|预期性|约束|预期|引导性|指导性)[）)]?$")
UNIT = re.compile(r"[^\d。；]{1,14}$|-|—")
TIME = re.compile(r"(?=.{0,19}(?:[年月底]|季度|长期|持续|\d))[^。；]{2,20}$")
PERSON = re.compile(r"(?![省市区县州国各])(?!.{1,3}[局委部厅办处]$)[一-鿿](?:\s{0,4}[一-鿿]){1,3}(?:[、，\s]{1,4}[一-鿿](?:\s{0,4}[一-鿿]){1,3}){0,6}$")
PHONE = re.compile(r"[\d\-－/、；（）()转\s]{5,80}$")
BODY = re.compile(r"(?:各|相关|有关).*|.*(?:政府|委|办|厅|局|部|部门|院|署|处|室|会|组|中心|园区|集团|公司|[支银]行|大学|学校|街道|[镇乡区县市])"
                  r"(?:[（(].{1,12}[）)])?$")
BULLET = re.compile(r"(?:[l•●·▪■◆○-]\s|\d[.、]|[（(]\d[）)]|[①-⑳])\s*(?=\D)")
PIECE = re.compile(r"[、，,；;\s]+")
KINDS = (("amount", re.compile(r"(?:19|20)\d\d|年均|目标值|预期值|现状值|基期|数值|增速|累计|十[一二三四五]五")), ("binding", re.compile(r"属\s*性")),
         ("unit", re.compile(r"^(?:计量)?单\s*位$")), ("remark", re.compile(r"备\s*注")), ("support", re.compile(r"(?:配合|协办|协助|参与|参加)(?:单位|部门)")),
         ("bodies", re.compile(r"单位|部门|主体")), ("time", re.compile(r"时限|时间|进度|期限")), ("person", re.compile(r"领导|负责人|联系人|责任人")),
         ("phone", re.compile(r"电话|手机")), ("group", re.compile(r"类\s*[别型]|领\s*域|方面|分类|板块|一级|维度|地区|区域")))
FITS = {"amount": AMOUNT, "binding": BINDING, "unit": UNIT, "time": TIME, "person": PERSON, "phone": PHONE}
MISSING = {"remark": 0.1, "support": 0.5, "group": 1.0, "person": 2.0}
NEVER = 9.0
KNOWN = 0.5  # less, where another row has the same text in the column
MOST = 4.0  # of a row's costs
BEST_BY = 0.3  # by which the best way must beat the next one
LONGEST_SHORT, MOST_LINES = 24, 8


def kind_of(head: str) -> str:
    """What stands below a head: amount, binding, unit, bodies, support, time, person, phone, remark, group or words."""
    return next((kind for kind, pattern in KINDS if pattern.search(head)), "words")


@dataclass(frozen=True, slots=True)
class Placed:
    """The cheapest way to put a row's lines into columns; `sure` where no other one costs as little."""

    cost: float
    layout: Layout
    sure: bool


def place_row(lines: Sequence[str], kinds: Sequence[str], known: Sequence[set[str]], *, first: bool) -> Placed | None:
    """The columns of one row's lines, by their places in `lines`; None where every way costs too much.

    `known` are short texts that cells of each column hold for sure: 新建 and 续建 below 备注.

    In the `first` row no cell is merged with one above it.
    """
    joined = {}

    def cost(start: int, end: int, column: int) -> float:
        key = (start, end, column)
        if key not in joined:
            text = "".join(lines[start:end])
            joined[key] = _misfit(text, kinds[column], lines[start:end]) - KNOWN * (text in known[column])
        return joined[key]

    @functools.cache
    def ways(line: int, column: int) -> tuple[tuple[float, Layout], ...]:
        """The two cheapest ways to put the lines from `line` on into the columns from `column` on."""
        if column == len(kinds):
            return ((0.0, ()),) if line == len(lines) else ()
        found: list[tuple[float, Layout]] = []
        absent = _absence(kinds, column, first=first)
        if absent < NEVER:
            found += [(absent + rest, ((), *layout)) for rest, layout in ways(line, column + 1)]
        for end in range(line + 1, min(len(lines), line + MOST_LINES) + 1):
            price = cost(line, end, column)
            if price < NEVER:
                found += [(price + rest, (tuple(range(line, end)), *layout)) for rest, layout in ways(end, column + 1)]
        return tuple(sorted(found, key=lambda way: way[0])[:2])

    best = ways(0, 0)
    if not best or best[0][0] > MOST:
        return None
    return Placed(*best[0], sure=len(best) == 1 or best[1][0] - best[0][0] >= BEST_BY)


def _absence(kinds: Sequence[str], column: int, *, first: bool) -> float:
    """What it costs that a row has no line for a column: 备注 is often empty, 类别 merged with the one above."""
    kind = kinds[column]
    if kind == "group" or kind == "words" and column == 0 and kinds[1:2] in (["words"], ["group"]):
        return NEVER if first else MISSING["group"]
    return MISSING.get(kind, NEVER)


def _misfit(text: str, kind: str, parts: Sequence[str]) -> float:
    """How badly a text suits a column; a cell of several lines costs more, less where its lines are sentences."""
    long = kind == "words" and any(len(part) > LONGEST_SHORT or part[-1] == "。" for part in parts)  # which no narrow column breaks over lines
    several = 0.0
    for above, below in pairwise(parts):
        if BULLET.match(below):
            several += 0.3 if BULLET.match(parts[0]) else 2.5
        else:
            several += 0.4 if above[-1] in "。；：" and kind in ("words", "remark") else 2.2 if long else 1.2
    if kind in FITS:
        wrong = 0.0 if FITS[kind].match(text) else NEVER if kind in ("amount", "binding", "phone") else 3.0
        return wrong + several
    if kind in ("bodies", "support"):
        pieces = [piece for piece in PIECE.split(text.strip()) if piece]
        named = sum(bool(BODY.match(piece)) for piece in pieces)
        return NEVER if "。" in text[:-1] else 3.0 * (1 - named / max(1, len(pieces))) + several
    if re.fullmatch(r"[\d.,%％\s]+", text):
        return 2.0 + several
    if kind == "group" and len(text) > LONGEST_SHORT:
        return 3.0 + several
    return several + (0.4 if kind in ("words", "group") and BODY.match(text) else 0.0)


def is_plain(layout: Layout, kinds: Sequence[str]) -> bool:
    """Whether a row has one line for each column, 备注 aside: such rows show what the columns are."""
    return all(len(places) == 1 or not places and kind == "remark" for places, kind in zip(layout, kinds, strict=True))
