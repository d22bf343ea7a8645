"""Two versions of a text as HTML: what went is struck out, what came is marked; everything escaped."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from analyzer.texts import Passage

_STYLE = """<style>
.pa-diff {display: grid; grid-template-columns: 7.5em 1fr 1fr; gap: 2px 14px; font-size: .9rem; line-height: 1.7;}
.pa-diff > div {overflow-wrap: anywhere; border-top: 1px solid #eef; padding: 3px 0;}
.pa-diff del {background: #fde2e4; text-decoration: line-through;} .pa-diff ins {background: #d8f3e3; text-decoration: none;}
.pa-diff .kind {color: #667;}
</style>"""


def passages_html(passages: Iterable[Passage], names: dict[str, str]) -> str:
    """Three columns: what became of the paragraph (in the words of `names`), the earlier text, the later one."""
    rows = []
    for passage in passages:
        before, after = escape(passage.before or ""), escape(passage.after or "")
        if passage.pieces:
            before = "".join(f"<del>{escape(old)}</del>" if kind != "same" and old else escape(old) for kind, old, _ in passage.pieces)
            after = "".join(f"<ins>{escape(new)}</ins>" if kind != "same" and new else escape(new) for kind, _, new in passage.pieces)
        elif passage.kind == "new":
            after = f"<ins>{after}</ins>"
        elif passage.kind == "dropped":
            before = f"<del>{before}</del>"
        rows.append(f'<div class="kind">{escape(names.get(passage.kind, passage.kind))}</div><div>{before}</div><div>{after}</div>')
    return f'{_STYLE}<div class="pa-diff">{"".join(rows)}</div>'
