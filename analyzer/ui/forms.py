"""The form in which a person corrects a figure or describes a new one."""

from __future__ import annotations

import re
from typing import Any

import streamlit as st

from analyzer.errors import AnalyzerError
from analyzer.export.rows import join_departments, tidy
from analyzer.export.words import VALUES, category_names
from analyzer.ui.language import head, language, list_key, named, say

PERIOD = re.compile(r"\d{4}(-(\d{2}(-\d{2})?|Q[1-4]|H[12]))?(/\d{4}(-(\d{2}(-\d{2})?|Q[1-4]|H[12]))?)?$")
_ROLES = {"牵头": "lead", "lead": "lead", "配合": "support", "support": "support"}


def figure_inputs(figure: dict[str, Any], key: str) -> dict[str, Any]:
    """The inputs of all editable fields; returns what they hold as text. To be called inside a form."""
    one, two, three = st.columns(3)
    wide, narrow = st.columns([2, 1])
    got: dict[str, Any] = {
        "indicator": wide.text_input(head("indicator"), figure["indicator"] or "", key=f"{key}-indicator"),
        "value": one.text_input(head("value"), _number(figure["value"]), key=f"{key}-value"),
        "value_max": two.text_input(head("value_max"), _number(figure["value_max"]), key=f"{key}-value_max"),
        "unit": three.text_input(head("unit"), figure["unit"] or "", key=f"{key}-unit"),
    }
    for column, field in ((one, "comparator"), (two, "change"), (three, "status")):
        got[field] = _choice(column, field, list(VALUES[field]), figure[field], key)
    got["binding"] = _choice(three, "binding", ["", *VALUES["binding"]], figure["binding"] or "", key)
    return got | _shared_inputs(figure, key, one, two, narrow)


def commitment_inputs(row: dict[str, Any], key: str) -> dict[str, Any]:
    """The inputs of a commitment's editable fields, as text."""
    wide, narrow = st.columns([2, 1])
    got: dict[str, Any] = {"object": wide.text_input(head("object"), row["object"] or "", key=f"{key}-object")}
    return got | _shared_inputs(row, key, *st.columns(2), narrow)


def _shared_inputs(row: dict[str, Any], key: str, one: Any, two: Any, narrow: Any) -> dict[str, Any]:
    return {
        "period": one.text_input(
            head("period"), row["period"] or "", key=f"{key}-period", help="2025 · 2021/2025 · 2026-06 · 2026-Q1 · 2026-H1"
        ),
        "region": two.text_input(head("region"), row["region"] or "", key=f"{key}-region"),
        "action": narrow.text_input(head("action"), row["action"] or "", key=f"{key}-action"),
        "category": _choice(st, "category", ["", *category_names()], row["category"] or "", key),
        "departments": st.text_input(
            head("departments"),
            join_departments(row["departments"], language()),
            key=list_key(f"{key}-departments"),
            help=say("顿号分隔，可注明（牵头）或（配合）", "separated by 、 or ;, with （牵头） lead or （配合） support"),
        ),
    }


def _choice(place: Any, field: str, values: list[str], value: str | None, key: str) -> str:
    if value and value not in values:
        values = [*values, value]
    index = values.index(value) if value in values else 0
    chosen: str = place.selectbox(
        head(field), values, index, key=list_key(f"{key}-{field}"), format_func=lambda v: named(field, v)
    )
    return chosen


def inputs_to_changes(got: dict[str, Any], figure: dict[str, Any]) -> dict[str, Any]:
    """What the inputs hold as values of the fields, only where they differ. Raises AnalyzerError for what is no value."""
    values: dict[str, Any] = {field: (text.strip() or None) for field, text in got.items()}
    for field in ("value", "value_max"):
        if field in values:
            values[field] = parse_number(values[field], field)
    if values["period"] and not PERIOD.match(values["period"]):
        raise AnalyzerError(
            f"“{values['period']}” is no period; write 2025, 2021/2025, 2026-06, 2026-Q1 or 2026-H1",
            f"“{values['period']}”不是期限；请写作 2025、2021/2025、2026-06、2026-Q1 或 2026-H1",
        )
    values["departments"] = parse_departments(values["departments"] or "", figure["departments"])
    return {field: value for field, value in values.items() if value != figure[field]}


def parse_number(text: str | None, field: str = "value") -> float | None:
    if text is None:
        return None
    try:
        value = float(text.replace(",", "").replace("，", "").replace(" ", ""))
        if value != value or abs(value) == float("inf"):
            raise ValueError
        return value
    except ValueError:
        raise AnalyzerError(
            f"“{text}” is no number; write digits such as 31000 or 4.5",
            f"“{text}”不是数字；请写作 31000 或 4.5 这样的阿拉伯数字",
        ) from None


def parse_departments(text: str, known: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """市财政局（牵头）、市水利局 → records; what is said of a known body (its id, its source) stays."""
    before = {d["name"]: d for d in known}
    found: list[dict[str, Any]] = []
    for part in re.findall(r"(?:[（(][^（）()\n]*+[）)]|[^、;；,，\n])+", text):
        match = re.match(r"(.+?)(?:(?<!\s)\s*[（(]([^（）()]*)[）)])?$", part.strip())
        if not match:
            continue
        name, note = match.groups()
        notes = [n.strip() for n in re.split(r"[，,]", note or "") if n.strip()]
        role = next((_ROLES[n] for n in notes if n in _ROLES), "responsible")
        if note and not any(n in _ROLES or n in ("推断", "inferred") for n in notes):
            name = f"{name}（{note}）"  # a bracket of the name itself
        old = before.get(name)
        if old is not None:
            found.append({**old, "role": role})
        else:
            found.append({"name": name, "role": role, "source": "explicit", "id": None, "probability": None})
    return found


def _number(value: float | None) -> str:
    return "" if value is None else str(tidy(value))
