"""The categories of a document's figures, of the pieces of its sentences and of its commitments.

The same words are part of many judgments (a figure's clause, its sentence, the sentences beside it, the headings above): what
each says is computed once, and a judgment adds up what its parts say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analyzer.categories import (
    CLAUSE,
    CLAUSE_ENDS,
    FIGURE_SECTION,
    FIGURE_TITLE,
    NEAR,
    NEAREST,
    NONE,
    PARAGRAPH,
    REACH,
    SECTION,
    SENTENCE,
    TITLE,
)
from analyzer.category_features import (
    Classifier,
    Passages,
    Stretches,
    describe_forms,
    read_passages,
    score_stretches,
    whole_texts,
)
from analyzer.pipeline.flow import Layers

IS_CLAUSE_END = np.zeros(1 << 16, bool)
IS_CLAUSE_END[[ord(mark) for mark in CLAUSE_ENDS]] = True


@dataclass(frozen=True, slots=True)
class Areas:
    """What each text of a document says for each code (`said`): its sentences, then the `others` by their words; the last row says nothing."""

    layers: Layers
    model: Classifier
    passages: Passages
    said: np.ndarray
    starts: np.ndarray
    others: dict[str, int]


def read_areas(layers: Layers, model: Classifier) -> Areas:
    """Looks up and weighs all words of a document's sentences, headings, indicators and title."""
    text, lines = layers.reading.text, layers.reading.lines
    texts = [text[span.start:span.end] for span in layers.sentences]
    sections = dict.fromkeys(line.section for line in lines)
    wanted = dict.fromkeys([layers.context.title or "", *(_heading(section, depth) for section in sections for depth in (1, 2)),
                            *(measured.indicator or "" for measured in layers.measured)])
    wanted.pop("", None)
    others = {other: number for number, other in enumerate(wanted, len(texts))}
    passages = read_passages([*texts, *others], model)
    said = score_stretches(passages, whole_texts(passages), model)
    nothing = np.zeros((1, len(model.codes)), np.float32)
    return Areas(layers, model, passages, np.vstack([said, nothing]), np.array([span.start for span in layers.sentences], np.int64), others)


def judge_figures(areas: Areas, homes: Sequence[int]) -> list[str]:
    """The code of each figure (always a field), `homes` telling which sentence it is of: by its indicator and clause most."""
    figures = areas.layers.figures
    if not figures:
        return []
    home = np.array(homes)
    clauses = _cut(areas, home, *_clause_edges(areas, home))
    number = np.array([areas.others.get(measured.indicator or "", -1) for measured in areas.layers.measured])
    by_clause = score_stretches(areas.passages, clauses, areas.model)
    named = number >= 0
    whole = whole_texts(areas.passages)
    first = Stretches(np.where(named, number, clauses.text), np.where(named, 0, clauses.first), np.where(named, whole.last[number], clauses.last))
    scores = np.where(named[:, None], areas.said[number], by_clause) + CLAUSE * by_clause + SENTENCE * areas.said[home]
    scores += FIGURE_SECTION * _above(areas, home, 2) + FIGURE_TITLE * _title(areas) + _lean(areas, first)
    scores[:, areas.model.codes.index(NONE)] = -np.inf
    return [areas.model.codes[column] for column in scores.argmax(axis=1).tolist()]


def judge_pieces(areas: Areas, homes: Sequence[int], starts: Sequence[int], ends: Sequence[int], *, sure: float) -> list[str | None]:
    """The code of each piece of a sentence by its own words, None where it has none or is not as `sure` (0–1)."""
    if not homes:
        return []
    pieces = _cut(areas, np.array(homes), np.array(starts), np.array(ends))
    scores = score_stretches(areas.passages, pieces, areas.model) + _lean(areas, pieces)
    best = scores.argmax(axis=1)
    chances = 1 / np.exp((scores - scores.max(axis=1, keepdims=True)) * areas.model.sharpness).sum(axis=1)
    return [code if chance >= sure else None for code, chance in zip(_codes(areas, best), chances.tolist(), strict=True)]


def judge_clauses(areas: Areas, homes: Sequence[int], starts: Sequence[int], ends: Sequence[int]) -> list[str | None]:
    """The code of each commitment by its words, its heading, the sentences beside it and of its paragraph."""
    if not homes:
        return []
    home = np.array(homes)
    clauses = _cut(areas, home, np.array(starts), np.array(ends))
    scores = areas.said[home]
    parts = np.flatnonzero((clauses.first > 0) | (clauses.last < whole_texts(areas.passages).last[home]))
    if len(parts):
        scores[parts] = score_stretches(areas.passages, Stretches(clauses.text[parts], clauses.first[parts], clauses.last[parts]), areas.model)
    scores = scores + SECTION * _above(areas, home, 1) + TITLE * _title(areas) + _lean(areas, clauses) + _around(areas, home)
    return _codes(areas, scores.argmax(axis=1))


def _codes(areas: Areas, columns: np.ndarray) -> list[str | None]:
    names = [None if code == NONE else code for code in areas.model.codes]
    return [names[column] for column in columns.tolist()]


def _cut(areas: Areas, home: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> Stretches:
    first, last = starts - areas.starts[home], ends - areas.starts[home]
    return Stretches(home, np.minimum(first, last - 1), last)


def _lean(areas: Areas, stretches: Stretches) -> np.ndarray:
    """What speaks for each code before any word is read: the bias, and the form of the text."""
    return describe_forms(areas.passages, stretches) @ areas.model.by_form + areas.model.bias


def _heading(section: tuple[str, ...], depth: int) -> str:
    return " ".join(section[-depth:])


def _above(areas: Areas, home: np.ndarray, depth: int) -> np.ndarray:
    lines, sentences = areas.layers.reading.lines, areas.layers.sentences
    return areas.said[[areas.others.get(_heading(lines[sentences[number].line].section, depth), -1) for number in home.tolist()]]


def _title(areas: Areas) -> np.ndarray:
    return areas.said[areas.others.get(areas.layers.context.title or "", -1)]


def _around(areas: Areas, home: np.ndarray) -> np.ndarray:
    """The mean of the sentences up to NEAREST away, and of the others of the paragraph up to REACH away, weighed."""
    count = len(areas.starts)
    lines = np.array([span.line for span in areas.layers.sentences])
    sums = np.vstack([np.zeros((1, areas.said.shape[1])), np.cumsum(areas.said[:count], axis=0, dtype=np.float64)])
    result = np.zeros((len(home), areas.said.shape[1]))
    for weight, reach, low, high in ((NEAR, NEAREST, np.zeros(count, np.int64), np.full(count, count)),
                                     (PARAGRAPH, REACH, np.searchsorted(lines, lines), np.searchsorted(lines, lines, side="right"))):
        first, last = np.maximum(home - reach, low[home]), np.minimum(home + reach + 1, high[home])
        others = np.maximum(last - first - 1, 1)
        result += weight / others[:, None] * (sums[last] - sums[first] - areas.said[home])
    return result


def _clause_edges(areas: Areas, home: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each figure the edges of `clause_around`, all at once."""
    figures, sentences = areas.layers.figures, areas.layers.sentences
    codes = np.frombuffer(areas.layers.reading.text.encode("utf-32-le"), np.uint32)
    marks = np.flatnonzero(IS_CLAUSE_END[np.minimum(codes, 0xFFFF)])
    first, last = areas.starts[home], np.array([sentences[number].end for number in home.tolist()])
    starts, ends = (np.array([getattr(figure, edge) for figure in figures]) for edge in ("start", "end"))
    marks = np.concatenate([[-1], marks, [len(codes)]])
    left = marks[np.searchsorted(marks, starts) - 1] + 1
    right = marks[np.searchsorted(marks, ends)]
    return np.maximum(first, left), np.minimum(right, last)
