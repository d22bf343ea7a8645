"""Writes a sample as TXT, MD, DOCX, PDF, HTML or XLSX, the same bytes every time."""

from __future__ import annotations

import datetime
import hashlib
import io
import re
import zipfile
from html import escape
from pathlib import Path
from typing import Any

from markup import Line, Sample

FONT = Path("/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc")
EPOCH = (2026, 1, 1, 0, 0, 0)
NUMERIC = re.compile(r"-?\d+(?:\.\d+)?")


def write_document(sample: Sample, kind: str, path: Path, text: str) -> None:
    """Writes one file of a sample; `text` is its plain text as the gold data has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if kind == "txt":
        path.write_bytes(text.encode(sample.head.get("encoding", "utf-8")))
    elif kind == "md":
        path.write_text(to_markdown(sample), encoding="utf-8")
    elif kind == "html":
        path.write_text(to_html(sample), encoding="utf-8")
    else:
        path.write_bytes({"docx": to_docx, "pdf": to_pdf, "xlsx": to_xlsx}[kind](sample))


def parts(sample: Sample) -> list[Line | list[Line]]:
    """Lines in order, the rows of a table together."""
    found: list[Line | list[Line]] = []
    for line in sample.lines:
        if line.role != "row":
            found.append(line)
        elif found and isinstance(found[-1], list):
            found[-1].append(line)
        else:
            found.append([line])
    return found


def spans(rows: list[Line]) -> list[tuple[int, int, int, int, str]]:
    """Cells as row, column, row span, column span, text; `^^` and `<<` are merged away."""
    found = []
    for i, row in enumerate(rows):
        for j, text in enumerate(row.cells):
            if text in ("^^", "<<"):
                continue
            down = right = 1
            while i + down < len(rows) and rows[i + down].cells[j] == "^^":
                down += 1
            while j + right < len(row.cells) and row.cells[j + right] == "<<":
                right += 1
            found.append((i, j, down, right, text))
    return found


def to_markdown(sample: Sample) -> str:
    signs = {"title": "# ", "h1": "## ", "h2": "### ", "h3": "#### "}
    out = []
    for part in parts(sample):
        if isinstance(part, list):
            rows = ["| " + " | ".join("" if c in ("^^", "<<") else c for c in row.cells) + " |" for row in part]
            out.append("\n".join([rows[0], "|" + " --- |" * len(part[0].cells), *rows[1:]]))
        else:
            out.append(signs.get(part.role, "") + part.text)
    return "\n\n".join(out) + "\n"


def to_html(sample: Sample) -> str:
    """A page as government sites have it: navigation, table of metadata, article, footer."""
    h = sample.head
    body = []
    for part in parts(sample):
        if isinstance(part, list):
            cells: dict[int, list[str]] = {}
            for i, _, down, right, text in spans(part):
                tag = "th" if i == 0 else "td"
                size = (f' rowspan="{down}"' if down > 1 else "") + (f' colspan="{right}"' if right > 1 else "")
                cells.setdefault(i, []).append(f"<{tag}{size}>{escape(text)}</{tag}>")
            body.append("<table border=\"1\">\n" + "\n".join(f"<tr>{''.join(row)}</tr>" for row in cells.values()) + "\n</table>")
        elif part.role == "title":
            body.append(f'<h1 class="title">{escape(part.text)}</h1>')
        elif part.role == "note":
            body.append(f'<p style="text-align:center">{escape(part.text)}</p>')
        elif part.role == "para":
            body.append(f'<p style="text-indent:2em">{escape(part.text)}</p>')
        else:
            body.append(f'<p style="text-indent:2em"><strong>{escape(part.text)}</strong></p>')
    meta = [("索 引 号", h.get("index", "000014349/2025-00018")), ("主题分类", h.get("theme", "城乡建设")), ("发文机关", h["issuer"]),
            ("成文日期", h["date"]), ("标　　题", h["title"]), ("发文字号", h.get("number", "")), ("发布日期", h.get("published", h["date"]))]
    table = "\n".join(f"<tr><td><b>{escape(k)}：</b></td><td>{escape(v)}</td></tr>" for k, v in meta)
    return f"""<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<title>{escape(h['title'])}_{escape(h['issuer'])}门户网站</title>
<meta name="ArticleTitle" content="{escape(h['title'])}">
<meta name="PubDate" content="{h.get('published', h['date'])} 09:30">
<meta name="ContentSource" content="{escape(h['issuer'])}">
</head>
<body>
<div class="header"><a href="/">首页</a> <a href="/zwgk">政务公开</a> <a href="/zwfw">政务服务</a> <a href="/hdjl">互动交流</a>
今天是 {h.get('published', h['date'])}</div>
<div class="crumbs">当前位置：首页 &gt; 政务公开 &gt; 政策文件</div>
<table class="bd1">
{table}
</table>
<div class="tools">【字体：大 中 小】 打印 分享到：微信 微博</div>
<div id="UCAP-CONTENT" class="TRS_Editor">
{chr(10).join(body)}
</div>
<div class="footer"><p>主办：{escape(h['issuer'])}办公厅　网站标识码：4300000063　备案号：云ICP备05000618号</p><p>联系我们 | 网站地图 | 无障碍浏览</p></div>
</body>
</html>
"""


def to_docx(sample: Sample) -> bytes:
    from docx import Document
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml.ns import qn
    from docx.shared import Pt

    out = Document()
    style = out.styles["Normal"]
    style.font.name, style.font.size = "FangSong", Pt(16)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "仿宋_GB2312")
    core = out.core_properties
    core.title, core.author = sample.head["title"], sample.head["issuer"]
    core.created = core.modified = datetime.datetime(*EPOCH[:3])
    for part in parts(sample):
        if isinstance(part, list):
            table = out.add_table(len(part), len(part[0].cells))
            table.style = "Table Grid"
            for i, j, down, right, text in spans(part):
                cell = table.cell(i, j)
                if down > 1 or right > 1:
                    cell = cell.merge(table.cell(i + down - 1, j + right - 1))
                cell.text = text
                for run in cell.paragraphs[0].runs:
                    run.font.size, run.font.bold = Pt(10.5), i == 0
            continue
        paragraph = out.add_paragraph(style={"h1": "Heading 1", "h2": "Heading 2", "h3": "Heading 3"}.get(part.role))
        run = paragraph.add_run(part.text)
        if part.role == "title":
            paragraph.alignment, run.font.size, run.font.bold = WD_ALIGN_PARAGRAPH.CENTER, Pt(22), True
        elif part.role == "note" and len(part.text) < 40 and not part.text.endswith("："):
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        elif part.role == "para":
            paragraph.paragraph_format.first_line_indent = Pt(32)
    raw = io.BytesIO()
    out.save(raw)
    return fixed_zip(raw.getvalue())


def to_xlsx(sample: Sample) -> bytes:
    """One sheet a table, named by the note above it; prose goes to a sheet of its own."""
    import xlsxwriter

    raw = io.BytesIO()
    book = xlsxwriter.Workbook(raw, {"in_memory": True})
    book.set_properties({"title": sample.head["title"], "author": sample.head["issuer"], "created": datetime.datetime(*EPOCH[:3])})
    head = book.add_format({"bold": True, "border": 1, "align": "center", "valign": "vcenter", "text_wrap": True})
    body = book.add_format({"border": 1, "valign": "vcenter", "text_wrap": True})
    large = book.add_format({"bold": True, "font_size": 16, "align": "center", "valign": "vcenter"})
    notes: list[str] = []
    for part in parts(sample):
        if not isinstance(part, list):
            notes.append(part.text)
            continue
        sheet = book.add_worksheet(f"表{len(book.worksheets()) + 1}")
        wide = len(part[0].cells)
        top = 0
        for note in notes:
            if wide > 1:
                sheet.merge_range(top, 0, top, wide - 1, note, large if top == 0 else body)
            top += 1
        notes = []
        sheet.set_column(0, 0, 8)
        sheet.set_column(1, wide - 1, 24)
        for i, j, down, right, text in spans(part):
            form = head if i == 0 else body
            value: Any = float(text) if NUMERIC.fullmatch(text) else text
            if down > 1 or right > 1:
                sheet.merge_range(top + i, j, top + i + down - 1, j + right - 1, value, form)
            else:
                sheet.write(top + i, j, value, form)
    if notes:
        sheet = book.add_worksheet("说明")
        sheet.set_column(0, 0, 100)
        for i, note in enumerate(notes):
            sheet.write(i, 0, note, body)
    book.close()
    return fixed_zip(raw.getvalue())


def fixed_zip(data: bytes) -> bytes:
    """The same archive with one fixed time, so that a rebuild gives the same bytes."""
    raw = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            new.writestr(zipfile.ZipInfo(item.filename, EPOCH), old.read(item), zipfile.ZIP_DEFLATED, 9)
    return raw.getvalue()


def to_pdf(sample: Sample) -> bytes:
    """An official document: red head where it has a number, body of 16 points, page numbers — 1 —, tables that may break."""
    from reportlab.lib.colors import red
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.platypus import HRFlowable, Paragraph, SimpleDocTemplate, Spacer, Table

    font = f"Serif-{sample.name}"
    pdfmetrics.registerFont(TTFont(font, io.BytesIO(subset_font(sample))))
    base: dict[str, Any] = {"fontName": font, "wordWrap": "CJK", "fontSize": 16, "leading": 28}
    styles = {
        "para": ParagraphStyle("para", firstLineIndent=32, **base), "title": ParagraphStyle("title", alignment=1, spaceBefore=12, spaceAfter=14,
                                                                                           **{**base, "fontSize": 22, "leading": 34}),
        "h1": ParagraphStyle("h1", firstLineIndent=32, **base), "h2": ParagraphStyle("h2", firstLineIndent=32, **base),
        "h3": ParagraphStyle("h3", firstLineIndent=32, **base), "note": ParagraphStyle("note", alignment=1, **base),
        "left": ParagraphStyle("left", **base), "right": ParagraphStyle("right", alignment=2, rightIndent=32, **base),
        "head": ParagraphStyle("head", alignment=1, textColor=red, **{**base, "fontSize": 30, "leading": 50}),
        "cell": ParagraphStyle("cell", **{**base, "fontSize": 10.5, "leading": 15}),
    }
    flow: list[Any] = []
    if sample.head.get("number"):
        flow += [Paragraph(sample.head["issuer"] + "文件", styles["head"]), Paragraph(sample.head["number"], styles["note"]),
                 HRFlowable(width="100%", thickness=2, color=red, spaceBefore=4, spaceAfter=12)]
    for part in parts(sample):
        if isinstance(part, list):
            flow += [pdf_table(part, styles["cell"], Table, Paragraph, A4[0] - 160), Spacer(1, 10)]
        elif part.text != sample.head.get("number"):
            style = styles[note_place(part.text, sample) if part.role == "note" else part.role]
            broken = break_lines(part.text, font, style.fontSize, A4[0] - 172, style.firstLineIndent)
            flow.append(Paragraph("<br/>".join(escape(line) for line in broken), style))

    def page_number(canvas: Any, _: Any) -> None:
        canvas.setFont(font, 14)
        canvas.drawCentredString(A4[0] / 2, 40, f"— {canvas.getPageNumber()} —")

    raw = io.BytesIO()
    SimpleDocTemplate(raw, pagesize=A4, leftMargin=80, rightMargin=80, topMargin=90, bottomMargin=80, invariant=1, title=sample.head["title"],
                      author=sample.head["issuer"]).build(flow, onFirstPage=page_number, onLaterPages=page_number)
    return raw.getvalue()


def note_place(text: str, sample: Sample) -> str:
    """Where a line outside the prose stands: the addressee left, signature and date right, others in the middle."""
    if text.endswith("："):
        return "left"
    return "right" if text == sample.head["issuer"] or re.fullmatch(r"\d{4}年\d+月\d+日", text) else "note"


def break_lines(text: str, font: str, size: float, width: float, indent: float) -> list[str]:
    """Lines that fit, none beginning with a closing mark or ending with an opening one, no number cut in two."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    lines, room = [""], width - indent
    for piece in re.findall(r"[“‘（《]*(?:[0-9A-Za-z.%]+|.)[，。、；：？！”’）》]*", text):
        need = stringWidth(piece, font, size)
        if need > room and lines[-1]:
            lines.append("")
            room = width
        lines[-1] += piece
        room -= need
    return lines


def pdf_table(rows: list[Line], style: Any, table: Any, paragraph: Any, width: float) -> Any:
    cells: list[list[Any]] = [["" for _ in row.cells] for row in rows]
    commands: list[tuple[Any, ...]] = [("GRID", (0, 0), (-1, -1), 0.5, "black"), ("VALIGN", (0, 0), (-1, -1), "MIDDLE")]
    weight = [3.5] * len(rows[0].cells)
    for i, j, down, right, text in spans(rows):
        cells[i][j] = paragraph(escape(text), style)
        if down > 1 or right > 1:
            commands.append(("SPAN", (j, i), (j + right - 1, i + down - 1)))
        else:
            weight[j] = max(weight[j], min(len(text), 12))
    return table(cells, colWidths=[max(28.0, width * w / sum(weight)) for w in weight], repeatRows=1, style=commands)


def subset_font(sample: Sample) -> bytes:
    """The characters of a sample out of Noto Serif CJK SC, outlines turned to TrueType, which reportlab can embed."""
    from fontTools import subset
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.cu2quPen import Cu2QuPen
    from fontTools.pens.ttGlyphPen import TTGlyphPen
    from fontTools.ttLib import TTFont

    text = "".join(line.text for line in sample.lines) + "".join(sample.head.values()) + "文件— 0123456789"
    font = TTFont(FONT, fontNumber=2)
    cutter = subset.Subsetter(subset.Options(layout_features=[], hinting=False, notdef_outline=True))
    cutter.populate(text=text)
    cutter.subset(font)
    glyphs: dict[str, Any] = {}
    outlines = font.getGlyphSet()
    order = font.getGlyphOrder()
    for name in order:
        pen = TTGlyphPen(None)
        outlines[name].draw(Cu2QuPen(pen, 1.5, reverse_direction=True))
        glyphs[name] = pen.glyph()
    builder = FontBuilder(font["head"].unitsPerEm, isTTF=True)
    builder.setupGlyphOrder(order)
    builder.setupCharacterMap(font.getBestCmap())
    builder.setupGlyf(glyphs)
    builder.setupHorizontalMetrics({n: (font["hmtx"][n][0], getattr(glyphs[n], "xMin", 0)) for n in order})
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    # reportlab keeps glyphs by this name: two documents must not share it
    family = "Subset" + hashlib.md5(sample.name.encode()).hexdigest()[:8]
    builder.setupNameTable({"familyName": family, "styleName": "Regular", "psName": family})
    builder.setupOS2(sTypoAscender=880, sTypoDescender=-120)
    builder.setupPost()
    builder.font["head"].created = builder.font["head"].modified = 3_850_000_000
    builder.font.recalcTimestamp = False
    raw = io.BytesIO()
    builder.save(raw)
    return raw.getvalue()
