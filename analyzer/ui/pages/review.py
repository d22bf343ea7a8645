"""校对: accept, edit and reject one by one, one key each; and the ways to the other parts of the work."""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np
import streamlit as st

from analyzer import store as library
from analyzer.store import Filters, Found
from analyzer.ui.editing import edit_form
from analyzer.ui.hints import say_empty
from analyzer.ui.language import head, named, say
from analyzer.ui.pages.bulk import show_bulk
from analyzer.ui.pages.changes import show_log
from analyzer.ui.pages.missed import show_missed
from analyzer.ui.panel import amount, show_source
from analyzer.ui.resources import the_store, who
from analyzer.ui.source import path_html
from analyzer.ui.steps import decide_buttons, undo_button
from analyzer.ui.view import current_view, describe, view_to_filters

PARTS = ("queue", "missed", "bulk", "log")


def show() -> None:
    st.title(say("校对", "Review"))
    wanted = st.query_params.get("t")
    if wanted:
        st.session_state["review_t"] = wanted
    names = {
        "queue": say("逐条校对", "One by one"),
        "missed": say("漏检审查", "Recall audit"),
        "bulk": say("批量修改", "Bulk edit"),
        "log": say("修改记录", "Audit log"),
    }
    part = st.segmented_control(
        say("内容", "Part"),
        PARTS,
        default="queue",
        key="review_part",
        required=True,
        format_func=lambda p: names[p],
        label_visibility="collapsed",
        persist_state="session",
    )
    {"queue": _queue, "missed": show_missed, "bulk": show_bulk, "log": show_log}[part or "queue"]()


def _scope() -> Filters:
    """What is to be reviewed: everything, or what the filters of 目标库 leave."""
    view = current_view()
    filters = view_to_filters(view)
    words = describe(view, library.document_titles(the_store()))
    if words and st.checkbox(
        say("只校对目标库当前筛选：", "Only the present filter of Targets: ")
        + "; ".join(words).replace("[", "(")[:120],
        value=True,
        key="review_scope",
        persist_state="session",
    ):
        return filters
    return Filters()


def _queue() -> None:
    scope = _scope()
    _step(scope)


@st.fragment
def _step(scope: Filters) -> None:
    store = the_store()
    fields = {name: getattr(scope, name) for name in scope.__dataclass_fields__}
    waiting = library.find(store, Filters(**{**fields, "review": ("open",)}), sort="confidence")
    figure = library.read_figure(store, st.session_state.get("review_t") or "")
    if figure is None and waiting.total:
        figure = library.read_figures(store, [int(waiting.ids[0])])[0]
        st.session_state["review_t"] = figure["key"]
    if figure is None and not library.has_documents(store):
        say_empty()
        return
    if figure is None:
        st.success(say("没有待校对的数据。", "Nothing is left to review."))
        undo_button()
        return
    row = library.read_document_row(store, figure["document_id"])
    assert row is not None
    _actions(figure, waiting)
    left, right = st.columns([52, 48], gap="medium")
    with left:
        now = f"{amount(figure)} · {named('review', figure['review'])} · {head('confidence')} {figure['confidence'] or 0:.0%}"
        st.html(
            f"<b>{escape(row['title'] or row['name'])}</b>"
            + path_html([str(s) for s in figure["section"]])
            + f'<div class="pa-now"><b>{escape(figure["quote"])}</b> {escape(now)}</div>'
        )
        show_source(row, figure, library.figures_of(store, row["id"]), height=420)
    with right:
        edit_form("figure", figure, lambda: _on_to_next(figure, waiting))


def _actions(figure: dict[str, Any], waiting: Found) -> None:
    at = _place(figure, waiting)
    accept, reject, before, after, undo, count = st.columns([1, 1, 1, 1, 1, 1.3], vertical_alignment="center")
    decide_buttons(accept, reject, lambda what: _decide(what, figure, waiting))
    before.button(
        say("上一条", "Previous"),
        key="review_previous",
        shortcut="k",
        width="stretch",
        on_click=_go,
        args=(waiting, at - 1),
        disabled=at <= 0,
    )
    after.button(
        say("下一条", "Next"),
        key="review_next",
        shortcut="j",
        width="stretch",
        on_click=_go,
        args=(waiting, at + 1),
        disabled=at + 1 >= waiting.total,
    )
    with undo:
        undo_button()
    count.markdown(say(f"待校对 **{waiting.total:,}** 条", f"**{waiting.total:,}** to review"))


def _place(figure: dict[str, Any], waiting: Found) -> int:
    places = np.flatnonzero(waiting.ids == figure["id"])
    return int(places[0]) if len(places) else -1


def _go(waiting: Found, at: int) -> None:
    if 0 <= at < waiting.total:
        rows = library.read_figures(the_store(), [int(waiting.ids[at])])
        st.session_state["review_t"] = rows[0]["key"] if rows else None
        st.query_params.pop("t", None)


def _on_to_next(figure: dict[str, Any], waiting: Found) -> None:
    """The next in the queue as it was drawn: one key decides and goes on."""
    at = _place(figure, waiting)
    others = [
        int(i)
        for i in [*waiting.ids[at + 1 : at + 2], *waiting.ids[max(0, at - 1) : max(0, at)]]
        if int(i) != figure["id"]
    ]
    rows = library.read_figures(the_store(), others[:1])
    st.session_state["review_t"] = rows[0]["key"] if rows else None
    st.query_params.pop("t", None)


def _decide(what: str, figure: dict[str, Any], waiting: Found) -> None:
    decide = library.accept_figures if what == "accept" else library.reject_figures
    decide(the_store(), [figure["key"]], who=who())
    _on_to_next(figure, waiting)
