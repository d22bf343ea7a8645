"""TXT: encodings, hard wraps, offsets that index the file's own characters."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.errors import UnreadableDocument
from analyzer.ingest import read_bytes, text_to_document
from analyzer.ingest.plain import decode, text_to_blocks, wrap_width

SAMPLE = "某市人民政府关于推进城市更新的通知\r\n一、总体要求\r\n到2026年，全市改造老旧小区120个。\r\n"


def pieces(text: str) -> list[str]:
    return [text[block.start:block.end] for block in text_to_blocks(text)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-be", "utf-16-le"])
def test_every_usual_encoding_gives_the_same_text(encoding):
    data = SAMPLE.encode(encoding)
    if encoding == "utf-16-be":
        data = b"\xfe\xff" + data
    text, _ = decode(data, "a.txt")
    assert text == SAMPLE  # line ends and all: offsets index the decoded file


def test_big5_is_told_from_gb18030_by_the_characters_that_come_out():
    text = "行政院關於推動都市更新的通知。為了改善人民的生活，本市將在兩年內完成建設。"
    assert decode(text.encode("big5"), "a.txt") == (text, "big5")


def test_a_cut_last_character_costs_a_warning_not_the_file():
    document = read_bytes((SAMPLE * 20).encode()[:-3], "a.txt")
    assert "一、总体要求" in document.text
    assert document.warnings


def test_a_few_damaged_bytes_cost_a_warning_not_the_file():
    for encoding in ("utf-8", "gb18030"):
        data = bytearray((SAMPLE * 40).encode(encoding))
        for at in (50, 777, 2000):
            data[at] = 0xFF
        document = read_bytes(bytes(data), "a.txt")
        assert document.text.count("一、总体要求") >= 36 and document.warnings


@pytest.mark.parametrize("data", [b"", b"   \r\n", b"\x00" * 400, b"\xef\xbb\xbf"])
def test_nothing_inside_is_a_clear_error(data):
    with pytest.raises(UnreadableDocument, match=r"a\.txt"):
        read_bytes(data, "a.txt")


def test_binary_is_no_text():
    with pytest.raises(UnreadableDocument, match="a.txt"):
        read_bytes(bytes(range(256)) * 30, "a.txt")


WRAPPED = """　　今年全市将坚持房子是用来住的、不是用来炒的定位，加快构建新的发展模式，建设筹集保障性租赁住房3.1万
套，发放租赁补贴7.9万户，推动停缓建和闲置项目盘活，推动商品房去库存，改造老旧小区一百二十个，新建口袋公
园三十处。
　　加快建筑业转型升级，办好本市的建筑产业博览会，推动智能建造与新型建筑工业化协同发展，加快培育一批建筑
业龙头企业。
　　深化城市更新，编制市县两级城市更新规划，建立央地合作机制，谋划实施一批重点项目，打造一批示范项目和应用场
景。开展城市体检，摸清城市短板，治理城市病，推动城市高质量发展，让人民群众的获得感、幸福感、安全感不断增
强。
　　持续提升城市品质，县级城市黑臭水体保持长制久清，推进生活垃圾分类工作，城市居民小区生活垃圾分类覆盖率达
到百分之九十以上。
"""


def test_hard_wrapped_lines_join_and_a_number_keeps_its_unit():
    found = pieces(WRAPPED)
    assert len(found) == 4
    assert "3.1万\n套" in found[0]


@pytest.mark.parametrize(("text", "blocks"), [
    ("今年改造老旧小区30\n个，新建公园5座。", 1),  # a ragged break between a number and its unit
    ("今年建设保障性租赁住房3.1万\n套；推进一网通办。", 1),
    ("全市停车设施总数2025\n年，项目完成。", 1),
    ("二〇二五年政府工作报告2\n各位代表，现在报告工作。", 2),  # a page number behind a title
    ("老旧小区改造30\n120\n45", 3),  # cells
])
def test_a_number_keeps_its_unit_across_a_ragged_break(text, blocks):
    assert len(text_to_blocks(text)) == blocks


def test_lines_of_whole_paragraphs_do_not_join():
    text = "\n".join(f"第{n}项任务按期完成，全市新增停车位{n}00个，群众满意度持续提升。" * (n % 3 + 1) for n in range(1, 12))
    assert len(pieces(text)) == 11


def test_one_sentence_a_line_does_not_join():
    text = "\n".join(["加强收支管理，严禁铺张浪费，", "不得违规新建楼堂馆所，", "一定要把宝贵资金用在发展紧要处、民生急需上。"] * 6)
    assert len(pieces(text)) == 18


def test_a_text_in_one_line_is_cut_at_its_headings():
    body = "全市上下团结奋斗，各项事业取得新的进步。" * 90
    text = f"各位代表：现在，我向大会报告工作，请予审议。一、2024年工作回顾{body}二、2025年工作安排{body}（一）推动创新。{body}"
    document = text_to_document(text)
    heads = [text[b.start:b.end] for b in document.blocks if b.kind == "heading"]
    assert "一、2024年工作回顾" in heads
    assert "二、2025年工作安排" in heads


def test_wrap_width_needs_most_lines_at_the_margin():
    assert wrap_width(["短行"] * 20) is None
    assert wrap_width(["这一行有二十个左右的汉字正好排满一整行的宽度" for _ in range(20)]) == 44


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="一二三、（）。，：市政府120%\n\r\t 　“”—", max_size=300))
def test_blocks_are_in_order_inside_the_text_and_lose_no_word(text):
    blocks = text_to_blocks(text)
    last = 0
    for block in blocks:
        assert last <= block.start < block.end <= len(text)
        last = block.end
    kept = "".join(text[b.start:b.end] for b in blocks)
    assert "".join(kept.split()) == "".join(text.split())
