"""总览: what is in the library, who is to do what, by when, and how far the checking is."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pandas as pd
import streamlit as st

from analyzer import store as library
from analyzer.store import Filters, Store
from analyzer.ui.charts import deadlines, flows, heat_map, picked
from analyzer.ui.hints import say_empty
from analyzer.ui.language import head, named, say
from analyzer.ui.queue import add_samples, samples_folder
from analyzer.ui.resources import the_queue, the_store, waiting
from analyzer.ui.view import set_view

_PLANNED = Filters(status=("planned",))
_BODIES = 10


def show() -> None:
    store = the_store()
    st.title(say("总览", "Overview"))
    documents = library.list_documents(store)
    if not documents:
        _empty(store)
        return
    _numbers(store, documents)
    _who_does_what(store)
    _by_when(store)
    _checking(documents)


def _empty(store: Store) -> None:
    if waiting(store):
        st.info(say("正在读取第一批文件，读完一份就能在这里看到。", "The first files are being read; each is shown here once it is done."))
        return
    say_empty()
    if samples_folder() and st.button(say("载入样例文件", "Load the sample documents")):
        add_samples(store, again=True)
        the_queue().wake()
        st.rerun()


def _numbers(store: Store, documents: list[dict]) -> None:
    found = library.find(store)
    status, review = dict(found.facets["status"]), dict(found.facets["review"])
    checked = found.total - review.get("open", 0)
    columns = st.columns(5)
    columns[0].metric(say("文件", "Documents"), f"{len(documents):,}")
    columns[1].metric(
        say("量化目标", "Targets"),
        f"{status.get('planned', 0):,}",
        help=say("状态为“计划目标”的数据", "figures whose status is “planned”"),
    )
    columns[2].metric(say("全部数据", "Figures"), f"{found.total:,}")
    columns[3].metric(say("承诺事项", "Commitments"), f"{library.count_commitments(store):,}")
    columns[4].metric(say("已校对", "Reviewed"), f"{checked / found.total:.0%}" if found.total else "–")


def _who_does_what(store: Store) -> None:
    pairs = library.count_pairs(store, _PLANNED)
    st.subheader(say("目标：类别 × 责任部门", "Targets by category and department"))
    bodies, categories = Counter[str](), Counter[str]()
    for category, body, count in pairs:
        categories[category] += count
        if body:
            bodies[body] += count
    if not categories:
        st.caption(say("还没有计划目标。", "No planned targets yet."))
        return
    shown = [body for body, _ in bodies.most_common(_BODIES)] + [""]
    counts = {(category, body): count for category, body, count in pairs}
    cells = pd.DataFrame([
        {"row": c, "column": b, "count": counts.get((c, b), 0), "row_name": named("category", c),
         "column_name": b or say("未点名", "none named")}
        for c, _ in categories.most_common() for b in shown])  # fmt: skip
    forms = {"matrix": say("矩阵", "Matrix"), "flows": say("流向", "Flows")}
    form = st.segmented_control(say("图", "Picture"), list(forms), default="matrix", key="heat_form", required=True,
                                format_func=lambda f: forms[f], label_visibility="collapsed")  # fmt: skip
    if form == "flows":
        named_ones = cells[cells["column"] != ""]
        st.caption(say("从责任部门到其目标的类别；线越宽，目标越多。", "From each body to the categories of its targets; the wider, the more."))
        st.echarts_chart(flows(named_ones), key="flows", height=120 + 24 * len(categories),
                         alt=say("各部门的目标属于哪些类别", "Which categories the targets of each body belong to"))  # fmt: skip
        return
    note = say("点击一格，在目标库中查看这些目标。", "Click a cell to see its targets.")
    if len(bodies) > _BODIES:
        note += say(f"只列出目标最多的 {_BODIES} 个部门。", f" The {_BODIES} bodies with most targets are shown.")
    st.caption(note)
    event = st.altair_chart(
        heat_map(cells, rows=head("category"), columns=head("department")),
        key="heat",
        height=70 + 30 * len(categories),
        on_select="rerun",
        width="stretch",
        alt=say("目标按类别和责任部门的数量", "Number of targets by category and department"),
    )
    if cell := picked(event):
        _go(category=[cell["row"]], department=[cell["column"]])


def _by_when(store: Store) -> None:
    counts = Counter[tuple[str, str]]()
    for category, due, count in library.count_table(store, "category", "due", _PLANNED):
        if due:
            counts[category, due[:4]] += count
    st.subheader(say("目标何时到期", "When targets fall due"))
    if not counts:
        st.caption(say("没有带截止日期的目标。", "No target has a due date."))
        return
    totals = Counter[str]()
    for (category, _), count in counts.items():
        totals[category] += count
    cells = pd.DataFrame([
        {"row": c, "row_name": named("category", c), "year": year, "count": counts[c, year]}
        for c, _ in totals.most_common() for year in sorted({y for _, y in counts}) if counts[c, year]])  # fmt: skip
    event = st.altair_chart(
        deadlines(cells, rows=head("category"), columns=say("年份", "Year")),
        key="deadlines",
        height=60 + 30 * len(totals),
        on_select="rerun",
        width="stretch",
        alt=say("各类别目标的到期年份", "Years in which the targets of each category fall due"),
    )
    if cell := picked(event):
        periods = [
            p for p, _ in library.find(store, _PLANNED).facets["period"] if p.split("/")[-1][:4] == str(cell["year"])
        ]
        _go(category=[cell["row"]], period=periods)


def _checking(documents: list[dict]) -> None:
    st.subheader(say("各文件的校对进度", "Review of each document"))
    some = sorted((d for d in documents if d["figures"]), key=lambda d: d["reviewed"] / d["figures"])[:200]
    frame = pd.DataFrame(
        [
            {"title": d["title"] or d["name"], "figures": d["figures"], "reviewed": d["reviewed"] / d["figures"]}
            for d in some
        ]
    )
    if frame.empty:
        return
    st.dataframe(
        frame,
        hide_index=True,
        key="checking",
        height=min(38 + 35 * len(frame), 320),
        column_config={
            "title": st.column_config.TextColumn(head("document"), width=480),
            "figures": st.column_config.NumberColumn(say("数据", "Figures"), width=80),
            "reviewed": st.column_config.ProgressColumn(say("已校对", "Reviewed"), format="percent", width=200),
        },
    )


def _go(**facets: Any) -> None:
    set_view(status=["planned"], **facets)
    st.switch_page(st.session_state["pages"]["targets"])
