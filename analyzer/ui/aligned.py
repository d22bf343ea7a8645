"""What the pages 对比 and 进展 share: the library's documents as sources, what persons joined, and both sides of a match."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from typing import Any

import streamlit as st

from analyzer import store as library
from analyzer.grouping import Overrides, Source, main_year, overrides_from_json
from analyzer.records import Department, Figure
from analyzer.store import Store
from analyzer.ui.language import language, named, say
from analyzer.ui.resources import the_store

_FIELDS = tuple(name for name in Figure.__dataclass_fields__ if name not in ("departments", "section", "box", "rules", "document"))
_SETTING = "alignment"


def row_to_figure(row: dict[str, Any]) -> Figure:
    """A row of the library as the record it was made from, with a person's corrections in it."""
    departments = tuple(
        Department(d["name"], d.get("role") or "responsible", d.get("source") or "explicit", d.get("id"), d.get("probability"))
        for d in row.get("departments") or ())
    plain: dict[str, Any] = {name: row.get(name) for name in _FIELDS}
    plain |= {"comparator": row.get("comparator") or "eq", "change": row.get("change") or "level", "status": row.get("status") or "reference",
              "confidence": 1.0 if row.get("review") in ("accepted", "edited") else float(row.get("confidence") or 0)}
    return Figure(document=str(row.get("file") or row.get("document") or ""), departments=departments,
                  section=tuple(row.get("section") or ()), **plain)


def load_sources(numbers: Iterable[int]) -> list[Source]:
    """The documents as sources, without rejected figures, in the order asked for; `key` is the document's number."""
    found = []
    documents = {d["id"]: d for d in library.list_documents(the_store())}
    for number in numbers:
        row = documents.get(number)
        if row:
            found.append(_load(number, _stamp(row), str(the_store().engine.url), _store=the_store(), _row=row))
    return found


def _stamp(row: dict[str, Any]) -> str:
    store = the_store()
    return f"{row['figures']} {row['reviewed']} {library.last_batch(store) or ''} {row.get('region')} {row.get('title')}"


@st.cache_data(show_spinner=False, max_entries=200)
def _load(number: int, stamp: str, url: str, *, _store: Store, _row: dict[str, Any]) -> Source:
    return read_source(_store, _row)


def read_source(store: Store, row: dict[str, Any]) -> Source:
    """A document's row as a source, read anew."""
    rows = [r for r in library.figures_of(store, row["id"]) if r["review"] != "rejected" and r["value"] is not None]
    figures = tuple(row_to_figure(r) for r in rows)
    dates = {name: row[name] for name in ("written", "published") if row.get(name)}
    return Source(row["title"] or row["name"], figures, row["region"], row["issuer"], main_year(figures, dates), str(row["id"]))


def read_overrides(store: Store | None = None) -> Overrides:
    return overrides_from_json(library.read_setting(store or the_store(), _SETTING))


def save_overrides(overrides: Overrides) -> None:
    library.save_setting(the_store(), _SETTING, overrides.to_json())


def row_key(source: Source, figure: Figure) -> str | None:
    """The key of the library's row behind a figure, for a link to it."""
    for row in library.figures_of(the_store(), int(source.key)):
        if row["start"] == figure.start and row["end"] == figure.end:
            return str(row["key"])
    return None


def evidence(source: Source, figure: Figure, title: str) -> None:
    """One side: the document, the sentence with its number marked, and a link to the place in the text."""
    at, end = figure.start - figure.sentence_start, figure.end - figure.sentence_start
    sentence = figure.sentence
    if not 0 <= at <= end <= len(sentence):
        at = end = 0
    marked = f'{escape(sentence[:at])}<mark class="q">{escape(sentence[at:end])}</mark>{escape(sentence[end:])}'
    key = row_key(source, figure) if source.key.isdigit() else None
    english = "&lang=en" if language() == "en" else ""
    words = say("看原文", "See the source")
    link = f'<a href="doc?d={escape(source.key)}&t={escape(key)}{english}" target="_blank">{words}</a>' if key else ""
    facts = " · ".join(x for x in (named("status", figure.status), named("period", figure.period), figure.region or source.region or "") if x)
    st.html(f'<div><b>{escape(title)}</b> {escape(source.name)}</div><div class="pa-path">{escape(facts)} {link}</div>'
            f'<div class="pa-source">{marked}</div>')


def one_of_each(documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The documents without second copies (the same title, region and date, as PDF and as DOCX): their targets are the same.

    Of several copies that stays in which most was reviewed, then that with most figures.
    """
    best: dict[Any, dict[str, Any]] = {}
    for row in documents:
        what = (_series(row, years=True), row["region"], row["written"] or row["published"])
        other = best.get(what)
        if other is None or (row["reviewed"], row["figures"]) > (other["reviewed"], other["figures"]):
            best[what] = row
    kept = {row["id"] for row in best.values()}
    return [row for row in documents if row["id"] in kept]


def likely_pair(documents: list[dict[str, Any]]) -> list[int]:
    """The two documents that one most likely wants side by side, the earlier first.

    The same series of one region in consecutive years (the reports of 2025 and 2026), else the same kind of document of one
    region, else of one region, else the two newest; among equals the newest, then those with most figures.
    """
    rows = sorted(one_of_each(documents), key=lambda row: (_dated(row), row["id"]))
    facts = [(row, _series(row), int(_dated(row)[:4] or 0)) for row in rows]
    best: tuple[Any, list[int]] | None = None
    for later, (two, series, year) in enumerate(facts):
        for one, before, earlier in facts[max(0, later - _LOOK_BACK) : later]:
            home = bool(one["region"]) and one["region"] == two["region"]
            alike = home and bool(one["genre"]) and one["genre"] == two["genre"]
            rank = (home and series == before and earlier < year, alike and earlier < year, home, earlier == year - 1, later,
                    min(one["figures"], two["figures"]))  # fmt: skip
            if best is None or rank > best[0]:
                best = rank, [one["id"], two["id"]]
    return best[1] if best else [row["id"] for row in documents[:2]][::-1]


_LOOK_BACK = 60
"""With how many documents before it each is compared: a pair far apart is no likely one."""


def _dated(row: dict[str, Any]) -> str:
    return str(row["written"] or row["published"] or "")


def _series(row: dict[str, Any], *, years: bool = False) -> str:
    """The title as a series has it: without year and brackets (with `years`, only without blanks)."""
    title = re.sub(r"\s+", "", row["title"] or row["name"])
    return title if years else re.sub(r"[（(][^）)]{0,80}[）)]|(?<![\d〇零一二三四五六七八九十])[\d〇零一二三四五六七八九十]+年度?|[—\-]", "", title)


def choose_many(label: str, key: str, *, default: list[int]) -> list[int]:
    """A choice of documents, folded away where it begins with many: what they say is looked at more often than the list."""
    if len(default) <= _FOLDED:
        return choose_documents(label, key, default=default)
    count = len(st.session_state.get(key, default))
    with st.expander(f"{label} · {count}"):
        return choose_documents(label, key, default=default)


_FOLDED = 6


def choose_documents(label: str, key: str, *, default: list[int] | None = None) -> list[int]:
    """A choice of documents by title, with region and year behind it."""
    documents = [d for d in library.list_documents(the_store()) if d["figures"]]
    names = {d["id"]: " · ".join(str(x) for x in (d["title"] or d["name"], d["region"], d["written"]) if x) for d in documents}
    chosen: list[int] = st.multiselect(label, list(names), default=[d for d in default or [] if d in names], key=key,
                                       format_func=lambda number: names.get(number, ""), placeholder=say("选择文件", "choose documents"))
    return chosen
