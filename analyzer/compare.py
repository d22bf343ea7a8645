"""The same indicator side by side: in two or more documents, in the regions of one year, over the years."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from analyzer.alignment import Measure, concepts, figure_to_measure, is_vague
from analyzer.grouping import Overrides, Source, group_measures, measure_key
from analyzer.records import Figure
from analyzer.scales import convert

_STRENGTH = {"gt": 3, "ge": 3, "le": 3, "lt": 3, "eq": 2, "range": 2, "approx": 1}
"""How firmly a comparator binds: 不低于 more than a bare number, 左右 less."""

_SOFT = ("力争", "争取", "努力", "奋力", "预期")
_NEAR = 1e-6


@dataclass(frozen=True, slots=True)
class Cell:
    """One source's figure for an indicator; `value` and `value_max` are in the line's unit, `others` what else it says.

    `measure` is the key of this wording: overrides join and split by such keys.
    """

    figure: Figure
    value: float
    value_max: float | None
    others: tuple[Figure, ...] = ()
    measure: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One indicator across the sources, a cell (or None) for each.

    `change` (raised, lowered, unchanged, new, dropped, mixed) and `wording` (stronger, weaker, or None) say what became
    of it from the first source to the last; `measure` is the key that overrides take.
    """

    indicator: str
    concept: str | None
    category: str | None
    unit: str | None
    flow: str
    place: str | None
    measure: str
    cells: tuple[Cell | None, ...]
    change: str
    wording: str | None = None


def compare_sources(sources: Sequence[Source], *, statuses: Iterable[str] = ("planned",), overrides: Overrides | None = None,
                    lone: bool = True) -> list[Line]:
    """The indicators of the sources side by side, those that all have first, in the order of their texts.

    `statuses` says which figures count; `lone` keeps indicators that one source alone has (new and dropped ones).
    """
    wanted = frozenset(statuses)
    figures = [(at, figure, figure_to_measure(figure, home=source.region))
               for at, source in enumerate(sources) for figure in source.figures if figure.status in wanted and figure.indicator]
    groups: dict[int, list[tuple[int, Figure, Measure]]] = defaultdict(list)
    for entry, group in zip(figures, group_measures([measure for _, _, measure in figures], overrides=overrides), strict=True):
        groups[group].append(entry)
    lines = [_to_line(entries, sources) for entries in groups.values() if not all(is_vague(m) for _, _, m in entries)]
    if not lone:
        lines = [line for line in lines if sum(cell is not None for cell in line.cells) > 1]
    return sorted(lines, key=lambda line: -sum(cell is not None for cell in line.cells))


def _to_line(entries: list[tuple[int, Figure, Measure]], sources: Sequence[Source]) -> Line:
    chosen: list[tuple[Figure, tuple[Figure, ...]] | None] = []
    for at, source in enumerate(sources):
        mine = sorted((figure for n, figure, _ in entries if n == at), key=lambda f: (f.period != source.year, -f.confidence, f.start))
        chosen.append((mine[0], tuple(mine[1:])) if mine else None)
    first = next(pair[0] for pair in reversed(chosen) if pair)
    keys = {id(figure): measure_key(m) for _, figure, m in entries}
    cells = tuple(_to_cell(pair, first.unit, keys) for pair in chosen)
    measure = next(m for _, f, m in entries if f is first)
    name = concepts()[measure.concept]["name"] if measure.concept else first.indicator or ""
    there = [cell for cell in cells if cell]
    category = concepts()[measure.concept]["category"] if measure.concept else there[-1].figure.category
    return Line(name, measure.concept, category, first.unit, measure.flow, measure.place, measure_key(measure), cells,
                *(judge_change(cells[0], cells[-1]) if len(cells) > 1 else ("single", None)))


def _to_cell(pair: tuple[Figure, tuple[Figure, ...]] | None, unit: str | None, keys: Mapping[int, str] | None = None) -> Cell | None:
    if pair is None:
        return None
    figure, others = pair
    value = convert(figure.value, figure.unit, unit)
    top = None if figure.value_max is None else convert(figure.value_max, figure.unit, unit)
    return Cell(figure, figure.value if value is None else value, top, others, (keys or {}).get(id(figure), ""))


def judge_change(one: Cell | None, other: Cell | None) -> tuple[str, str | None]:
    """raised, lowered, unchanged, new or dropped from one cell to the other; stronger or weaker where the wording moved.

    A decrease counts by its size: from 下降2% to 下降3% is raised.
    """
    if one is None:
        return ("new", None) if other else ("mixed", None)
    if other is None:
        return "dropped", None
    before, after = one.value, other.value
    if one.value_max is not None or other.value_max is not None:
        before, after = (before + (one.value_max or before)) / 2, (after + (other.value_max or after)) / 2
    if one.figure.change != other.figure.change:
        before, after = _signed(one.figure, before), _signed(other.figure, after)
    near = abs(after - before) <= _NEAR * max(1.0, abs(before), abs(after))
    change = "unchanged" if near else "raised" if after > before else "lowered"
    gap = strength_of(other.figure) - strength_of(one.figure)
    return change, "stronger" if gap > 0 else "weaker" if gap < 0 else None


def _signed(figure: Figure, value: float) -> float:
    return -value if figure.change == "decrease" else value


def strength_of(figure: Figure) -> float:
    """How firmly a figure binds, from 不低于 (3) to 力争…左右 (0.5)."""
    at = figure.start - figure.sentence_start
    clause = figure.sentence[max(0, at - 14):max(0, at)]
    clause = clause[max(clause.rfind(mark) for mark in "，,；;、。") + 1:]
    soft = any(word in (figure.action or "") or word in clause for word in _SOFT)
    return _STRENGTH.get(figure.comparator, 2) - 0.5 * soft


def region_matrix(sources: Sequence[Source], year: str, *, statuses: Iterable[str] = ("planned",), least: int = 2,
                  overrides: Overrides | None = None) -> list[Line]:
    """Indicators × regions for one year: a line for each indicator that at least `least` of the sources have then."""
    kept = [Source(s.name, tuple(f for f in s.figures if f.period == year), s.region, s.issuer, year, s.key) for s in sources]
    lines = compare_sources(kept, statuses=statuses, overrides=overrides)
    return [line for line in lines if sum(cell is not None for cell in line.cells) >= least]


@dataclass(frozen=True, slots=True)
class Point:
    """One statement of a time series: when, how much (in the series' unit), and the source that says it."""

    period: str
    value: float
    value_max: float | None
    status: str
    source: Source
    figure: Figure


@dataclass(frozen=True, slots=True)
class Series:
    """One indicator over the years, in the order of its periods, in the unit of its latest point."""

    indicator: str
    concept: str | None
    unit: str | None
    flow: str
    place: str | None
    measure: str
    points: tuple[Point, ...]


def time_series(sources: Sequence[Source], *, least: int = 2, overrides: Overrides | None = None) -> list[Series]:
    """The indicators that have figures for at least `least` periods, the longest series first."""
    entries = [(source, figure, figure_to_measure(figure, home=source.region)) for source in sources for figure in source.figures
               if figure.indicator and figure.period and figure.status in ("planned", "achieved")]
    groups: dict[int, list[tuple[Source, Figure, Measure]]] = defaultdict(list)
    for entry, group in zip(entries, group_measures([m for _, _, m in entries], overrides=overrides), strict=True):
        groups[group].append(entry)
    found = []
    for members in groups.values():
        if len({figure.period for _, figure, _ in members}) < least or is_vague(members[0][2]):
            continue
        members.sort(key=lambda member: (member[1].period or "", member[1].status == "achieved", member[1].start))
        unit, measure = members[-1][1].unit, members[-1][2]
        points = []
        for source, figure, _ in members:
            cell = _to_cell((figure, ()), unit)
            if cell:
                points.append(Point(figure.period or "", _signed(figure, cell.value), cell.value_max, figure.status, source, figure))
        name = concepts()[measure.concept]["name"] if measure.concept else members[-1][1].indicator or ""
        found.append(Series(name, measure.concept, unit, measure.flow, measure.place, measure_key(measure), tuple(points)))
    return sorted(found, key=lambda series: (-len({p.period for p in series.points}), series.concept is None, series.indicator))
