"""The facets beside a table, one list of values with counts each, the search over them, and views kept by name."""

from __future__ import annotations

from typing import Any

import streamlit as st

from analyzer import store as library
from analyzer.ui.language import head, plain, say
from analyzer.ui.resources import the_store
from analyzer.ui.view import FACETS, current_view, set_view, value_label

Counts = dict[str, list[tuple[str, int]]]
"""Of each facet the (value, count), most frequent first."""

_SHOWN = 8
_FIRST = {"figure": ("status", "category", "department", "period"), "commitment": ("category", "department", "review")}
_OPEN = ("status", "category", "review")


def facet_panel(view: dict[str, Any], counts: Counts, titles: dict[str, str], *, kind: str = "figure", hint: str = "") -> None:
    """Search, and one list of values with counts a facet; those that are asked for most come first."""
    st.session_state.setdefault(f"search-{kind}", view["q"])
    st.text_input(say("搜索", "Search"), key=f"search-{kind}", on_change=_search, args=(kind,), placeholder=hint)
    if any(view[name] for name in FACETS[kind]) or view["q"]:
        st.button(say("清除全部筛选", "Clear all filters"), key="clear", on_click=_clear, args=(kind,), width="stretch")
    for name in dict.fromkeys([*_FIRST[kind], *FACETS[kind]]):
        if name != "binding" or view[name] or any(value for value, _ in counts[name]):
            _facet(name, view, counts[name], titles, kind)
    gone = library.count_gone(the_store()) if kind == "figure" else 0
    if gone or view["gone"]:
        st.session_state["gone"] = view["gone"]
        st.checkbox(
            say(f"只看重新分析后消失的（{gone}）", f"Only those that vanished ({gone})"), key="gone", on_change=_gone
        )


def _facet(name: str, view: dict[str, Any], counts: list[tuple[str, int]], titles: dict[str, str], kind: str) -> None:
    chosen = view[name]
    label = head(name) + (f" · {len(chosen)}" if chosen else "")
    panel = st.expander(label, expanded=name in _OPEN or bool(chosen), key=f"facet-{kind}-{name}", on_change="rerun")
    if not panel.open:
        return
    number = dict(counts)
    values = [value for value, _ in counts]
    often = set(sorted(values, key=lambda value: -number[value])[:_SHOWN])  # periods come by date: the old ones are not the ones meant
    shown = list(dict.fromkeys([*[v for v in values if v in chosen], *chosen, *[v for v in values if v in often]]))
    with panel:
        if not shown:
            st.caption(say("没有可选的值", "nothing to choose"))
        for value in shown:
            key = f"facet|{name}|{value}"
            st.session_state[key] = value in chosen
            text = value_label(name, value, titles)
            text = text if len(text) <= 26 else text[:25] + "…"
            st.checkbox(f"{plain(text)} :gray[{number.get(value, 0)}]", key=key, on_change=_toggle, args=(name, value, kind))
        rest = [value for value in values if value not in shown]
        if rest:
            key = f"more|{name}"
            st.session_state[key] = None
            st.selectbox(
                say("更多", "More"),
                rest,
                key=key,
                index=None,
                label_visibility="collapsed",
                on_change=_add,
                args=(name, kind),
                placeholder=say(f"另有 {len(rest)} 项…", f"{len(rest)} more…"),
                format_func=lambda value: f"{value_label(name, value, titles)}（{number[value]}）",
            )


def _gone() -> None:
    current_view().update(gone=bool(st.session_state["gone"]), page=1, t=None)


def _search(kind: str) -> None:
    current_view(kind).update(q=(st.session_state[f"search-{kind}"] or "").strip()[:200], page=1)


def _clear(kind: str) -> None:
    view = current_view(kind)
    set_view(kind, sort=view["sort"], columns=view["columns"], t=view["t"])


def _toggle(name: str, value: str, kind: str) -> None:
    view = current_view(kind)
    chosen = [v for v in view[name] if v != value]
    if st.session_state.get(f"facet|{name}|{value}"):
        chosen.append(value)
    view.update({name: chosen, "page": 1})


def _add(name: str, kind: str) -> None:
    value = st.session_state.get(f"more|{name}")
    if value is not None:
        view = current_view(kind)
        view.update({name: [*view[name], value], "page": 1})


def saved_views(view: dict[str, Any]) -> None:
    """Views by name: open, save, delete."""
    store = the_store()
    known = library.list_views(store)
    with st.popover(say("视图", "Views"), width="stretch"):
        for name, fields in known.items():
            left, right = st.columns([5, 1])
            left.button(plain(name), key=f"view|{name}", on_click=_open_view, args=(fields,), width="stretch")
            right.button("✕", key=f"drop|{name}", on_click=library.delete_view, args=(store, name))
        with st.form("save_view", clear_on_submit=True, border=False):
            name = st.text_input(say("把当前筛选存为", "Save this view as"), max_chars=60)
            if st.form_submit_button(say("保存", "Save")) and name.strip():
                kept = {k: v for k, v in view.items() if k not in ("page", "t")}
                library.save_view(store, name.strip(), kept)
                st.rerun()


def _open_view(fields: dict[str, Any]) -> None:
    set_view(**{k: v for k, v in fields.items() if k in current_view()})
