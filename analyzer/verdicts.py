"""Met, missed or exceeded: what a result says about a target, by the comparators of both."""

from __future__ import annotations

import re
from dataclasses import dataclass

from analyzer.alignment import words_to_measure
from analyzer.records import Figure
from analyzer.scales import convert

_LOWER = re.compile(r"失业率|浓度|赤字|漏损|死亡|亡人|事故|费用.{0,8}比|负债|劣[ⅤV5五]|倍差|收入比|消费价格|涨幅|办理时[限间]|能耗|用水量|排放|返贫|压减|发案")
"""Indicators of which less is better, unless the figure says by how much they fall."""

_SLACK = {"approx": 0.05}
"""How far, as a share of the target, 左右 lets the result stay below."""


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
    fewer = target.comparator in ("le", "lt") or (target.change != "decrease" and bool(_LOWER.search(target.indicator or "")))
    if fewer:
        return _judge_fewer(target, result, value, high, ratio)
    bound = low - abs(low) * _SLACK.get(target.comparator, 0.0)
    if result.comparator in ("le", "lt") and value >= bound:
        return "not_comparable", ratio, "result is an upper bound"
    if value < bound:  # 超1万家 and 1万家 reported: a rounded number does not prove a miss
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
    if target.comparator != "approx" and value < target.value * (1 - 1e-4):  # prices 2%左右: 0.1% is no feat
        return "exceeded", ratio, "better than the limit"
    return "met", ratio, "within the limit"


def _flow_of(figure: Figure) -> str:
    return words_to_measure(figure.indicator or "", figure.unit, figure.change, figure.action or "").flow
