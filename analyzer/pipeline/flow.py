"""The finders in order: a document becomes layers, from which its records are made."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.errors import UnreadableDocument
from analyzer.pipeline.bodies import Assignment
from analyzer.pipeline.context import DocumentContext, read_context
from analyzer.pipeline.figures import find_quantities
from analyzer.pipeline.indicators import Measured, find_indicators
from analyzer.pipeline.layers import Quantity
from analyzer.pipeline.named_times import Timeline, read_timeline
from analyzer.pipeline.organisations import find_assignments
from analyzer.pipeline.reading import Reading, read_text
from analyzer.pipeline.regions import find_regions
from analyzer.pipeline.sentence_kinds import find_kinds
from analyzer.pipeline.sentences import Span, split_sentences
from analyzer.pipeline.status import assign_status
from analyzer.pipeline.table_figures import TableFacts, read_tables
from analyzer.pipeline.timeline import assign_periods
from analyzer.records import Document

MOST_FIGURES = 50_000  # a five-year plan has 500, a yearbook 20,000; six times as many filled a library with 2 GB, in ten minutes
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
    timeline: Timeline
    assignments: list[Assignment]


def read_layers(document: Document) -> Layers:
    """The document through all finders. What the heads of a table say of a number goes before what its line says."""
    reading = read_text(document)
    context = read_context(document, reading)
    sentences = split_sentences(reading)
    quantities, facts = read_tables(reading, document.blocks, find_quantities(reading.text), year=context.year)
    figures = [quantity for quantity in quantities if quantity.reason is None]
    if len(figures) > MOST_FIGURES:
        raise UnreadableDocument(f"{document.name}: more than {MOST_FIGURES:,} figures: data rather than a policy document; split it",
                                 f"{document.name}：数据超过 {MOST_FIGURES:,} 条，更像数据集而非政策文件；请拆分")
    rows = [facts.get(quantity.start) for quantity in figures]
    measured = [Measured(row.indicator, row.action, row.pieces, SURE, ("indicator:table",)) if row else found
                for row, found in zip(rows, find_indicators(reading, figures), strict=True)]
    statuses = [(row.status, SURE, ("status:table",)) if row and row.status else found
                for row, found in zip(rows, assign_status(reading, sentences, figures, context), strict=True)]
    timeline = read_timeline(reading, context)
    timed = assign_periods(timeline, figures, [status for status, _, _ in statuses])
    periods = [(row.period, ("period:table",)) if row and row.period else found for row, found in zip(rows, timed, strict=True)]
    regions = [row.region if row and row.region else found
               for row, found in zip(rows, find_regions(reading, sentences, figures, context), strict=True)]
    return Layers(
        document, reading, context, sentences, find_kinds(reading, sentences, title=context.title), figures,
        [quantity for quantity in quantities if quantity.reason is not None], measured, statuses, periods, regions, facts,
        timeline, find_assignments(reading, blocks=document.blocks))
