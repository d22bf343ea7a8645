"""PDFs that the tests print themselves: paragraphs, tables, furniture, places, rotation, odd characters."""

import io
import shutil

import pdf_samples
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from analyzer.errors import UnreadableDocument
from analyzer.ingest.pdf import parse_pdf, read_pdf
from analyzer.ingest.pdf_image import draw_page, render_page
from analyzer.ingest.pdf_text import RADICALS
from analyzer.ingest.places import boxes_of, page_of
from analyzer.ingest.tables import rows_of

pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
FONT = "STSong-Light"


def draw(*pages, size=A4):
    """A PDF; each page is a function that draws on the canvas."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=size)
    for page in pages:
        canvas.setFont(FONT, 16)
        page(canvas)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def write(lines, *, left=80, top=700, step=28, size=16):
    def page(canvas):
        canvas.setFont(FONT, size)
        for number, (indent, line) in enumerate(lines):
            canvas.drawString(left + indent * size, top - number * step, line)
    return page


def body(document):
    return [document.text[block.start:block.end] for block in document.blocks if block.kind != "furniture"]


def of_kind(document, kind):
    return [document.text[block.start:block.end] for block in document.blocks if block.kind == kind]


FULL = "全市加快推进公共服务均等化水平提升工程建设并形成经验"  # 26 characters: a full line


def needs(tool):
    return pytest.mark.skipif(shutil.which(tool) is None, reason=f"needs {tool} to print the sample")


@pytest.mark.parametrize("producer", ["reportlab", pytest.param("libreoffice", marks=needs("soffice")),
                                      pytest.param("chromium", marks=needs("chromium"))])
def test_every_paragraph_and_cell_of_a_long_print_is_whole(producer):
    sample = pdf_samples.make_sample(seed=3, chapters=5, sections=3)
    document = parse_pdf(pdf_samples.PRODUCERS[producer](sample), "long.pdf")
    paragraphs, cells, lost, missing = pdf_samples.score(document, sample)
    assert (paragraphs, cells) == (1.0, 1.0), (lost[:3], missing[:3])
    assert document.pages and document.pages > 10


@pytest.mark.parametrize(("lines", "expected", "reason"), [
    ([(2, FULL[:24]), (0, FULL), (0, "任务全部完成。")], 1, "an indented first line and full lines"),
    ([(2, FULL[:24]), (0, "任务全部完成。"), (2, FULL[:24]), (0, FULL)], 2, "a short line ends, an indent begins"),
    ([(0, FULL), (0, "到此为止。"), (0, FULL), (0, "第二段。")], 2, "no indents: short lines part"),
    ([(2, FULL[:24]), (2, FULL[:24]), (0, FULL)], 2, "a full line, but the next one is indented"),
    ([(2, FULL[:21]), (0, "R&D/GDP2030" + FULL[:19]), (0, "完成。")], 1, "a token that would not fit"),
])
def test_lines_join_to_paragraphs(lines, expected, reason):
    ruler = [(0, FULL), (0, FULL), (0, FULL), (0, FULL), (0, "尺子。")]  # tells where the margins are
    document = parse_pdf(draw(write([*ruler, *lines])), "a.pdf")
    assert len(body(document)) == 1 + expected, (reason, body(document))


def test_a_paragraph_crosses_pages_past_footer_and_header():
    def page(number, lines):
        def inner(canvas):
            write(lines)(canvas)
            canvas.setFont(FONT, 10)
            canvas.drawString(80, 800, "某市人民政府公报")
            canvas.drawCentredString(A4[0] / 2, 30, f"— {number} —")
        return inner
    filler = [(0, FULL)] * 20
    document = parse_pdf(draw(page(1, [*filler, (2, FULL[:24]), (0, FULL)]), page(2, [(0, FULL), (0, "完成。"), (2, "另起一段。")]),
                              page(3, [(2, "第三页。")])), "a.pdf")
    joined = [text for text in body(document) if text.endswith("完成。")]
    assert len(joined) == 1 and "公报" not in joined[0]
    assert of_kind(document, "furniture").count("某市人民政府公报") == 3
    assert [text for text in of_kind(document, "furniture") if "—" in text] == ["— 1 —", "— 2 —", "— 3 —"]


@pytest.mark.parametrize(("footer", "is_furniture"), [
    ("— 7 —", True), ("- 7 -", True), ("第 7 页 共 9 页", True), ("7/12", True), ("iv", True),
    ("https://www.example.gov.cn/a/b.html 3/8", True), ("2025年重点任务", False), ("2025年3月7日", False),
])
def test_page_numbers_and_addresses_are_furniture_even_once(footer, is_furniture):
    def page(canvas):
        write([(2, FULL[:24]), (0, FULL), (0, "完成。")])(canvas)
        canvas.drawCentredString(A4[0] / 2, 30, footer)
    assert (footer in of_kind(parse_pdf(draw(page), "a.pdf"), "furniture")) is is_furniture


def test_contents_with_leaders_are_furniture():
    document = parse_pdf(draw(write([(0, "目录"), (0, "一、总体要求…………………………3"), (0, "二、主要任务.............12"), (0, "正文。")])), "a.pdf")
    assert len(of_kind(document, "furniture")) == 2 and "正文。" in body(document)


def test_fake_bold_is_read_once():
    def page(canvas):
        for shift in (0, 0.4):
            canvas.drawString(80 + shift, 700, "一、总体要求")
    assert body(parse_pdf(draw(page), "a.pdf")) == ["一、总体要求"]


def test_real_doubles_stay():
    assert body(parse_pdf(draw(write([(0, "人人参与，天天向上，1100个，（（一））")])), "a.pdf")) == ["人人参与，天天向上，1100个，（（一））"]


def test_radicals_become_characters():
    assert chr(RADICALS[ord("⼈")]) == "人" and chr(RADICALS[ord("⺠")]) == "民" and chr(RADICALS[ord("⻔")]) == "门"
    assert not {ord("①"), ord("㎡"), ord("％")} & set(RADICALS)
    assert len(RADICALS) == 214 + len([code for code in range(0x2E80, 0x2EF4) if code in RADICALS])


@pytest.mark.parametrize("quarter", [0, 90, 180, 270])
def test_a_page_turned_by_its_flag_reads_the_same(quarter):
    import pypdfium2

    pdf = pypdfium2.PdfDocument(draw(write([(2, FULL[:24]), (0, FULL), (0, "完成1200个。")])))
    pdf[0].set_rotation(quarter)
    out = io.BytesIO()
    pdf.save(out)
    document = parse_pdf(out.getvalue(), "a.pdf")
    assert body(document) == [FULL[:24] + FULL + "完成1200个。"]
    at = document.text.index("1200个")
    (number, box), = boxes_of(document, at, at + 5)
    assert number == 1 and document.places
    assert _is_inked(out.getvalue(), box), (quarter, box)


def test_text_drawn_sideways_is_read_upright():
    def page(canvas):
        canvas.translate(300, 400)
        canvas.rotate(90)
        write([(0, FULL), (0, "竖排页面上的表格说明。")], left=-200, top=100)(canvas)
    data = draw(page)
    document = parse_pdf(data, "a.pdf")
    assert body(document) == [FULL + "竖排页面上的表格说明。"]
    at = document.text.index("竖排")
    (_, box), = boxes_of(document, at, at + 5)
    assert box[3] - box[1] > box[2] - box[0] and _is_inked(data, box)


def _is_inked(data, box):
    """Whether the box, and nothing right around it in the reading direction, holds ink."""
    import numpy as np
    from PIL import Image

    picture = np.asarray(Image.open(io.BytesIO(draw_page(data, 1, 2.0, "a"))).convert("L"))
    left, top, right, bottom = (round(value * 2) for value in box)
    return (picture[top:bottom, left:right] < 128).mean() > 0.05


def test_a_watermark_across_the_page_does_not_mix_with_the_text():
    def page(canvas):
        write([(2, FULL[:24]), (0, FULL), (0, "完成。")])(canvas)
        canvas.translate(200, 500)
        canvas.rotate(45)
        canvas.setFont(FONT, 40)
        canvas.drawString(0, 0, "内部资料")
    document = parse_pdf(draw(page), "a.pdf")
    assert body(document) == [FULL[:24] + FULL + "完成。"] and any("内" in text for text in of_kind(document, "furniture"))


def grid(canvas, xs, ys):
    for x in xs:
        canvas.line(x, ys[0], x, ys[-1])
    for y in ys:
        canvas.line(xs[0], y, xs[-1], y)


def test_a_table_stands_apart_with_its_cells():
    def page(canvas):
        write([(0, FULL), (0, "表前。")])(canvas)
        grid(canvas, [80, 200, 320, 440], [500, 530, 560])
        canvas.setFont(FONT, 10)
        for column, (head, value) in enumerate((("指标", "粮食产量"), ("单位", "万吨"), ("2025年", "≥1200"))):
            canvas.drawString(84 + 120 * column, 540, head)
            canvas.drawString(84 + 120 * column, 510, value)
        write([(0, "表后。")], top=460)(canvas)
    document = parse_pdf(draw(page), "a.pdf")
    table, = (block for block in document.blocks if block.kind == "table")
    assert rows_of(document, table) == [["指标", "单位", "2025年"], ["粮食产量", "万吨", "≥1200"]]
    assert [cell.header for cell in table.cells] == [True] * 3 + [False] * 3
    assert [block.kind == "table" for block in document.blocks] == [False, True, False]
    assert table.page == 1 and table.box == pytest.approx((80, A4[1] - 560, 440, A4[1] - 500), abs=1.5)


def test_a_table_without_side_borders_has_its_outer_columns():
    def page(canvas):
        for y in (500, 530, 560):
            canvas.line(80, y, 440, y)
        for x in (200, 320):
            canvas.line(x, 500, x, 560)
        canvas.setFont(FONT, 10)
        for column in range(3):
            for row in range(2):
                canvas.drawString(84 + 120 * column, 540 - 30 * row, f"格{row}{column}")
    document = parse_pdf(draw(page), "a.pdf")
    table, = (block for block in document.blocks if block.kind == "table")
    assert rows_of(document, table) == [["格00", "格01", "格02"], ["格10", "格11", "格12"]]


def test_frames_around_pages_and_boxed_paragraphs_are_no_tables():
    def page(canvas):
        canvas.rect(40, 40, A4[0] - 80, A4[1] - 80)
        canvas.rect(70, 400, 460, 350)
        write([(2, FULL[:24]), (0, FULL), (0, "完成。")])(canvas)
    document = parse_pdf(draw(page), "a.pdf")
    assert not of_kind(document, "table") and body(document) == [FULL[:24] + FULL + "完成。"]


def test_places_know_every_character():
    data = draw(write([(2, FULL[:24]), (0, FULL), (0, "投资3.5亿元。")]))
    document = read_pdf(data, "a.pdf")
    at = document.text.index("3.5亿元")
    (number, (left, top, right, bottom)), = boxes_of(document, at, at + 5)
    assert number == page_of(document, at) == 1
    assert left == pytest.approx(80 + 2 * 16, abs=1) and right > left + 30
    assert top < A4[1] - (700 - 2 * 28) < bottom
    assert len(boxes_of(document, 0, len(document.text))) == 3
    assert all(place.end - place.start + 1 == len(place.edges) for place in document.places)
    assert all("".join(document.text[place.start:place.end].split()) for place in document.places)


def test_offsets_of_blocks_and_cells_lie_in_the_text():
    sample = pdf_samples.make_sample(seed=5, chapters=4, sections=2)
    document = parse_pdf(pdf_samples.print_reportlab(sample), "a.pdf")
    last = 0
    for block in document.blocks:
        assert last <= block.start <= block.end <= len(document.text) and block.page and block.box
        last = block.end
        for cell in block.cells:
            assert block.start <= cell.start <= cell.end <= block.end
    assert document.text.count("\n") >= len(document.blocks) - 1


def test_pages_are_drawn_for_the_app():
    data = draw(write([(0, "一")]), write([(0, "二")]))
    assert render_page(data, 2, scale=1.0).startswith(b"\x89PNG")
    with pytest.raises(UnreadableDocument, match="no page 3"):
        render_page(data, 3, name="a.pdf")


def test_a_title_over_two_lines_is_one():
    def page(canvas):
        canvas.setFont(FONT, 22)
        canvas.drawCentredString(300, 760, "某市人民政府关于印发")
        canvas.drawCentredString(300, 725, "数字经济发展规划的通知")
        write([(2, FULL[:24]), (0, FULL), (0, FULL), (0, FULL), (0, "完成。")], top=660)(canvas)
    document = parse_pdf(draw(page), "a.pdf")
    first = document.blocks[0]
    assert (first.kind, first.level) == ("heading", 1)
    assert document.text[first.start:first.end] == "某市人民政府关于印发数字经济发展规划的通知"


def test_the_mark_of_a_note_does_not_join_a_number():
    def page(canvas):
        write([(0, FULL), (0, FULL)])(canvas)
        canvas.drawString(80, 600, "常住人口")
        canvas.setFont(FONT, 9)
        canvas.drawString(80 + 64, 607, "1")
        canvas.setFont(FONT, 16)
        canvas.drawString(80 + 70, 600, "1761.48万人，面积3km")
        canvas.setFont(FONT, 9)
        canvas.drawString(80 + 70 + pdfmetrics.stringWidth("1761.48万人，面积3km", FONT, 16), 607, "2")
    assert "常住人口¹1761.48万人，面积3km2" in parse_pdf(draw(page), "a.pdf").text


def open_table(canvas, rows, *, top, rules):
    for y in rules:
        canvas.line(80, y, 500, y)
    canvas.setFont(FONT, 11)
    for number, row in enumerate(rows):
        for column, text in enumerate(row):
            canvas.drawString(90 + 140 * column, top - 24 * number, text)


def test_a_table_of_level_rules_has_columns_and_runs_over_pages():
    def first(canvas):
        write([(0, FULL), (0, "表1 各区情况。")])(canvas)
        open_table(canvas, [("地区", "户籍人口（万人）", "性别比"), ("东区", "124.88", "93.91"), ("西区", "73.40", "94.23")],
                   top=600, rules=(620, 590))

    def second(canvas):
        open_table(canvas, [("南区", "10.28", "95.44"), ("北区", "122.12", "104.83")], top=760, rules=(725,))
        write([(0, "表后正文，与表无关。")], top=690)(canvas)
    document = parse_pdf(draw(first, second), "a.pdf")
    table, = (block for block in document.blocks if block.kind == "table")
    rows = rows_of(document, table)
    assert rows[0] == ["地区", "户籍人口（万人）", "性别比"] and rows[4] == ["北区", "122.12", "104.83"] and len(rows) == 5
    assert [cell.header for cell in table.cells[:4]] == [True, True, True, False]
    assert body(document)[-1] == "表后正文，与表无关。"


def test_rules_above_and_below_prose_make_no_table():
    def page(canvas):
        for y in (730, 640, 550):
            canvas.line(80, y, 500, y)
        write([(2, FULL[:24]), (0, FULL), (0, "完成。"), (2, "第二段话没有表格。")])(canvas)
    assert not of_kind(parse_pdf(draw(page), "a.pdf"), "table")


def test_two_columns_are_read_one_after_the_other():
    lines = [f"第{number:02d}行文字写满这一栏的宽度为止并且" for number in range(40)]

    def page(canvas):
        canvas.setFont(FONT, 20)
        canvas.drawCentredString(A4[0] / 2, 770, "某市人民政府关于加快发展的意见")
        canvas.setFont(FONT, 11)
        for number, line in enumerate(lines):
            canvas.drawString(60 + 250 * (number // 20), 720 - 22 * (number % 20), line)
        canvas.drawString(310, 720 - 22 * 20, "结束。")
    document = parse_pdf(draw(page), "a.pdf")
    assert body(document) == ["某市人民政府关于加快发展的意见", "".join(lines) + "结束。"]


def test_numbers_in_a_column_at_the_edge_of_a_page_are_no_page_numbers():
    def page(first):
        return write([(0, str(first)), *((0, f"{first + row}.{row}") for row in range(1, 12)), (0, str(first + 40))])
    document = parse_pdf(draw(page(300), page(17), page(98)), "a.pdf")
    assert of_kind(document, "furniture") == []

    def full(number):
        return write([(0, FULL[number + row % 9:] + FULL[:number + row % 9]) for row in range(23)])

    def with_number(number):
        def drawn(canvas):
            full(number)(canvas)
            canvas.drawString(290, 64, str(number + 5))
        return drawn
    document = parse_pdf(draw(*map(with_number, range(3))), "a.pdf")
    assert of_kind(document, "furniture") == ["5", "6", "7"]


def test_text_hangs_below_its_label_in_a_block_narrower_than_the_page():
    def page(canvas):
        write([(0, "内容概述：" + FULL[:18]), (5, FULL[:18]), (5, "提出意见。"), (0, "发文字号：某教〔2025〕1号"), (2, FULL[:24]), (0, FULL), (0, FULL),
               (0, FULL), (0, "结束。")])(canvas)
    assert body(parse_pdf(draw(page), "a.pdf"))[:2] == ["内容概述：" + FULL[:18] * 2 + "提出意见。", "发文字号：某教〔2025〕1号"]
