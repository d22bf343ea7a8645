"""The spaCy pipeline: components fit together, numbers are never inside a word, sentences start where they should."""

import pytest

from analyzer.ingest import text_to_document
from analyzer.pipeline.components import COMPONENTS, pipeline, read_layers
from analyzer.pipeline.figures import find_quantities
from analyzer.pipeline.reading import read_text
from analyzer.pipeline.tokenizer import reading_to_doc, segmenter

TEXT = """2025年云州省政府工作报告
三、2025年重点工作
今年改造城镇老旧小区1200个，城镇新增就业45万人。（责任单位：省住房城乡建设厅）
“十四五”时期，建设筹集保障性租赁住房3.1万
套，森林覆盖率达到45%以上；推进一网通办。"""


def make_doc(text):
    reading = read_text(text_to_document(text))
    quantities = find_quantities(reading.text)
    doc, sentences = reading_to_doc(pipeline().vocab, reading, quantities)
    return reading, quantities, doc, sentences


def test_components_fit_together():
    assert pipeline().pipe_names == list(COMPONENTS)
    problems = pipeline().analyze_pipes()["problems"]
    assert all(not found for found in problems.values())


def test_the_doc_is_the_reading_and_numbers_have_token_borders():
    reading, quantities, doc, _ = make_doc(TEXT)
    assert doc.text == reading.text
    borders = {token.idx for token in doc} | {len(doc.text)}
    for quantity in quantities:
        if quantity.reason is None:
            assert quantity.start in borders
            assert quantity.end in borders


def test_sentences_of_the_doc_are_ours():
    reading, _, doc, sentences = make_doc(TEXT)
    starts = {sent.start_char for sent in doc.sents}
    assert {sentence.start for sentence in sentences} <= starts
    assert all(not reading.text[sentence.start:sentence.end].endswith("“") for sentence in sentences)


def test_words_are_jiebas_where_figures_are():
    _, _, doc, _ = make_doc("今年改造城镇老旧小区1200个。")
    words = [token.text for token in doc]
    assert "改造" in words
    assert "小区" in words


def test_the_tokenizer_is_our_own():
    import jieba

    assert segmenter() is not jieba.dt


def test_layers_run_parallel_and_lie_in_the_text():
    layers = read_layers(text_to_document(TEXT))
    count = len(layers.figures)
    assert count == 4
    assert len(layers.measured) == len(layers.statuses) == len(layers.periods) == len(layers.regions) == count
    assert len(layers.kinds) == len(layers.sentences)
    assert [layers.measured[number].indicator for number in range(count)] == ["城镇老旧小区", "城镇新增就业", "保障性租赁住房", "森林覆盖率"]
    assert [body.name for found in layers.assignments for body in found.bodies] == ["省住房城乡建设厅"]


@pytest.mark.parametrize("text", ["", "。", "\n\n", "1", "（", "“" * 50, "1200个" * 200, "责任单位：" * 50])
def test_odd_texts_pass(text):
    layers = read_layers(text_to_document(text))
    assert len(layers.kinds) == len(layers.sentences)
