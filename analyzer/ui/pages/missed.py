"""漏检审查: the numbers of a document that did not become figures, with the reason, and a way to add them."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from analyzer import store as library
from analyzer.ui.grid import clicked_row
from analyzer.ui.hints import say_empty
from analyzer.ui.language import head, say
from analyzer.ui.pages.document import add_form, sentence_around
from analyzer.ui.reasons import reason_name
from analyzer.ui.resources import the_store
from analyzer.ui.source import passage_html

PLAIN = ("date", "list number", "ordinal", "reference number", "heading", "row number", "furniture", "web address")
"""Reasons that hardly ever hide a figure: not listed unless asked for."""


def show_missed() -> None:
    store = the_store()
    titles = library.document_titles(store)
    if not titles:
        say_empty()
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
    plain = [reason for reason in reasons.index if reason in PLAIN]
    some, all_of_them = st.columns([60, 40], vertical_alignment="bottom")
    chosen = some.multiselect(
        say("理由", "Reason"),
        list(reasons.index),
        key=f"missed_reason_{number}",
        format_func=lambda r: f"{reason_name(r)} {reasons[r]}",
        placeholder=say("全部理由", "any reason"),
    )
    count = int(reasons[plain].sum())
    also = bool(count) and not chosen and all_of_them.toggle(
        say(f"连同 {count} 个日期、序号和文号", f"With {count} dates and numbers of lists and papers"), key="missed_plain"
    )
    shown = [r for r in rejected if (r["reason"] in chosen if chosen else also or r["reason"] not in PLAIN)]
    if not shown:
        st.info(say("除日期、序号和文号外，没有未收录的数字。", "But for dates and numbers of lists and papers, none was left out."))
        return
    row = library.read_document_row(store, int(number))
    assert row is not None
    left, right = st.columns([50, 50], gap="medium")
    with left:
        st.caption(say(f"{len(shown)} 个数字", f"{len(shown)} numbers"))
        frame = pd.DataFrame([{"quote": r["quote"], "reason": reason_name(r["reason"]), "around": _around(row["text"], r["start"], r["end"])}
                              for r in shown])  # fmt: skip
        text = st.column_config.TextColumn
        at = clicked_row(frame, key="_".join(["missed", str(number), *sorted(chosen), str(also)]), alt=say("未收录的数字", "Numbers left out"), config={
            "quote": text(say("数字", "Number"), width=90), "reason": text(say("理由", "Reason"), width=110),
            "around": text(say("上下文", "Context"), width=330)})  # fmt: skip
    with right:
        _missed_one(row, shown[at])


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
