"""What a page says while there is nothing to show, and where to go then."""

from __future__ import annotations

import streamlit as st

from analyzer.ui.language import say


def say_empty(why: str = "") -> None:
    """The library is empty (or `why` in its place), with the way to the page 导入."""
    st.info(why or say("资料库还是空的。请先导入文件。", "The library is empty. Import files first."))
    st.page_link(st.session_state["pages"]["imports"], label=say("→ 导入文件", "→ Import files"))
