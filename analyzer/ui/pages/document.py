"""原文: one document's whole text with its figures marked; reached by a link that names document and record."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import Any

import streamlit as st

from analyzer import store as library
from analyzer.errors import AnalyzerError
from analyzer.ui.forms import commitment_inputs, figure_inputs, inputs_to_changes
from analyzer.ui.language import head, message, named, plain, say
from analyzer.ui.marker import marked_text
from analyzer.ui.panel import commitment_pairs, field_pairs
from analyzer.ui.pictures import page_picture
from analyzer.ui.reasons import reason_name
from analyzer.ui.resources import the_store, who
from analyzer.ui.source import fields_html, passage_html, path_html


def show() -> None:
    store = the_store()
    figure = library.read_figure(store, st.query_params.get("t", ""))
    promise = library.read_commitment(store, st.query_params.get("c", ""))
    meant = figure or promise
    wanted = st.query_params.get("d", "")
    number = int(wanted) if wanted.isdigit() and len(wanted) < 10 else meant["document_id"] if meant else None
    row = library.read_document_row(store, number) if number is not None else None
    if row is None:
        st.title(say("原文", "Source"))
        st.info(
            say(
                "没有这份文件。它可能已被删除，或链接不完整。",
                "No such document. It may have been removed, or the link is not whole.",
            )
        )
        return
    if figure and figure["document_id"] != number:
        figure = None
    if promise and promise["document_id"] != number:
        promise = None
    st.title(plain(row["title"] or row["name"]))
    about = [row["issuer"], row["number"], row["written"] or row["published"], row["name"]]
    st.caption(" · ".join(plain(part) for part in about if part))
    left, right = st.columns([64, 36], gap="medium")
    with left:
        _text(row, figure, promise)
    with right:
        _side(row, figure, promise)


def _text(row: dict[str, Any], figure: dict[str, Any] | None, promise: dict[str, Any] | None) -> None:
    store = the_store()
    all_numbers = st.toggle(say("同时标出未收录的数字", "Mark the numbers left out, too"), key="all_numbers")
    figures = library.figures_of(store, row["id"])
    marks = figure_marks(figures, figure)
    if all_numbers:
        analysis = library.read_latest_analysis(store, row["id"])
        marks += rejected_marks(analysis["rejected"] if analysis else [])
    if promise and not figure:
        marks.append({"start": promise["start"], "end": promise["end"], "kind": "s", "key": "", "title": ""})
    meant = figure or promise
    active = (meant["start"], meant["end"]) if meant else _asked_for(len(row["text"]))
    if active and not meant:
        marks.append({"start": active[0], "end": active[1], "kind": "q", "key": "", "title": ""})
    clicked, marked = marked_text(row["text"], marks, active=active, key=f"text-{row['id']}", height=640)
    known = {f["key"] for f in figures}
    if clicked in known and (figure is None or clicked != figure["key"]):
        st.session_state.pop("marked", None)
        st.query_params.from_dict({"d": str(row["id"]), "t": str(clicked)})
        st.rerun()
    if marked:
        st.session_state["marked"] = (row["id"], *marked)


def _asked_for(length: int) -> tuple[int, int] | None:
    """The stretch that the address names (`at=120-124`), if it lies in the text."""
    match = re.fullmatch(r"(\d{1,9})-(\d{1,9})", st.query_params.get("at", ""))
    start, end = (int(match[1]), int(match[2])) if match else (0, 0)
    return (start, end) if start < end <= length else None


def figure_marks(figures: list[dict[str, Any]], chosen: dict[str, Any] | None) -> list[dict[str, Any]]:
    marks = [
        {
            "start": f["start"],
            "end": f["end"],
            "kind": "x" if f["review"] == "rejected" else "f",
            "key": f["key"],
            "title": f"{f['indicator'] or ''} · {named('status', f['status'])}",
        }
        for f in figures
    ]
    if chosen:
        marks += [
            {"start": chosen["sentence_start"], "end": chosen["sentence_end"], "kind": "s", "key": "", "title": ""},
            {
                "start": chosen["start"],
                "end": chosen["end"],
                "kind": "q",
                "key": chosen["key"],
                "title": chosen["indicator"] or "",
            },
        ]
    return [mark for mark in marks if mark["end"] > mark["start"]]


def rejected_marks(rejected: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"start": r["start"], "end": r["end"], "kind": "r", "key": "", "title": reason_name(r["reason"])}
        for r in rejected
        if r["end"] > r["start"]
    ]


def _side(row: dict[str, Any], figure: dict[str, Any] | None, promise: dict[str, Any] | None) -> None:
    marked = st.session_state.get("marked")
    if marked and marked[0] == row["id"]:
        names = {"figure": say("数据", "Figure"), "commitment": say("承诺", "Commitment")}
        kind = st.segmented_control(say("添加", "Add"), list(names), default="figure", key="add_kind", required=True,
                                    format_func=lambda k: names[k], label_visibility="collapsed")  # fmt: skip
        (add_commitment_form if kind == "commitment" else add_form)(row, marked[1], marked[2])
        return
    if promise and not figure:
        st.html(path_html([str(s) for s in promise["section"]]) + fields_html(commitment_pairs(promise)))
        st.page_link(st.session_state["pages"]["commitments"], label=say("在承诺库中查看和校对", "See and review it among the commitments"),
                     query_params={"t": promise["key"]})  # fmt: skip
        return
    if figure is None:
        st.info(
            say(
                "点击文中标出的数据查看详情；拖选文字可添加遗漏的数据或承诺。",
                "Click a marked figure to see its fields; mark text to add a figure or a commitment that was missed.",
            )
        )
        return
    st.html(path_html([str(s) for s in figure["section"]]) + fields_html(field_pairs(figure)))
    with st.container(border=True):
        st.html(passage_html(row["text"], figure, around=0))
    picture = page_picture(the_store(), row, figure, whole=True)
    if picture is not None:
        with st.expander(say(f"第 {figure['page']} 页", f"Page {figure['page']}"), expanded=True):
            image = picture()
            if image is not None:
                st.image(image, width="stretch")
            else:
                st.caption(say("此页无法成像。", "This page cannot be shown as a picture."))
    st.page_link(
        st.session_state["pages"]["review"],
        label=say("校对这一条", "Review this one"),
        query_params={"t": figure["key"]},
    )


_BLANK: dict[str, Any] = {
    "indicator": None, "value": None, "value_max": None, "unit": None, "comparator": "eq", "change": "level",
    "status": "planned", "binding": None, "period": None, "region": None, "action": None, "category": None, "departments": [],
}  # fmt: skip


def add_form(row: dict[str, Any], start: int, end: int) -> None:
    """A figure that the analysis missed, from the text a reader marked."""
    text = row["text"]
    start, end = max(0, start), min(len(text), end)
    quote = text[start:end].strip()
    st.subheader(say("添加数据", "Add a figure"))
    if not quote:
        st.caption(say("请选中数字及其单位。", "Mark the number with its unit."))
        return
    start += text[start:end].index(quote[0])
    end = start + len(quote)
    left, right = sentence_around(text, start, end)
    place = {"start": start, "end": end, "sentence_start": left, "sentence_end": right}
    value, unit = _guess(quote)
    blank = {**_BLANK, "value": value, "unit": unit}
    st.html(passage_html(text, place, around=0))
    mark = hashlib.sha256(f"{row['id']} {start} {end}".encode()).hexdigest()[:12]
    with st.form(f"add-{mark}"):
        got = figure_inputs(blank, f"add-{mark}")
        saved = st.form_submit_button(say("添加", "Add"), type="primary", shortcut="Ctrl+S")
    if st.button(say("放弃", "Cancel"), key="add-cancel"):
        st.session_state.pop("marked", None)
        st.rerun()
    if saved:
        _add(row, {**place, "quote": quote, "sentence": text[left:right].replace("\n", "")}, got, blank)


def add_commitment_form(row: dict[str, Any], start: int, end: int) -> None:
    """A commitment that the analysis missed, from the text a reader marked."""
    marked = row["text"][max(0, start) : end]
    start = max(0, start) + len(marked) - len(marked.lstrip())
    words = marked.strip()
    st.subheader(say("添加承诺", "Add a commitment"))
    if not words:
        st.caption(say("请选中承诺的文字。", "Mark the words of the commitment."))
        return
    st.caption(plain(words if len(words) < 200 else words[:199] + "…"))
    end = start + len(words)
    inside = [[f["start"], f["end"]] for f in library.figures_of(the_store(), row["id"]) if start <= f["start"] and f["end"] <= end]
    blank: dict[str, Any] = {"object": None, "action": None, "period": None, "region": None, "category": None, "departments": []}
    key = f"add-c-{row['id']}-{start}-{end}"
    with st.form(key):
        got = commitment_inputs(blank, key)
        saved = st.form_submit_button(say("添加", "Add"), type="primary", shortcut="Ctrl+S")
    if st.button(say("放弃", "Cancel"), key="add-cancel"):
        st.session_state.pop("marked", None)
        st.rerun()
    if not saved:
        return
    try:
        values = {**blank, **inputs_to_changes(got, blank)}
    except AnalyzerError as error:
        st.error(message(error))
        return
    values |= {"text": words.replace("\n", ""), "start": start, "end": end, "figures": inside}
    added = library.add_commitment(the_store(), row["id"], values, who=who())
    st.session_state.pop("marked", None)
    st.query_params.from_dict({"d": str(row["id"]), "c": added})
    st.rerun()


def _add(row: dict[str, Any], place: dict[str, Any], got: dict[str, Any], blank: dict[str, Any]) -> None:
    try:
        values = {**blank, **inputs_to_changes(got, blank)}
    except AnalyzerError as error:
        st.error(message(error))
        return
    if values["value"] is None:
        st.error(say("请填写数值。", "Give the value.") + f"（{head('value')}）")
        return
    key = library.add_figure(the_store(), row["id"], {**values, **place}, who=who())
    st.session_state.pop("marked", None)
    st.query_params.from_dict({"d": str(row["id"]), "t": key})
    st.rerun()


def sentence_around(text: str, start: int, end: int) -> tuple[int, int]:
    left = max(text.rfind(mark, 0, start) for mark in "。！？；\n") + 1
    ends = [p for p in (text.find(mark, end) for mark in "。！？；\n") if p >= 0]
    right = min(ends) + 1 if ends else len(text)
    return left, right - 1 if text[right - 1 : right] == "\n" else right


def _guess(quote: str) -> tuple[float | None, str | None]:
    """Value and unit of plain forms such as 3.1万套; anything else is the reader's to fill in."""
    match = re.fullmatch(r"(\d[\d,，]*(?:\.\d+)?)([万亿]*)(.*)", unicodedata.normalize("NFKC", quote), re.DOTALL)
    if not match:
        return None, None
    value = float(match[1].replace(",", ""))
    for magnitude in match[2]:
        value *= 1e4 if magnitude == "万" else 1e8
    return value, match[3].strip() or None
