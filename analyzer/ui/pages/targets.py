"""目标库: every figure of the library, with facets, search and sorting, and the source of the chosen one beside it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from analyzer import store as library
from analyzer.export import rows_to_csv
from analyzer.export.rows import join_departments
from analyzer.store import SORTS
from analyzer.ui.editing import edit_form
from analyzer.ui.facets import facet_panel, saved_views
from analyzer.ui.grid import PAGE, choose_row, move_choice
from analyzer.ui.hints import say_empty
from analyzer.ui.language import head, language, named, say
from analyzer.ui.panel import SIGNS, source_panel
from analyzer.ui.resources import the_store, who
from analyzer.ui.steps import decide_buttons, undo_button
from analyzer.ui.view import SORT_NAMES, current_view, view_to_filters, write_url

COLUMNS = [
    "indicator",
    "quote",
    "comparator",
    "period",
    "status",
    "category",
    "departments",
    "region",
    "document",
    "value",
    "value_max",
    "unit",
    "change",
    "binding",
    "action",
    "due",
    "sentence",
    "page",
    "confidence",
    "review",
]
FIRST_COLUMNS = ["indicator", "comparator", "quote", "period", "status", "category", "departments", "document"]
_WIDTHS = {
    "indicator": 154,
    "quote": 84,
    "comparator": 44,
    "period": 98,
    "status": 70,
    "category": 96,
    "departments": 170,
    "document": 180,
    "sentence": 320,
    "confidence": 80,
}


def show() -> None:
    store = the_store()
    view = current_view()
    titles = library.document_titles(store)
    if not titles:
        st.title(say("目标库", "Targets"))
        say_empty()
        return
    found = library.find(store, view_to_filters(view), sort=view["sort"])
    with st.sidebar:
        facet_panel(view, found.facets, titles, hint=say("原句、指标、部门", "sentence, indicator, body"))
    st.title(say("目标库", "Targets"))
    _work_area()


@st.fragment
def _work_area() -> None:
    """Table and source in one fragment: moving from record to record does not draw the facets again."""
    store, view = the_store(), current_view()
    found = library.find(store, view_to_filters(view), sort=view["sort"])
    _bar(view, found)
    if not found.total:
        st.info(say("没有符合筛选条件的数据。", "Nothing fits these filters."))
        write_url(view)
        return
    pages = -(-found.total // PAGE)
    view["page"] = min(max(1, view["page"]), pages)
    left, right = st.columns([60, 40], gap="medium")
    with left:
        ids = [int(i) for i in found.ids[(view["page"] - 1) * PAGE : view["page"] * PAGE]]
        rows = library.read_figures(store, ids)
        figure = _table(view, rows)
        if pages > 1:
            # A key of its own for each page: the default then says where we are, also after a move by keyboard.
            st.pagination(pages, default=view["page"], key=f"page{view['page']}", on_change=_turn, args=(view["page"],))
    with right:
        if figure:
            _decisions(figure, found)
            source_panel(figure, found, on_move=_move, editing=bool(st.session_state.get("edit-figure")))
            with st.expander(say("修改这一条", "Correct this one"), key="edit-figure", on_change="rerun") as form:
                if form.open:
                    edit_form("figure", figure)
    write_url(view)


def _decisions(figure: dict[str, Any], found: library.Found) -> None:
    accept, reject, undo = st.columns(3)
    decide_buttons(accept, reject, lambda what: _decide(what, figure, found))
    with undo:
        undo_button()


def _decide(what: str, figure: dict[str, Any], found: library.Found) -> None:
    """The choice goes on to the next record, as in the review."""
    at = int(np.flatnonzero(found.ids == figure["id"])[0]) if figure["id"] in found.ids else -1
    decide = library.accept_figures if what == "accept" else library.reject_figures
    decide(the_store(), [figure["key"]], who=who())
    rows = library.read_figures(the_store(), [int(i) for i in found.ids[at + 1 : at + 2]]) if at >= 0 else []
    if rows:
        _move(rows[0]["key"], at + 1)


def _bar(view: dict[str, Any], found: library.Found) -> None:
    count, sort, columns, views, download = st.columns([22, 22, 14, 14, 18], vertical_alignment="bottom")
    count.markdown(f"**{found.total:,}** " + say("条数据", "figures"))
    st.session_state["sort"] = view["sort"]
    sort.selectbox(
        say("排序", "Sort"),
        SORTS,
        key="sort",
        format_func=lambda s: say(*SORT_NAMES[s]),
        on_change=_sort,
        label_visibility="collapsed",
    )
    with columns.popover(say("列", "Columns"), width="stretch"):
        st.session_state.setdefault("columns", view["columns"] or FIRST_COLUMNS)
        view["columns"] = (
            st.multiselect(
                say("显示的列", "Columns shown"),
                COLUMNS,
                key="columns",
                format_func=head,
                persist_state="session",
                placeholder=say("选择列", "choose columns"),
            )
            or FIRST_COLUMNS
        )
    with views:
        saved_views(view)
    lang, store = language(), the_store()
    download.download_button(
        say("下载 CSV", "Download CSV"),
        key="csv",
        on_click="ignore",
        width="stretch",
        mime="text/csv",
        data=lambda: rows_to_csv(library.read_figures(store, found.ids), language=lang),
        file_name=say("目标表.csv", "targets.csv"),
    )


def _table(view: dict[str, Any], rows: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Draws the page and returns the chosen record; the choice follows the record's key, never the row."""
    keys = [row["key"] for row in rows]
    columns = [c for c in view["columns"] or FIRST_COLUMNS if c in COLUMNS]
    frame = pd.DataFrame([{c: cell(row, c) for c in columns} for row in rows], columns=columns)
    view["t"] = choose_row(
        frame,
        keys,
        view["t"],
        key="grid",
        config={c: column_config(c) for c in columns},
        alt=say("数据表，选中一格可在右侧看到原文", "Figures; choose a cell to see its source on the right"),
    )
    if view["t"]:
        chosen = rows[keys.index(view["t"])] if view["t"] in keys else library.read_figure(the_store(), view["t"])
        if chosen:
            return chosen
    return rows[0]


def cell(row: dict[str, Any], column: str) -> Any:
    value = row.get(column)
    if column == "departments":
        return join_departments(value or [], language())
    if column == "comparator":
        return SIGNS.get(value or "", "")
    if column in ("status", "category", "review", "change", "binding", "period"):
        return named(column, value) if value else ""
    if column == "document":
        return row["document"]
    return value if value is not None or column in ("value", "value_max", "page", "confidence") else ""


def column_config(column: str) -> Any:
    label, width = head(column) if column != "comparator" else say("约束", "Is"), _WIDTHS.get(column, 90)
    if column in ("value", "value_max"):
        return st.column_config.NumberColumn(label, width=width, format="localized")
    if column == "confidence":
        return st.column_config.ProgressColumn(label, width=width, min_value=0, max_value=1, format="percent")
    if column == "page":
        return st.column_config.NumberColumn(label, width=width)
    return st.column_config.TextColumn(label, width=width)


def _turn(page: int) -> None:
    current_view().update(page=st.session_state[f"page{page}"], t=None)


def _sort() -> None:
    current_view().update(sort=st.session_state["sort"], page=1)


def _move(key: str, page_of: int) -> None:
    """To another record, wherever it stands in the order."""
    current_view().update(t=key, page=page_of // PAGE + 1)
    move_choice("grid")
