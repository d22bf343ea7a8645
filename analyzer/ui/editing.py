"""The form that corrects a figure or a commitment, with what was changed on it before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from analyzer import store as library
from analyzer.errors import AnalyzerError
from analyzer.ui.forms import commitment_inputs, figure_inputs, inputs_to_changes
from analyzer.ui.language import message, say
from analyzer.ui.resources import the_store, who
from analyzer.ui.steps import log_table


def edit_form(subject: str, row: dict[str, Any], on_saved: Callable[[], None] | None = None) -> None:
    """All editable fields of a record; after a change the page is drawn anew, `on_saved` before that."""
    # The key holds what is stored, so that an undone edit shows the old values again.
    key = f"edit-{row['key']}-{hash(str(sorted(row.items())))}"
    with st.form(key):
        got = figure_inputs(row, key) if subject == "figure" else commitment_inputs(row, key)
        saved = st.form_submit_button(say("保存修改", "Save changes"), shortcut="Ctrl+S")
    if saved:
        try:
            changes = inputs_to_changes(got, row)
        except AnalyzerError as error:
            st.error(message(error))
            return
        if changes:
            library.edit_figures(the_store(), [row["key"]], changes, who=who(), subject=subject)
            if on_saved:
                on_saved()
            st.toast(say("已保存", "Saved"))
            st.rerun()
        st.info(say("没有改动。", "Nothing was changed."))
    lines = library.read_log(the_store(), key=row["key"], limit=50)
    if lines:
        st.caption(say("本条的修改记录", "History of this one"))
        log_table(lines, key=f"history-{subject}", height=min(180, 40 + 35 * len(lines)))
