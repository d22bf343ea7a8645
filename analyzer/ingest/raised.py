"""Digits that stand raised on the page: marks of notes as ¹²³, which join no number; powers of units stay digits."""

from __future__ import annotations

RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def raise_digits(text: str, before: str) -> str:
    """`text` as raised behind `before`: 人口¹1761万人 is no 11761; km2 and m3 are written so.

    >>> raise_digits("1", "人口"), raise_digits("2", "300km")
    ('¹', '2')
    """
    last = before[-1:]
    return text if last.isascii() and last.isalpha() else text.translate(RAISED)
