"""Layers → records: what the finders read in the reading's coordinates becomes frozen records in the document's."""

from __future__ import annotations

import functools
import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from analyzer.categories import load_classifier
from analyzer.commitments import Clause, split_commitments
from analyzer.confidence import describe_figure, rate_figure
from analyzer.departments import NEIGHBOURHOOD, departments_for, group_assignments
from analyzer.document_areas import Areas, judge_clauses, judge_figures, judge_pieces, read_areas
from analyzer.ingest.places import boxes_of
from analyzer.lexicon import read_rows
from analyzer.likely_departments import infer_departments
from analyzer.numerals import to_number
from analyzer.pipeline.bodies import Assignment
from analyzer.pipeline.flow import Layers
from analyzer.pipeline.layers import Quantity
from analyzer.pipeline.periods import period_to_due
from analyzer.pipeline.reading import NOTE, Line, join_breaks
from analyzer.pipeline.timeline import assign_periods
from analyzer.records import Box, Commitment, Department, Document, Figure, Interval, Rejected, Sentence

MOST_INFERRED = 5
ZERO = Decimal(0)
Groups = dict[int, list[Assignment]]
SURE = 0.85  # from this probability on, the category of a piece divides a sentence
VERB_BEHIND = re.compile(  # 地区生产总值预计完成84亿元, 高新技术企业分别新增30家
    "(?:预计|力争|累计|分别|首次|全部|总计|合计|完成|实现|达到|(?<!通|到|发|送|抵)达|新增|(?<=[，、])共|(?<![人户亩地年月日])均|、){1,12}$")
PART_OF_NAME = re.compile(
    "强度|期限|年限|时限|经费|费|收入|额|水平|能力|标准|增速|人次|金额|总额|总金额|资金|工程|规模|率|比重|占比|就业|设备|区|性|项目|任务|投资|规划|用地|中心|面积")


def layers_to_sentences(layers: Layers) -> tuple[Sentence, ...]:
    records = []
    name, text = layers.document.name, layers.document.text
    for span, (kind, probability) in zip(layers.sentences, layers.kinds, strict=True):
        start, end = layers.reading.to_source(span.start, span.end)
        records.append(Sentence(name, join_breaks(text[start:end]), start, end, kind, round(probability, 4)))
    return tuple(records)


def layers_to_figures(layers: Layers, *, infer: bool = False, areas: Areas | None = None) -> tuple[Figure, ...]:
    """The figures in order of the text, each with all its fields."""
    areas = areas or read_areas(layers, load_classifier())
    homes, categories = areas.homes.tolist(), judge_figures(areas)
    groups = group_assignments(layers.assignments)
    figures = [_to_figure(layers, number, homes[number], categories[number], groups) for number in range(len(layers.figures))]
    return tuple(_with_inferred(layers.document, figures, [figure.sentence for figure in figures]) if infer else figures)


def _to_figure(layers: Layers, number: int, home: int, category: str, groups: Groups) -> Figure:
    quantity, measured = layers.figures[number], layers.measured[number]
    status, _, status_rules = layers.statuses[number]
    period, period_rules = layers.periods[number]
    span, facts = layers.sentences[home], layers.table_facts.get(quantity.start)
    place = layers.reading.to_source(quantity.start, quantity.end)
    whole = layers.reading.to_source(span.start, span.end)
    page, box = find_place(layers.document, place.start, place.end, layers.reading.lines[span.line].block)
    rules = (*quantity.rules, *measured.rules, *status_rules, *period_rules, *(("table",) if facts else ()))
    return Figure(
        document=layers.document.name, quote=join_breaks(layers.document.text[place.start:place.end]), start=place.start, end=place.end,
        value=to_number(quantity.value), value_max=None if quantity.value_max is None else to_number(quantity.value_max),
        unit=quantity.unit, comparator=quantity.comparator, change=quantity.change,
        indicator=indicator_text(layers, number), action=measured.action, status=status, period=period, region=layers.regions[number],
        category=category, departments=_named(layers, quantity.start, quantity.end, groups),
        sentence=source_text(layers, span.start, span.end), sentence_start=whole.start, sentence_end=whole.end,
        section=layers.reading.lines[span.line].section, page=page, box=box, due=period_to_due(period) if status == "planned" else None,
        binding=facts.binding if facts else None,
        confidence=rate_figure(figure_evidence(layers, number)), rules=rules)


def figure_evidence(layers: Layers, number: int) -> list[float]:
    """What the finders say of one figure's fields, as `confidence` weighs it."""
    status, chance, _ = layers.statuses[number]
    quantity, (period, _) = layers.figures[number], layers.periods[number]
    return describe_figure(quantity, layers.measured[number].confidence, status, chance, period,
                           in_table=quantity.start in layers.table_facts)


def layers_to_commitments(layers: Layers, sentences: Sequence[Sentence], figures: Sequence[Figure], *, infer: bool = False,
                          areas: Areas | None = None) -> tuple[Commitment, ...]:
    """Each promise as its sentence, or its clauses where it holds tasks of several bodies or categories."""
    areas = areas or read_areas(layers, load_classifier())
    clauses: list[tuple[int, Clause]] = []
    promises = [number for number, sentence in enumerate(sentences) if sentence.kind == "commitment"]
    codes = judge_pieces(areas, sure=SURE)
    for number in promises:
        own = codes.get(number, {})
        own = own if len(set(own.values())) > 1 else {}  # one category alone divides nothing
        clauses += [(number, clause) for clause in split_commitments(layers.reading, layers.sentences[number], layers.assignments, own)]
    categories = judge_clauses(areas, [number for number, _ in clauses], [clause.start for _, clause in clauses], [clause.end for _, clause in clauses])
    starts = [figure.start for figure in figures]
    groups = group_assignments(layers.assignments)
    records = []
    places = [layers.reading.to_source(clause.start, clause.end) for _, clause in clauses]
    inside = [[figure for figure in figures[bisect_left(starts, place.start):bisect_right(starts, place.end)] if figure.end <= place.end]
              for place in places]
    periods = _periods_of(layers, [clause for _, clause in clauses], inside)
    for (number, clause), place, held, category, period in zip(clauses, places, inside, categories, periods, strict=True):
        line = layers.reading.lines[layers.sentences[number].line]
        records.append(_to_commitment(layers, clause, place, line, sentences[number].confidence, category, period, held, groups))
    return tuple(_with_inferred(layers.document, records, [record.text for record in records]) if infer else records)


def _to_commitment(layers: Layers, clause: Clause, place: Interval, line: Line, confidence: float, category: str | None,
                   period: str | None, inside: Sequence[Figure], groups: Groups) -> Commitment:
    page, box = find_place(layers.document, place.start, place.end, line.block)
    return Commitment(
        document=layers.document.name, text=join_breaks(layers.document.text[place.start:place.end]), start=place.start, end=place.end,
        action=clause.action, object=clause.object, category=category, period=period, due=period_to_due(period),
        region=next((figure.region for figure in inside if figure.region), None),
        departments=_named(layers, clause.start, clause.end, groups), figures=tuple((figure.start, figure.end) for figure in inside),
        section=line.section, page=page, box=box, confidence=confidence)


def _periods_of(layers: Layers, clauses: Sequence[Clause], inside: Sequence[Sequence[Figure]]) -> list[str | None]:
    """For each clause the period of its first target, or else the one that a figure at its verb would have: named there,
    carried forward, or the document's.
    """
    periods = [next((figure.period for figure in held if figure.status == "planned" and figure.period), None) for held in inside]
    bare = [number for number, period in enumerate(periods) if period is None]
    places = [Quantity(max(clause.start, clause.end - 2), max(clause.start + 1, clause.end - 1), ZERO, change="increase") for clause in clauses]
    found = assign_periods(layers.timeline, places, ["planned"] * len(places), wanted=bare)
    for number, (period, _) in zip(bare, found, strict=True):
        periods[number] = period
    return periods


def layers_to_rejected(layers: Layers) -> tuple[Rejected, ...]:
    records = []
    for quantity in layers.rejected:
        place = layers.reading.to_source(quantity.start, quantity.end)
        quote = join_breaks(layers.document.text[place.start:place.end])
        records.append(Rejected(layers.document.name, quote, place.start, place.end, quantity.reason or ""))
    return tuple(records)


def _named(layers: Layers, start: int, end: int, groups: Groups) -> tuple[Department, ...]:
    document = layers.document
    date = document.dates.get("written") or document.dates.get("published")
    return departments_for(start, end, groups.get(start // NEIGHBOURHOOD, ()), level=document.level, region=document.region, date=date)


def _with_inferred(document: Document, records: list, texts: list[str]) -> list:
    """Likely bodies for the records whose text names none; named ones are never mixed with inferred ones."""
    bare = [number for number, record in enumerate(records) if not record.departments]
    likely = infer_departments([texts[number] for number in bare], [records[number].category for number in bare],
                               sections=[records[number].section for number in bare], level=document.level, region=document.region,
                               limit=MOST_INFERRED)
    for number, bodies in zip(bare, likely, strict=True):
        records[number] = replace(records[number], departments=bodies)
    return records


def source_text(layers: Layers, start: int, end: int) -> str:
    """The document's own characters of a stretch of the reading, without line breaks."""
    place = layers.reading.to_source(start, end)
    return join_breaks(layers.document.text[place.start:place.end])


def indicator_text(layers: Layers, number: int) -> str | None:
    """The indicator in the document's own characters where it was taken from the text as it stands, less a verb before it."""
    measured = layers.measured[number]
    words = measured.indicator
    if words and measured.pieces and "".join(layers.reading.text[start:end] for start, end in measured.pieces) == words:
        words = NOTE.sub("", re.sub(r"\s", "", "".join(source_text(layers, start, end) for start, end in measured.pieces)))
    if not words:
        return words
    shorter = VERB_BEHIND.sub("", words)
    words = shorter if len(shorter) >= 2 else words
    return strip_action(words, measured.action) if measured.action else words


def strip_action(indicator: str, action: str) -> str:
    """改造老旧管网 → 老旧管网; 改造工程 and 融资期限 keep their verb, which is part of the name."""
    rest = indicator.removeprefix(action)
    if rest == indicator or len(rest) < 2 or PART_OF_NAME.match(rest) or action not in pure_verbs():
        return indicator
    return rest


@functools.cache
def pure_verbs() -> frozenset[str]:
    """Verbs that a name seldom begins with, and a few that stand before what is counted more often than in its name."""
    rows = read_rows("actions.csv", required=("verb", "kind", "nominal"))
    return frozenset(row["verb"] for row in rows if not row["nominal"]) | {"改造", "培育", "建设", "入库"}


def find_place(document: Document, start: int, end: int, block: int) -> tuple[int | None, Box | None]:
    """Page and box of an interval, from its characters where the format has them, else from its block."""
    if document.places:
        boxes = boxes_of(document, start, end)
        if boxes:
            return boxes[0]
    found = document.blocks[block]
    return found.page, found.box
