"""The pages of the app, one module a page; each has `show`. A page's module loads when it is first opened."""

from __future__ import annotations

import gc
import importlib
import threading
import time
from collections.abc import Callable
from typing import Any

import streamlit as st

from analyzer.ui.language import say

NAMES = ("overview", "imports", "targets", "commitments", "review", "compare", "progress", "words", "exports", "settings", "document")


def all_pages() -> list[Any]:
    """Built anew in each run: the titles follow the language, the addresses never do."""
    built = {
        "overview": st.Page(_shower("overview"), title=say("总览", "Overview"), url_path="overview", default=True),
        "imports": st.Page(_shower("imports"), title=say("导入", "Import"), url_path="import"),
        "targets": st.Page(_shower("targets"), title=say("目标库", "Targets"), url_path="targets"),
        "commitments": st.Page(_shower("commitments"), title=say("承诺", "Commitments"), url_path="commitments"),
        "review": st.Page(_shower("review"), title=say("校对", "Review"), url_path="review"),
        "compare": st.Page(_shower("compare"), title=say("对比", "Compare"), url_path="compare"),
        "progress": st.Page(_shower("progress"), title=say("进展", "Progress"), url_path="progress"),
        "words": st.Page(_shower("words"), title=say("用词", "Words"), url_path="words"),
        "exports": st.Page(_shower("exports"), title=say("导出", "Export"), url_path="export"),
        "settings": st.Page(_shower("settings"), title=say("设置", "Settings"), url_path="settings"),
        "document": st.Page(_shower("document"), title=say("原文", "Source"), url_path="doc", visibility="hidden"),
    }
    st.session_state["pages"] = built
    return list(built.values())


def _shower(module: str) -> Callable[[], None]:
    def show() -> None:
        importlib.import_module(f"analyzer.ui.pages.{module}").show()

    return show


@st.cache_resource(show_spinner=False)
def warmed() -> threading.Thread:
    """Loads all pages behind the first one, so that nobody waits for a library to be imported while others browse."""
    thread = threading.Thread(target=_load_all, name="policy-analyzer-warm", daemon=True)
    thread.start()
    return thread


def _load_all() -> None:
    time.sleep(2)  # the browser fetches the first page's own files from the same process
    for name in NAMES:
        importlib.import_module(f"analyzer.ui.pages.{name}")
    _settle()
    time.sleep(10)
    importlib.import_module("sklearn.feature_extraction.text")  # what the first comparison would wait for
    _settle()


def _settle() -> None:
    gc.collect()
    gc.freeze()  # what was loaded stays; later collections walk only what sessions made
