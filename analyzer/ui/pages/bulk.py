"""批量修改: the same change for all figures that a filter shows, as one step."""

from __future__ import annotations

from typing import Any

import streamlit as st

from analyzer import store as library
from analyzer.errors import AnalyzerError
from analyzer.export.words import VALUES, category_names
from analyzer.store import Found
from analyzer.ui.forms import PERIOD, parse_departments, parse_number
from analyzer.ui.language import head, language, list_key, message, named, say
from analyzer.ui.resources import the_store, who
from analyzer.ui.steps import undo_button
from analyzer.ui.view import current_view, describe, view_to_filters


def show_bulk() -> None:
    store, view = the_store(), current_view()
    filters = view_to_filters(view)
    found = library.find(store, filters)
    words = describe(view, library.document_titles(store))
    st.markdown(
        say(
            "对目标库当前筛选的全部数据做同一修改。",
            "The same change for all figures that the present filter of Targets shows.",
        )
    )
    st.info(
        (
            ("；".join(words) if language() == "zh" else "; ".join(words))
            or say("没有筛选：全部数据", "no filter: all figures")
        ).replace("[", "(")
        + say(f" —— 共 {found.total:,} 条", f" — {found.total:,} figures")
    )
    if not found.total:
        return
    fields = [
        "category",
        "status",
        "comparator",
        "change",
        "binding",
        "unit",
        "period",
        "region",
        "departments",
        "indicator",
        "action",
        "value",
    ]
    what = st.radio(say("操作", "Step"), ["edit", "accept", "reject", "reopen"], horizontal=True, key="bulk_what", format_func=lambda w: {
        "edit": say("修改一个字段", "Change a field"), "accept": say("全部确认", "Accept all"), "reject": say("全部剔除", "Reject all"),
        "reopen": say("恢复为未校对", "Open again")}[w])  # fmt: skip
    changes: dict[str, Any] = {}
    if what == "edit":
        field = st.selectbox(say("字段", "Field"), fields, key=list_key("bulk_field"), format_func=head)
        if field in VALUES or field == "category":
            values = list(VALUES[field]) if field in VALUES else list(category_names())
            changes[field] = st.selectbox(
                say("改为", "New value"), values, key=list_key(f"bulk_{field}"), format_func=lambda v: named(field, v)
            )
        else:
            changes[field] = st.text_input(say("改为", "New value"), key=f"bulk_{field}").strip() or None
    sure = st.checkbox(
        say(f"我确认要修改这 {found.total:,} 条（可撤销）", f"Yes, change these {found.total:,} (can be undone)"),
        key="bulk_sure",
    )
    columns = st.columns([1, 1, 4])
    if columns[0].button(say("执行", "Apply"), type="primary", disabled=not sure, key="bulk_apply", width="stretch"):
        _apply_bulk(what or "edit", changes, found)
    with columns[1]:
        undo_button()


def _apply_bulk(what: str, changes: dict[str, Any], found: Found) -> None:
    store = the_store()
    rows = library.read_figures(store, found.ids)
    keys = [row["key"] for row in rows]
    try:
        if "value" in changes:
            changes["value"] = parse_number(changes["value"])
        if changes.get("period") and not PERIOD.match(changes["period"]):
            raise AnalyzerError(
                f"“{changes['period']}” is no period", f"“{changes['period']}”不是期限，例如 2025、2021/2025、2026-06"
            )
        if "departments" in changes:
            changes["departments"] = parse_departments(changes["departments"] or "", [])
        if what == "edit":
            done = library.edit_figures(store, keys, changes, who=who())
        else:
            step = {
                "accept": library.accept_figures,
                "reject": library.reject_figures,
                "reopen": library.reopen_figures,
            }[what]
            done = step(store, keys, who=who())
    except AnalyzerError as error:
        st.error(message(error))
        return
    st.toast(say("已完成", "Done") if done else say("没有需要改动的数据", "Nothing had to change"))
    st.session_state.pop("bulk_sure", None)
    st.rerun()
