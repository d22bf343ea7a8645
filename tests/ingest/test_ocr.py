"""Scans that the tests draw: text, boxes, tables, quarter turns, mixed files, and life without the extra."""

import io

import pytest
from test_pdf import FULL, draw, grid, write

from analyzer.errors import UnreadableDocument, UnsupportedFormat
from analyzer.ingest import ocr
from analyzer.ingest.pdf import parse_pdf
from analyzer.ingest.pdf_image import draw_page
from analyzer.ingest.pdf_text import RADICALS
from analyzer.ingest.places import boxes_of
from analyzer.ingest.sandbox import Limits
from analyzer.ingest.tables import rows_of

needs_extra = pytest.mark.skipif(not ocr.is_available(), reason='needs pip install "policy-analyzer[ocr]"')
LINES = [(2, "到2027年，新建和改造高标准农田1200万亩，"), (0, "粮食综合生产能力稳定在3.5亿吨以上，增长5.2%。")]


SIZE = (560, 330)  # points: small pages cost little


def plan(canvas):
    write(LINES, top=280)(canvas)
    grid(canvas, [80, 200, 320, 440], [100, 130, 160])
    canvas.setFont("STSong-Light", 12)
    for column, (head, value) in enumerate((("指标", "粮食产量"), ("2025年", "8"), ("2030年", "≥1260.5"))):
        canvas.drawString(84 + 120 * column, 140, head)
        canvas.drawString(84 + 120 * column, 110, value)


def scan(page=plan, *, turn=0, tilt=0.0):
    """A drawn page as a grey picture at 200 dpi."""
    from PIL import Image

    picture = Image.open(io.BytesIO(draw_page(draw(page, size=SIZE), 1, 200 / 72, "a"))).convert("L")
    return picture.rotate(tilt, fillcolor=255).rotate(turn, expand=True)


def packed(picture, kind="PNG", **options):
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def test_without_the_extra_a_scan_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(ocr, "is_available", lambda: False)
    with pytest.raises(UnsupportedFormat) as caught:
        parse_pdf(packed(scan(), "PDF", resolution=200), "扫描件.pdf")
    for message in (caught.value.english, caught.value.chinese):
        assert "扫描件.pdf" in message and 'pip install "policy-analyzer[ocr]"' in message
    with pytest.raises(UnsupportedFormat):
        ocr.parse_image(packed(scan()), "a.png")


def test_without_the_extra_the_other_pages_of_a_mixed_file_are_read(monkeypatch):
    import pypdfium2

    monkeypatch.setattr(ocr, "is_available", lambda: False)
    mixed = pypdfium2.PdfDocument(draw(write([(0, FULL), (0, "文字页。")])))
    mixed.import_pages(pypdfium2.PdfDocument(packed(scan(), "PDF", resolution=200)))
    out = io.BytesIO()
    mixed.save(out)
    document = parse_pdf(out.getvalue(), "a.pdf")
    assert "文字页。" in document.text and any("policy-analyzer[ocr]" in text and text.endswith("2") for text in document.warnings)


@needs_extra
def test_a_scanned_pdf_has_text_table_and_boxes():
    document = parse_pdf(packed(scan(tilt=0.6), "PDF", resolution=200), "a.pdf")
    paragraph = document.blocks[0]
    assert document.text[paragraph.start:paragraph.end] == "".join(text for _, text in LINES)
    assert paragraph.source == "ocr" and document.warnings
    table, = (block for block in document.blocks if block.kind == "table")
    assert rows_of(document, table) == [["指标", "2025年", "2030年"], ["粮食产量", "8", "≥1260.5"]] and table.source == "ocr"
    at = document.text.index("1200万亩")
    (number, (left, top, right, bottom)), = boxes_of(document, at, at + 6)
    truth = parse_pdf(draw(plan, size=SIZE), "a.pdf")
    at = truth.text.index("1200万亩")
    (_, wanted), = boxes_of(truth, at, at + 6)
    assert number == 1 and (left, top, right, bottom) == pytest.approx(wanted, abs=12)


@needs_extra
def test_a_picture_lying_on_its_side_is_turned():
    document = ocr.parse_image(packed(scan(turn=90), "JPEG", quality=70), "a.jpg")
    assert "".join(text for _, text in LINES) in document.text
    assert document.places[0].box[3] - document.places[0].box[1] > document.places[0].box[2] - document.places[0].box[0]


@needs_extra
def test_a_picture_of_a_table_in_a_text_page_is_read():
    from reportlab.lib.utils import ImageReader

    picture = scan().crop((200, 450, 1260, 660))

    def page(canvas):
        write([(0, FULL), (0, "见下表。")], top=280)(canvas)
        canvas.drawImage(ImageReader(picture), 80, 120, width=picture.width * 72 / 200, height=picture.height * 72 / 200)
    document = parse_pdf(draw(page, size=SIZE), "a.pdf")
    table, = (block for block in document.blocks if block.kind == "table")
    assert rows_of(document, table)[1] == ["粮食产量", "8", "≥1260.5"]
    assert (table.source, document.blocks[0].source) == ("ocr", "text")


@needs_extra
def test_a_tiff_has_pages_and_blank_ones_are_no_error():
    from PIL import Image

    blank = Image.new("L", (1240, 1754), 255)
    document = ocr.read_image(packed(blank, "TIFF", save_all=True, append_images=[blank]), "a.tif")
    assert document.pages == 2 and not document.blocks


def test_pictures_over_the_limit_are_refused_before_they_are_decoded():
    from PIL import Image

    data = packed(Image.new("L", (3000, 3000), 255))
    with pytest.raises((UnreadableDocument, UnsupportedFormat)):
        ocr.parse_image(data, "a.png", Limits(pixels=1_000_000))
    with pytest.raises(UnreadableDocument, match="3000×3000"):
        ocr.read_frame(data, 1, "a.png", Limits(pixels=1_000_000))


@pytest.mark.parametrize(("read", "mended"), [
    ("投资,增长", "投资，增长"), ("（一)总体要求", "（一）总体要求"), ("研发(R&D）投入", "研发（R&D）投入"), ("增长5,000人", "增长5,000人"),
    ("(R&D)", "（R&D）"), ("abc, def", "abc, def"), ("比例1:3", "比例1:3"), ("责任单位:市发改委;", "责任单位：市发改委；"),
])
def test_half_width_marks_between_chinese_are_widened(read, mended):
    assert ocr._mend_punctuation(read) == mended


@pytest.mark.parametrize("angle", [-2.0, 0.0, 1.3])
def test_skew_is_measured(angle):
    pytest.importorskip("cv2")
    import numpy as np

    from analyzer.ingest.bitmap import measure_skew

    assert measure_skew(np.asarray(scan(tilt=angle))) == pytest.approx(-angle, abs=0.25)


def test_the_second_reader_agrees_with_the_first():
    from analyzer.ingest.pages import pages_to_document
    from analyzer.ingest.pdf_fallback import read_page_slowly

    page = read_page_slowly(draw(plan, size=SIZE), 0)
    other = pages_to_document([page], "a.pdf", "pdf", [])
    assert other.text.translate(RADICALS) == parse_pdf(draw(plan, size=SIZE), "a.pdf").text


@pytest.mark.parametrize(("sign", "expected"), [("‰", True), ("%", False), ("00", False), ("8", False)])
def test_per_mille_is_told_from_per_cent_by_its_rings(sign, expected):
    pytest.importorskip("cv2")
    import numpy as np

    from analyzer.ingest.bitmap import has_per_mille

    picture = scan(lambda canvas: canvas.drawString(80, 200, sign)).crop((212, 308, 280, 374))
    assert has_per_mille(np.asarray(picture)) is expected
