"""A text as HTML with stretches marked, everything escaped."""

from __future__ import annotations

from html import escape
from typing import Any


def paint(text: str, left: int, right: int, marks: list[dict[str, Any]]) -> str:
    """Characters `left`–`right` as HTML. A mark has start, end, kind, and may have an id.

    Kinds: s a sentence, q the figure meant, f another figure. Each stretch between two borders gets the tags of all
    marks over it, so that marks may overlap in any way.
    """
    marks = [m for m in marks if m["start"] < right and m["end"] > left and m["start"] < m["end"]]
    borders = sorted({left, right, *(max(m["start"], left) for m in marks), *(min(m["end"], right) for m in marks)})
    waiting = sorted(marks, key=lambda m: m["start"])
    over: list[dict[str, Any]] = []
    named: set[str] = set()
    parts, i = [], 0
    for start, end in zip(borders, borders[1:], strict=False):
        over = [m for m in over if m["end"] > start]
        while i < len(waiting) and waiting[i]["start"] <= start:
            over.append(waiting[i])
            i += 1
        parts.append(_wrap(escape(text[start:end]), [m for m in over if m["end"] > start], named))
    return "".join(parts)


def _wrap(piece: str, over: list[dict[str, Any]], named: set[str]) -> str:
    kinds = {m["kind"] for m in over}
    if "q" in kinds:
        piece = f'<mark class="q">{piece}</mark>'
    elif "f" in kinds:
        piece = f'<u class="f">{piece}</u>'
    if "s" in kinds:
        piece = f'<mark class="s">{piece}</mark>'
    for mark in over:
        if mark.get("id") and mark["id"] not in named:  # the first stretch of a mark is where a link leads
            named.add(mark["id"])
            piece = f'<span id="{escape(mark["id"])}" class="t">{piece}</span>'
    return piece
