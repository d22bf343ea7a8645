"""The log of corrections as a table, and the button that takes the last step back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from analyzer import store as library
from analyzer.export.log import LOG_FIELDS, flatten_line
from analyzer.ui.language import language, say
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
    columns = ["at", "who", "action", "quote", "indicator", "field", "old", "new", "document"]
    frame = pd.DataFrame([flatten_line(line, language()) for line in lines], columns=columns).fillna("").astype(str)
    frame["at"] = frame["at"].str[:19].str.replace("T", " ")
    which = 0 if language() == "zh" else 1
    names = {column: st.column_config.TextColumn(LOG_FIELDS[column][which]) for column in columns}
    st.dataframe(frame, key=key, hide_index=True, height=height, placeholder="", column_config=names)
