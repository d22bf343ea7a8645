"""The same text gives the same fields from DOCX, HTML and PDF as from TXT."""

import html
import io
from pathlib import Path

import docx
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Paragraph, SimpleDocTemplate

from analyzer.analysis import analyze
from analyzer.ingest import read_bytes

GOLD = Path(__file__).parents[1] / "corpus" / "gold"
NAMES = ("yunzhou_report_2026", "yunzhou_construction_measures_2024", "luochuan_renewal_plan_2026")
FIELDS = ("quote", "value", "value_max", "unit", "comparator", "change", "indicator", "status", "period", "category", "region")


def lines_of(name):
    text = (GOLD / f"{name}.txt").read_text(encoding="utf-8")
    blocks = read_bytes(text.encode("utf-8"), f"{name}.txt").blocks
    if any(block.cells for block in blocks):
        blocks = [block for block in blocks if not block.cells]
    return ["".join(text[block.start:block.end].split("\n")).strip() for block in blocks]


def to_txt(lines):
    return "\n".join(lines).encode("utf-8")


def to_docx(lines):
    document, data = docx.Document(), io.BytesIO()
    for line in lines:
        document.add_paragraph(line)
    document.save(data)
    return data.getvalue()


def to_html(lines):
    body = "".join(f"<p>{html.escape(line)}</p>" for line in lines)
    return f"<!doctype html><html><head><meta charset='utf-8'></head><body><div class='TRS_Editor'>{body}</div></body></html>".encode()


def to_pdf(lines):
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    style = ParagraphStyle("body", fontName="STSong-Light", fontSize=12, leading=22, firstLineIndent=24, wordWrap="CJK")
    data = io.BytesIO()
    SimpleDocTemplate(data, pagesize=A4).build([Paragraph(html.escape(line), style) for line in lines])
    return data.getvalue()


def fields_of(data, name):
    figures = analyze(read_bytes(data, name)).figures
    return [tuple("".join(str(getattr(figure, field)).split()) for field in FIELDS) for figure in figures]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("suffix", "write"), [("docx", to_docx), ("html", to_html), ("pdf", to_pdf)])
def test_fields_do_not_depend_on_the_format(name, suffix, write):
    lines = lines_of(name)
    expected = fields_of(to_txt(lines), f"{name}.txt")
    found = fields_of(write(lines), f"{name}.{suffix}")
    assert len(expected) >= 15
    same = sum(row in found for row in expected)
    assert len(found) == len(expected)
    assert same >= 0.97 * len(expected), [row for row in expected if row not in found][:5]
