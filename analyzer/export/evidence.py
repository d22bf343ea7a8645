"""The evidence bundle: a zip with the workbook, each row of which links to a page with its sentence highlighted.

The pages are self-contained: they open on any machine, without this program and without a network.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterable
from html import escape
from typing import Any

from analyzer.export.paint import paint
from analyzer.export.rows import join_departments
from analyzer.export.words import field_name, period_name, value_name
from analyzer.export.workbook import rows_to_workbook

_CSS = """
body {font-family: "Noto Sans CJK SC","Source Han Sans SC","PingFang SC","Microsoft YaHei",sans-serif; margin: 0; color: #222;}
header {padding: 1rem 2rem; border-bottom: 1px solid #ddd;} h1 {font-size: 1.2rem; margin: 0 0 .3rem;}
header p {margin: 0; color: #667; font-size: .85rem;} main {display: grid; grid-template-columns: minmax(0, 7fr) minmax(0, 3fr);}
.text {white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.9; padding: 1rem 2rem; height: 82vh; overflow-y: auto;}
mark.s {background: #fff1b8;} mark.q {background: #ffd666; font-weight: 600;} u.f {text-decoration: underline 2px #91caff;}
.t:target {outline: 3px solid #b3261e; outline-offset: 2px; scroll-margin-top: 30vh;} .t {scroll-margin-top: 30vh;}
ol {height: 82vh; overflow-y: auto; margin: 0; padding: 1rem 1rem 1rem 3rem; font-size: .85rem; border-left: 1px solid #ddd;}
li {margin-bottom: .5rem;} li a {color: #1155cc; text-decoration: none;} li span {color: #667;}
"""


def rows_to_evidence(
    rows: list[dict[str, Any]],
    *,
    read_text: Callable[[int], str],
    language: str = "zh",
    about: Iterable[tuple[str, str]] = (),
    commitments: Iterable[dict[str, Any]] = (),
    **sheets: Any,
) -> bytes:
    """The bundle as bytes. `read_text` gives the text of a document by its id; `sheets` go to the workbook."""
    table = "目标表.xlsx" if language == "zh" else "targets.xlsx"
    by_document: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        by_document.setdefault(row["document_id"], []).append(row)
    # Beside the workbook, not in a folder: programs disagree on the slash of a relative link.
    names = {number: f"evidence-{place:04d}.html" for place, number in enumerate(by_document, 1)}
    about, commitments = list(about), list(commitments)
    promised: dict[int, list[dict[str, Any]]] = {}
    for row in commitments:
        promised.setdefault(row["document_id"], []).append(row)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr(
            table,
            rows_to_workbook(
                rows,
                about=about,
                language=language,
                commitments=commitments,
                link=lambda row: f"external:{names[row['document_id']]}#{row['key']}",
                commitment_link=lambda row: f"external:{names[row['document_id']]}#{row['key']}" if row["document_id"] in names else None,
                **sheets,
            ),
        )
        for number, some in by_document.items():
            bundle.writestr(names[number], document_to_html(some, read_text(number), commitments=promised.get(number, ()), language=language))
        bundle.writestr("manifest.json", json.dumps({
            "about": dict(about),
            "documents": [{"file": some[0]["file"], "title": some[0]["document"], "sha256": some[0]["sha256"],
                           "page": names[number], "figures": len(some)} for number, some in by_document.items()],
        }, ensure_ascii=False, indent=1))  # fmt: skip
    return out.getvalue()


def document_to_html(
    rows: list[dict[str, Any]], text: str, *, commitments: Iterable[dict[str, Any]] = (), language: str = "zh"
) -> str:
    """One page with the whole text, all sentences of `rows` marked, one anchor a row and a commitment."""
    marks = [{"start": row["start"], "end": row["end"], "kind": "c", "id": row["key"]} for row in commitments]
    marks += [{"start": row["sentence_start"], "end": row["sentence_end"], "kind": "s"} for row in rows]
    marks += [{"start": row["start"], "end": row["end"], "kind": "q", "id": row["key"]} for row in rows]
    first = rows[0]
    facts = " · ".join(
        escape(str(part)) for part in (first.get("issuer"), first["file"], f"SHA-256 {first['sha256']}") if part
    )
    items = "".join(
        f'<li><a href="#{escape(row["key"])}">{escape(row["indicator"] or row["quote"])} {escape(row["quote"])}</a><br>'
        f"<span>{escape(_note(row, language))}</span></li>"
        for row in rows
    )
    return (
        f'<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(first["document"])}</title>'
        f"<style>{_CSS}</style></head><body><header><h1>{escape(first['document'])}</h1><p>{facts}</p></header>"
        f'<main><div class="text">{paint(text, 0, len(text), marks)}</div><ol>{items}</ol></main></body></html>'
    )


def _note(row: dict[str, Any], language: str) -> str:
    page = f"{field_name('page', language)} {row['page']}" if row["page"] else ""
    parts = [
        value_name("status", row["status"], language),
        period_name(row["period"], language),
        value_name("category", row["category"], language),
        join_departments(row["departments"], language),
        page,
    ]
    return " · ".join(part for part in parts if part)
