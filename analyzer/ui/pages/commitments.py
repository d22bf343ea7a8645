"""承诺: every commitment of the library with facets, its source beside it, and its correction, one key a step."""

from __future__ import annotations

from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from analyzer import store as library
from analyzer.export import rows_to_csv
from analyzer.export.rows import join_departments
from analyzer.export.words import COMMITMENT_FIELDS
from analyzer.ui.editing import edit_form
from analyzer.ui.facets import facet_panel
from analyzer.ui.grid import PAGE, choose_row, move_buttons, move_choice
from analyzer.ui.hints import say_empty
from analyzer.ui.language import head, language, named, say
from analyzer.ui.panel import commitment_pairs, show_source
from analyzer.ui.resources import the_store, who
from analyzer.ui.source import fields_html, path_html
from analyzer.ui.steps import decide_buttons, undo_button
from analyzer.ui.view import SORT_NAMES, SORTS, current_view, view_to_commitment_filters, write_url

_COLUMNS = {"text": 300, "period": 90, "category": 96, "departments": 150, "figures": 50, "document": 180, "review": 70}
_KIND = "commitment"


def show() -> None:
    view = current_view(_KIND)
    titles = library.document_titles(the_store())
    if not titles:
        st.title(say("承诺", "Commitments"))
        say_empty()
        return
    with st.sidebar:
        counts = library.count_commitment_facets(the_store(), view_to_commitment_filters(view))
        facet_panel(view, counts, titles, kind=_KIND, hint=say("承诺事项的文字", "words of the commitment"))
    st.title(say("承诺", "Commitments"))
    _work_area()


@st.fragment
def _work_area() -> None:
    store, view = the_store(), current_view(_KIND)
    ids = library.find_commitments(store, view_to_commitment_filters(view), sort=view["sort"])
    _bar(view, ids)
    if not ids:
        st.info(say("没有符合筛选条件的承诺。", "No commitment fits these filters."))
        write_url(view, _KIND)
        return
    pages = -(-len(ids) // PAGE)
    view["page"] = min(max(1, view["page"]), pages)
    left, right = st.columns([56, 44], gap="medium")
    with left:
        rows = library.read_commitments(store, ids=ids[(view["page"] - 1) * PAGE : view["page"] * PAGE])
        frame = pd.DataFrame([{c: _cell(row, c) for c in _COLUMNS} for row in rows], columns=list(_COLUMNS))
        config = {c: st.column_config.TextColumn(head(c), width=width) for c, width in _COLUMNS.items()}
        view["t"] = choose_row(frame, [row["key"] for row in rows], view["t"], key="commitments", config=config,
                               alt=say("承诺表，选中一格可在右侧看到原文", "Commitments; choose a cell to see its source on the right"))  # fmt: skip
        if pages > 1:
            st.pagination(pages, default=view["page"], key=f"page-c{view['page']}", on_change=_turn, args=(view["page"],))
    with right:
        chosen = next((row for row in rows if row["key"] == view["t"]), None)
        _panel(chosen or library.read_commitment(store, view["t"] or "") or rows[0], ids)
    write_url(view, _KIND)


def _bar(view: dict[str, Any], ids: list[int]) -> None:
    count, sort, download = st.columns([44, 30, 26], vertical_alignment="bottom")
    count.markdown(f"**{len(ids):,}** " + say("条承诺", "commitments"))
    st.session_state["sort-c"] = view["sort"]
    sort.selectbox(say("排序", "Sort"), SORTS[_KIND], key="sort-c", format_func=lambda s: say(*SORT_NAMES[s]), label_visibility="collapsed",
                   on_change=lambda: view.update(sort=st.session_state["sort-c"], page=1))  # fmt: skip
    lang, store = language(), the_store()
    download.download_button(
        say("下载 CSV", "Download CSV"),
        key="csv-c",
        on_click="ignore",
        width="stretch",
        mime="text/csv",
        data=lambda: rows_to_csv(library.read_commitments(store, ids=ids), fields=list(COMMITMENT_FIELDS), language=lang),
        file_name=say("承诺表.csv", "commitments.csv"),
    )


def _cell(row: dict[str, Any], column: str) -> str:
    if column == "departments":
        return join_departments(row[column], language())
    if column == "figures":
        return str(len(row[column]) or "")
    if column in ("category", "review", "period"):
        return named(column, row[column]) if row[column] else ""
    return str(row[column] or "").replace("\n", "")


def _panel(row: dict[str, Any], ids: list[int]) -> None:
    store = the_store()
    at = ids.index(row["id"]) if row["id"] in ids else -1
    move_buttons(at, len(ids), lambda place: _go(ids, place))
    accept, reject, undo = st.columns(3)
    decide_buttons(accept, reject, lambda what: _decide(what, row, ids, at))
    with undo:
        undo_button()
    document = library.read_document_row(store, row["document_id"])
    if document is None:
        return
    editing = bool(st.session_state.get("edit-commitment"))  # the form then holds the fields
    st.html(
        f"<b>{escape(document['title'] or document['name'])}</b>"
        + path_html([str(s) for s in row["section"]])
        + ("" if editing else fields_html(commitment_pairs(row)))
    )
    place = {"sentence_start": row["start"], "sentence_end": row["end"], "start": row["start"], "end": row["start"], "page": row["page"]}
    show_source(document, place, [{"start": start, "end": end} for start, end in row["figures"]], height=240)
    st.page_link(st.session_state["pages"]["document"], label=say("在全文中查看", "See it in the whole text"),
                 query_params={"d": str(row["document_id"]), "c": row["key"]})  # fmt: skip
    with st.expander(say("修改", "Edit"), key="edit-commitment", on_change="rerun") as form:
        if form.open:
            edit_form(_KIND, row)


def _decide(what: str, row: dict[str, Any], ids: list[int], at: int) -> None:
    decide = library.accept_figures if what == "accept" else library.reject_figures
    decide(the_store(), [row["key"]], who=who(), subject=_KIND)
    _go(ids, at + 1 if at + 1 < len(ids) else at)


def _go(ids: list[int], at: int) -> None:
    rows = library.read_commitments(the_store(), ids=ids[at : at + 1]) if at >= 0 else []
    if rows:
        current_view(_KIND).update(t=rows[0]["key"], page=at // PAGE + 1)
        move_choice("commitments")


def _turn(page: int) -> None:
    current_view(_KIND).update(page=st.session_state[f"page-c{page}"], t=None)
