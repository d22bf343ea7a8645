"""修改记录: who changed what, when, from what, to what."""

from __future__ import annotations

import streamlit as st

from analyzer import store as library
from analyzer.export.log import log_to_csv
from analyzer.ui.language import language, say
from analyzer.ui.resources import the_store
from analyzer.ui.steps import log_table, undo_button, undo_step


def show_log() -> None:
    lines = library.read_log(the_store(), limit=5000)
    if not lines:
        st.info(say("还没有修改。", "Nothing was changed yet."))
        return
    last, one, csv, _ = st.columns([1, 1.6, 1, 2.4])
    with last:
        undo_button()
    lang = language()
    csv.download_button(
        say("下载 CSV", "Download CSV"),
        key="log_csv",
        on_click="ignore",
        width="stretch",
        mime="text/csv",
        data=lambda: log_to_csv(lines, language=lang),
        file_name=say("修改记录.csv", "audit log.csv"),
    )
    at = log_table(lines, key="log", height=560, choose=True)
    chosen = lines[at] if at is not None and at < len(lines) else None
    undone = {line["reverts"] for line in lines}
    one.button(
        say("撤销选中的一步", "Undo the chosen step"),
        key="undo_one",
        width="stretch",
        disabled=chosen is None or bool(chosen["reverts"]) or chosen["batch"] in undone,
        help=say("在表中选一行；之后的修改保留。", "Choose a line of the table; what was changed after it stays."),
        on_click=undo_step,
        args=(chosen,),
    )
