"""The log of corrections as a table, and the button that takes the last step back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from analyzer import store as library
from analyzer.export.log import LOG_FIELDS, flatten_line
from analyzer.ui.grid import move_choice
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
        on_click=undo_step,
        args=(last,),
    )


def undo_step(last: dict[str, Any]) -> None:
    """Takes back the step that a line of the log belongs to; the record is then the one to look at."""
    library.undo(the_store(), last["batch"], who=who())
    if last["subject"] == "figure":
        st.session_state["review_t"] = current_view()["t"] = last["key"]
        move_choice("grid")
    if last["subject"] == "commitment":
        current_view("commitment")["t"] = last["key"]
        move_choice("commitments")


def decide_buttons(accept: Any, reject: Any, decide: Callable[[str], None]) -> None:
    """One key each: a accepts, x rejects; `accept` and `reject` are the places of the buttons."""
    accept.button(
        say("确认", "Accept"), key="accept", shortcut="a", type="primary", width="stretch", on_click=decide, args=("accept",)
    )
    reject.button(say("剔除", "Reject"), key="reject", shortcut="x", width="stretch", on_click=decide, args=("reject",))


def log_table(lines: list[dict[str, Any]], *, key: str, height: int, choose: bool = False) -> int | None:
    """Draws the lines; with `choose` returns the number of the one that was clicked."""
    columns = ["at", "who", "action", "quote", "indicator", "field", "old", "new", "document"]
    frame = pd.DataFrame([flatten_line(line, language()) for line in lines], columns=columns).fillna("").astype(str)
    frame["at"] = frame["at"].str[:19].str.replace("T", " ")
    which = 0 if language() == "zh" else 1
    names = {column: st.column_config.TextColumn(LOG_FIELDS[column][which]) for column in columns}
    if not choose:
        st.dataframe(frame, key=key, hide_index=True, height=height, placeholder="", column_config=names)
        return None
    state = st.dataframe(frame, key=f"{key}-{len(lines)}", hide_index=True, height=height, placeholder="", column_config=names,
                         on_select="rerun", selection_mode="single-cell")  # fmt: skip
    cells = state["selection"]["cells"]
    return cells[0][0] if cells else None
