"""A table whose choice follows the record: after a filter, a sort or a move by key, never the row's number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from analyzer.ui.language import say

PAGE = 100


def choose_row(frame: pd.DataFrame, keys: list[str], chosen: str | None, *, key: str, config: dict[str, Any], alt: str) -> str | None:
    """Draws the table and returns the key of the row that was clicked, else `chosen`.

    The grid keeps a row's number, which after a filter is another record: where the rows changed, or `move_choice` was
    called, it is told anew which one is meant.
    """
    shape = hash((tuple(keys), tuple(frame.columns), tuple(str(c["label"]) for c in config.values())))
    if st.session_state.get(f"{key}_shape") != shape or st.session_state.get(f"{key}_move"):
        cells = [(keys.index(chosen), frame.columns[0])] if chosen in keys else []
        before = st.session_state.get(key)
        if (before["selection"]["cells"] if before else []) != cells:
            st.session_state[key] = {"selection": {"rows": [], "columns": [], "cells": cells}}
        st.session_state[f"{key}_shape"], st.session_state[f"{key}_move"] = shape, False
    state = st.dataframe(frame, key=key, hide_index=True, on_select="rerun", selection_mode="single-cell", row_height=34,
                         height=min(560, 40 + 34 * len(frame)), column_config=config, placeholder="", alt=alt)  # fmt: skip
    cells = state["selection"]["cells"]
    return keys[cells[0][0]] if cells and 0 <= cells[0][0] < len(keys) else chosen


def clicked_row(frame: pd.DataFrame, *, key: str, alt: str, config: dict[str, Any] | None = None) -> int:
    """Draws a table and returns the number of the row that was clicked anywhere, 0 if none was (or no more is there)."""
    state = st.dataframe(frame, key=key, hide_index=True, on_select="rerun", selection_mode="single-cell", alt=alt, column_config=config,
                         height=min(460, 40 + 35 * len(frame)), placeholder="")  # fmt: skip
    cells = state["selection"]["cells"]
    return cells[0][0] if cells and 0 <= cells[0][0] < len(frame) else 0


def move_choice(key: str) -> None:
    """The next drawing of the table shows the record that the page chose, not the row that was clicked."""
    st.session_state[f"{key}_move"] = True


def move_buttons(at: int, total: int, go: Callable[[int], None]) -> None:
    """To the record before and the one behind (keys k and j), with the place between; `at` is -1 outside the filter."""
    before, where, after = st.columns([1, 1, 1], vertical_alignment="center")
    before.button(say("上一条", "Previous"), key="previous", shortcut="k", disabled=at <= 0, width="stretch", on_click=go, args=(at - 1,))
    where.markdown(f"{at + 1} / {total}" if at >= 0 else say("不在当前筛选中", "not in this filter"), text_alignment="center")
    after.button(say("下一条", "Next"), key="next", shortcut="j", disabled=at < 0 or at + 1 >= total, width="stretch", on_click=go, args=(at + 1,))
