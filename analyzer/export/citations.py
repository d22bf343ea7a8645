"""Documents as references: GB/T 7714 of 2025 and of 2015, BibTeX, RIS and CSL-JSON.

The punctuation of GB/T 7714—2025 follows the published descriptions of the standard, not its full text.
"""

from __future__ import annotations

import datetime
import json
import re
from typing import Any


def cite(document: dict[str, Any], *, edition: int = 2025, today: str | None = None) -> str:
    """A government document by GB/T 7714.

    >>> cite({"issuer": "甲市人民政府", "title": "要点", "number": "甲政发〔2026〕1号", "written": "2026-01-15", "url": None})
    '甲市人民政府. 要点：甲政发〔2026〕1号[A]. 2026-01-15.'
    """
    url, date = document.get("url"), document.get("published") or document.get("written") or ""
    accessed = document.get("accessed") or (today if url else None)
    colon = "：" if edition >= 2025 else ":"
    title = _plain(document.get("title") or document.get("name") or "")
    if document.get("number"):
        title += colon + _plain(document["number"])
    text = f"{_plain(document['issuer'])}. " if document.get("issuer") else ""
    text += title + ("[A/OL]. " if url else "[A]. ")
    if url:
        text += (f"({date})" if date else "") + (f"[{accessed}]" if accessed else "")
        return text.rstrip() + (". " if date or accessed else " ") + _plain(url) + "."
    if edition < 2025 and accessed:  # 2025 drops the date of access where nothing was read on the net
        return text + (f"{date}[{accessed}]." if date else f"[{accessed}].")
    return (text + date).rstrip(". ") + "."


def documents_to_bibtex(documents: list[dict[str, Any]]) -> str:
    entries = []
    for document in documents:
        fields = {
            "title": document.get("title") or document.get("name"),
            "author": document.get("issuer"),
            "number": document.get("number"),
            "date": document.get("published") or document.get("written"),
            "url": document.get("url"),
            "urldate": document.get("accessed"),
            "langid": "chinese",
        }
        lines = [f"  {name} = {{{_braces(value)}}}," for name, value in fields.items() if value]
        entries.append(f"@misc{{doc{document['id']},\n" + "\n".join(lines) + "\n}\n")
    return "\n".join(entries)


def documents_to_ris(documents: list[dict[str, Any]]) -> str:
    entries = []
    for document in documents:
        date = document.get("published") or document.get("written") or ""
        pairs = [
            ("TY", "GOVDOC"),
            ("TI", document.get("title") or document.get("name")),
            ("AU", document.get("issuer")),
            ("M1", document.get("number")),
            ("PY", date[:4]),
            ("DA", date.replace("-", "/")),
            ("UR", document.get("url")),
            ("LA", "zh-CN"),
        ]
        entries.append("".join(f"{tag}  - {_plain(str(value))}\r\n" for tag, value in pairs if value) + "ER  - \r\n")
    return "\r\n".join(entries)


def documents_to_csl(documents: list[dict[str, Any]]) -> str:
    items = []
    for document in documents:
        item: dict[str, Any] = {
            "id": f"doc{document['id']}",
            "type": "legislation" if document.get("number") else "report",
            "title": document.get("title") or document.get("name"),
            "language": "zh-CN",
        }
        if document.get("issuer"):
            item["author"] = [{"literal": document["issuer"]}]
        for field, source in (("number", "number"), ("URL", "url")):
            if document.get(source):
                item[field] = document[source]
        for field, date in (
            ("issued", document.get("published") or document.get("written")),
            ("accessed", document.get("accessed")),
        ):
            if date and re.match(r"\d{4}(-\d{2}){0,2}$", date):
                item[field] = {"date-parts": [[int(part) for part in date.split("-")]]}
        items.append(item)
    return json.dumps(items, ensure_ascii=False, indent=1)


def today() -> str:
    return datetime.date.today().isoformat()


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


_TEX: dict[str, str | int | None] = {"\\": "\\textbackslash{}", "^": "\\textasciicircum{}", **{mark: "\\" + mark for mark in "{}#$%&"}}
"""^ too: TeX reads ^^5c as a backslash."""


def _braces(text: str) -> str:
    return _plain(text).translate(str.maketrans(_TEX))
