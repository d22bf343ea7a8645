"""What the user looks at (search, facets, sort, page, record): kept in the session and written to the URL.

Figures and commitments are looked at apart: each `kind` of record has a view of its own.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from analyzer.store import CommitmentFilters, Filters, columns, commitment_rows, query
from analyzer.ui.language import head, language, named, say

NONE = "~"
"""How the URL writes the value of a facet that is not set."""

FACETS = {"figure": columns.FACETS, "commitment": commitment_rows.FACETS}
SORTS = {"figure": query.SORTS, "commitment": commitment_rows.SORTS}
SORT_NAMES = {
    "document": ("按文件顺序", "As in the documents"), "value": ("数值从小到大", "Value, rising"), "-value": ("数值从大到小", "Value, falling"),
    "period": ("期限从早到晚", "Period, earliest first"), "-period": ("期限从晚到早", "Period, latest first"), "due": ("截止日期", "Due date"),
    "category": ("类别", "Category"), "confidence": ("置信度从低到高", "Confidence, rising"), "-confidence": ("置信度从高到低", "Confidence, falling"),
    "indicator": ("指标名称", "Indicator"),
}  # fmt: skip


def current_view(kind: str = "figure") -> dict[str, Any]:
    """The view of this session; a session that begins takes it from the URL."""
    if f"view-{kind}" not in st.session_state:
        st.session_state[f"view-{kind}"] = _from_url(kind)
    view: dict[str, Any] = st.session_state[f"view-{kind}"]
    return view


def set_view(kind: str = "figure", **fields: Any) -> None:
    """A fresh view with these fields alone (a facet's value is a list); the page then shows it."""
    st.session_state[f"view-{kind}"] = {**_empty(kind), **fields}
    st.session_state[f"search-{kind}"] = st.session_state[f"view-{kind}"]["q"]


def _empty(kind: str) -> dict[str, Any]:
    return {
        "q": "",
        "sort": "document",
        "page": 1,
        "t": None,
        "columns": None,
        "gone": False,
        **{name: [] for name in FACETS[kind]},
    }


def _from_url(kind: str) -> dict[str, Any]:
    url, view = st.query_params, _empty(kind)
    view["q"] = url.get("q", "")[:200]
    view["sort"] = url.get("sort") if url.get("sort") in SORTS[kind] else "document"
    view["page"] = int(url["page"]) if url.get("page", "").isdigit() and int(url["page"][:6]) > 0 else 1
    view["t"] = url.get("t") or None
    view["gone"] = url.get("gone") == "1"
    for name in FACETS[kind]:
        view[name] = ["" if value == NONE else value for value in url.get_all(name)][:50]
    return view


def write_url(view: dict[str, Any], kind: str = "figure") -> None:
    wanted: dict[str, Any] = {name: [value or NONE for value in view[name]] for name in FACETS[kind] if view[name]}
    for name, default in (("q", ""), ("sort", "document"), ("page", 1), ("t", None)):
        if view[name] and view[name] != default:
            wanted[name] = str(view[name])
    if view["gone"]:
        wanted["gone"] = "1"
    if language() == "en":
        wanted["lang"] = "en"
    now = {name: st.query_params.get_all(name) for name in st.query_params}
    if now != {name: value if isinstance(value, list) else [value] for name, value in wanted.items()}:
        st.query_params.from_dict(wanted)


def view_to_filters(view: dict[str, Any]) -> Filters:
    chosen: dict[str, Any] = {name: tuple(view[name]) for name in FACETS["figure"]}
    return Filters(text=view["q"], gone=view["gone"], **chosen)


def view_to_commitment_filters(view: dict[str, Any]) -> CommitmentFilters:
    chosen: dict[str, Any] = {name: tuple(view[name]) for name in FACETS["commitment"]}
    return CommitmentFilters(text=view["q"], **chosen)


def describe(view: dict[str, Any], titles: dict[str, str], kind: str = "figure") -> list[str]:
    """The filters in words, for people and for the sheet 说明."""
    parts = [f"{say('搜索', 'Search')}: {view['q']}"] if view["q"] else []
    if view["gone"]:
        parts.append(say("重新分析后消失的数据", "vanished with a new analysis"))
    for name in FACETS[kind]:
        if view[name]:
            parts.append(f"{head(name)}: " + ", ".join(value_label(name, value, titles) for value in view[name]))
    return parts


def value_label(name: str, value: str, titles: dict[str, str]) -> str:
    return titles.get(value, value) if name == "document" else named(name, value)
