"""The pages of the app, one module a page; each has `show`. A page's module loads when it is first opened."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from typing import Any

import streamlit as st

from analyzer.ui.language import say


def all_pages() -> list[Any]:
    """Built anew in each run: the titles follow the language, the addresses never do."""
    built = {
        "overview": st.Page(_shower("overview"), title=say("总览", "Overview"), url_path="overview", default=True),
        "imports": st.Page(_shower("imports"), title=say("导入", "Import"), url_path="import"),
        "targets": st.Page(_shower("targets"), title=say("目标库", "Targets"), url_path="targets"),
        "review": st.Page(_shower("review"), title=say("校对", "Review"), url_path="review"),
        "compare": st.Page(_shower("compare", "show_compare"), title=say("对比", "Compare"), url_path="compare"),
        "progress": st.Page(_shower("progress", "show_progress"), title=say("进展", "Progress"), url_path="progress"),
        "exports": st.Page(_shower("exports"), title=say("导出", "Export"), url_path="export"),
        "settings": st.Page(_shower("settings"), title=say("设置", "Settings"), url_path="settings"),
        "document": st.Page(_shower("document"), title=say("原文", "Source"), url_path="doc", visibility="hidden"),
    }
    st.session_state["pages"] = built
    return list(built.values())


def _shower(module: str, until_then: str = "") -> Callable[[], None]:
    """Runs `show` of a page's module; where that is not written yet, what `later` says in its place."""

    def show() -> None:
        if until_then and importlib.util.find_spec(f"analyzer.ui.pages.{module}") is None:
            getattr(importlib.import_module("analyzer.ui.pages.later"), until_then)()
        else:
            importlib.import_module(f"analyzer.ui.pages.{module}").show()

    return show
