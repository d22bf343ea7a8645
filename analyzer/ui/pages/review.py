"""校对: accept, edit, reject and add, one key each; the numbers left out; many at once; and who changed what."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from analyzer import store as library
from analyzer.errors import AnalyzerError
from analyzer.export.log import log_to_csv
from analyzer.export.words import VALUES, category_names
from analyzer.store import Filters, Found
from analyzer.ui.forms import PERIOD, figure_inputs, inputs_to_changes, parse_departments, parse_number
from analyzer.ui.language import head, language, message, named, say
from analyzer.ui.pages.document import add_form, sentence_around
from analyzer.ui.panel import amount, field_pairs
from analyzer.ui.pictures import page_picture
from analyzer.ui.reasons import reason_name
from analyzer.ui.resources import the_store, who
from analyzer.ui.source import fields_html, passage_html, path_html
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
    {"queue": _queue, "missed": _missed, "bulk": _bulk, "log": _log}[part or "queue"]()


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


# --- one by one ---------------------------------------------------------------------------------------------------


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
    if figure is None:
        st.success(say("没有待校对的数据。", "Nothing is left to review."))
        _undo_button()
        return
    row = library.read_document_row(store, figure["document_id"])
    assert row is not None
    _actions(figure, waiting)
    left, right = st.columns([52, 48], gap="medium")
    with left:
        st.html(
            f"<b>{_safe(row['title'] or row['name'])}</b>"
            + path_html([str(s) for s in figure["section"]])
            + fields_html(field_pairs(figure))
        )
        with st.container(height=330, key="passage"):
            st.html(passage_html(row["text"], figure, library.figures_of(store, row["id"])))
        picture = page_picture(store, row, figure)
        if picture is not None:
            with st.expander(
                say(f"第 {figure['page']} 页", f"Page {figure['page']}"), key="review_page", on_change="rerun"
            ) as page:
                if page.open and (image := picture()) is not None:
                    st.image(image, width="stretch")
    with right:
        _edit_form(figure, waiting)


def _actions(figure: dict[str, Any], waiting: Found) -> None:
    at = _place(figure, waiting)
    accept, reject, before, after, undo, count = st.columns([1, 1, 1, 1, 1, 1.3], vertical_alignment="center")
    accept.button(
        say("确认", "Accept"),
        key="accept",
        shortcut="a",
        type="primary",
        width="stretch",
        on_click=_decide,
        args=("accept", figure, waiting),
    )
    reject.button(
        say("剔除", "Reject"),
        key="reject",
        shortcut="x",
        width="stretch",
        on_click=_decide,
        args=("reject", figure, waiting),
    )
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
        _undo_button()
    count.markdown(say(f"待校对 **{waiting.total:,}** 条", f"**{waiting.total:,}** to review"))


def _undo_button() -> None:
    last = library.last_batch(the_store(), who=who())
    st.button(
        say("撤销", "Undo"),
        key="undo",
        shortcut="z",
        width="stretch",
        disabled=last is None,
        on_click=_undo,
        args=(last,),
    )


def _undo(last: dict[str, Any]) -> None:
    library.undo(the_store(), last["batch"], who=who())
    if last["subject"] == "figure":
        st.session_state["review_t"] = last["key"]


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


def _edit_form(figure: dict[str, Any], waiting: Found) -> None:
    # The key holds what is stored, so that an undone edit shows the old values again.
    key = (
        f"edit-{figure['key']}-{hash((str(figure['value']), figure['unit'], figure['indicator'], figure['revision']))}"
    )
    with st.form(key):
        got = figure_inputs(figure, key)
        saved = st.form_submit_button(say("保存修改", "Save changes"), shortcut="Ctrl+S")
    if saved:
        try:
            changes = inputs_to_changes(got, figure)
        except AnalyzerError as error:
            st.error(message(error))
            return
        if not changes:
            st.info(say("没有改动。", "Nothing was changed."))
            return
        library.edit_figures(the_store(), [figure["key"]], changes, who=who())
        _on_to_next(figure, waiting)
        st.toast(say("已保存", "Saved"))
        st.rerun()
    with st.expander(say("本条的修改记录", "History of this one")):
        lines = library.read_log(the_store(), key=figure["key"], limit=50)
        _log_table(lines, key="history", height=180) if lines else st.caption(say("尚未修改。", "Not changed yet."))


# --- numbers left out ---------------------------------------------------------------------------------------------


def _missed() -> None:
    store = the_store()
    titles = library.document_titles(store)
    if not titles:
        st.info(say("资料库还是空的。", "The library is empty."))
        return
    st.caption(
        say(
            "文中出现但没有收录为数据的数字，以及不收录的理由。选中一个，若它其实是数据，可当场添加。",
            "Numbers of the text that did not become figures, and why. Choose one; if it is a figure, add it at once.",
        )
    )
    number = st.selectbox(head("document"), list(titles), key="missed_document", format_func=lambda i: titles[i])
    analysis = library.read_latest_analysis(store, int(number))
    rejected = analysis["rejected"] if analysis else []
    if not rejected:
        st.info(say("这份文件没有未收录的数字。", "No number of this document was left out."))
        return
    reasons = pd.Series([r["reason"] for r in rejected]).value_counts()
    chosen = st.multiselect(
        say("理由", "Reason"), list(reasons.index), key=f"missed_reason_{number}", format_func=lambda r: reason_name(r)
    )
    shown = [r for r in rejected if not chosen or r["reason"] in chosen]
    row = library.read_document_row(store, int(number))
    assert row is not None
    left, right = st.columns([50, 50], gap="medium")
    with left:
        st.caption(say(f"{len(shown)} 个数字", f"{len(shown)} numbers"))
        frame = pd.DataFrame(
            [
                {
                    "quote": r["quote"],
                    "reason": reason_name(r["reason"]),
                    "around": _around(row["text"], r["start"], r["end"]),
                }
                for r in shown
            ]
        )
        state = st.dataframe(frame, key=f"missed_{number}", hide_index=True, on_select="rerun", selection_mode="single-cell",
                             height=560, column_config={
            "quote": st.column_config.TextColumn(say("数字", "Number"), width=90),
            "reason": st.column_config.TextColumn(say("理由", "Reason"), width=110),
            "around": st.column_config.TextColumn(say("上下文", "Context"), width=330)})  # fmt: skip
    with right:
        cells = state["selection"]["cells"]
        if not cells or not 0 <= cells[0][0] < len(shown):
            st.info(say("请在左侧选中一个数字。", "Choose a number on the left."))
            return
        _missed_one(row, shown[cells[0][0]])


def _missed_one(row: dict[str, Any], one: dict[str, Any]) -> None:
    start, end = one["start"], one["end"]
    left, right = sentence_around(row["text"], start, end)
    with st.container(height=260, key="passage"):
        st.html(
            passage_html(
                row["text"], {"start": start, "end": end, "sentence_start": left, "sentence_end": right}, around=200
            )
        )
    st.caption(f"{say('未收录的理由', 'Left out because')}: {reason_name(one['reason'])}")
    if st.toggle(say("这是一条数据，添加", "It is a figure: add it"), key=f"missed_add_{row['id']}_{start}"):
        add_form(row, start, end)


def _around(text: str, start: int, end: int) -> str:
    return text[max(0, start - 14) : end + 14].replace("\n", " ")


# --- many at once -------------------------------------------------------------------------------------------------


def _bulk() -> None:
    store, view = the_store(), current_view()
    filters = view_to_filters(view)
    found = library.find(store, filters)
    words = describe(view, library.document_titles(store))
    st.markdown(
        say(
            "对目标库当前筛选的全部数据做同一修改。",
            "The same change for all figures that the present filter of Targets shows.",
        )
    )
    st.info(
        (
            ("；".join(words) if language() == "zh" else "; ".join(words))
            or say("没有筛选：全部数据", "no filter: all figures")
        ).replace("[", "(")
        + say(f" —— 共 {found.total:,} 条", f" — {found.total:,} figures")
    )
    if not found.total:
        return
    fields = [
        "category",
        "status",
        "comparator",
        "change",
        "unit",
        "period",
        "region",
        "departments",
        "indicator",
        "action",
        "value",
    ]
    what = st.radio(say("操作", "Step"), ["edit", "accept", "reject", "reopen"], horizontal=True, key="bulk_what", format_func=lambda w: {
        "edit": say("修改一个字段", "Change a field"), "accept": say("全部确认", "Accept all"), "reject": say("全部剔除", "Reject all"),
        "reopen": say("恢复为未校对", "Open again")}[w])  # fmt: skip
    changes: dict[str, Any] = {}
    if what == "edit":
        field = st.selectbox(say("字段", "Field"), fields, key="bulk_field", format_func=head)
        if field in VALUES or field == "category":
            values = list(VALUES[field]) if field in VALUES else list(category_names())
            changes[field] = st.selectbox(
                say("改为", "New value"), values, key=f"bulk_{field}", format_func=lambda v: named(field, v)
            )
        else:
            changes[field] = st.text_input(say("改为", "New value"), key=f"bulk_{field}").strip() or None
    sure = st.checkbox(
        say(f"我确认要修改这 {found.total:,} 条（可撤销）", f"Yes, change these {found.total:,} (can be undone)"),
        key="bulk_sure",
    )
    columns = st.columns([1, 1, 4])
    if columns[0].button(say("执行", "Apply"), type="primary", disabled=not sure, key="bulk_apply", width="stretch"):
        _apply_bulk(what or "edit", changes, found)
    with columns[1]:
        _undo_button()


def _apply_bulk(what: str, changes: dict[str, Any], found: Found) -> None:
    store = the_store()
    rows = library.read_figures(store, found.ids)
    keys = [row["key"] for row in rows]
    try:
        if "value" in changes:
            changes["value"] = parse_number(changes["value"])
        if changes.get("period") and not PERIOD.match(changes["period"]):
            raise AnalyzerError(
                f"“{changes['period']}” is no period", f"“{changes['period']}”不是期限，例如 2025、2021/2025、2026-06"
            )
        if "departments" in changes:
            changes["departments"] = parse_departments(changes["departments"] or "", [])
        if what == "edit":
            done = library.edit_figures(store, keys, changes, who=who())
        else:
            step = {
                "accept": library.accept_figures,
                "reject": library.reject_figures,
                "reopen": library.reopen_figures,
            }[what]
            done = step(store, keys, who=who())
    except AnalyzerError as error:
        st.error(message(error))
        return
    st.toast(say("已完成", "Done") if done else say("没有需要改动的数据", "Nothing had to change"))
    st.session_state.pop("bulk_sure", None)
    st.rerun()


# --- who changed what ---------------------------------------------------------------------------------------------


def _log() -> None:
    lines = library.read_log(the_store(), limit=5000)
    if not lines:
        st.info(say("还没有修改。", "Nothing was changed yet."))
        return
    left, right, _ = st.columns([1, 1, 4])
    with left:
        _undo_button()
    lang = language()
    right.download_button(
        say("下载 CSV", "Download CSV"),
        key="log_csv",
        on_click="ignore",
        width="stretch",
        mime="text/csv",
        data=lambda: log_to_csv(lines, language=lang),
        file_name=say("修改记录.csv", "audit log.csv"),
    )
    _log_table(lines, key="log", height=560)


def _log_table(lines: list[dict[str, Any]], *, key: str, height: int) -> None:
    actions = {
        "edit": ("修改", "edit"),
        "accept": ("确认", "accept"),
        "reject": ("剔除", "reject"),
        "add": ("添加", "add"),
        "undo": ("撤销", "undo"),
        "reopen": ("恢复", "reopen"),
    }
    frame = pd.DataFrame([{
        "at": line["at"][:19].replace("T", " "), "who": line["who"], "action": say(*actions.get(line["action"], (line["action"],) * 2)),
        "quote": line["quote"] or "", "indicator": line["indicator"] or "", "field": head(line["field"]) if line["field"] != "*" else "",
        "old": _shown(line["field"], line["old"]), "new": _shown(line["field"], line["new"]), "document": line["document"] or ""}
        for line in lines])  # fmt: skip
    names = {
        "at": say("时间（UTC）", "When (UTC)"),
        "who": say("修改人", "Who"),
        "action": say("操作", "Step"),
        "quote": head("quote"),
        "indicator": head("indicator"),
        "field": say("字段", "Field"),
        "old": say("原值", "Old"),
        "new": say("新值", "New"),
        "document": head("document"),
    }
    st.dataframe(
        frame,
        key=key,
        hide_index=True,
        height=height,
        placeholder="",
        column_config={c: st.column_config.TextColumn(n) for c, n in names.items()},
    )


def _shown(field: str, value: Any) -> str:
    if isinstance(value, dict):
        return amount(value) if "value" in value else ""
    if field in ("category", "status", "comparator", "change", "review"):
        return named(field, value) if value else ""
    if field == "departments" and isinstance(value, str):
        import json

        return "、".join(d["name"] for d in json.loads(value))
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _safe(text: str) -> str:
    from html import escape

    return escape(text)
