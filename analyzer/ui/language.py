"""Chinese first, English by a switch: each text stands in both languages where it is used."""

from __future__ import annotations

import re

import streamlit as st

from analyzer.errors import AnalyzerError
from analyzer.export.words import field_name, period_name, value_name

_MARKDOWN = re.compile(r"[\\`*_\[\]<>$~]|:(?=[a-z])")


def language() -> str:
    return "en" if st.session_state.get("language") == "en" else "zh"


def say(chinese: str, english: str) -> str:
    return chinese if language() == "zh" else english


def list_key(name: str) -> str:
    """The key of a list to choose from: the browser keeps the chosen label under it, so each language needs its own."""
    return name if language() == "zh" else f"{name}-en"


def named(field: str, value: str | None) -> str:
    """What people read for a value of a field; what is not set has a name too."""
    if not value:
        return say("（未注明）", "(none)")
    if field == "period":
        return period_name(value, language())
    return value_name(field, value, language())


def head(field: str) -> str:
    """The name of a field, of a facet or a column."""
    if field == "figures":
        return say("数据", "Figures")
    return field_name({"category": "category_name", "department": "departments"}.get(field, field), language())


def message(error: AnalyzerError) -> str:
    """What an error says, for a box that reads Markdown: the name of a file in it must be no picture, link or formula."""
    return _MARKDOWN.sub(r"\\\g<0>", error.message(language()))


def plain(text: str) -> str:
    """Text for Streamlit's Markdown labels, with nothing in it that Markdown would take as its own."""
    return "".join("\\" + c if c in "\\`*_{}[]()#+-.!|<>$~:^" else c for c in text)
