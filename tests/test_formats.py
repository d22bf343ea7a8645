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


FLAT = ["某市数字经济发展规划", "到2030年，建成制造业创新中心12家，数字经济核心产业占比达到15%。这一段文字写得足够长，好让它占满整整一行，并且接着写到下一行去，与下面的表格分开。",
        "主要指标", "指标", "2025年", "2030年", "产业发展", "规模以上工业增加值（亿元）", "5000", "8000", "软件业务收入（亿元）", "200", "800",
        "重点企业数控化率（%）", "52", "80", "基础设施", "千兆宽带用户（万户）", "98", "100", "算力规模（EFLOPS）", "2", "20",
        "各地各部门要加强组织领导，明确任务分工，强化跟踪问效，推动各项任务落到实处，重大事项及时报告。"]


@pytest.mark.parametrize(("suffix", "write"), [("txt", to_txt), ("docx", to_docx), ("html", to_html), ("pdf", to_pdf)])
def test_a_table_of_one_cell_a_line_is_put_together_in_every_format(suffix, write):
    document = read_bytes(write(FLAT), f"flat.{suffix}")
    (table,) = [block for block in document.blocks if block.kind == "table"]
    found = [(figure.quote, figure.indicator, figure.period, figure.status) for figure in analyze(document).figures]
    assert ("8000", "规模以上工业增加值", "2030", "planned") in found and len(table.cells) == 3 + 2 + 5 * 3
    assert found == [(figure.quote, figure.indicator, figure.period, figure.status)
                     for figure in analyze(read_bytes(to_txt(FLAT), "flat.txt")).figures]
    assert [document.text[cell.start:cell.end] for cell in table.cells if cell.header] == ["指标", "2025年", "2030年"]
