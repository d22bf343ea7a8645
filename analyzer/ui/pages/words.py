"""用词: the words of documents, what sets one group apart from another, over the years, and where each word stands."""

from __future__ import annotations

import json
from collections import Counter
from html import escape
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from analyzer import store as library
from analyzer.apart import count_words_apart
from analyzer.records import Block, Document
from analyzer.store import Store
from analyzer.ui.aligned import choose_documents, one_of_each
from analyzer.ui.grid import clicked_row
from analyzer.ui.language import plain, say
from analyzer.ui.resources import the_store
from analyzer.words import SURE, WordUse, compare_words, find_uses

_MOST = 300
_MOST_USES = 200
_WIDTH = 16


def show() -> None:
    st.title(say("用词", "Words"))
    documents = library.list_documents(the_store())
    if not documents:
        st.info(say("还没有文件。请在“导入”页添加。", "There are no documents yet. Add some on the page Import."))
        return
    default = [d["id"] for d in one_of_each(documents)[:12]]
    left, right = st.columns(2)
    with left:
        chosen = choose_documents(say("文件", "Documents"), "words_documents", default=default)
    with right:
        against = choose_documents(say("对照文件（可不选）", "Set against these (may be left empty)"), "words_against", default=[])
    if not chosen:
        st.info(say("请选择一份或更多文件。", "Choose one or more documents."))
        return
    with st.spinner(say("正在分词统计…", "Counting words…")):
        counts = {number: _count(number, _stamp(documents, number), str(the_store().engine.url), _store=the_store())
                  for number in dict.fromkeys([*chosen, *against])}
    one = sum((counts[number] for number in chosen), Counter())
    other = sum((counts[number] for number in against if number not in chosen), Counter())
    uses = compare_words(one, other or None)
    if not uses:
        st.info(say("这些文件里没有可统计的词语。", "These documents have no words to count."))
        return
    table, about = st.columns([46, 54], gap="medium")
    with table:
        word = _table(uses, compared=bool(other))
    with about:
        _over_years(word, documents, counts, chosen)
        _places(word, [d for d in documents if d["id"] in chosen])


def _stamp(documents: list[dict[str, Any]], number: int) -> str:
    return next((str(d["sha256"]) for d in documents if d["id"] == number), "")


@st.cache_data(show_spinner=False, max_entries=2000)
def _count(number: int, stamp: str, url: str, *, _store: Store) -> Counter[str]:
    document = _read(_store, number)
    return count_words_apart(document) if document else Counter()


def _read(store: Store, number: int) -> Document | None:
    row = library.read_document_row(store, number)
    if row is None:
        return None
    blocks = json.loads(row["blocks"]) if isinstance(row["blocks"], str) else row["blocks"]
    return Document(row["title"] or row["name"], row["text"], tuple(Block(b["kind"], b["start"], b["end"]) for b in blocks or ()))


def _table(uses: list[WordUse], *, compared: bool) -> str:
    """The words in a table to choose from; the chosen one (else the first, else the one that was sought)."""
    if compared:
        st.caption(say(f"按“关键性”排列：对数似然比（Dunning, 1993），绝对值达到 {SURE} 时差异很少出于偶然（p < 0.01）；"
                       "负值表示对照文件用得更多。频率为每万词次数。",
                       f"Ordered by keyness: log-likelihood ratio (Dunning, 1993); from {SURE} on chance is unlikely (p < 0.01); "
                       "negative: the other documents use it more. Rates are uses in 10,000 words."))
        uses = [use for use in uses if abs(use.keyness) >= SURE] or uses
    wanted = st.text_input(say("查找词语", "Find a word"), key="words_find", placeholder=say("例如：城市更新", "for example 城市更新")).strip()
    shown = [use for use in uses if wanted in use.word][:_MOST]
    if wanted and not any(use.word == wanted for use in shown):
        st.caption(say("没有恰好是这个词的条目；下方仍列出它在原文中的位置。",
                       "No word is exactly this; its places in the texts are listed below all the same."))
    st.download_button(say("下载全部（CSV）", "Download all as CSV"), key="words_csv", on_click="ignore", mime="text/csv",
                       file_name=say("词频.csv", "words.csv"), data=lambda: _frame(uses, compared=True).to_csv(index=False).encode("utf-8-sig"))
    if not shown:
        return wanted
    at = clicked_row(_frame(shown, compared=compared), key="words_table", alt=say("词语及其次数", "Words and how often they are used"))
    return wanted if wanted and at == 0 else shown[min(at, len(shown) - 1)].word


def _frame(uses: list[WordUse], *, compared: bool) -> pd.DataFrame:
    heads = {"word": say("词语", "Word"), "count": say("次数", "Count"), "rate": say("频率", "Rate")}
    if compared:
        heads |= {"other_count": say("对照次数", "Count, others"), "other_rate": say("对照频率", "Rate, others"), "keyness": say("关键性", "Keyness")}
    return pd.DataFrame([{head: round(value, 1) if isinstance(value := getattr(use, name), float) else value for name, head in heads.items()}
                         for use in uses], columns=list(heads.values()))


def _over_years(word: str, documents: list[dict[str, Any]], counts: dict[int, Counter[str]], chosen: list[int]) -> None:
    """Uses in 10,000 words by year of the documents, where they are of two years or more."""
    years: dict[str, Counter[str]] = {}
    for document in documents:
        year = (document.get("written") or document.get("published") or "")[:4]
        if document["id"] in chosen and year:
            years[year] = years.get(year, Counter()) + counts[document["id"]]
    if len(years) < 2:
        return
    rates = pd.DataFrame([{"year": year, "rate": 10_000 * found[word] / max(1, sum(found.values())), "count": found[word]}
                          for year, found in sorted(years.items())])
    st.subheader(say(f"“{plain(word)}”的历年频率（每万词）", f"“{plain(word)}” over the years (uses in 10,000 words)"))
    st.altair_chart(alt.Chart(rates).mark_line(point=True).encode(
        x=alt.X("year:O", title=None, axis=alt.Axis(labelAngle=0)), y=alt.Y("rate:Q", title=None),
        tooltip=[alt.Tooltip("year:O", title=say("年份", "Year")), alt.Tooltip("rate:Q", title=say("频率", "Rate"), format=".1f"),
                 alt.Tooltip("count:Q", title=say("次数", "Count"))]).properties(height=180))


def _places(word: str, documents: list[dict[str, Any]]) -> None:
    """The word in its surroundings, each line with a link to the text."""
    if not word:
        return
    st.subheader(say(f"“{plain(word)}”在原文中", f"“{plain(word)}” in the texts"))
    parts: list[str] = []
    shown = total = 0
    for row in documents:
        document = _read(the_store(), row["id"])
        found = find_uses(document, [word], width=_WIDTH) if document else []
        total += len(found)
        places = found[:_MOST_USES - shown]
        shown += len(places)
        if document and places:
            lines = "".join(f"<tr><td style='text-align:right'>{escape(place.left)}</td><td style='white-space:nowrap'>"
                            f"<a href='doc?d={row['id']}&at={place.start}-{place.end}' target='_self'>{escape(place.word)}</a></td>"
                            f"<td>{escape(place.right)}</td></tr>" for place in places)
            parts.append(f"<p><b>{escape(document.name)}</b> · {len(found)}</p><table>{lines}</table>")
    if not parts:
        st.caption(say("所选文件中没有这个词。", "The chosen documents do not have it."))
        return
    with st.container(height=420):
        st.html("".join(parts))
    if total > shown:
        st.caption(say(f"共 {total} 处，只显示前 {shown} 处。", f"{total} places; the first {shown} are shown."))
