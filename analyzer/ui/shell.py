"""The frame around every page: look, language, navigation."""

from __future__ import annotations

from typing import Any

import streamlit as st

from analyzer import store as library
from analyzer.errors import AnalyzerError
from analyzer.ui import pages, source
from analyzer.ui.codebook import load_codebook
from analyzer.ui.language import language, message, say
from analyzer.ui.resources import the_queue, the_store, waiting


def run() -> None:
    st.set_page_config(page_title="政策分析器 Policy Analyzer", page_icon="📑", layout="wide")
    if "language" not in st.session_state:
        wanted = st.query_params.get("lang", "")
        st.session_state["language"] = "en" if wanted == "en" else "zh"
    st.html(f"<style>{source.CSS}{_CSS}{_CHINESE if language() == 'zh' else ''}</style>")
    try:
        the_queue()
    except AnalyzerError as error:
        st.error(message(error))
        st.stop()
    page = st.navigation(pages.all_pages(), position="top")
    with st.container(key="language-switch"):
        st.segmented_control(
            "语言 Language", ["zh", "en"], key="language", required=True, label_visibility="collapsed",
            format_func=lambda code: {"zh": "中文", "en": "English"}[code], persist_state="session")  # fmt: skip
    _write_language()
    try:
        load_codebook(the_store())
    except AnalyzerError as error:  # said on every page, and mended on the page of settings
        st.warning(message(error))
    _watch_queue(page)
    try:
        page.run()
    except AnalyzerError as error:
        st.error(message(error))
    pages.warmed()
    st.html(f'<div class="pa-foot">{say("数据只保存在本机", "Your data stays on this machine")}</div>')


def _write_language() -> None:
    """English stands in the URL, so that a page loaded again, and a link passed on, is read in English."""
    if language() == "en":
        if st.query_params.get("lang") != "en":
            st.query_params["lang"] = "en"
    elif "lang" in st.query_params:
        del st.query_params["lang"]


def _watch_queue(page: Any) -> None:
    """While files are read, says so on every page; when the last one is done, the page is drawn anew.

    An empty library shows its first document as soon as it is there.
    """
    busy = waiting(the_store())
    if busy and page.url_path != "import":
        st.fragment(_still_reading, run_every=1.5)(library.has_documents(the_store()))


def _still_reading(filled: bool) -> None:
    busy = waiting(the_store())
    if not busy or not filled and library.has_documents(the_store()):
        st.rerun()
    st.caption(say(f"正在读取文件，还有 {busy} 个；完成后本页自动更新。", f"Reading files, {busy} to go; this page updates by itself."))


_CSS = """
.stMainBlockContainer {padding: 3.4rem 1.6rem 2rem;}
h1 {font-size: 1.5rem !important; padding: .2rem 0 .4rem !important;}
h2 {font-size: 1.15rem !important;} h3 {font-size: 1rem !important;}
.pa-foot {color: #99a; font-size: .75rem; margin-top: 1.5rem;}
section[data-testid="stSidebar"][aria-expanded="true"] {min-width: 245px; max-width: 270px;}
section[data-testid="stSidebar"] .stVerticalBlock {gap: .55rem;}
section[data-testid="stSidebar"] div[data-testid="stSidebarHeader"] {height: 2.2rem; padding: 0;}
.st-key-grid [data-testid="stElementToolbar"] {display: none;}
.st-key-language-switch {position: fixed; top: .45rem; right: 1rem; z-index: 999991; width: auto !important;}
.st-key-language-switch button {min-height: 1.7rem; padding: 0 .6rem; font-size: .8rem;}
[data-testid="stMultiSelectTagsContainer"] [data-tag] {background: #e4e9f2 !important; color: #1f2329 !important;}
section[data-testid="stSidebar"] .stCheckbox {margin-bottom: -.35rem;}
section[data-testid="stSidebar"] .stCheckbox p {line-height: 1.25; font-size: .88rem;}
"""

# Streamlit's uploader speaks English only; its visible words are replaced, its accessible name stays.
_CHINESE = """
[data-testid="stFileUploaderDropzone"] button p {font-size: 0;}
[data-testid="stFileUploaderDropzone"] button p::after {content: "选择文件"; font-size: .9rem;}
[data-testid="stFileUploaderDropzoneInstructions"] {font-size: 0;}
[data-testid="stFileUploaderDropzoneInstructions"] * {font-size: 0 !important;}
[data-testid="stFileUploaderDropzoneInstructions"]::after {content: "也可以把文件拖到这里"; font-size: .85rem; color: #667;}
"""
