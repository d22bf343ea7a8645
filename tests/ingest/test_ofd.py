"""OFD: text objects in order of place, ruled tables, composites, pages without text."""

from __future__ import annotations

import io
import pathlib

import pytest
from office_samples import ofd, ofd_text

from analyzer.errors import UnreadableDocument
from analyzer.ingest.ofd import read_ofd
from analyzer.ingest.tables import rows_of

FONTS = ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
         "C:/Windows/Fonts/simsun.ttc", "/System/Library/Fonts/PingFang.ttc")
LINES = [("某市城市更新工作方案", 77, 30), ("一、总体要求", 41, 45), ("到二〇二六年，全市改造老旧小区120个，新建口袋公", 41, 55),
         ("园30处，群众满意度持续提升。", 30, 63)]


def test_lines_become_paragraphs_with_places():
    document = read_ofd(ofd("".join(ofd_text(*line) for line in reversed(LINES))), "a.ofd")
    assert document.format == "ofd" and document.pages == 1
    assert "新建口袋公园30处" in document.text.replace("\n", "")
    first = document.blocks[0]
    assert first.page == 1 and first.box and 76 * 72 / 25.4 < first.box[0] < 79 * 72 / 25.4
    assert document.places


def test_ruled_lines_make_a_table():
    def rule(x0, y0, x1, y1):
        return (f'<ofd:PathObject ID="2" Boundary="0 0 210 297" LineWidth="0.3"><ofd:AbbreviatedData>M {x0} {y0} L {x1} {y1}</ofd:AbbreviatedData>'
                "</ofd:PathObject>")

    rules = "".join(rule(30, y, 150, y) for y in (40, 52, 64)) + "".join(rule(x, 40, x, 64) for x in (30, 90, 150))
    words = ofd_text("任务", 32, 43) + ofd_text("牵头单位", 92, 43) + ofd_text("改造小区", 32, 55) + ofd_text("市住建局", 92, 55)
    document = read_ofd(ofd(rules + words), "a.ofd")
    table = next(b for b in document.blocks if b.kind == "table")
    assert rows_of(document, table) == [["任务", "牵头单位"], ["改造小区", "市住建局"]]


def test_text_in_a_composite_and_one_that_holds_itself():
    unit = (f'<ofd:CompositeGraphicUnits><ofd:CompositeGraphicUnit ID="7" Width="210" Height="297"><ofd:Content>{ofd_text("组合图元中的文字", 30, 40)}'
            '<ofd:CompositeObject ID="8" ResourceID="7" Boundary="0 0 210 297"/></ofd:Content></ofd:CompositeGraphicUnit></ofd:CompositeGraphicUnits>')
    document = read_ofd(ofd('<ofd:CompositeObject ID="3" ResourceID="7" Boundary="0 0 210 297"/>', resources=unit), "a.ofd")
    assert document.text.count("组合图元中的文字") == 1


def test_a_page_without_text_is_told():
    document = read_ofd(ofd(ofd_text("第一页的文字。", 30, 40), '<ofd:ImageObject ID="4" ResourceID="5" Boundary="0 0 210 297"/>'), "a.ofd")
    assert "2" in document.warnings[0]


def test_a_scanned_page_is_read_by_ocr():
    pytest.importorskip("rapidocr")
    image_module, draw_module, font_module = (pytest.importorskip(f"PIL.{name}") for name in ("Image", "ImageDraw", "ImageFont"))
    font = next((path for path in FONTS if pathlib.Path(path).exists()), None)
    if font is None:
        pytest.skip("needs a Chinese font to draw the scan with")
    scan = image_module.new("L", (827, 1169), 255)
    draw_module.Draw(scan).text((125, 150), "改造老旧小区120个", fill=0, font=font_module.truetype(font, 32))
    buffer = io.BytesIO()
    scan.save(buffer, "PNG")
    resources = '<ofd:MultiMedias><ofd:MultiMedia ID="5" Type="Image"><ofd:MediaFile>scan.png</ofd:MediaFile></ofd:MultiMedia></ofd:MultiMedias>'
    document = read_ofd(ofd('<ofd:ImageObject ID="4" ResourceID="5" Boundary="0 0 210 297" CTM="210 0 0 297 0 0"/>', resources=resources,
                            extra={"Doc_0/scan.png": buffer.getvalue()}), "a.ofd")
    assert "老旧小区120个" in document.text
    assert document.blocks[0].source == "ocr" and document.blocks[0].page == 1
    box = document.blocks[0].box
    assert box and abs(box[0] - 125 * 595 / 827) < 12


def test_an_encrypted_one_says_so():
    with pytest.raises(UnreadableDocument, match="encrypted"):
        read_ofd(ofd(ofd_text("文字", 30, 40), extra={"Encryptions.xml": "<a/>"}), "a.ofd")
