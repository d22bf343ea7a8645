"""The quick judgments of a whole document are those of each item with its parts."""

import numpy as np

from analyzer import analyze
from analyzer.categories import NONE, classify, clause_around, figure_parts, load_classifier, neighbours, sentence_parts
from analyzer.category_features import Stretches, describe, describe_texts, read_passages
from analyzer.document_areas import judge_clauses, judge_figures, judge_pieces, read_areas
from analyzer.ingest import text_to_document
from analyzer.pipeline.flow import read_layers

TEXT = """临河市2026年民生实事工作方案
一、加快城市更新
年内改造老旧小区35个，新增停车泊位1200个；建成口袋公园8处。加强燃气安全排查，整治隐患60处，推进市场监管局执法改革。
二、发展现代农业
新建高标准农田5万亩，粮食产量稳定在8亿斤以上。培育农业龙头企业6家。
到2027年，完成年度任务的95%。
"""


def layers_and_areas():
    layers = read_layers(text_to_document(TEXT))
    return layers, read_areas(layers, load_classifier())


def test_figures_are_judged_as_each_alone():
    layers, areas = layers_and_areas()
    items = []
    for figure, measured, home in zip(layers.figures, layers.measured, areas.homes.tolist(), strict=True):
        span = layers.sentences[home]
        items.append(figure_parts(
            clause_around(layers.reading.text, figure.start, figure.end, span.start, span.end), indicator=measured.indicator,
            sentence=layers.reading.text[span.start:span.end], section=layers.reading.lines[span.line].section, title=layers.context.title))
    assert len(items) >= 8
    assert judge_figures(areas) == [found.code for found in classify(items, allow_none=False, explain=False)]


def test_sentences_are_judged_as_each_alone_with_its_context():
    layers, areas = layers_and_areas()
    spans, text = layers.sentences, layers.reading.text
    texts, lines = [text[span.start:span.end] for span in spans], [span.line for span in spans]
    items = []
    for number, span in enumerate(spans):
        near, paragraph = neighbours(texts, lines, number)
        items.append(sentence_parts(texts[number], section=layers.reading.lines[span.line].section, title=layers.context.title,
                                    near=near, paragraph=paragraph))
    codes = judge_clauses(areas, list(range(len(spans))), [span.start for span in spans], [span.end for span in spans])
    assert codes == [found.code for found in classify(items, explain=False)]


def test_pieces_are_judged_by_their_own_words():
    layers, areas = layers_and_areas()
    text = layers.reading.text
    judged = classify([text[start:end] for _, start, end in areas.pieces], explain=False)
    sure = {start: found.code for (_, start, _), found in zip(areas.pieces, judged, strict=True) if found.code and found.probability >= 0.6}
    told = judge_pieces(areas, sure=0.6)
    assert sure and {start: code for codes in told.values() for start, code in codes.items()} == sure


def test_a_stretch_is_what_it_would_be_as_a_text_even_where_it_cuts_a_word():
    model = load_classifier()
    text = "推进市场监管局改革，改造老旧小区，老旧小区改造"
    passages = read_passages(["新建灌区", text], model)
    borders = [(0, len(text)), (2, 4), (2, 6), (4, 9), (9, 16), (13, len(text)), (len(text) - 1, len(text))]
    stretches = Stretches(np.ones(len(borders), np.int64), *np.array(borders).T)
    for found, wanted in zip(describe(passages, stretches, model), describe_texts([text[a:b] for a, b in borders], model), strict=True):
        assert abs(found - wanted).max() < 1e-6


def test_a_document_without_figures_or_promises_is_judged_too():
    assert analyze(text_to_document("附件")).figures == ()
    assert NONE not in judge_figures(layers_and_areas()[1])
