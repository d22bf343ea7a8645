"""The source of a figure as HTML: its sentence marked in the text around it, everything else escaped."""

from __future__ import annotations

from html import escape
from typing import Any

from analyzer.export.paint import paint

_LINES_BEFORE = 4

CSS = """
.pa-source {font-size: .95rem; line-height: 1.85; white-space: pre-wrap; overflow-wrap: anywhere;}
.pa-source mark.s {background: #fff1b8; color: inherit; padding: 2px 0; border-radius: 2px;}
.pa-source mark.q {background: #ffc53d; color: #1f1f1f; font-weight: 600; border-radius: 2px; padding: 2px 1px;}
.pa-source u.f {text-decoration: underline 2px #91caff; text-underline-offset: 4px;}
.pa-source .cut {color: #999;}
.pa-path {color: #667; font-size: .82rem; margin-bottom: .35rem; overflow-wrap: anywhere;}
.pa-now {color: #667; font-size: .88rem; margin: .2rem 0 .5rem;} .pa-now b {color: #1f2329;}
.pa-fields {display: grid; grid-template-columns: max-content 1fr; gap: 1px 12px; font-size: .88rem; margin: .2rem 0 .5rem;}
.pa-fields span {color: #667;} .pa-fields div {overflow-wrap: anywhere;}
"""


def passage_html(
    text: str, figure: dict[str, Any], others: list[dict[str, Any]] | None = None, *, around: int | None = 500
) -> str:
    """The sentence of `figure` marked in its text, `around` characters on both sides (None: the whole text).

    The figure itself is marked stronger, `others` (figures of the same text) are underlined.
    """
    left, right = _window(text, figure["sentence_start"], figure["sentence_end"], around)
    marks = [
        {"start": figure["sentence_start"], "end": figure["sentence_end"], "kind": "s"},
        {"start": figure["start"], "end": figure["end"], "kind": "q"},
    ]
    marks += [
        {"start": o["start"], "end": o["end"], "kind": "f"} for o in others or [] if o["start"] != figure["start"]
    ]
    body = paint(text, left, right, marks)
    before = '<span class="cut">…</span>' if left > 0 else ""
    after = '<span class="cut">…</span>' if right < len(text) else ""
    return f'<div class="pa-source">{before}{body}{after}</div>'


def _window(text: str, start: int, end: int, around: int | None) -> tuple[int, int]:
    """Less before than behind, and few lines before, so that the sentence is in sight without scrolling.

    Cut at line ends where one is near: the passage then begins with a whole paragraph.
    """
    if around is None:
        return 0, len(text)
    left, right = max(0, start - around // 3), min(len(text), end + around)
    lines = [i + 1 for i in range(left, start) if text[i] == "\n"]
    if len(lines) > _LINES_BEFORE:
        left = lines[-_LINES_BEFORE]
    elif left and lines:
        left = lines[0]
    while left < start and text[left] == "\n":
        left += 1
    line = text.rfind("\n", end, right)
    if right < len(text) and line > end:
        right = line
    return left, right


def fields_html(pairs: list[tuple[str, str]]) -> str:
    """A list of (name, value) as an HTML grid of two columns."""
    rows = "".join(f"<span>{escape(name)}</span><div>{escape(value)}</div>" for name, value in pairs)
    return f'<div class="pa-fields">{rows}</div>'


def path_html(parts: list[str]) -> str:
    return f'<div class="pa-path">{escape(" › ".join(parts))}</div>' if parts else ""
