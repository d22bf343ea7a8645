"""修改记录: who changed what, when, from what, to what."""

from __future__ import annotations

import streamlit as st

from analyzer import store as library
from analyzer.export.log import log_to_csv
from analyzer.ui.language import language, say
from analyzer.ui.resources import the_store
from analyzer.ui.steps import log_table, undo_button


def show_log() -> None:
    lines = library.read_log(the_store(), limit=5000)
    if not lines:
        st.info(say("还没有修改。", "Nothing was changed yet."))
        return
    left, right, _ = st.columns([1, 1, 4])
    with left:
        undo_button()
    lang = language()
    right.download_button(
        say("下载 CSV", "Download CSV"),
        key="log_csv",
        on_click="ignore",
        width="stretch",
        mime="text/csv",
        data=lambda: log_to_csv(lines, language=lang),
        file_name=say("修改记录.csv", "audit log.csv"),
    )
    log_table(lines, key="log", height=560)
