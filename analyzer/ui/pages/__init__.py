"""The pages of the app, one module a page; each has `show`."""

from __future__ import annotations

from typing import Any

import streamlit as st

from analyzer.ui.language import say
from analyzer.ui.pages import document, exports, imports, later, overview, review, settings, targets


def all_pages() -> list[Any]:
    """Built anew in each run: the titles follow the language, the addresses never do."""
    built = {
        "overview": st.Page(overview.show, title=say("总览", "Overview"), url_path="overview", default=True),
        "imports": st.Page(imports.show, title=say("导入", "Import"), url_path="import"),
        "targets": st.Page(targets.show, title=say("目标库", "Targets"), url_path="targets"),
        "review": st.Page(review.show, title=say("校对", "Review"), url_path="review"),
        "compare": st.Page(later.show_compare, title=say("对比", "Compare"), url_path="compare"),
        "progress": st.Page(later.show_progress, title=say("进展", "Progress"), url_path="progress"),
        "exports": st.Page(exports.show, title=say("导出", "Export"), url_path="export"),
        "settings": st.Page(settings.show, title=say("设置", "Settings"), url_path="settings"),
        "document": st.Page(document.show, title=say("原文", "Source"), url_path="doc", visibility="hidden"),
    }
    st.session_state["pages"] = built
    return list(built.values())
