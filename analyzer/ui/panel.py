"""The panel beside a table: the chosen figure's fields, its sentence in the text, and its place on the page's picture."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from html import escape
from typing import Any

import numpy as np
import streamlit as st

from analyzer import store as library
from analyzer.export.rows import join_departments, tidy
from analyzer.store import Found
from analyzer.ui.grid import move_buttons
from analyzer.ui.language import head, language, named, say
from analyzer.ui.pictures import page_picture
from analyzer.ui.resources import the_store
from analyzer.ui.source import fields_html, passage_html, path_html

SIGNS = {"eq": "=", "ge": "≥", "gt": ">", "le": "≤", "lt": "<", "approx": "≈", "range": "–"}


def source_panel(
    figure: dict[str, Any] | None,
    found: Found | None = None,
    *,
    on_move: Callable[[str, int], None] | None = None,
    editing: bool = False,
) -> None:
    """Draws the panel; with `found` and `on_move`, buttons (and the keys k and j) lead to the records around.

    While the form below is open (`editing`) it holds the fields, and the sentence stays in sight above it.
    """
    if figure is None:
        return
    store = the_store()
    row = library.read_document_row(store, figure["document_id"])
    if row is None:
        return
    if found is not None and on_move is not None:
        places = np.flatnonzero(found.ids == figure["id"])
        move_buttons(int(places[0]) if len(places) else -1, found.total, partial(_go, found, on_move))
    st.html(
        f'<div class="pa-title"><b>{escape(row["title"] or row["name"])}</b></div>'
        + path_html([str(s) for s in figure["section"]])
        + ("" if editing else fields_html(field_pairs(figure)))
    )
    others = library.figures_of(store, figure["document_id"]) if row["text"] else []
    show_source(row, figure, others, height=200 if editing else 400)
    page = f" · {say('第', 'page ')}{figure['page']}{say('页', '')}" if figure["page"] else ""
    st.page_link(
        st.session_state["pages"]["document"],
        label=say("在全文中查看", "See it in the whole text") + page,
        query_params={"d": str(figure["document_id"]), "t": figure["key"]},
    )


def _go(found: Found, on_move: Callable[[str, int], None], at: int) -> None:
    rows = library.read_figures(the_store(), [int(found.ids[at])])
    if rows:
        on_move(rows[0]["key"], at)


def show_source(row: dict[str, Any], record: dict[str, Any], others: list[dict[str, Any]], *, height: int) -> None:
    """The record's sentence in its text, and beside it, where the document has pages, on the picture of its page."""
    picture = page_picture(the_store(), row, record)
    if picture is None:
        _passage(row, record, others, height)
        return
    text, image = st.tabs([say("原文", "Text"), say("页面", "Page")], key="source_tabs", on_change="rerun")
    with text:
        _passage(row, record, others, height)
    if image.open:
        with image:
            shown = picture()
            if shown is not None:
                st.image(shown, width="stretch")
            else:
                st.caption(say("此页无法成像。", "This page cannot be shown as a picture."))


def _passage(row: dict[str, Any], record: dict[str, Any], others: list[dict[str, Any]], height: int) -> None:
    with st.container(height=height, key="passage"):
        st.html(passage_html(row["text"], record, others))


def field_pairs(figure: dict[str, Any]) -> list[tuple[str, str]]:
    """What is shown of a figure beside its source, names and values for people."""
    value = amount(figure)
    period = named("period", figure["period"]) if figure["period"] else say("（未注明）", "(none)")
    pairs = [
        (head("indicator"), figure["indicator"] or say("（未注明）", "(none)")),
        (head("quote"), f"{figure['quote']}（{value}）" if language() == "zh" else f"{figure['quote']} ({value})"),
        (head("action"), figure["action"] or ""),
        (head("status"), f"{named('status', figure['status'])} · {period}"),
        (head("category_name"), named("category", figure["category"])),
        (head("departments"), join_departments(figure["departments"], language()) or say("（未注明）", "(none)")),
        (head("region"), figure["region"] or ""),
        (head("binding"), named("binding", figure["binding"]) if figure["binding"] else ""),
        (head("review"), f"{named('review', figure['review'])} · {head('confidence')} {figure['confidence'] or 0:.0%}"),
    ]
    return [(name, text) for name, text in pairs if text]


def commitment_pairs(row: dict[str, Any]) -> list[tuple[str, str]]:
    """What is shown of a commitment beside its source."""
    none = say("（未注明）", "(none)")
    pairs = [(head("object"), row["object"] or none), (head("action"), row["action"] or ""), (head("period"), named("period", row["period"])),
             (head("category_name"), named("category", row["category"])), (head("departments"), join_departments(row["departments"], language()) or none),
             (head("region"), row["region"] or ""),
             (head("review"), f"{named('review', row['review'])} · {head('confidence')} {row['confidence'] or 0:.0%}")]  # fmt: skip
    return [(name, text) for name, text in pairs if text]


def amount(figure: dict[str, Any]) -> str:
    """The value in words: ≥ 90 %, 31,000 套, + 4.5 %."""
    change = {"increase": "+ ", "decrease": "− "}.get(figure["change"] or "", "")
    sign = SIGNS.get(figure["comparator"] or "", "")
    sign = f"{sign} " if sign in ("≥", ">", "≤", "<", "≈") else ""
    value, most = figure["value"], figure["value_max"]
    if value is None:
        return "–"
    text = f"{tidy(value):,}" + (f"–{tidy(most):,}" if most is not None else "")
    return f"{sign}{change}{text} {figure['unit'] or ''}".strip()
