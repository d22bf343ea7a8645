"""The reading: widths folded, hard breaks bridged, and every character still knows where it stands in the document."""

from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.ingest import text_to_document
from analyzer.pipeline.reading import join_breaks, read_text
from analyzer.pipeline.sentences import split_sentences
from analyzer.records import Block, Document


def document_of(text, kind="paragraph"):
    return Document("a", text, (Block(kind, 0, len(text)),))


def test_a_hard_break_inside_a_number_is_bridged():
    text = "建设筹集保障性租赁住房3.1万\n　　套，发放补贴"
    reading = read_text(document_of(text))
    start = reading.text.index("3.1万套")
    place = reading.to_source(start, start + 5)
    assert text[place.start:place.end] == "3.1万\n　　套"


def test_widths_are_folded_one_to_one():
    reading = read_text(document_of("增长３．２％，达Ａ级"))
    assert reading.text == "增长3.2%，达A级\n"
    assert reading.to_source(2, 6).start == 2


def test_furniture_is_not_read_and_sections_nest():
    text = "一、住房\n（一）保障\n1200套。\n二、安全\n清零。\n- 3 -"
    blocks = (Block("heading", 0, 4, 2), Block("heading", 5, 10, 3), Block("paragraph", 11, 17), Block("heading", 18, 22, 2),
              Block("paragraph", 23, 26), Block("furniture", 27, 32))
    reading = read_text(Document("a", text, blocks))
    assert "- 3 -" not in reading.text
    assert [line.section for line in reading.lines if line.kind == "paragraph"] == [("一、住房", "（一）保障"), ("二、安全",)]


def test_sentences_keep_their_closing_quotes():
    reading = read_text(document_of("他说：“完成1200个。”随后离开；结束"))
    assert [reading.text[s.start:s.end] for s in split_sentences(reading)] == ["他说：“完成1200个。”", "随后离开；", "结束"]


def test_joining_breaks():
    assert join_breaks("3.1万 \n　　套") == "3.1万套"
    assert join_breaks("不变") == "不变"


@given(st.text(alphabet="改造3.1万套％　 \n\t，。；“”（）", max_size=80))
@settings(max_examples=200, deadline=None)
def test_offsets_point_into_the_document(text):
    document = text_to_document(text)
    reading = read_text(document)
    assert len(reading.offsets) == len(reading.text)
    places = list(reading.offsets)
    assert all(first <= second for first, second in zip(places, places[1:], strict=False))
    for line in reading.lines:
        place = reading.to_source(line.start, line.end)
        assert 0 <= place.start <= place.end <= len(text)
        assert "\n" not in reading.text[line.start:line.end]
