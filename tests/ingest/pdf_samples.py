"""Long policy-like PDFs with known paragraphs and tables, printed by reportlab, LibreOffice and Chromium.

Everything is invented; the same seed gives the same document.
"""

from __future__ import annotations

import html
import io
import random
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

SUBJECTS = [
    "全市", "各县区", "市教育局", "高新区", "重点企业", "农村地区", "中心城区", "公立医院", "中小学校", "物流园区", "港口码头", "水利工程",
    "老旧小区", "产业园区",
]
VERBS = [
    "加快推进", "统筹建设", "大力发展", "稳步提升", "持续优化", "全面落实", "深入实施", "积极培育", "有序扩大", "严格规范", "改造提升", "健全完善",
]
OBJECTS = [
    "数字化转型升级", "绿色低碳循环体系", "公共服务均等化水平", "“一网通办”服务能力", "新一代信息基础设施", "农产品冷链物流网络", "科技创新平台",
    "职业技能培训",
    "养老托育服务体系", "5G网络和IDC数据中心", "黑臭水体治理", "高标准农田建设", "普惠金融服务", "知识产权保护",
]
TAILS = [
    "力争到2027年覆盖率达到{n}%以上", "新增就业{n}万人", "完成投资{n}.5亿元", "建成示范项目{n}个", "改造面积{n}万平方米", "年均增长{n}%左右",
    "由市发展改革委会同有关部门落实", "形成可复制、可推广的经验做法", "研发（R&D）投入强度达到{n}.2%", "单位GDP能耗下降{n}%",
]
BODIES = [
    "市发展改革委", "市工业和信息化局", "市财政局", "市住房城乡建设局", "市生态环境局", "市卫生健康委", "市农业农村局", "市交通运输局",
]


@dataclass
class Table:
    """`cells`: (row, column, row span, column span, text); the first `head` rows name the columns."""

    widths: list[int]
    cells: list[tuple[int, int, int, int, str]]
    head: int = 1

    @property
    def rows(self) -> int:
        return max(row + span for row, _, span, _, _ in self.cells)


@dataclass
class Sample:
    title: str
    parts: list[tuple[str, object]] = field(default_factory=list)  # (h1 | h2 | p, text) or (table, Table)

    @property
    def paragraphs(self) -> list[str]:
        return [str(part) for kind, part in self.parts if kind != "table"]

    @property
    def tables(self) -> list[Table]:
        return [part for kind, part in self.parts if isinstance(part, Table)]


def make_sample(seed: int = 7, chapters: int = 10, sections: int = 7) -> Sample:
    """About 60 to 120 pages at the default size."""
    chance = random.Random(seed)
    sample = Sample("某市国民经济和社会发展第十五个五年规划纲要")
    numbers = "一二三四五六七八九十"
    for chapter in range(chapters):
        sample.parts.append(("h1", f"{numbers[chapter % 10]}、{chance.choice(VERBS)}{chance.choice(OBJECTS)}"))
        for section in range(sections):
            sample.parts.append(("h2", f"（{numbers[section % 10]}）{chance.choice(VERBS)}{chance.choice(OBJECTS)}"))
            for _ in range(chance.randint(2, 4)):
                sample.parts.append(("p", _paragraph(chance)))
            for item in range(1, chance.choice((1, 1, 4))):
                sample.parts.append(("p", f"{item}.{_sentence(chance)}{_sentence(chance)}"))
        if chapter == 1:
            sample.parts.append(("table", _indicators(chance)))
        if chapter == 3:
            sample.parts.append(("table", _tasks(chance)))
    return sample


def _sentence(chance: random.Random) -> str:
    clauses = [f"{chance.choice(SUBJECTS)}{chance.choice(VERBS)}{chance.choice(OBJECTS)}" for _ in range(chance.randint(1, 3))]
    tail = chance.choice(TAILS).format(n=chance.randint(2, 98))
    return "，".join([*clauses, tail]) + "。"


def _paragraph(chance: random.Random) -> str:
    return "".join(_sentence(chance) for _ in range(chance.randint(2, 8)))


def _indicators(chance: random.Random) -> Table:
    cells = [(0, column, 1, 1, name) for column, name in
             enumerate(("序号", "指标名称", "单位", "2025年", "2030年", "年均增长（%）", "属性"))]
    for row in range(1, 52):
        values = (str(row), f"{chance.choice(SUBJECTS)}{chance.choice(OBJECTS)}指数", chance.choice(("%", "万人", "亿元", "个")),
                  f"{chance.randint(10, 999)}.{chance.randint(0, 9)}", f"≥{chance.randint(10, 999)}",
                  chance.choice(("—", "3.5", "6.0")), chance.choice(("约束性", "预期性")))
        cells += [(row, column, 1, 1, value) for column, value in enumerate(values)]
    return Table([8, 32, 10, 13, 13, 13, 11], cells)


def _tasks(chance: random.Random) -> Table:
    cells = [(0, column, 1, 1, name) for column, name in enumerate(("重点工程", "序号", "具体任务", "牵头单位", "完成时限"))]
    row = 1
    for _ in range(14):
        span = chance.randint(1, 4)
        cells.append((row, 0, span, 1, f"{chance.choice(VERBS)}{chance.choice(OBJECTS)}工程"))
        for inner in range(row, row + span):
            cells += [(inner, 1, 1, 1, str(inner)), (inner, 2, 1, 1, _sentence(chance)),
                      (inner, 3, 1, 1, "、".join(chance.sample(BODIES, chance.randint(1, 2)))),
                      (inner, 4, 1, 1, f"{chance.randint(2026, 2030)}年底前")]
        row += span
    cells.append((row, 0, 1, 2, "合计"))
    cells.append((row, 2, 1, 3, f"共{row - 1}项任务，由各牵头单位负责落实"))
    return Table([18, 8, 40, 20, 14], cells)


# --- three producers ---------------------------------------------------------------------------------------------


def print_reportlab(sample: Sample) -> bytes:
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.platypus import Paragraph, SimpleDocTemplate, TableStyle
    from reportlab.platypus import Table as Flow

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    body = ParagraphStyle("p", fontName="STSong-Light", fontSize=16, leading=28, firstLineIndent=32, wordWrap="CJK")
    styles = {"p": body, "h1": body, "h2": body}
    small = ParagraphStyle("c", fontName="STSong-Light", fontSize=10.5, leading=15, wordWrap="CJK")
    story: list = [Paragraph(html.escape(sample.title), ParagraphStyle("t", body, fontSize=22, alignment=1, firstLineIndent=0,
                                                                       leading=36, spaceAfter=20))]
    for kind, part in sample.parts:
        if not isinstance(part, Table):
            story.append(Paragraph(html.escape(str(part)), styles[kind]))
            continue
        grid = [[""] * len(part.widths) for _ in range(part.rows)]
        commands: list = [("GRID", (0, 0), (-1, -1), 0.5, "black"), ("VALIGN", (0, 0), (-1, -1), "MIDDLE")]
        for row, column, down, across, text in part.cells:
            grid[row][column] = Paragraph(html.escape(text), small)  # type: ignore[call-overload]
            if down > 1 or across > 1:
                commands.append(("SPAN", (column, row), (column + across - 1, row + down - 1)))
        story.append(Flow(grid, colWidths=[4.5 * width for width in part.widths], repeatRows=part.head, style=TableStyle(commands)))

    def decorate(canvas, _document) -> None:
        canvas.saveState()
        canvas.setFont("STSong-Light", 10)
        canvas.drawString(79, A4[1] - 40, "某市人民政府办公室文件")
        canvas.line(79, A4[1] - 46, A4[0] - 74, A4[1] - 46)
        canvas.drawCentredString(A4[0] / 2, 36, f"— {canvas.getPageNumber()} —")
        canvas.restoreState()

    out = io.BytesIO()
    SimpleDocTemplate(out, pagesize=A4, leftMargin=79, rightMargin=74, topMargin=72, bottomMargin=72).build(
        story, onFirstPage=decorate, onLaterPages=decorate)
    return out.getvalue()


def print_libreoffice(sample: Sample) -> bytes:
    import docx
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt

    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin, section.top_margin, section.bottom_margin = Mm(28), Mm(26), Mm(37), Mm(35)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Noto Serif CJK SC", Pt(16)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), "Noto Serif CJK SC")
    normal.paragraph_format.line_spacing, normal.paragraph_format.space_after = Pt(28), Pt(0)
    section.header.paragraphs[0].text = "某市人民政府办公室文件"
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    footer.add_run("— ")
    run = footer.add_run()
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._r.append(element)
    footer.add_run(" —")
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.add_run(sample.title).font.size = Pt(22)
    for kind, part in sample.parts:
        if not isinstance(part, Table):
            paragraph = document.add_paragraph()
            paragraph.paragraph_format.first_line_indent = Pt(32)
            paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
            paragraph.add_run(str(part)).bold = kind == "h2"
            continue
        table = document.add_table(part.rows, len(part.widths), style="Table Grid")
        table.autofit = False
        for row in range(part.head):
            mark = OxmlElement("w:tblHeader")
            mark.set(qn("w:val"), "true")
            table.rows[row]._tr.get_or_add_trPr().append(mark)
        grid = [list(row.cells) for row in table.rows]
        for row_cells in grid:
            for cell, width in zip(row_cells, part.widths, strict=True):
                cell.width = Mm(1.55 * width)
        for row, column, down, across, text in part.cells:
            cell = grid[row][column]
            if down > 1 or across > 1:
                cell = cell.merge(grid[row + down - 1][column + across - 1])
            cell.paragraphs[0].paragraph_format.line_spacing = Pt(16)
            cell.paragraphs[0].add_run(text).font.size = Pt(10.5)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sample.docx"
        document.save(str(path))
        subprocess.run(["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "pdf",
                        "--outdir", folder, str(path)], check=True, capture_output=True, timeout=300)
        return (Path(folder) / "sample.pdf").read_bytes()


def sample_to_html(sample: Sample) -> str:
    parts = []
    for kind, part in sample.parts:
        if not isinstance(part, Table):
            parts.append(f"<{kind}>{html.escape(str(part))}</{kind}>")
            continue
        rows: dict[int, list[str]] = {}
        for row, column, down, across, text in sorted(part.cells):
            tag = "th" if row < part.head else "td"
            rows.setdefault(row, []).append(f"<{tag} rowspan={down} colspan={across} style='width:{part.widths[column]}%'>"
                                            f"{html.escape(text)}</{tag}>")
        lines = [f"<tr>{''.join(cells)}</tr>" for _, cells in sorted(rows.items())]
        parts.append(f"<table><thead>{''.join(lines[:part.head])}</thead><tbody>{''.join(lines[part.head:])}</tbody></table>")
    return ("<!doctype html><meta charset=utf-8><title>" + sample.title + "</title><style>"
            "body{font:16px/1.9 'Noto Sans CJK SC'} p,h1,h2{text-indent:2em;margin:0 0 .7em;text-align:justify}"
            "h1{font-size:20px} h2{font-size:16px} .t{text-align:center;font-size:26px;text-indent:0}"
            "table{border-collapse:collapse;width:100%;font-size:13px;line-height:1.5} td,th{border:1px solid #333;padding:3px}"
            "</style><h1 class=t>" + sample.title + "</h1>" + "\n".join(parts))


def print_chromium(sample: Sample) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        page, out = Path(folder) / "sample.html", Path(folder) / "sample.pdf"
        page.write_text(sample_to_html(sample), encoding="utf-8")
        subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}/profile",
                        f"--print-to-pdf={out}", page.as_uri()], check=True, capture_output=True, timeout=300)
        return out.read_bytes()


PRODUCERS = {"reportlab": print_reportlab, "libreoffice": print_libreoffice, "chromium": print_chromium}


def score(document, sample: Sample) -> tuple[float, float, list[str], list[str]]:
    """Shares of intact paragraphs and of exact cells (place, spans and text), and what is missing of each."""
    from collections import Counter

    def bare(text: str) -> str:
        return "".join(text.split())

    found = Counter(bare(document.text[block.start:block.end]) for block in document.blocks
                    if block.kind in ("paragraph", "heading", "list_item"))
    wanted = Counter(map(bare, [sample.title, *sample.paragraphs]))
    lost = list((wanted - found).elements())
    tables = [block for block in document.blocks if block.kind == "table"]
    missing: list[str] = []
    total = 0
    for number, table in enumerate(sample.tables):
        have = {(cell.row, cell.column, cell.row_span, cell.column_span, bare(document.text[cell.start:cell.end]))
                for cell in tables[number].cells} if number < len(tables) else set()
        cells = {(*cell[:4], bare(cell[4])) for cell in table.cells}
        total += len(cells)
        missing += [str(cell) for cell in sorted(cells - have)]
    return 1 - len(lost) / sum(wanted.values()), 1 - len(missing) / max(total, 1), lost, missing


def degrade(picture) -> dict:
    """A grey page as it is, and as two scanners would have it: tilted, blurred, faded, noisy, packed as JPEG."""
    import cv2
    import numpy as np

    pages = {"rendered": picture}
    chance = np.random.default_rng(1)
    height, width = picture.shape
    for name, angle, blur, noise, quality in (("good scan", 0.4, 0.7, 6, 60), ("poor scan", -0.8, 1.1, 14, 35)):
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1)
        page = cv2.warpAffine(picture, matrix, (width, height), borderValue=255, flags=cv2.INTER_CUBIC)
        page = cv2.GaussianBlur(page, (0, 0), blur)
        page = (page * 0.85 + 20 + chance.normal(0, noise, page.shape)).clip(0, 255).astype(np.uint8)
        pages[name] = cv2.imdecode(cv2.imencode(".jpg", page, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], 0)
    return pages
