"""A target meets the later statement of its result; a verdict by its comparator, never without evidence."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from analyzer.alignment import (
    THRESHOLD,
    Measure,
    concepts,
    figure_to_measure,
    is_vague,
    marks_part,
    measures_part,
    score_measures,
    words_to_measure,
)
from analyzer.errors import AnalyzerError
from analyzer.grouping import Overrides, Source, measure_key
from analyzer.records import Figure
from analyzer.scales import convert

VERDICTS = ("exceeded", "met", "missed", "not_reported", "not_comparable")

_LOWER = re.compile(r"失业率|浓度|赤字|漏损|死亡|亡人|事故|费用.{0,8}比|负债|劣[ⅤV5五]|倍差|收入比|消费价格|涨幅|办理时[限间]|能耗|用水量|排放|返贫|压减|发案")
"""Indicators of which less is better, where the figure is the level itself."""

_SLACK = {"approx": 0.05}
"""How far, as a share of the target, 左右 lets the result stay below."""

_FACTOR = 6.0
"""A result more than so many times the target, or so many times less, counts another thing (a stock, a sum of years)."""


@dataclass(frozen=True, slots=True)
class Result:
    """What is said to have been reached: a figure of a later document, or a row of a user's table (`source` says which)."""

    value: float
    unit: str | None
    comparator: str
    period: str | None
    source: str
    figure: Figure | None = None
    note: str = ""


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
    what documents say. A target whose result nobody states is `not_reported`.
    """
    follows = []
    for source in earlier:
        followers = [other for other in later if other.key != source.key and _same_body(source, other)]
        reports = [(other, figure, figure_to_measure(figure, home=other.region))
                   for other in followers for figure in other.figures if figure.status == "achieved" and figure.indicator]
        pairs = [(target, figure_to_measure(target, home=source.region)) for target in _targets(source)]
        follows += _follow_all(source, pairs, reports, actuals, overrides or Overrides())
    return follows


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
    """A target that the document states twice."""
    return one[0].value == other[0].value and one[0].unit == other[0].unit and one[1].concept == other[1].concept is not None


def score_report(target: Figure, measure: Measure, report: Figure, other: Measure, *, overrides: Overrides | None = None) -> float:
    """How likely a report tells the result of a target, 0–1: the same measure, the same period, a value of its order."""
    when = _period_fit(target.period, report.period)
    if not when or is_vague(measure) or is_vague(other) or other.dimension == "rank":
        return 0.0
    pair = tuple(sorted((measure_key(measure), measure_key(other))))
    if overrides and pair in overrides.split:
        return 0.0
    alike = 1.0 if overrides and pair in overrides.joined else score_measures(measure, other)
    if alike < THRESHOLD:
        return 0.0
    value = convert(report.value, report.unit, target.unit)
    if value is None:
        return 0.0
    factor = max(value, target.value) / max(min(value, target.value), 1e-9) if value > 0 and target.value > 0 else 1.0
    if measure.flow == "level" and factor > _FACTOR:
        return 0.0
    if measure.flow == "level" and measure.stock != other.stock and factor > _FACTOR / 2 and not measure.concept:
        return 0.0
    closeness = 1 / (1 + 0.15 * abs(factor - 1)) if measure.flow == "level" else 1.0
    return alike * when * closeness * (0.6 + 0.4 * min(target.confidence, report.confidence))


def _period_fit(planned: str | None, reported: str | None) -> float:
    """1 for the same period, less where one is silent or more exact, 0 for another; a span never meets a year of it."""
    if planned == reported:
        return 1.0 if planned else 0.6
    if not planned or not reported:
        return 0.6
    if "/" in planned or "/" in reported:
        return 0.0
    if planned[:4] == reported[:4]:  # by the end of June, and said of the year
        return 0.85 if len(planned) > 4 and len(reported) == 4 else 0.7 if len(reported) > 4 and reported[4:] == "-12" else 0.0
    return 0.0


def _near_miss(target: Figure, measure: Measure, reports: list[tuple[Source, Figure, Measure]]) -> tuple[Result, float, Source] | None:
    """A report of the same canonical indicator and period that says it otherwise: growth for an amount, another unit."""
    if not measure.concept:
        return None
    for later, figure, other in reports:
        if (other.concept == measure.concept and other.dimension != "rank" and _period_fit(target.period, figure.period) == 1.0
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


def judge_result(target: Figure, result: Result) -> tuple[str, float | None, str]:
    """The verdict of a result on a target, result ÷ target, and why.

    A result that is a bound itself (突破1万亿元) decides only where the bound lies on the right side of the target.
    """
    if result.figure is not None and _flow_of(target) != _flow_of(result.figure):
        return "not_comparable", None, "growth against amount"
    value = convert(result.value, result.unit, target.unit)
    if value is None:
        return "not_comparable", None, "units"
    if result.figure is not None and {target.change, result.figure.change} == {"increase", "decrease"}:
        value = -value
    ratio = round(value / target.value, 4) if target.value else None
    low, high = target.value, target.value_max if target.value_max is not None else target.value
    fewer = target.comparator in ("le", "lt") or (target.change == "level" and bool(_LOWER.search(target.indicator or "")))
    if fewer:
        return _judge_fewer(target, result, value, high, ratio)
    bound = low - abs(low) * _SLACK.get(target.comparator, 0.0)
    if result.comparator in ("le", "lt") and value >= bound:
        return "not_comparable", ratio, "result is an upper bound"
    reached = value > bound if target.comparator == "gt" and result.comparator not in ("gt", "ge") else value >= bound
    if not reached:
        if result.comparator in ("gt", "ge"):
            return "not_comparable", ratio, "result is a lower bound below the target"
        if result.comparator == "approx" and value >= low - abs(low) * 0.02:
            return "met", ratio, "about the target"
        return "missed", ratio, "below the target"
    if value > high * 1.0001 and value > high + abs(high) * _SLACK.get(target.comparator, 0.0):
        return "exceeded", ratio, "above the target"
    return "met", ratio, "at the target"


def _judge_fewer(target: Figure, result: Result, value: float, high: float, ratio: float | None) -> tuple[str, float | None, str]:
    """Where less is better: at most the target, with some slack for 左右."""
    bound = high + abs(high) * _SLACK.get(target.comparator, 0.0)
    if result.comparator in ("gt", "ge") and value < bound:
        return "not_comparable", ratio, "result is a lower bound"
    if value > bound and result.comparator in ("lt", "le"):
        return "not_comparable", ratio, "result is an upper bound above the target"
    if value > bound:
        return "missed", ratio, "above the limit"
    if value < target.value - abs(target.value) * max(_SLACK.get(target.comparator, 0.0), 1e-4):
        return "exceeded", ratio, "better than the limit"
    return "met", ratio, "within the limit"


def _flow_of(figure: Figure) -> str:
    return words_to_measure(figure.indicator or "", figure.unit, figure.change, figure.action or "").flow


@dataclass(frozen=True, slots=True)
class Actual:
    """A value that a user knows: of an indicator (and period, region), or of the target with this key alone."""

    indicator: str
    value: float
    unit: str | None
    period: str | None = None
    region: str | None = None
    source: str = ""
    target: str | None = None

    def fits(self, target: Figure, measure: Measure, source: Source) -> bool:
        if self.target:
            return self.target == f"{source.key}:{target.start}"
        if self.period and target.period and self.period != target.period:
            return False
        if self.region and self.region not in (target.region, source.region) and self.region not in (source.region or ""):
            return False
        change = target.change if self.unit in ("%", "‰", "倍") else "level"
        return score_measures(measure, words_to_measure(self.indicator, self.unit, change, "", measure.place)) >= THRESHOLD


_COLUMNS = {
    "indicator": ("indicator", "指标", "指标名称"), "value": ("value", "实际值", "完成值", "数值", "值"), "unit": ("unit", "单位"),
    "period": ("period", "year", "时期", "年份", "年度", "期间"), "region": ("region", "地区", "区域"),
    "source": ("source", "来源", "出处"), "target": ("target", "目标编号"),
}  # fmt: skip


def read_actuals(path: Path) -> list[Actual]:
    """Actual values from a CSV file with the columns indicator, value, unit, period, region, source (or 指标, 实际值, 单位 …).

    Raises AnalyzerError, with the row, for a missing column or a value that is no number.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        text = path.read_text(encoding="gb18030", errors="replace")
    except OSError as error:
        raise AnalyzerError(f"{path}: cannot be read: {error.strerror}", f"{path}：无法读取：{error.strerror}") from error
    return rows_to_actuals(csv.DictReader(text.splitlines()), name=path.name)


def rows_to_actuals(rows: Iterable[dict[str, str]], *, name: str = "") -> list[Actual]:
    """Actual values from rows with Chinese or English column names; `name` is the table's, for messages and as source."""
    found = []
    for number, row in enumerate(rows, 2):
        cells = {field: str(next((row[c] for c in names if row.get(c) not in (None, "")), "")).strip() for field, names in _COLUMNS.items()}
        if not cells["indicator"] and not cells["target"]:
            raise AnalyzerError(f"{name} row {number}: no indicator (column indicator or 指标)", f"{name} 第 {number} 行：缺少指标（列 指标 或 indicator）")
        try:
            value = float(cells["value"].replace(",", "").replace("，", ""))
        except ValueError as error:
            raise AnalyzerError(f"{name} row {number}: {cells['value']!r} is not a number (column value or 实际值)",
                                f"{name} 第 {number} 行：“{cells['value']}”不是数字（列 实际值 或 value）") from error
        unit, factor = _split_unit(cells["unit"])
        found.append(Actual(cells["indicator"], value * factor, unit, cells["period"] or None, cells["region"] or None,
                            cells["source"] or f"{name} {number}", cells["target"] or None))
    return found


def _split_unit(unit: str) -> tuple[str | None, float]:
    """万人 → 人 and 10,000."""
    for prefix, factor in (("万亿", 1e12), ("千万", 1e7), ("百万", 1e6), ("亿", 1e8), ("万", 1e4)):
        if unit.startswith(prefix):
            return unit[len(prefix):] or None, factor
    return unit or None, 1.0


@dataclass(frozen=True, slots=True)
class Rate:
    """How many targets of a group fared how; `fulfilled` is met or exceeded among those with a verdict, or None."""

    group: str
    total: int
    counts: dict[str, int]
    fulfilled: float | None
    unreported: float


def fulfilment_rates(follows: Sequence[Follow], *, by: str = "category") -> list[Rate]:
    """Rates by `category` or `region`, the biggest group first, each with its share that is not reported."""
    groups: dict[str, Counter[str]] = defaultdict(Counter)
    for follow in follows:
        groups[str(getattr(follow, by) or "")][follow.verdict] += 1
    rates = []
    for group, counts in groups.items():
        total = sum(counts.values())
        done = counts["met"] + counts["exceeded"]
        judged = done + counts["missed"]
        rates.append(Rate(group, total, {verdict: counts[verdict] for verdict in VERDICTS}, done / judged if judged else None,
                          counts["not_reported"] / total))
    return sorted(rates, key=lambda rate: (-rate.total, rate.group))
