"""Rows of the library → flat rows of plain values that every table format takes."""

from __future__ import annotations

import math
import re
from typing import Any

from analyzer.export.words import value_name

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def flatten(row: dict[str, Any], fields: list[str], *, language: str = "zh", named: bool = True) -> dict[str, Any]:
    """The fields of a row as text, numbers or None. `named` writes what people read in place of codes."""
    flat: dict[str, Any] = {}
    for field in fields:
        value = row.get("category") if field == "category_name" else row.get(field)
        if field == "departments":
            value = join_departments(value or [], language)
        elif field == "section":
            value = " > ".join(value or [])
        elif field == "rules":
            value = "; ".join(value or [])
        elif field == "figures":
            value = len(value) if isinstance(value, list) else value
        elif field == "category_name":
            value = value_name("category", value, language) or None
        elif named and field in ("status", "comparator", "change", "binding", "review"):
            value = value_name(field, value, language) or None
        elif isinstance(value, float):
            value = tidy(value)
        flat[field] = clean(value) if isinstance(value, str) else value
    return flat


def join_departments(departments: list[dict[str, Any]], language: str = "zh") -> str:
    """Names with their parts: 市财政局（牵头）、市水利局（推断）."""
    parts = []
    for department in departments:
        notes = [value_name("role", department.get("role"), language)]
        if department.get("source") == "inferred":
            notes.append("推断" if language == "zh" else "inferred")
        note = "，".join(n for n in notes if n) if language == "zh" else ", ".join(n for n in notes if n)
        left, right = ("（", "）") if language == "zh" else (" (", ")")
        parts.append(department["name"] + (left + note + right if note else ""))
    return ("、" if language == "zh" else "; ").join(parts)


def tidy(value: float) -> float | int | None:
    """A number without needless decimals; None for what is no number."""
    if math.isnan(value) or math.isinf(value):
        return None
    return int(value) if value == int(value) and abs(value) < 1e15 else value


def clean(text: str) -> str:
    """Text without control characters, which Excel refuses, and without lone surrogates."""
    return CONTROL.sub("", text).encode("utf-8", "replace").decode("utf-8")


def harmless(text: str) -> str:
    """Text that a spreadsheet takes as text even where it would start a formula."""
    return "'" + text if text.startswith(_FORMULA) or text.lstrip(" \u3000").startswith(_FORMULA[:4]) else text
