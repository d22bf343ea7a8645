"""The layers on a spaCy Doc: jieba's words, our sentences, and each finder's findings as a group of spans.

Records are made from the layers alone: segmenting costs more than all finders together, so that only who wants words pays for them.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable

import spacy
from spacy.language import Language
from spacy.tokens import Doc, SpanGroup

from analyzer.pipeline.flow import Layers
from analyzer.pipeline.tokenizer import reading_to_doc

COMPONENTS = ("policy_figures", "policy_indicators", "policy_periods", "policy_organisations")


@functools.cache
def pipeline() -> Language:
    """The components in order over a blank vocabulary; made once per process."""
    nlp = spacy.blank("xx")
    nlp.vocab.lex_attr_getters.clear()  # type: ignore[attr-defined]  # nobody asks a token for its shape; computing it costs more than jieba
    for name in COMPONENTS:
        nlp.add_pipe(name)
    return nlp


def layers_to_doc(layers: Layers, nlp: Language | None = None) -> Doc:
    """The reading as jieba's words and our sentences, with what was found as span groups: figures, indicators, periods, organisations.

    >>> [span.text for span in layers_to_doc(read_layers(document)).spans["figures"]]  # doctest: +SKIP
    ['3.1万套', '45%']
    """
    nlp = nlp or pipeline()
    doc = reading_to_doc(nlp.vocab, layers.reading, layers.sentences, layers.figures)
    doc.user_data["layers"] = layers
    return nlp(doc)


def _add_spans(doc: Doc, group: str, intervals: Iterable[tuple[int, int]]) -> Doc:
    spans = [doc.char_span(start, end, label=group, alignment_mode="expand") for start, end in intervals]
    doc.spans[group] = SpanGroup(doc, name=group, spans=[span for span in spans if span is not None])
    return doc


@Language.component("policy_figures", assigns=["doc.spans"])
def add_figures(doc: Doc) -> Doc:
    return _add_spans(doc, "figures", ((quantity.start, quantity.end) for quantity in doc.user_data["layers"].figures))


@Language.component("policy_indicators", assigns=["doc.spans"])
def add_indicators(doc: Doc) -> Doc:
    return _add_spans(doc, "indicators", (piece for measured in doc.user_data["layers"].measured for piece in measured.pieces))


@Language.component("policy_periods", assigns=["doc.spans"])
def add_periods(doc: Doc) -> Doc:
    return _add_spans(doc, "periods", ((mention.start, mention.end) for mention in doc.user_data["layers"].timeline.mentions))


@Language.component("policy_organisations", assigns=["doc.spans"])
def add_organisations(doc: Doc) -> Doc:
    return _add_spans(doc, "organisations", (
        (body.start, body.end) for found in doc.user_data["layers"].assignments for body in found.bodies))
