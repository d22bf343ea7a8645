"""The log of corrections as a table, and the button that takes the last step back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from analyzer import store as library
from analyzer.ui.language import head, named, say
from analyzer.ui.panel import amount
from analyzer.ui.resources import the_store, who
from analyzer.ui.view import current_view


def undo_button() -> None:
    last = library.last_batch(the_store(), who=who())
    st.button(
        say("撤销", "Undo"),
        key="undo",
        shortcut="z",
        width="stretch",
        disabled=last is None,
        on_click=_undo,
        args=(last,),
    )


def _undo(last: dict[str, Any]) -> None:
    library.undo(the_store(), last["batch"], who=who())
    if last["subject"] == "figure":
        st.session_state["review_t"] = current_view()["t"] = last["key"]
    if last["subject"] == "commitment":
        current_view("commitment")["t"] = last["key"]


def decide_buttons(accept: Any, reject: Any, decide: Callable[[str], None]) -> None:
    """One key each: a accepts, x rejects; `accept` and `reject` are the places of the buttons."""
    accept.button(
        say("确认", "Accept"), key="accept", shortcut="a", type="primary", width="stretch", on_click=decide, args=("accept",)
    )
    reject.button(say("剔除", "Reject"), key="reject", shortcut="x", width="stretch", on_click=decide, args=("reject",))


def log_table(lines: list[dict[str, Any]], *, key: str, height: int) -> None:
    actions = {
        "edit": ("修改", "edit"),
        "accept": ("确认", "accept"),
        "reject": ("剔除", "reject"),
        "add": ("添加", "add"),
        "undo": ("撤销", "undo"),
        "reopen": ("恢复", "reopen"),
    }
    frame = pd.DataFrame([{
        "at": line["at"][:19].replace("T", " "), "who": line["who"], "action": say(*actions.get(line["action"], (line["action"],) * 2)),
        "quote": line["quote"] or "", "indicator": line["indicator"] or "", "field": head(line["field"]) if line["field"] != "*" else "",
        "old": _shown(line["field"], line["old"]), "new": _shown(line["field"], line["new"]), "document": line["document"] or ""}
        for line in lines])  # fmt: skip
    names = {
        "at": say("时间（UTC）", "When (UTC)"),
        "who": say("修改人", "Who"),
        "action": say("操作", "Step"),
        "quote": head("quote"),
        "indicator": head("indicator"),
        "field": say("字段", "Field"),
        "old": say("原值", "Old"),
        "new": say("新值", "New"),
        "document": head("document"),
    }
    st.dataframe(
        frame,
        key=key,
        hide_index=True,
        height=height,
        placeholder="",
        column_config={c: st.column_config.TextColumn(n) for c, n in names.items()},
    )


def _shown(field: str, value: Any) -> str:
    if isinstance(value, dict):
        return amount(value) if "value" in value else ""
    if field in ("category", "status", "comparator", "change", "review"):
        return named(field, value) if value else ""
    if field == "departments" and isinstance(value, str):
        import json

        return "、".join(d["name"] for d in json.loads(value))
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
