"""A short Word brief of some figures: counts with bars, targets by category, references."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable
from typing import Any

from analyzer.errors import AnalyzerError
from analyzer.export.citations import cite
from analyzer.export.rows import clean, join_departments
from analyzer.export.words import field_name, period_name, value_name

_PER_CATEGORY = 40


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
    book.add_heading("数据明细" if zh else "The figures", 1)
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(value_name("category", row["category"], language) or "–", []).append(row)
    for name, some in sorted(groups.items(), key=lambda pair: -len(pair[1])):
        book.add_heading(clean(name), 2)
        _figures(book, some[:_PER_CATEGORY], language)
        if len(some) > _PER_CATEGORY:
            rest = len(some) - _PER_CATEGORY
            book.add_paragraph(f"另有 {rest} 条，见数据表。" if zh else f"{rest} more are in the table.")
    listed = list(documents)
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
        bar = cells[2].paragraphs[0].add_run("█" * max(1, round(22 * count / most)))
        bar.font.color.rgb = RGBColor(0x2F, 0x5D, 0x9B)


def _figures(book: Any, rows: list[dict[str, Any]], language: str) -> None:
    from docx.oxml import OxmlElement

    fields = ["indicator", "quote", "comparator", "status", "period", "departments", "document"]
    table = book.add_table(rows=1, cols=len(fields))
    table.style = "Table Grid"
    for cell, field in zip(table.rows[0].cells, fields, strict=True):
        cell.text = field_name(field, language)
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # repeats the head on each page
    for row in rows:
        values = [
            row["indicator"] or "",
            row["quote"],
            value_name("comparator", row["comparator"], language),
            value_name("status", row["status"], language),
            period_name(row["period"], language),
            join_departments(row["departments"], language),
            row["document"],
        ]
        for cell, value in zip(table.add_row().cells, values, strict=True):
            cell.text = clean(value)


def _font(style: Any, name: str) -> None:
    """Word takes Chinese characters' font from w:eastAsia alone."""
    from docx.oxml.ns import qn

    style.font.name = "Times New Roman"
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)
