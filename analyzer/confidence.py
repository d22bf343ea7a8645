"""How likely a figure's record is right as a whole: what the finders say of their own fields, calibrated on held-out documents."""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Sequence

from analyzer.lexicon import model_path
from analyzer.pipeline.layers import Quantity

NAMES = ("bias", "indicator", "status", "chinese", "no indicator", "no period", "table", "standard", "unitless", "reference")


def describe_figure(quantity: Quantity, indicator: float, status: str, status_chance: float, period: str | None,
                    *, in_table: bool) -> list[float]:
    """The numbers that the calibration weighs, in the order of NAMES."""
    return [1.0, _logit(indicator), _logit(status_chance), float("number:chinese" in quantity.rules), float(indicator == 0),
            float(period is None and status in ("planned", "achieved")), float(in_table), float(status == "standard"),
            float(quantity.unit is None), float(status == "reference")]


def rate_figure(evidence: Sequence[float]) -> float:
    """The chance (0–1) that value, unit, comparator, change, indicator, status and period are all right."""
    weights = _weights()
    score = evidence[1] if weights is None else sum(weight * value for weight, value in zip(weights, evidence, strict=True))
    return round(1 / (1 + math.exp(-score)), 4)


@functools.cache
def _weights() -> tuple[float, ...] | None:
    path = model_path("confidence.json")
    if not path.exists():
        return None
    table = json.loads(path.read_text(encoding="utf-8"))["weights"]
    return tuple(table[name] for name in NAMES)


def _logit(chance: float) -> float:
    chance = min(0.999, max(0.001, chance))
    return math.log(chance / (1 - chance))
