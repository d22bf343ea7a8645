"""What the finders pass to each other: spans of the reading's text with what was read from them."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple


class Quantity(NamedTuple):
    """A number with its unit as it stands in the reading's text.

    `reason` is None for a figure, else the name of the rule that says why it is none (kept for the recall audit).
    """

    start: int
    end: int
    value: Decimal
    value_max: Decimal | None = None
    unit: str | None = None
    comparator: str = "eq"
    change: str = "level"
    rules: tuple[str, ...] = ()
    reason: str | None = None
