"""Pages whose place is kept; they say plainly that they are not there yet."""

from __future__ import annotations

import streamlit as st

from analyzer.ui.language import say


def show_compare() -> None:
    st.title(say("对比", "Compare"))
    st.info(
        say(
            "这一页还没有做好：将来在这里并排比较多份文件的同一指标。",
            "This page is not there yet: it will set the same indicator of several documents side by side.",
        )
    )


def show_progress() -> None:
    st.title(say("进展", "Progress"))
    st.info(
        say(
            "这一页还没有做好：将来在这里把目标与实际完成值对照。",
            "This page is not there yet: it will set targets against what was reached.",
        )
    )
