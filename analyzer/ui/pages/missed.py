"""漏检审查: the numbers of a document that did not become figures, with the reason, and a way to add them."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from analyzer import store as library
from analyzer.ui.language import head, say
from analyzer.ui.pages.document import add_form, sentence_around
from analyzer.ui.reasons import reason_name
from analyzer.ui.resources import the_store
from analyzer.ui.source import passage_html


def show_missed() -> None:
    store = the_store()
    titles = library.document_titles(store)
    if not titles:
        st.info(say("资料库还是空的。", "The library is empty."))
        return
    st.caption(
        say(
            "文中出现但没有收录为数据的数字，以及不收录的理由。选中一个，若它其实是数据，可当场添加。",
            "Numbers of the text that did not become figures, and why. Choose one; if it is a figure, add it at once.",
        )
    )
    number = st.selectbox(head("document"), list(titles), key="missed_document", format_func=lambda i: titles[i])
    analysis = library.read_latest_analysis(store, int(number))
    rejected = analysis["rejected"] if analysis else []
    if not rejected:
        st.info(say("这份文件没有未收录的数字。", "No number of this document was left out."))
        return
    reasons = pd.Series([r["reason"] for r in rejected]).value_counts()
    chosen = st.multiselect(
        say("理由", "Reason"),
        list(reasons.index),
        key=f"missed_reason_{number}",
        format_func=lambda r: reason_name(r),
        placeholder=say("全部理由", "any reason"),
    )
    shown = [r for r in rejected if not chosen or r["reason"] in chosen]
    row = library.read_document_row(store, int(number))
    assert row is not None
    left, right = st.columns([50, 50], gap="medium")
    with left:
        st.caption(say(f"{len(shown)} 个数字", f"{len(shown)} numbers"))
        frame = pd.DataFrame(
            [
                {
                    "quote": r["quote"],
                    "reason": reason_name(r["reason"]),
                    "around": _around(row["text"], r["start"], r["end"]),
                }
                for r in shown
            ]
        )
        key = "_".join(["missed", str(number), *sorted(chosen)])  # a choice is a row's number: another list, another choice
        state = st.dataframe(frame, key=key, hide_index=True, on_select="rerun", selection_mode="single-cell",
                             height=560, column_config={
            "quote": st.column_config.TextColumn(say("数字", "Number"), width=90),
            "reason": st.column_config.TextColumn(say("理由", "Reason"), width=110),
            "around": st.column_config.TextColumn(say("上下文", "Context"), width=330)})  # fmt: skip
    with right:
        cells = state["selection"]["cells"]
        if not cells or not 0 <= cells[0][0] < len(shown):
            st.info(say("请在左侧选中一个数字。", "Choose a number on the left."))
            return
        _missed_one(row, shown[cells[0][0]])


def _missed_one(row: dict[str, Any], one: dict[str, Any]) -> None:
    start, end = one["start"], one["end"]
    left, right = sentence_around(row["text"], start, end)
    with st.container(height=260, key="passage"):
        st.html(
            passage_html(
                row["text"], {"start": start, "end": end, "sentence_start": left, "sentence_end": right}, around=200
            )
        )
    st.caption(f"{say('未收录的理由', 'Left out because')}: {reason_name(one['reason'])}")
    if st.toggle(say("这是一条数据，添加", "It is a figure: add it"), key=f"missed_add_{row['id']}_{start}"):
        add_form(row, start, end)


def _around(text: str, start: int, end: int) -> str:
    return text[max(0, start - 14) : end + 14].replace("\n", " ")
