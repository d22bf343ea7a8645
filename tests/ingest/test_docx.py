"""DOCX: what is seen on the page is read, what is not is left out."""

from __future__ import annotations

import office_samples
import pytest
from office_samples import W, cell, docx, listed, numbering, p, table

from analyzer.ingest.docx import read_docx
from analyzer.ingest.numbering import format_number
from analyzer.ingest.tables import rows_of

BODY = "坚持以人民为中心的发展思想，统筹发展和安全，推动各项工作取得新的成效，让人民群众共享改革发展的成果。"


def read(body: str, **parts: str):
    return read_docx(docx(body, **parts), "a.docx")


def lines(body: str, **parts: str) -> list[str]:
    document = read(body, **parts)
    return [document.text[b.start:b.end] for b in document.blocks if not b.cells]


def test_automatic_numbers_are_rendered_and_make_headings():
    numbers = numbering(("chineseCountingThousand", "%1、"), ("chineseCounting", "（%2）"), ("decimal", "%3."))
    document = read(listed("总体要求") + listed("指导思想", 1) + p(BODY) + listed("目标", 1) + p(BODY) + listed("任务") + listed("改造", 1) +
                    listed("小区", 2) + p(BODY), numbering=numbers)
    found = [(document.text[b.start:b.end], b.level) for b in document.blocks if b.kind == "heading"]
    assert found == [("一、总体要求", 2), ("（一）指导思想", 3), ("（二）目标", 3), ("二、任务", 2), ("（一）改造", 3), ("1. 小区", 4)]


def test_lists_of_one_family_count_on_unless_told_to_begin_anew():
    one = numbering(("decimal", "%1."), lists=2)
    assert lines(listed("甲") + listed("乙") + listed("丙", number=2), numbering=one) == ["1. 甲", "2. 乙", "3. 丙"]
    again = numbering(("decimal", "%1."), lists=2, override='<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>')
    assert lines(listed("甲") + listed("乙") + listed("丙", number=2), numbering=again) == ["1. 甲", "2. 乙", "1. 丙"]


def test_numbers_and_levels_come_through_styles():
    styles = (f'<w:styles {W}><w:style w:type="paragraph" w:styleId="a"><w:name w:val="base"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
              '<w:style w:type="paragraph" w:styleId="b"><w:name w:val="heading 2"/><w:basedOn w:val="a"/></w:style></w:styles>')
    document = read(p("发展基础", '<w:pStyle w:val="b"/>') + p(BODY), styles=styles, numbering=numbering(("chineseCounting", "第%1部分 "),))
    assert document.text.startswith("第一部分 发展基础")
    assert document.blocks[0].kind == "heading"


def test_a_heading_style_on_a_whole_paragraph_is_no_heading():
    styles = f'<w:styles {W}><w:style w:type="paragraph" w:styleId="h"><w:name w:val="heading 1"/></w:style></w:styles>'
    document = read(p("某市方案") + p(BODY * 2, '<w:pStyle w:val="h"/>') + p("重点任务", '<w:pStyle w:val="h"/>') + p(BODY), styles=styles)
    assert [b.kind for b in document.blocks[1:]] == ["paragraph", "heading", "paragraph"]


@pytest.mark.parametrize(("number", "form", "text"), [
    (1, "chineseCounting", "一"), (10, "chineseCounting", "十"), (11, "chineseCountingThousand", "十一"), (20, "chineseCounting", "二十"),
    (101, "chineseCountingThousand", "一百零一"), (3, "decimalEnclosedCircleChinese", "③"), (27, "lowerLetter", "aa"), (4, "upperRoman", "IV"),
    (2, "ideographTraditional", "乙"), (7, "decimalZero", "07"), (3, "decimalFullWidth", "３"), (2, "chineseLegalSimplified", "贰"), (5, "strange", "5"),
])
def test_number_formats(number, form, text):
    assert format_number(number, form) == text


def test_tracked_insertions_are_read_and_deletions_not():
    body = ('<w:p><w:r><w:t>改造小区</w:t></w:r><w:del><w:r><w:delText>100</w:delText></w:r></w:del>'
            '<w:ins><w:r><w:t>120</w:t></w:r></w:ins><w:r><w:t>个。</w:t></w:r></w:p>'
            '<w:p><w:moveFrom><w:r><w:t>旧处</w:t></w:r></w:moveFrom><w:moveTo><w:r><w:t>新处</w:t></w:r></w:moveTo></w:p>')
    document = read(body)
    assert document.text == "改造小区120个。\n新处\n"
    assert any("deletion" in warning for warning in document.warnings)


def test_a_deleted_paragraph_mark_joins_two_paragraphs():
    body = "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>改造小区</w:t></w:r></w:p>" + p("120个。") + p("下一段。")
    assert lines(body) == ["改造小区120个。", "下一段。"]


def test_content_controls_links_fields_and_text_boxes():
    box = ('<w:p><w:r><w:t>正文。</w:t></w:r><w:r><mc:AlternateContent><mc:Choice Requires="wps"><wps:txbx><w:txbxContent>'
           f'{p("框内文字。")}</w:txbxContent></wps:txbx></mc:Choice><mc:Fallback><w:pict><v:textbox><w:txbxContent>{p("框内文字。")}'
           '</w:txbxContent></v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>')
    control = f"<w:sdt><w:sdtContent>{p('控件内容。')}</w:sdtContent></w:sdt>"
    inline = "<w:p><w:sdt><w:sdtContent><w:r><w:t>行内控件</w:t></w:r></w:sdtContent></w:sdt><w:hyperlink><w:r><w:t>链接。</w:t></w:r></w:hyperlink></w:p>"
    code = ('<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE \\* MERGEFORMAT</w:instrText></w:r>'
            '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>第七页。</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>')
    assert lines(box + control + inline + code) == ["正文。", "框内文字。", "控件内容。", "行内控件链接。", "第七页。"]


def test_hidden_text_is_left_out_and_told():
    document = read('<w:p><w:r><w:t>可见。</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>隐藏</w:t></w:r></w:p>')
    assert document.text == "可见。\n" and "2" in document.warnings[0]


def test_footnotes_stand_at_the_end_and_headers_are_furniture():
    notes = f'<w:footnotes {W}><w:footnote w:type="separator" w:id="0">{p("——")}</w:footnote><w:footnote w:id="1">{p("注文在此。")}</w:footnote></w:footnotes>'
    body = '<w:p><w:r><w:t>正文</w:t></w:r><w:r><w:footnoteReference w:id="1"/></w:r><w:r><w:t>继续。</w:t></w:r></w:p>'
    document = read(body, footnotes=notes, header=f'<w:hdr {W}>{p("某市文件")}{p("— 3 —")}</w:hdr>')
    assert [(b.kind, document.text[b.start:b.end]) for b in document.blocks] == [
        ("paragraph", "正文继续。"), ("paragraph", "注文在此。"), ("furniture", "某市文件")]


def test_tables_with_merged_cells_and_a_table_inside():
    inner = table(cell("内甲") + cell("内乙"), cell("1个") + cell("2个"))
    body = table(cell("序号") + cell("任务") + cell("牵头单位", '<w:gridSpan w:val="2"/>'),
                 cell("1") + cell("改造小区") + cell("市住建局", '<w:vMerge w:val="restart"/>') + cell("市财政局"),
                 cell("2") + f"<w:tc>{p('建设公园')}{inner}</w:tc>" + cell("", "<w:vMerge/>") + cell("市城管局"))
    document = read(body)
    outer, nested = [b for b in document.blocks if b.kind == "table"]
    assert rows_of(document, outer) == [["序号", "任务", "牵头单位", "牵头单位"], ["1", "改造小区", "市住建局", "市财政局"],
                                        ["2", "建设公园", "市住建局", "市城管局"]]
    assert [c.header for c in outer.cells[:3]] == [True] * 3 and not outer.cells[3].header
    assert rows_of(document, nested) == [["内甲", "内乙"], ["1个", "2个"]]
    assert all(document.text[c.start:c.end] == text for c, text in zip(outer.cells, ["序号", "任务", "牵头单位"], strict=False))


def test_a_frame_of_one_cell_is_no_table():
    document = read(table(f"<w:tc>{p('某市人民政府关于城市更新的通知')}{p(BODY)}</w:tc>"))
    assert [b.kind for b in document.blocks] == ["heading", "paragraph"]


def test_centred_lines_at_the_head_are_one_title():
    centre = '<w:jc w:val="center"/>'
    document = read(p("某市人民政府关于印发", centre) + p("城市更新行动计划的通知", centre) + p("各区人民政府：") + p(BODY))
    assert [b.level for b in document.blocks[:2]] == [1, 1]


def test_strict_namespaces_are_read_too(monkeypatch):
    strict = "http://purl.oclc.org/ooxml/wordprocessingml/main"
    monkeypatch.setattr(office_samples, "MORE", office_samples.MORE.replace("http://schemas.openxmlformats.org/wordprocessingml/2006/main", strict))
    assert read_docx(docx(p("改造小区120个。")), "a.docx").text == "改造小区120个。\n"
