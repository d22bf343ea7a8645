"""Whether a later figure reports the result of a target: guards, features and a small model."""

from __future__ import annotations

import functools
import json
import math
import re

from rapidfuzz import fuzz

from analyzer.alignment import THRESHOLD, Measure, core_of, is_vague, marks_part, measures_part, score_measures
from analyzer.grouping import Overrides, measure_key
from analyzer.lexicon import model_path
from analyzer.records import Figure
from analyzer.scales import convert

_FACTOR = 4.0
"""A result more than so many times the target, or so many times less, counts another thing (a stock, a sum of years)."""

_SPAN_FACTOR = 1.5
"""The same for what a report says of a span of years that ends in the target's year."""

LEAST = 0.5
"""From which chance on a report is taken for the result."""


FEATURES = ("alike", "likeness", "clause", "closeness", "equal", "period", "span", "unit", "category", "concept", "vague", "action",
            "marks", "growth", "grams", "length")  # fmt: skip
"""What the model of reports sees: the indicators, the clauses around the figures, the values, the periods."""


def report_features(target: Figure, measure: Measure, report: Figure, other: Measure) -> list[float] | None:
    """The features of a target and a report in the order of FEATURES; None where a guard says that it cannot be its result."""
    when, span = fit_period(target.period, report.period), _ends_span(target.period, report.period)
    apart = measures_part(measure, other)
    if not (when or span) or other.dimension == "rank" or (apart and apart != "concept"):
        return None
    value = convert(report.value, report.unit, target.unit)
    if value is None:
        return None
    level = measure.flow == "level"
    factor = max(value, target.value) / max(min(value, target.value), 1e-9) if value > 0 and target.value > 0 else 1.0
    if level and factor > _FACTOR or span and not when and (not level or factor > _SPAN_FACTOR):
        return None
    one, two = core_of(measure.name), core_of(other.name)
    clause_one, clause_two = clause_of(target), clause_of(report)
    return [score_measures(measure, other), fuzz.ratio(one, two) / 100, _dice(clause_one, clause_two),
            1 / (1 + abs(factor - 1)) if level else 0.5, float(level and factor < 1.03), float(when == 1.0), float(not when),
            float(target.unit == report.unit), float(target.category == report.category), float(bool(measure.concept) and measure.concept == other.concept),
            float(is_vague(measure) or is_vague(other)), float(bool(target.action) and target.action == report.action),
            float(min(marks_part(measure, other), 2)), float(not level), _dice(one, two), min(len(one), len(two), 10) / 10]


def score_report(target: Figure, measure: Measure, report: Figure, other: Measure, *, overrides: Overrides | None = None) -> float:
    """How likely a report tells the result of a target, 0–1; 0 where it cannot, or where a person said so."""
    if overrides and (overrides.joined or overrides.split):
        pair = tuple(sorted((measure_key(measure), measure_key(other))))
        if pair in overrides.split:
            return 0.0
        if pair in overrides.joined:
            return 1.0 if fit_period(target.period, report.period) else 0.0
    features = report_features(target, measure, report, other)
    if features is None:
        return 0.0
    weights = _weights()
    if weights is None:  # no model: the same measure in the same period
        return features[0] * features[5] if features[0] >= THRESHOLD and not features[10] else 0.0
    chance = 1 / (1 + math.exp(-sum(w * f for w, f in zip(weights[0], features, strict=True)) - weights[1]))
    return chance if chance >= LEAST else 0.0


@functools.cache
def _weights() -> tuple[list[float], float] | None:
    path = model_path("track.json")
    if not path.exists():
        return None
    model = json.loads(path.read_text(encoding="utf-8"))
    return (model["weights"], model["bias"]) if model.get("features") == list(FEATURES) else None


@functools.lru_cache(maxsize=50_000)
def clause_of(figure: Figure) -> str:
    """The words of the clause that holds a figure, without numbers, time and place."""
    start, end = figure.start - figure.sentence_start, figure.end - figure.sentence_start
    before, after = figure.sentence[:max(start, 0)], figure.sentence[max(end, 0):]
    before = before[max(before.rfind(mark) for mark in _STOPS) + 1:]
    cut = min((at for at in (after.find(mark) for mark in _STOPS) if at >= 0), default=len(after))
    return _PLAIN.sub("", before[-24:] + after[:min(cut, 14)])


_STOPS = "，,；;。：:\n"
_PLAIN = re.compile(r"[\d.%％\s“”、（）()—\-]|万|亿|以上|左右|超过|达到|增长|今年|全[省市区年]|预计|完成|实现|新增")


def _dice(one: str, two: str) -> float:
    a, b = {one[i:i + 2] for i in range(len(one) - 1)}, {two[i:i + 2] for i in range(len(two) - 1)}
    return 2 * len(a & b) / max(1, len(a) + len(b))


def _ends_span(planned: str | None, reported: str | None) -> bool:
    """A report of a span that ends in the target's year: only a value of the target's order can be its result."""
    return bool(planned and reported and "/" not in planned and reported.endswith(f"/{planned}"))


def fit_period(planned: str | None, reported: str | None) -> float:
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
