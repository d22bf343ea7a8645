"""A target meets the later statement of its result; a verdict by its comparator, never without evidence."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from analyzer.actuals import Actual, read_actuals, rows_to_actuals
from analyzer.alignment import Measure, concepts, figure_to_measure, is_vague, marks_part, measures_part
from analyzer.grouping import Overrides, Source, measure_key
from analyzer.records import Figure
from analyzer.reports import fit_period, score_report
from analyzer.verdicts import Result, judge_result

__all__ = ["VERDICTS", "Actual", "Follow", "Rate", "Result", "fulfilment_rates", "read_actuals", "rows_to_actuals", "track_targets"]

VERDICTS = ("exceeded", "met", "missed", "not_reported", "not_comparable")

@dataclass(frozen=True, slots=True)
class Follow:
    """A target with its result; `verdict` is one of VERDICTS, `ratio` result ÷ target in the target's unit.

    `confidence` (0–1) is that the result belongs to the target; `reason` names what decided.
    """

    target: Figure
    source: Source
    indicator: str
    category: str | None
    region: str | None
    verdict: str
    result: Result | None = None
    ratio: float | None = None
    confidence: float = 0.0
    reason: str = ""
    later: Source | None = None
    measure: str = ""


def track_targets(earlier: Sequence[Source], later: Sequence[Source], *, actuals: Sequence[Actual] = (),
                  overrides: Overrides | None = None) -> list[Follow]:
    """Each target of the earlier documents with the later statement that reports its result.

    Only later documents of the same region (or, without one, the same issuer) are asked. A user's actual value goes before
    what documents say. A target whose result nobody states is `not_reported`; its reason is `not due` where no report
    reaches its period.
    """
    follows = []
    for source in earlier:
        followers = [other for other in later if other.key != source.key and _same_body(source, other)]
        reports = [(other, figure, figure_to_measure(figure, home=other.region))
                   for other in followers for figure in other.figures if figure.status == "achieved" and figure.indicator]
        pairs = [(target, figure_to_measure(target, home=source.region)) for target in _targets(source)]
        last = max((figure.period.split("/")[-1][:4] for _, figure, _ in reports if figure.period), default=None)
        found = _follow_all(source, pairs, reports, actuals, overrides or Overrides())
        follows += [replace(f, reason="not due") if f.result is None and is_ahead(f.target.period, last) else f for f in found]
    return follows


def is_ahead(period: str | None, last: str | None) -> bool:
    """Whether a target's period ends after the last year that any report speaks of."""
    return bool(period) and (last is None or str(period).split("/")[-1][:4] > last)


def _targets(source: Source) -> list[Figure]:
    return [f for f in source.figures if f.status == "planned" and f.indicator and f.unit != "位" and not f.quote.startswith("第")]


def _same_body(one: Source, other: Source) -> bool:
    if one.region and other.region:
        return one.region == other.region
    return bool(one.issuer) and one.issuer == other.issuer


def _follow_all(source: Source, targets: list[tuple[Figure, Measure]], reports: list[tuple[Source, Figure, Measure]],
                actuals: Sequence[Actual], overrides: Overrides) -> list[Follow]:
    """Every target with its best report; a report belongs to one target, the one that it fits best."""
    offers: list[tuple[float, int, int]] = []
    for t, (target, measure) in enumerate(targets):
        for r, (_, figure, other) in enumerate(reports):
            score = score_report(target, measure, figure, other, overrides=overrides)
            if score > 0:
                offers.append((score, t, r))
    best: dict[int, tuple[float, int]] = {}
    used: dict[int, int] = {}
    for score, t, r in sorted(offers, key=lambda offer: (-offer[0], offer[1], offer[2])):
        if t in best or (r in used and not _twins(targets[t], targets[used[r]])):
            continue
        best[t] = (score, r)
        used[r] = t
    follows = []
    for t, (target, measure) in enumerate(targets):
        actual = next((a for a in actuals if a.fits(target, measure, source)), None)
        if actual:
            result = Result(actual.value, actual.unit, "eq", actual.period, actual.source)
            follows.append(_judge(source, target, measure, result, 0.99, None))
        elif t in best:
            later, figure, _ = reports[best[t][1]]
            result = Result(figure.value, figure.unit, figure.comparator, figure.period, later.name, figure)
            follows.append(_judge(source, target, measure, result, best[t][0], later))
        else:
            follows.append(_judge(source, target, measure, *(_near_miss(target, measure, reports) or (None, 0.0, None))))
    return follows


def _twins(one: tuple[Figure, Measure], other: tuple[Figure, Measure]) -> bool:
    """Two targets of one measure, as 增长7%以上、力争8%: one report answers both."""
    return not is_vague(one[1]) and measure_key(one[1]) == measure_key(other[1])


def _near_miss(target: Figure, measure: Measure, reports: list[tuple[Source, Figure, Measure]]) -> tuple[Result, float, Source] | None:
    """A report of the same canonical indicator and period that says it otherwise: growth for an amount, another unit."""
    if not measure.concept:
        return None
    for later, figure, other in reports:
        if (other.concept == measure.concept and other.dimension != "rank" and fit_period(target.period, figure.period) == 1.0
                and measures_part(measure, other) in ("flow", "unit") and other.place == measure.place
                and not marks_part(measure, other)):
            return Result(figure.value, figure.unit, figure.comparator, figure.period, later.name, figure), 0.5, later
    return None


def _judge(source: Source, target: Figure, measure: Measure, result: Result | None, confidence: float, later: Source | None) -> Follow:
    name = concepts()[measure.concept]["name"] if measure.concept else target.indicator or ""
    region = target.region or source.region
    if result is None:
        return Follow(target, source, name, target.category, region, "not_reported", reason="no statement", measure=measure_key(measure))
    verdict, ratio, reason = judge_result(target, result)
    return Follow(target, source, name, target.category, region, verdict, result, ratio, round(confidence, 3), reason, later,
                  measure_key(measure))


@dataclass(frozen=True, slots=True)
class Rate:
    """How many targets of a group fared how; `fulfilled` is met or exceeded among those with a verdict, or None."""

    group: str
    total: int
    counts: dict[str, int]
    fulfilled: float | None
    unreported: float


def fulfilment_rates(follows: Sequence[Follow], *, by: str = "category") -> list[Rate]:
    """Rates by `category` or `region`, the biggest group first, each with its share that is not reported.

    Targets that no report can answer yet do not count."""
    groups: dict[str, Counter[str]] = defaultdict(Counter)
    for follow in follows:
        if follow.reason == "not due":
            continue
        groups[str(getattr(follow, by) or "")][follow.verdict] += 1
    rates = []
    for group, counts in groups.items():
        total = sum(counts.values())
        done = counts["met"] + counts["exceeded"]
        judged = done + counts["missed"]
        rates.append(Rate(group, total, {verdict: counts[verdict] for verdict in VERDICTS}, done / judged if judged else None,
                          counts["not_reported"] / total))
    return sorted(rates, key=lambda rate: (-rate.total, rate.group))
