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


WRAPPED = """　　云州市今年要把让群众住得下、住得稳放在前面，由市住房局会同各区排出清单、分片包干，共筹集配租房3.1万
套，给新市民发补贴7.9万户，烂尾和闲置的工地逐个盘活，老院落翻新一百二十处，街角小公园添三十处。
　　本地施工企业要走出去也要提档次，九月办一场行业展会，请各家把工厂里造房子的办法摆出来互相学，年内帮六
家企业评上更高的资质。
　　老城改造先做体检再动工，市里和区里各编一本规划，缺什么补什么，先挑十个片区试，试成了再铺开，铺开之前
把账算清、把居民的话听全，做完以后请居民打分，打分不过的返工。
　　街面要干净，河道不许返黑返臭，各小区的垃圾要分开投、分开运，年底分类投放的小区比例要达到百分之九十以
上。
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
    text = "\n".join(["各单位要管好账，", "一分钱也不许乱花，", "省下来的钱先给学校和医院。"] * 6)
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
