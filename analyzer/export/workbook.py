"""The research workbook: targets, commitments, changes, references, dictionary and how it was made, in one XLSX.

Every cell is written as text, number, date or link on purpose: no text of a document ever becomes a formula.
"""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable, Iterable
from typing import Any

import xlsxwriter

from analyzer.export.citations import cite
from analyzer.export.log import LOG_FIELDS, flatten_line
from analyzer.export.rows import clean, flatten
from analyzer.export.words import COMMITMENT_FIELDS, FIELDS, VALUES, field_name, read_codebook

FIGURE_FIELDS = [
    "indicator",
    "quote",
    "value",
    "value_max",
    "unit",
    "comparator",
    "change",
    "binding",
    "action",
    "status",
    "period",
    "due",
    "region",
    "category_name",
    "departments",
    "document",
    "issuer",
    "document_region",
    "section",
    "sentence",
    "page",
    "confidence",
    "review",
    "category",
    "rules",
    "file",
    "start",
    "end",
    "sha256",
    "key",
]
_WIDTHS = {
    "indicator": 28,
    "quote": 12,
    "value": 12,
    "value_max": 12,
    "unit": 9,
    "departments": 28,
    "document": 34,
    "issuer": 20,
    "section": 24,
    "sentence": 60,
    "text": 60,
    "category_name": 16,
    "key": 26,
    "sha256": 20,
    "rules": 18,
    "file": 22,
    "old": 24,
    "new": 24,
    "at": 20,
}
_SHEETS = (("目标表", "Targets"), ("承诺表", "Commitments"), ("变更记录", "Changes"), ("文献与引用", "References"),
           ("数据字典", "Dictionary"), ("说明", "About"))  # fmt: skip
_CELL = 32_767
_LINKS = 65_000
"""Excel refuses more than 65,530 links a sheet; beyond, the link column stays text."""


def rows_to_workbook(
    rows: Iterable[dict[str, Any]], *, commitments: Iterable[dict[str, Any]] = (), log: Iterable[dict[str, Any]] = (),
    documents: Iterable[dict[str, Any]] = (), about: Iterable[tuple[str, str]] = (), language: str = "zh",
    link: Callable[[dict[str, Any]], str] | None = None, commitment_link: Callable[[dict[str, Any]], str | None] | None = None,
    extra: Iterable[tuple[str, list[str], list[str], list[dict[str, Any]]]] = (),
) -> bytes:  # fmt: skip
    """The workbook as bytes. `link` gives the address of a row's source, `commitment_link` of a commitment's; `about` are the
    lines of the sheet 说明.

    `extra` are further sheets (name, fields, heads, rows), such as 比较表 and 进展表; they stand behind the commitments.
    """
    out = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    which = 0 if language == "zh" else 1
    names = [pair[which] for pair in _SHEETS]
    with xlsxwriter.Workbook(out, options) as book:
        forms = _formats(book)

        def table(name: str, heads: dict[str, str], lines: Iterable[dict[str, Any]], **more: Any) -> None:
            _table(book, forms, name, list(heads), list(heads.values()), ((line, None) for line in lines), **more)

        figures = ((flatten(row, FIGURE_FIELDS, language=language), link(row) if link else None) for row in rows)
        _table(book, forms, names[0], FIGURE_FIELDS, [field_name(f, language) for f in FIGURE_FIELDS], figures,
               link_name=("原文链接", "Source")[which])  # fmt: skip
        heads = {field: pair[which] for field, pair in COMMITMENT_FIELDS.items()}
        promises = ((flatten(row, list(heads), language=language), commitment_link(row) if commitment_link else None) for row in commitments)
        _table(book, forms, names[1], list(heads), list(heads.values()), promises, link_name=("原文链接", "Source")[which] if commitment_link else None)
        for name, fields, titles, lines in extra:
            _table(book, forms, name, fields, titles, ((line, None) for line in lines), frozen=1)
        table(names[2], {field: pair[which] for field, pair in LOG_FIELDS.items()}, (flatten_line(line, language) for line in log))
        table(names[3], {field: pair[which] for field, pair in _REFERENCES.items()}, (_reference(d) for d in documents), frozen=1)
        _dictionary(book, forms, names[4], language)
        told = ({"item": item, "content": content} for item, content in about)
        table(names[5], {"item": ("项目", "Item")[which], "content": ("内容", "Content")[which]}, told, frozen=0)
    return out.getvalue()


def _formats(book: xlsxwriter.Workbook) -> dict[str, Any]:
    base = {"font_name": "宋体", "font_size": 10, "valign": "top"}
    return {
        "head": book.add_format({**base, "bold": True, "bg_color": "#DCE6F1", "border": 1, "text_wrap": True}),
        "text": book.add_format({**base, "text_wrap": False}),
        "wrap": book.add_format({**base, "text_wrap": True}),
        "number": book.add_format({**base, "num_format": "#,##0.##"}),
        "integer": book.add_format({**base, "num_format": "#,##0"}),
        "plain": book.add_format({**base, "num_format": "0"}),
        "share": book.add_format({**base, "num_format": "0.00"}),
        "date": book.add_format({**base, "num_format": "yyyy-mm-dd"}),
        "link": book.add_format({**base, "font_color": "#1155CC", "underline": 1}),
    }


def _table(
    book: xlsxwriter.Workbook,
    forms: dict[str, Any],
    name: str,
    fields: list[str],
    heads: list[str],
    rows: Iterable[tuple[dict[str, Any], str | None]],
    *,
    link_name: str | None = None,
    frozen: int = 2,
) -> None:
    sheet = book.add_worksheet(name)
    heads = heads + ([link_name] if link_name else [])
    for column, field in enumerate([*fields, "link"][: len(heads)]):
        sheet.set_column(column, column, _WIDTHS.get(field.split(":")[0], 60 if field == "content" else 13))
    sheet.freeze_panes(1, frozen)
    for column, title in enumerate(heads):
        sheet.write_string(0, column, title, forms["head"])
    count = 0
    for count, (row, url) in enumerate(rows, 1):
        for column, field in enumerate(fields):
            _cell(sheet, count, column, field.split(":")[0], row.get(field), forms)
        if link_name and url:
            _link(sheet, count, len(fields), url, link_name, forms)
    if count:
        sheet.autofilter(0, 0, count, len(heads) - 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _cell(sheet: Any, row: int, column: int, field: str, value: Any, forms: dict[str, Any]) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool) or not isinstance(value, int | float):
        text = clean(str(value))
        if field == "due" and (date := _date(text)):
            sheet.write_datetime(row, column, date, forms["date"])
        else:
            sheet.write_string(
                row, column, text[:_CELL], forms["wrap" if field in ("sentence", "text", "content") else "text"]
            )
    elif field in ("page", "start", "end"):
        sheet.write_number(row, column, value, forms["plain"])
    elif field == "confidence":
        sheet.write_number(row, column, value, forms["share"])
    else:  # #,##0.## writes “90.” for a whole number
        sheet.write_number(row, column, value, forms["integer" if isinstance(value, int) else "number"])


def _link(sheet: Any, row: int, column: int, url: str, text: str, forms: dict[str, Any]) -> None:
    if row <= _LINKS and len(url) <= 2000 and sheet.write_url(row, column, url, forms["link"], text) == 0:
        return
    sheet.write_string(row, column, url[:_CELL], forms["text"])


def _date(text: str) -> datetime.datetime | None:
    try:
        return datetime.datetime.strptime(text, "%Y-%m-%d")
    except ValueError:
        return None


_REFERENCES: dict[str, tuple[str, str]] = {
    "document": ("标题", "Title"), "issuer": ("发文机关", "Issuer"), "number": ("发文字号", "Number"),
    "written": ("成文日期", "Written"), "published": ("发布日期", "Published"), "region": ("地区", "Region"),
    "url": ("网址", "URL"), "name": ("文件名", "File"), "sha256": ("SHA-256", "SHA-256"),
    "text": ("GB/T 7714—2025", "GB/T 7714—2025"), "sentence": ("GB/T 7714—2015", "GB/T 7714—2015"),
}  # fmt: skip


def _reference(document: dict[str, Any]) -> dict[str, Any]:
    title = document.get("title") or document.get("name")
    return {**document, "document": title, "text": cite(document), "sentence": cite(document, edition=2015)}


def _dictionary(book: xlsxwriter.Workbook, forms: dict[str, Any], name: str, language: str) -> None:
    lines: list[dict[str, Any]] = [
        {"name": zh, "english": en, "field": field, "content": meaning} for field, (zh, en, meaning) in FIELDS.items()
    ]
    for field in ("status", "comparator", "change", "binding", "review"):
        lines += [
            {"name": zh, "english": en, "field": f"{field} = {code}", "content": ""}
            for code, (zh, en) in VALUES[field].items()
        ]
    lines += [
        {
            "name": row["zh"],
            "english": row.get("en") or "",
            "field": f"category = {row['code']}",
            "content": row.get("covers") or "",
        }
        for row in read_codebook()
    ]
    heads = (
        ["名称", "英文名", "字段与代码", "含义"]
        if language == "zh"
        else ["Chinese", "English", "Field and code", "Meaning"]
    )
    _table(
        book, forms, name, ["name", "english", "field", "content"], heads, ((line, None) for line in lines), frozen=1
    )
