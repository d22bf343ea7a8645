"""What people type into the forms, what they mark in a text, and pages as pictures."""

from __future__ import annotations

import io

import pytest

from analyzer.errors import AnalyzerError
from analyzer.ui import forms, marker, pictures
from analyzer.ui.pages.document import _guess, sentence_around

KNOWN = [{"name": "市财政局", "role": "support", "source": "explicit", "id": "fin", "probability": None}]


@pytest.mark.parametrize(("text", "names", "roles"), [
    ("市财政局（牵头）、市水利局", ["市财政局", "市水利局"], ["lead", "responsible"]),
    ("市财政局; 市水利局 (support)", ["市财政局", "市水利局"], ["responsible", "support"]),  # the English form
    ("市委宣传部（市新闻出版局）", ["市委宣传部（市新闻出版局）"], ["responsible"]),  # a bracket of the name itself
    ("市水利局（推断）", ["市水利局"], ["responsible"]),
    ("市财政局（牵头，推断）、市水利局", ["市财政局", "市水利局"], ["lead", "responsible"]),
    ("", [], []), ("、、；", [], []),
])  # fmt: skip
def test_departments(text, names, roles):
    found = forms.parse_departments(text, KNOWN)
    assert [d["name"] for d in found] == names and [d["role"] for d in found] == roles


def test_what_is_known_of_a_body_stays():
    assert forms.parse_departments("市财政局（牵头）", KNOWN)[0]["id"] == "fin"


@pytest.mark.parametrize(("text", "value"), [("31,000", 31000), (" 4.5 ", 4.5), ("-3", -3), ("1，200", 1200), (None, None)])
def test_numbers(text, value):
    assert forms.parse_number(text) == value


@pytest.mark.parametrize("text", ["三万", "inf", "nan", "1.2.3", "1e999", "--"])
def test_no_numbers(text):
    with pytest.raises(AnalyzerError):
        forms.parse_number(text)


@pytest.mark.parametrize(("period", "right"), [
    ("2025", True), ("2021/2025", True), ("2026-06", True), ("2026-Q1", True), ("2026-H2", True), ("2026-06-30", True),
    ("明年", False), ("2025年", False), ("2026-Q5", False), ("20255", False), ("2025/", False),
])  # fmt: skip
def test_periods(period, right):
    assert bool(forms.PERIOD.match(period)) == right


@pytest.mark.parametrize(("quote", "value", "unit"), [
    ("3.1万套", 31000, "套"), ("1.2亿", 1.2e8, None), ("90%", 90, "%"), ("６６００公里", 6600, "公里"), ("1,200个", 1200, "个"), ("三成", None, None),
])
def test_a_guess_for_what_was_marked(quote, value, unit):
    assert _guess(quote) == (value, unit)


def test_the_sentence_around_a_mark():
    text = "甲。乙有12个；丙。\n丁"
    start = text.index("12")
    left, right = sentence_around(text, start, start + 3)
    assert text[left:right] == "乙有12个；"
    assert sentence_around("12个", 0, 3) == (0, 3)


def test_marks_are_cut_where_they_overlap():
    marks = [{"start": 0, "end": 10, "kind": "s", "key": "", "title": ""}, {"start": 2, "end": 5, "kind": "q", "key": "a", "title": ""},
             {"start": 2, "end": 5, "kind": "f", "key": "a", "title": ""}, {"start": 7, "end": 9, "kind": "f", "key": "b", "title": ""}]
    cut = [(p["start"], p["end"], p["kind"]) for p in marker.cut_marks(marks)]
    assert cut == [(0, 2, "s"), (2, 5, "q"), (5, 7, "s"), (7, 9, "sf"), (9, 10, "s")]


def test_a_page_is_drawn_with_its_boxes(tmp_path):
    canvas = pytest.importorskip("reportlab.pdfgen.canvas")
    from PIL import Image

    path = tmp_path / "a.pdf"
    page = canvas.Canvas(str(path), pagesize=(400, 600))
    page.drawString(50, 500, "1200")
    page.save()
    box = (50.0, 90.0, 80.0, 102.0)
    whole = Image.open(io.BytesIO(pictures.draw_page(str(path), 1, (box,), (box,))))
    strip = Image.open(io.BytesIO(pictures.draw_page(str(path), 1, (box,), (box,), False)))
    assert abs(whole.width - 611) <= 1 and strip.height < whole.height
    scale = 110 / 72
    assert whole.getpixel((round(48 * scale) + 1, round(96 * scale)))[0] > 150  # the frame is red
    assert whole.getpixel((5, 5)) == (255, 255, 255)


def test_a_scan_is_drawn_as_its_text_was_read(tmp_path):
    ocr = pytest.importorskip("analyzer.ingest.ocr")
    if not ocr.is_available():
        pytest.skip("needs the extra `ocr`")
    from PIL import Image, ImageDraw

    scan = Image.new("L", (1240, 1754), 255)  # A4 at 150 dpi
    pen = ImageDraw.Draw(scan)
    for line in range(12):
        pen.rectangle((150, 200 + line * 60, 1000, 224 + line * 60), fill=0)
    path = tmp_path / "scan"
    scan.save(path, "PNG", dpi=(150, 150))
    box = tuple(v * 72 / 150 for v in (150.0, 200.0, 400.0, 224.0))
    drawn = Image.open(io.BytesIO(pictures.draw_page(str(path), 1, (), (box,))))
    scale = drawn.width / 1240
    red, green, blue = drawn.getpixel((round(150 * scale) - 2, round(212 * scale)))
    assert red > 150 and green < 120 and blue < 120
