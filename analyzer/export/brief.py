"""A short Word brief of some figures: counts with bars, targets by category, references."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from analyzer.errors import AnalyzerError
from analyzer.export.citations import cite
from analyzer.export.rows import clean, join_departments
from analyzer.export.words import field_name, period_name, value_name

_PER_CATEGORY = 40
_BAR = 20
"""Characters of the longest bar."""


def rows_to_brief(
    rows: list[dict[str, Any]],
    *,
    documents: Iterable[dict[str, Any]] = (),
    title: str | None = None,
    about: Iterable[tuple[str, str]] = (),
    language: str = "zh",
) -> bytes:
    """A .docx as bytes. Raises AnalyzerError where python-docx is not installed."""
    try:
        import docx
    except ImportError as error:
        raise AnalyzerError(
            "Word briefs need the package python-docx: pip install 'policy-analyzer[export]'",
            "导出 Word 简报需要安装 python-docx：pip install 'policy-analyzer[export]'",
        ) from error
    zh = language == "zh"
    book = docx.Document()
    for style in ("Normal", "Title", "Heading 1", "Heading 2"):
        _font(book.styles[style], "宋体" if style == "Normal" else "黑体")
    book.styles["Normal"].font.size = docx.shared.Pt(10.5)
    for side in ("left_margin", "right_margin"):
        setattr(book.sections[0], side, docx.shared.Cm(2))
    book.add_heading(title or ("政策目标简报" if zh else "Policy targets in brief"), 0)
    for item, content in about:
        book.add_paragraph(clean(f"{item}：{content}" if zh else f"{item}: {content}"))
    _bars(
        book,
        "类别分布" if zh else "By category",
        Counter(value_name("category", r["category"], language) or "–" for r in rows),
    )
    bodies = Counter(d["name"] for r in rows for d in r["departments"])
    if bodies:
        _bars(book, "责任部门" if zh else "By department", Counter(dict(bodies.most_common(15))))
    periods = Counter(period_name(r["period"], language) or "–" for r in rows)
    _bars(book, "期限" if zh else "By period", Counter(dict(sorted(periods.items())[:20])))
    listed = list(documents)
    numbers = {document["id"]: number for number, document in enumerate(listed, 1) if "id" in document}
    book.add_heading("数据明细" if zh else "The figures", 1)
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(value_name("category", row["category"], language) or "–", []).append(row)
    for name, some in sorted(groups.items(), key=lambda pair: -len(pair[1])):
        book.add_heading(clean(name), 2)
        _figures(book, some[:_PER_CATEGORY], numbers, language)
        if len(some) > _PER_CATEGORY:
            rest = len(some) - _PER_CATEGORY
            book.add_paragraph(f"另有 {rest} 条，见数据表。" if zh else f"{rest} more are in the table.")
    if listed:
        book.add_heading("参考文献" if zh else "References", 1)
        for number, document in enumerate(listed, 1):
            book.add_paragraph(clean(f"[{number}] {cite(document)}"))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _bars(book: Any, title: str, counts: Counter[str]) -> None:
    """A bar chart of shaded characters: it needs no fonts or pictures and can be edited in Word."""
    from docx.shared import RGBColor

    book.add_heading(title, 1)
    table = book.add_table(rows=0, cols=3)
    most = max(counts.values(), default=1)
    for name, count in counts.items() if title in ("期限", "By period") else counts.most_common():
        cells = table.add_row().cells
        cells[0].text, cells[1].text = clean(name), str(count)
        bar = cells[2].paragraphs[0].add_run("█" * max(1, round(_BAR * count / most)))
        bar.font.color.rgb = RGBColor(0x2F, 0x5D, 0x9B)
    _widths(table, (5.5, 1.5, 10))


_COLUMNS = {"indicator": 4.6, "quote": 2.9, "period": 2.4, "status": 1.8, "departments": 4.1, "source": 1.2}
"""Centimetres, 17 in all: A4 less its margins."""


def _figures(book: Any, rows: list[dict[str, Any]], numbers: dict[int, int], language: str) -> None:
    """A row a figure; its source is the number of the reference, as in a paper."""
    from docx.oxml import OxmlElement
    from docx.shared import Pt

    table = book.add_table(rows=1, cols=len(_COLUMNS))
    table.style = "Table Grid"
    for cell, field in zip(table.rows[0].cells, _COLUMNS, strict=True):
        cell.text = field_name(field, language) if field != "source" else "来源" if language == "zh" else "Source"
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # repeats the head on each page
    for row in rows:
        number = numbers.get(row.get("document_id") or 0)
        values = [
            row["indicator"] or "",
            _amount(row, language),
            period_name(row["period"], language),
            value_name("status", row["status"], language),
            join_departments(row["departments"], language),
            f"[{number}]" if number else row["document"],
        ]
        for cell, value in zip(table.add_row().cells, values, strict=True):
            cell.text = clean(value)
    for row in table.rows:
        for cell in row.cells:
            for run in cell.paragraphs[0].runs:
                run.font.size = Pt(9)
    _widths(table, tuple(_COLUMNS.values()))


def _amount(row: dict[str, Any], language: str) -> str:
    """不低于23%; a table's bare cell gets the unit that stands in its heads."""
    bound = value_name("comparator", row["comparator"], language) if row["comparator"] not in ("eq", "range", None) else ""
    unit = row["unit"] if row["unit"] and re.fullmatch(r"[\d.,，]+", row["quote"]) else ""
    return f"{bound}{row['quote']}{unit}"


def _widths(table: Any, centimetres: tuple[float, ...]) -> None:
    """Word asks the table, LibreOffice each cell."""
    from docx.shared import Cm

    table.autofit = False
    for column, width in zip(table.columns, centimetres, strict=True):
        column.width = Cm(width)
        for cell in column.cells:
            cell.width = Cm(width)


def _font(style: Any, name: str) -> None:
    """Word takes Chinese characters' font from w:eastAsia alone."""
    from docx.oxml.ns import qn

    style.font.name = "Times New Roman"
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)
