"""Candidate phrases for what a number measures: before it, behind it, in earlier clauses, shared by a list, in a table row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.pipeline.indicator_clauses import Place
from analyzer.pipeline.indicator_lists import propose_pairs, propose_row_names
from analyzer.pipeline.indicator_phrases import (
    LONGEST,
    propose_before,
    propose_behind,
    propose_class,
    propose_earlier,
    propose_outer,
    propose_subsidies,
)
from analyzer.pipeline.indicator_words import is_place
from analyzer.pipeline.layers import Quantity
from analyzer.pipeline.reading import Reading

SURE_EDGES = ("head0", "comma", "line", "number", "colon", "bracket", "of", "dun", "and", "verb", "whole", "shared-head", "clause")


WHERE = frozenset(("before", "firsts", "earlier1", "earlier2", "earlier3"))  # kinds that a mere place is no candidate of
NOT_BEFORE = frozenset(("locative", "within", "given", "class-only", "have", "each", "base"))
GIVEN = frozenset(("base", "grant", "given"))
SUBSIDIES = frozenset(("subsidy-close", "subsidy-behind", "subsidy-before"))
GIVING = {"给予", "grant", "given"}
LEADING = " 、，,和与及的了：:）)”》等；+＋="


@dataclass(frozen=True, slots=True)
class Candidate:
    """A phrase that may name what is measured: characters of the reading, or the indicator of another number.

    `kind` says where it stands, `edge` how its borders were found. `other` is the index of the quantity whose
    indicator is meant (then `pieces` is empty). `words` overrides the pieces' characters (城镇 for the 城 of 城乡).
    """

    kind: str
    edge: str
    pieces: tuple[tuple[int, int], ...] = ()
    other: int | None = None
    words: str | None = None


def find_candidates(reading: Reading, quantities: list[Quantity], places: list[Place], index: int,
                    borders: dict[str, int] | None = None) -> list[Candidate]:
    """The candidates of one quantity without doubles, the likelier kinds first.

    `borders` (see `Ranker`) strikes out those that would cut through a word.
    """
    place = places[index]
    candidates = [candidate for candidate in _propose(reading, quantities, places, index, borders or {}) if not _ruled_out(candidate, place)]
    sure = [candidate for candidate in candidates if candidate.kind in ("split", "outer")]
    if sure:
        return sure
    if any(candidate.edge == "town" for candidate in candidates):  # 城乡居民收入 is 城镇 and 农村 apart, never both
        candidates = [candidate for candidate in candidates if candidate.kind not in ("before", "firsts")]
    if "share" in place.marks:
        return [Candidate("inherit", "share", other=index - 1)]
    paired = _pair_with_group(places, index)
    if paired is not None:
        if paired.edge == "respectively":
            return [paired]
        candidates.append(paired)
    candidates += _neighbours(reading.text, quantities, places, index, any(candidate.kind not in ("subsidy", "inherit") for candidate in candidates))
    return candidates


def _propose(reading: Reading, quantities: list[Quantity], places: list[Place], index: int, borders: dict[str, int]) -> list[Candidate]:
    """The phrases that may name what one quantity measures."""
    text, place = reading.text, places[index]
    found: dict[object, Candidate] = {}

    def add(kind: str, edge: str, *pieces: tuple[int, int], words: str | None = None) -> None:
        trimmed = tuple([_trim(text, start, end) for start, end in pieces])
        if (trimmed, words) in found:
            return
        length = 0
        for start, end in trimmed:
            if end <= start:
                return
            length += end - start
        if not (0 if kind == "behind" else 1) < length <= LONGEST:
            return
        if words is None and not edge.startswith(SURE_EDGES) and _cuts(text, trimmed, borders):
            return
        if kind in WHERE and is_place(text, *trimmed[0]):
            return  # 南宁市50例
        found[trimmed, words] = Candidate(kind, edge, trimmed, words=words)

    if place.bare:
        propose_row_names(reading, places, index, add)
        return list(found.values())
    first, last = place.group
    if last - first > 1:
        propose_pairs(text, quantities, places, index, add)
    propose_before(text, place, add)
    propose_outer(text, place, quantities[index], add)
    propose_behind(text, place, "behind", add)
    if place.following is not None and place.right_kind == "number":
        propose_class(text, place, places[index + 1], add)
    if index < last - 1:
        propose_behind(text, places[last - 1], "shared", add)
    if index > first:
        propose_before(text, places[first], add, kind="firsts")
    if not any(candidate.kind == "before" and not _ruled_out(candidate, place) for candidate in found.values()):
        propose_earlier(text, quantities, place, add)
    propose_subsidies(text, place, quantities[index], add)
    return list(found.values())


def _pair_with_group(places: list[Place], index: int) -> Candidate | None:
    """产值4亿元、税收2亿元，分别增长5%和6%: the n-th number of a group takes up the n-th of as many before it.

    The edge is `respectively` where the text leaves no doubt.
    """
    first, last = places[index].group
    size = last - first
    start = first - size
    if size < 2 or start < 0 or places[start].line != places[index].line:
        return None
    head = places[first]
    told = "分别" in head.marks or places[start].group == (start, first)
    sure = told and not GIVING & set(head.marks) and head.end <= head.left
    return Candidate("inherit", "respectively" if sure else "paired", other=start + index - first)


def _neighbours(text: str, quantities: list[Quantity], places: list[Place], index: int, named: bool) -> Iterator[Candidate]:
    """The numbers close by, whose indicator may be meant: across a full stop only where no phrase is `named`."""
    for step in (1, 2, 3):
        other = index - step
        if other < 0 or places[other].line != places[index].line:
            continue
        if named and "。" in text[quantities[other].end:quantities[index].start]:
            break
        yield Candidate("inherit", str(step), other=other)
    following = places[index].following
    if following is not None and not (named and "。" in places[index].gap_after):
        yield Candidate("next", "", other=following)


def _cuts(text: str, pieces: tuple[tuple[int, int], ...], borders: dict[str, int]) -> bool:
    """Whether a border lies between two characters that the language never parts."""
    return any(borders.get(text[start - 1:start + 1]) == 0 or borders.get(text[end - 1:end + 1]) == 0 for start, end in pieces)


def _ruled_out(candidate: Candidate, place: Place) -> bool:
    """单个企业最高【300万元】, 按投资额的【30%】给予奖补: what stands before the number is whose or whereof, not what."""
    kind, marks = candidate.kind, place.marks
    if kind.startswith("earlier"):
        return not GIVEN.isdisjoint(marks) or "each" in marks and not SUBSIDIES.isdisjoint(marks)
    if kind in ("behind", "shared", "subsidy"):
        return "limit" in marks or "goal" in marks
    if kind not in ("before", "firsts", "paired"):
        return False
    if kind == "before" and "verb-only" in marks or kind == "firsts" and "base-first" in marks or "grant" in marks and candidate.edge != "verb":
        return True
    return not NOT_BEFORE.isdisjoint(marks)


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and (text[start] in LEADING or text[start] in "（(" and "）" not in text[start:end] and ")" not in text[start:end]):
        if text[start] in "和与及等的" and start + 1 < end and text[start:start + 2] in ("和平", "与会", "等级", "等离"):
            break
        start += 1
    while end > start and (text[end - 1] in " 、，,的：:（(“《" or (text[end - 1] in "和与及" and end - start > 1)):
        end -= 1
    return start, end
