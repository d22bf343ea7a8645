"""The finders as spaCy components: each adds one group of spans and its values; `read_layers` runs them in order."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import spacy
from spacy.language import Language
from spacy.tokens import Doc, SpanGroup

from analyzer.pipeline.bodies import Assignment
from analyzer.pipeline.context import DocumentContext, read_context
from analyzer.pipeline.figures import find_quantities
from analyzer.pipeline.indicators import Measured, find_indicators
from analyzer.pipeline.layers import Quantity
from analyzer.pipeline.organisations import find_assignments
from analyzer.pipeline.periods import PeriodMention, find_periods
from analyzer.pipeline.reading import Reading, read_text
from analyzer.pipeline.regions import find_regions
from analyzer.pipeline.sentence_kinds import find_kinds
from analyzer.pipeline.sentences import Span
from analyzer.pipeline.status import assign_status
from analyzer.pipeline.table_figures import TableFacts, read_tables
from analyzer.pipeline.timeline import assign_periods
from analyzer.pipeline.tokenizer import reading_to_doc
from analyzer.records import Document

COMPONENTS = ("policy_tables", "policy_organisations", "policy_periods", "policy_indicators", "policy_status", "policy_resolution", "policy_kinds")


SURE = 0.95  # what a table's heads say is as good as said


@dataclass(frozen=True, slots=True)
class Layers:
    """All that the finders read from one document; lists named after `figures` run parallel to it."""

    document: Document
    reading: Reading
    context: DocumentContext
    sentences: list[Span]
    kinds: list[tuple[str, float]]
    figures: list[Quantity]
    rejected: list[Quantity]
    measured: list[Measured]
    statuses: list[tuple[str, float, tuple[str, ...]]]
    periods: list[tuple[str | None, tuple[str, ...]]]
    regions: list[str | None]
    table_facts: dict[int, TableFacts]
    mentions: list[PeriodMention]
    assignments: list[Assignment]


@functools.cache
def pipeline() -> Language:
    """The components in order over a blank vocabulary; made once per process."""
    nlp = spacy.blank("xx")
    nlp.vocab.lex_attr_getters.clear()  # type: ignore[attr-defined]  # nobody asks a token for its shape; computing it costs more than jieba
    for name in COMPONENTS:
        nlp.add_pipe(name)
    return nlp


def read_layers(document: Document) -> Layers:
    """The document through the whole pipeline. The spaCy Doc does not leave this function."""
    nlp = pipeline()
    with nlp.memory_zone():  # strings of one document do not stay behind in the vocabulary
        reading = read_text(document)
        quantities = find_quantities(reading.text)
        doc, sentences = reading_to_doc(nlp.vocab, reading, quantities)
        doc.user_data["layers"] = {
            "document": document, "reading": reading, "sentences": sentences, "context": read_context(document, reading),
            "quantities": quantities}
        found = nlp(doc).user_data["layers"]
        return Layers(**{field: found[field] for field in Layers.__slots__})


def _add_spans(doc: Doc, group: str, intervals: list[tuple[int, int]]) -> None:
    spans = [doc.char_span(start, end, label=group, alignment_mode="expand") for start, end in intervals]
    doc.spans[group] = SpanGroup(doc, name=group, spans=[span for span in spans if span is not None])


@Language.component("policy_tables", assigns=["doc.spans"])
def add_tables(doc: Doc) -> Doc:
    """Numbers alone in table cells become figures with what their row and column heads say."""
    layers = doc.user_data["layers"]
    quantities, layers["table_facts"] = read_tables(
        layers["reading"], layers["document"].blocks, layers["quantities"], year=layers["context"].year)
    layers["figures"] = [quantity for quantity in quantities if quantity.reason is None]
    layers["rejected"] = [quantity for quantity in quantities if quantity.reason is not None]
    _add_spans(doc, "figures", [(quantity.start, quantity.end) for quantity in layers["figures"]])
    _add_spans(doc, "rejected", [(quantity.start, quantity.end) for quantity in layers["rejected"]])
    return doc


@Language.component("policy_organisations", assigns=["doc.spans"])
def add_organisations(doc: Doc) -> Doc:
    layers = doc.user_data["layers"]
    layers["assignments"] = find_assignments(layers["reading"], blocks=layers["document"].blocks)
    _add_spans(doc, "organisations", [(body.start, body.end) for found in layers["assignments"] for body in found.bodies])
    return doc


@Language.component("policy_periods", assigns=["doc.spans"])
def add_periods(doc: Doc) -> Doc:
    layers = doc.user_data["layers"]
    layers["mentions"] = find_periods(layers["reading"].text, year=layers["context"].year)
    _add_spans(doc, "periods", [(mention.start, mention.end) for mention in layers["mentions"]])
    return doc


@Language.component("policy_indicators", requires=["doc.spans"], assigns=["doc.spans"])
def add_indicators(doc: Doc) -> Doc:
    layers = doc.user_data["layers"]
    found = find_indicators(layers["reading"], layers["figures"])
    layers["measured"] = [
        Measured(fact.indicator, fact.action, fact.pieces, SURE, ("indicator:table",)) if (fact := layers["table_facts"].get(quantity.start)) else measured
        for quantity, measured in zip(layers["figures"], found, strict=True)]
    _add_spans(doc, "indicators", [piece for measured in layers["measured"] for piece in measured.pieces])
    return doc


@Language.component("policy_status", requires=["doc.spans"])
def add_status(doc: Doc) -> Doc:
    layers = doc.user_data["layers"]
    found = assign_status(layers["reading"], layers["sentences"], layers["figures"], layers["context"])
    layers["statuses"] = [
        (fact.status, SURE, ("status:table",)) if (fact := layers["table_facts"].get(quantity.start)) and fact.status else status
        for quantity, status in zip(layers["figures"], found, strict=True)]
    return doc


@Language.component("policy_resolution", requires=["doc.spans"])
def add_resolution(doc: Doc) -> Doc:
    """Each figure's period and place."""
    layers = doc.user_data["layers"]
    arguments = (layers["reading"], layers["sentences"], layers["figures"])
    found = assign_periods(*arguments, [status for status, _, _ in layers["statuses"]], layers["context"])
    layers["periods"] = [
        (fact.period, ("period:table",)) if (fact := layers["table_facts"].get(quantity.start)) and fact.period else period
        for quantity, period in zip(layers["figures"], found, strict=True)]
    regions = find_regions(*arguments, layers["context"])
    layers["regions"] = [fact.region if (fact := layers["table_facts"].get(quantity.start)) and fact.region else region
                         for quantity, region in zip(layers["figures"], regions, strict=True)]
    return doc


@Language.component("policy_kinds")
def add_kinds(doc: Doc) -> Doc:
    """Commitment, achievement, rule, background or heading: what each sentence is."""
    layers = doc.user_data["layers"]
    layers["kinds"] = find_kinds(layers["reading"], layers["sentences"], title=layers["context"].title)
    return doc
