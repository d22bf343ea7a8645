"""What the user looks at (search, facets, sort, page, record): kept in the session and written to the URL."""

from __future__ import annotations

from typing import Any

import streamlit as st

from analyzer import store as library
from analyzer.store import FACETS, SORTS, Filters, Found
from analyzer.ui.language import head, language, named, plain, say
from analyzer.ui.resources import the_store

NONE = "~"
"""How the URL writes the value of a facet that is not set."""

_SHOWN = 8
_OPEN_FIRST = ("category", "department", "status", "period")


def current_view() -> dict[str, Any]:
    """The view of this session; a session that begins takes it from the URL."""
    if "view" not in st.session_state:
        st.session_state["view"] = _from_url()
    view: dict[str, Any] = st.session_state["view"]
    return view


def set_view(**fields: Any) -> None:
    """A fresh view with these fields alone (a facet's value is a list)."""
    st.session_state["view"] = {**_empty(), **fields}


def _empty() -> dict[str, Any]:
    return {
        "q": "",
        "sort": "document",
        "page": 1,
        "t": None,
        "columns": None,
        "gone": False,
        **{name: [] for name in FACETS},
    }


def _from_url() -> dict[str, Any]:
    url, view = st.query_params, _empty()
    view["q"] = url.get("q", "")[:200]
    view["sort"] = url.get("sort") if url.get("sort") in SORTS else "document"
    view["page"] = int(url["page"]) if url.get("page", "").isdigit() and int(url["page"][:6]) > 0 else 1
    view["t"] = url.get("t") or None
    view["gone"] = url.get("gone") == "1"
    for name in FACETS:
        view[name] = ["" if value == NONE else value for value in url.get_all(name)][:50]
    return view


def write_url(view: dict[str, Any]) -> None:
    wanted: dict[str, Any] = {name: [value or NONE for value in view[name]] for name in FACETS if view[name]}
    for name, default in (("q", ""), ("sort", "document"), ("page", 1), ("t", None)):
        if view[name] and view[name] != default:
            wanted[name] = str(view[name])
    if view["gone"]:
        wanted["gone"] = "1"
    if language() == "en":
        wanted["lang"] = "en"
    now = {name: st.query_params.get_all(name) for name in st.query_params}
    if now != {name: value if isinstance(value, list) else [value] for name, value in wanted.items()}:
        st.query_params.from_dict(wanted)


def view_to_filters(view: dict[str, Any]) -> Filters:
    chosen: dict[str, Any] = {name: tuple(view[name]) for name in FACETS}
    return Filters(text=view["q"], gone=view["gone"], **chosen)


def describe(view: dict[str, Any], titles: dict[str, str]) -> list[str]:
    """The filters in words, for people and for the sheet 说明."""
    parts = [f"{say('搜索', 'Search')}: {view['q']}"] if view["q"] else []
    if view["gone"]:
        parts.append(say("重新分析后消失的数据", "vanished with a new analysis"))
    for name in FACETS:
        if view[name]:
            parts.append(f"{head(name)}: " + ", ".join(value_label(name, value, titles) for value in view[name]))
    return parts


def value_label(name: str, value: str, titles: dict[str, str]) -> str:
    return titles.get(value, value) if name == "document" else named(name, value)


def facet_panel(view: dict[str, Any], found: Found, titles: dict[str, str]) -> None:
    """Search, saved views and one list of values with counts a facet."""
    st.session_state.setdefault("search", view["q"])
    st.text_input(
        say("搜索", "Search"),
        key="search",
        on_change=_search,
        placeholder=say("原句、指标、部门", "sentence, indicator, body"),
    )
    if any(view[name] for name in FACETS) or view["q"]:
        st.button(say("清除全部筛选", "Clear all filters"), key="clear", on_click=_clear, width="stretch")
    for name in FACETS:
        _facet(name, view, found.facets[name], titles)
    gone = library.count_gone(the_store())
    if gone or view["gone"]:
        st.session_state["gone"] = view["gone"]
        st.checkbox(
            say(f"只看重新分析后消失的（{gone}）", f"Only those that vanished ({gone})"), key="gone", on_change=_gone
        )


def _facet(name: str, view: dict[str, Any], counts: list[tuple[str, int]], titles: dict[str, str]) -> None:
    chosen = view[name]
    label = head(name) + (f" · {len(chosen)}" if chosen else "")
    panel = st.expander(label, expanded=name in _OPEN_FIRST[:2] or bool(chosen), key=f"facet-{name}", on_change="rerun")
    if not panel.open:
        return
    number = dict(counts)
    values = [value for value, _ in counts]
    shown = list(dict.fromkeys([*[v for v in values if v in chosen], *chosen, *values[:_SHOWN]]))
    with panel:
        if not shown:
            st.caption(say("没有可选的值", "nothing to choose"))
        for value in shown:
            key = f"facet|{name}|{value}"
            st.session_state[key] = value in chosen
            text = value_label(name, value, titles)
            text = text if len(text) <= 26 else text[:25] + "…"
            st.checkbox(f"{plain(text)} :gray[{number.get(value, 0)}]", key=key, on_change=_toggle, args=(name, value))
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
                args=(name,),
                placeholder=say(f"另有 {len(rest)} 项…", f"{len(rest)} more…"),
                format_func=lambda value: f"{value_label(name, value, titles)}（{number[value]}）",
            )


def _gone() -> None:
    current_view().update(gone=bool(st.session_state["gone"]), page=1, t=None)


def _search() -> None:
    view = current_view()
    view.update(q=(st.session_state["search"] or "").strip()[:200], page=1)


def _clear() -> None:
    view = current_view()
    set_view(sort=view["sort"], columns=view["columns"], t=view["t"])
    st.session_state["search"] = ""


def _toggle(name: str, value: str) -> None:
    view = current_view()
    chosen = [v for v in view[name] if v != value]
    if st.session_state.get(f"facet|{name}|{value}"):
        chosen.append(value)
    view.update({name: chosen, "page": 1})


def _add(name: str) -> None:
    value = st.session_state.get(f"more|{name}")
    if value is not None:
        view = current_view()
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
    set_view(**{k: v for k, v in fields.items() if k in _empty()})
    st.session_state["search"] = st.session_state["view"]["q"]
