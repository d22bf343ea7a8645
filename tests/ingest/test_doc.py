"""DOC by its piece table; the samples were written by LibreOffice from a text of our own."""

from __future__ import annotations

import pytest
from office_samples import DATA

from analyzer.errors import UnreadableDocument
from analyzer.ingest import read_document
from analyzer.ingest.doc import read_doc
from analyzer.ingest.tables import rows_of


@pytest.fixture(scope="module")
def document():
    return read_doc((DATA / "plan.doc").read_bytes(), "plan.doc")


def test_text_and_outline(document):
    heads = [(b.level, document.text[b.start:b.end]) for b in document.blocks if b.kind == "heading"]
    assert heads[0] == (1, "云州市城市更新工作方案")
    assert (2, "一、总体要求") in heads and (3, "（一）工作目标") in heads
    assert "到2026年，改造老旧小区120个，新建口袋公园30处。" in document.text


def test_automatic_numbers(document):
    lines = document.text.splitlines()
    assert "1. 加快旧住房更新改造" in lines and "（1）改造屋面管线" in lines and "2. 加快口袋公园建设" in lines


def test_headings_and_lists_by_style():
    document = read_doc((DATA / "outline.doc").read_bytes(), "outline.doc")
    assert [(b.level, document.text[b.start:b.end]) for b in document.blocks if b.kind == "heading"] == [
        (1, "云州市国民经济和社会发展第十五个五年规划纲要"), (2, "总体要求"), (3, "指导思想"), (3, "主要目标"), (2, "重点任务")]
    assert [document.text[b.start:b.end] for b in document.blocks if b.kind == "list_item"] == [
        "1. 改造老旧小区120个。", "2. 新建口袋公园30处。", "加强组织领导。", "强化资金保障。"]


def test_a_table_with_merged_cells(document):
    table = next(b for b in document.blocks if b.kind == "table")
    assert rows_of(document, table) == [["序号", "任务", "责任单位", "责任单位"], ["1", "改造小区", "市住建局", "市财政局"],
                                        ["2", "建设公园", "市住建局", "市城管局"]]


def test_found_by_content_whatever_it_is_called(tmp_path):
    path = tmp_path / "plan.txt"
    path.write_bytes((DATA / "plan.doc").read_bytes())
    assert read_document(path).format == "doc"


def test_an_encrypted_one_says_so():
    data = bytearray((DATA / "plan.doc").read_bytes())
    begin = data.index(b"\xec\xa5")
    data[begin + 0x0B] |= 0x01
    with pytest.raises(UnreadableDocument, match="encrypted"):
        read_doc(bytes(data), "a.doc")


def test_raised_digits_join_no_number():
    assert "常住人口¹²1761万人，建成区面积达到300km2。" in read_doc((DATA / "notes.doc").read_bytes(), "notes.doc").text
