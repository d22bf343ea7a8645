"""The spaCy pipeline: components fit together, numbers are never inside a word, sentences start where they should."""

import pytest

from analyzer.ingest import text_to_document
from analyzer.pipeline.components import COMPONENTS, layers_to_doc, pipeline
from analyzer.pipeline.flow import read_layers
from analyzer.pipeline.tokenizer import segmenter

TEXT = """2025年云州省政府工作报告
三、2025年重点工作
今年改造城镇老旧小区1200个，城镇新增就业45万人。（责任单位：省住房城乡建设厅）
“十四五”时期，建设筹集保障性租赁住房3.1万套，森林覆盖率达到45%以上；推进一网通办。"""


def make_doc(text):
    layers = read_layers(text_to_document(text))
    return layers, layers_to_doc(layers)


def test_components_fit_together():
    assert pipeline().pipe_names == list(COMPONENTS)
    problems = pipeline().analyze_pipes()["problems"]
    assert all(not found for found in problems.values())


def test_the_doc_is_the_reading_and_numbers_have_token_borders():
    layers, doc = make_doc(TEXT)
    assert doc.text == layers.reading.text
    borders = {token.idx for token in doc} | {len(doc.text)}
    assert len(layers.figures) == 4
    for figure in layers.figures:
        assert figure.start in borders
        assert figure.end in borders


def test_sentences_of_the_doc_are_ours():
    layers, doc = make_doc(TEXT)
    starts = {sent.start_char for sent in doc.sents}
    assert {sentence.start for sentence in layers.sentences} <= starts
    assert all(not doc.text[sentence.start:sentence.end].endswith("“") for sentence in layers.sentences)


def test_words_are_jiebas():
    _, doc = make_doc("今年改造城镇老旧小区1200个。")
    words = [token.text for token in doc]
    assert "改造" in words
    assert "城镇老旧小区" in words  # a term of the lexicon


def test_what_was_found_lies_on_the_doc_as_span_groups():
    _, doc = make_doc(TEXT)
    found = {group: [span.text for span in doc.spans[group]] for group in ("figures", "indicators", "organisations")}
    assert found == {
        "figures": ["1200个", "45万人", "3.1万套", "45%"],
        "indicators": ["城镇老旧小区", "城镇新增就业", "保障性租赁住房", "森林覆盖率"],
        "organisations": ["省住房城乡建设厅"]}
    assert "2025年" in [span.text for span in doc.spans["periods"]]


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
    layers, doc = make_doc(text)
    assert doc.text == layers.reading.text
    assert len(layers.kinds) == len(layers.sentences)
