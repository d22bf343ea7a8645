"""Units that measure the same thing: 亩, 公顷 and 平方公里 on one scale, by `conversions.csv`."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from analyzer.lexicon import data_path, fault, read_rows

COUNTED = frozenset(("count", "firms", "households", "dwellings"))
"""Dimensions of counted things; which of them may meet says `dimensions_meet`."""

_MEETING = frozenset(
    frozenset(pair)
    for pair in (("count", "firms"), ("firms", "households"), ("households", "dwellings"), ("percent", "points"))
)


@dataclass(frozen=True, slots=True)
class Scale:
    """What a unit measures; a value times `factor` stands in the base unit of the dimension."""

    dimension: str
    factor: float = 1.0


@functools.cache
def _scales() -> dict[str, Scale]:
    scales: dict[str, Scale] = {}
    for row in read_rows("conversions.csv", required=("unit", "dimension", "factor")):
        if row["unit"] in scales:
            raise fault(data_path("conversions.csv"), row["row"], f"duplicate {row['unit']}", f"{row['unit']} 重复")
        scales[row["unit"]] = Scale(row["dimension"], float(row["factor"]))
    kinds = {row["unit"]: row["kind"] for row in read_rows("units.csv", required=("unit", "kind"))}
    for unit, kind in kinds.items():
        if unit not in scales:
            scales[unit] = Scale("count" if kind in ("count", "weak", "kind") else f"{kind} {unit}")
    return scales


@functools.cache
def unit_to_scale(unit: str | None) -> Scale:
    """The scale of a unit; one that nobody listed is a scale of its own, none at all is `none`.

    >>> unit_to_scale("公顷")
    Scale(dimension='area', factor=10000.0)
    """
    if not unit:
        return Scale("none")
    return _scales().get(unit) or Scale(f"unit {unit}")


def dimensions_meet(one: str, two: str) -> bool:
    """Whether figures of the two dimensions can measure the same thing; an unwritten unit (3700亿) meets any."""
    return one == two or "none" in (one, two) or frozenset((one, two)) in _MEETING


def convert(value: float, unit: str | None, to: str | None) -> float | None:
    """The value in another unit; None where the two do not measure the same.

    >>> convert(1.5, "公顷", "亩")
    22.5
    """
    if unit == to:
        return value
    one, two = unit_to_scale(unit), unit_to_scale(to)
    if one.dimension == "percent" != two.dimension or not dimensions_meet(one.dimension, two.dimension):
        return None
    return round(value * one.factor / two.factor, 9)
