"""A document's text with its figures marked; the reader can click one, or mark text to add one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

_CSS = """
.pa-text {white-space: pre-wrap; overflow-wrap: anywhere; overflow-y: auto; position: relative; line-height: 1.85;
  font-size: .95rem; border: 1px solid #dfe2e7; border-radius: .35rem; padding: .8rem 1rem; box-sizing: border-box;}
.pa-text mark {background: none; color: inherit; cursor: pointer;}
.pa-text mark.f {box-shadow: inset 0 -2px #91caff;} .pa-text mark.f:hover {background: #e6f4ff;}
.pa-text mark.r {box-shadow: inset 0 -2px #d9d9d9; color: #777;} .pa-text mark.r:hover {background: #f0f0f0;}
.pa-text mark.x {box-shadow: inset 0 -2px #d9d9d9; text-decoration: line-through; color: #999;}
.pa-text mark.s {background: #fff1b8; cursor: text;} .pa-text mark.q {background: #ffc53d; font-weight: 600;}
.pa-text mark.sf {background: #fff1b8; box-shadow: inset 0 -2px #91caff;}
"""


@st.cache_resource(show_spinner=False)
def _component() -> Any:
    script = (Path(__file__).parent / "marker.js").read_text(encoding="utf-8")
    return st.components.v2.component(
        "policy_source", html='<div class="pa-text"></div>', css=_CSS, js=script, isolate_styles=False
    )


def marked_text(
    text: str, marks: list[dict[str, Any]], *, active: tuple[int, int] | None, key: str, height: int = 600
) -> tuple[str | None, tuple[int, int] | None]:
    """Draws the text; returns the key of a mark just clicked, and the (start, end) of text just marked.

    `marks` have start, end, kind (f figure, r number left out, x rejected), key and title; `active` is the sentence to show.
    """
    pieces = cut_marks(marks)
    version = f"{hash((text, tuple((p['start'], p['end'], p['kind']) for p in pieces)))}"
    result = _component()(
        key=key,
        height=height,
        data={"text": text, "from": 0, "marks": pieces, "active": active, "height": height - 10, "version": version},
        on_clicked_change=lambda: None,
        on_marked_change=lambda: None,
    )
    marked = result.get("marked")
    return result.get("clicked"), (int(marked[0]), int(marked[1])) if marked else None


def cut_marks(marks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Marks that may overlap → stretches that do not, in order; where two meet, the chosen one wins."""
    rank = {"q": 0, "f": 1, "x": 2, "r": 3, "s": 4}
    borders = sorted({m["start"] for m in marks} | {m["end"] for m in marks})
    by_start = sorted(marks, key=lambda m: m["start"])
    open_marks: list[dict[str, Any]] = []
    pieces, i = [], 0
    for start, end in zip(borders, borders[1:], strict=False):
        open_marks = [m for m in open_marks if m["end"] > start]
        while i < len(by_start) and by_start[i]["start"] <= start:
            if by_start[i]["end"] > start:
                open_marks.append(by_start[i])
            i += 1
        if open_marks:
            best = min(open_marks, key=lambda m: rank.get(m["kind"], 9))
            inside = any(m["kind"] == "s" for m in open_marks)
            pieces.append(
                {**best, "start": start, "end": end, "kind": "sf" if inside and best["kind"] == "f" else best["kind"]}
            )
    return pieces
