"""Figures of a reading: numbers that measure something, with value, unit, comparator and change.

>>> [(q.value, q.unit, q.comparator) for q in find_quantities("森林覆盖率不低于45%") if not q.reason]
[(Decimal('45'), '%', 'ge')]
"""

from __future__ import annotations

import re
from decimal import Decimal

from analyzer.pipeline.comparators import read_change, read_comparator
from analyzer.pipeline.judging import judge_number, look_around
from analyzer.pipeline.layers import Quantity
from analyzer.pipeline.quantities import FIXED, Number, find_numbers

# Between numbers of one list: 3、5和8个; 分别增长17.8%、4.8%、9.9%.
LINK = re.compile(r"\s?(?:左右|以上|以下|以内)?(?:（含）)?(?:、|,|，|和|及|与|或|以及|或者|，(?:其中)?)\s?")
AND = ("和", "及", "与", "或", "以及", "或者")  # 分别再提高30元和5元: the verb of the first holds for both


def find_quantities(text: str) -> list[Quantity]:
    """Every number of the text in order; those that are no figures carry the `reason`."""
    numbers = share_units(text, find_numbers(text))
    quantities: list[Quantity] = []
    chain: Quantity | None = None
    for number, gap in zip(numbers, _gaps(text, numbers), strict=True):
        linked = chain if chain is not None and LINK.fullmatch(gap) else None
        quantity = number_to_quantity(text, number, linked, gap)
        quantities.append(quantity)
        chain = quantity if quantity.reason is None else None
    return share_comparators(text, quantities)


def share_comparators(text: str, quantities: list[Quantity]) -> list[Quantity]:
    """分别稳定在200万吨和500万吨左右: the word behind the last number of a list under 分别 holds for all of it."""
    shared = list(quantities)
    for i in range(len(shared) - 2, -1, -1):
        first, second = shared[i], shared[i + 1]
        if "behind" in second.rules and first.comparator == "eq" and first.reason is None and first.unit == second.unit \
                and text[first.end:second.start] in ("、", "和", "及", "与") and "分别" in text[max(0, first.start - 24):first.start]:
            shared[i] = first._replace(comparator=second.comparator, rules=(*first.rules, "behind"))
    return shared


def _gaps(text: str, numbers: list[Number]) -> list[str]:
    ends = [0, *(number.end for number in numbers)]
    return [text[end:number.start][:8] for end, number in zip(ends, numbers, strict=False)]


def share_units(text: str, numbers: list[Number]) -> list[Number]:
    """Numbers of one list share the unit of its last: 分别高4.2和0.7个百分点, 第2、第4位, 4个和2个工作日."""
    shared = list(numbers)
    for i in range(len(shared) - 2, -1, -1):
        number, following = shared[i], shared[i + 1]
        if following.unit is None or "fixed" in (number.form, following.form):
            continue
        gap = text[number.end:following.start]
        if not LINK.fullmatch(gap):
            continue
        if number.unit is None and number.form == following.form:
            if not number.magnitude or following.magnitude:
                shared[i] = number._replace(unit=following.unit)
        elif following.unit.startswith(f"{number.unit}") and following.unit in ("个工作日", "个百分点", "个月", "个小时", "个方面"):
            shared[i] = number._replace(unit=following.unit)
    return shared


def number_to_quantity(text: str, number: Number, linked: Quantity | None, gap: str) -> Quantity:
    """The number judged, with comparator and change; a later number of a list takes them from the one before it."""
    left, right = look_around(text, number.start, number.end)
    reason = judge_number(number, left, right)
    if reason == "duration" and linked is not None and linked.unit == number.unit and number.form != "fixed":
        reason = None
    if reason is not None:  # the rest does not matter
        return Quantity(number.start, number.end, _exact(number.value), number.value_max, number.unit,
                        "eq" if number.value_max is None else "range", rules=(f"number:{number.form}",), reason=reason)
    comparator, rule = read_comparator(number, left, right)
    change = FIXED[text[number.start:number.end]][2] if text[number.start:number.end] in FIXED else read_change(number, left)
    if linked is not None and number.form != "fixed":
        listed = gap in AND or not re.search(r"[\u4e00-\u9fff]$", left.rstrip("和及与或以"))
        if change == "level" and linked.unit == number.unit and listed:
            change = linked.change
        if comparator == "eq" and linked.comparator in ("le", "approx", "ge", "gt") and "before" in linked.rules and "，" not in gap:
            comparator, rule = linked.comparator, "before"
    rules = (f"number:{number.form}", *((rule,) if rule else ()))
    return Quantity(number.start, number.end, _exact(number.value), number.value_max, number.unit, comparator, change, rules)


def _exact(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.0001")) if value.as_tuple().exponent < -6 else value  # type: ignore[operator]
