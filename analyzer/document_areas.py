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
    join_stretches,
    read_passages,
    score_stretches,
    whole_texts,
)
from analyzer.commitments import find_pieces
from analyzer.pipeline.flow import Layers

IS_CLAUSE_END = np.zeros(1 << 16, bool)
IS_CLAUSE_END[[ord(mark) for mark in CLAUSE_ENDS]] = True


@dataclass(frozen=True, slots=True)
class Areas:
    """What the stretches of a document say for each code (`said`).

    Rows are the sentences, the `others` by their words, from `first_clause` on the clauses around the figures, from `first_piece` on
    the `pieces` (number of the sentence, start and end) of promises; the last row says nothing.
    """

    layers: Layers
    model: Classifier
    passages: Passages
    said: np.ndarray
    starts: np.ndarray
    homes: np.ndarray
    others: dict[str, int]
    pieces: list[tuple[int, int, int]]
    first_clause: int
    first_piece: int


def read_areas(layers: Layers, model: Classifier) -> Areas:
    """Weighs all words of a document's sentences, headings, indicators and title."""
    text = layers.reading.text
    texts = [text[span.start:span.end] for span in layers.sentences]
    starts = np.array([span.start for span in layers.sentences], np.int64)
    others = {other: number for number, other in enumerate(_other_texts(layers), len(texts))}
    passages = read_passages([*texts, *others], model)
    homes = np.maximum(np.searchsorted(starts, [figure.start for figure in layers.figures], side="right") - 1, 0)
    pieces = _find_pieces(layers)
    whole, clauses = whole_texts(passages), _cut(starts, homes, *_clause_edges(layers, starts, homes))
    stretches = join_stretches(whole, clauses, _cut(starts, *np.array(pieces, np.int64).reshape(-1, 3).T))
    nothing = np.zeros((1, len(model.codes)), np.float32)
    said = np.vstack([score_stretches(passages, stretches, model), nothing])
    return Areas(layers, model, passages, said, starts, homes, others, pieces, len(whole), len(whole) + len(clauses))


def judge_figures(areas: Areas) -> list[str]:
    """The code of each figure, which always belongs to a field: by its indicator and clause most."""
    if not len(areas.homes):
        return []
    said, home = areas.said, areas.homes
    clause = np.arange(areas.first_clause, areas.first_piece)
    first = np.array([areas.others.get(measured.indicator or "", -1) for measured in areas.layers.measured])
    first = np.where(first < 0, clause, first)
    scores = areas.model.bias + said[first] + CLAUSE * said[clause] + SENTENCE * said[home]
    scores += FIGURE_SECTION * said[_above(areas, home, 2)] + FIGURE_TITLE * said[_title(areas)]
    scores[:, areas.model.codes.index(NONE)] = -np.inf
    return [areas.model.codes[column] for column in scores.argmax(axis=1).tolist()]


def judge_pieces(areas: Areas, *, sure: float) -> dict[int, dict[int, str]]:
    """By the number of a sentence that promises, the codes of those of its pieces that are as `sure` (0–1), by their start."""
    if not areas.pieces:
        return {}
    scores = areas.said[areas.first_piece:-1] + areas.model.bias
    best = scores.argmax(axis=1)
    chances = 1 / np.exp((scores - scores.max(axis=1, keepdims=True)) * areas.model.sharpness).sum(axis=1)
    found: dict[int, dict[int, str]] = {}
    for row in np.flatnonzero((chances >= sure) & (best != areas.model.codes.index(NONE))).tolist():
        number, start, _ = areas.pieces[row]
        found.setdefault(number, {})[start] = areas.model.codes[best[row]]
    return found


def judge_clauses(areas: Areas, homes: Sequence[int], starts: Sequence[int], ends: Sequence[int]) -> list[str | None]:
    """The code of each commitment by its words, its heading, the sentences beside it and of its paragraph; `homes` are its sentences."""
    if not homes:
        return []
    home = np.array(homes)
    clauses = _cut(areas.starts, home, np.array(starts), np.array(ends))
    scores = areas.said[home]
    parts = np.flatnonzero((clauses.first > 0) | (clauses.last < whole_texts(areas.passages).last[home]))
    if len(parts):
        cut = Stretches(clauses.text[parts], clauses.first[parts], clauses.last[parts])
        scores[parts] = score_stretches(areas.passages, cut, areas.model)
    scores = scores + areas.model.bias + SECTION * areas.said[_above(areas, home, 1)] + TITLE * areas.said[_title(areas)] + _around(areas, home)
    names = [None if code == NONE else code for code in areas.model.codes]
    return [names[column] for column in scores.argmax(axis=1).tolist()]


def _other_texts(layers: Layers) -> dict[str, None]:
    """Title, headings and indicators: what judgments read beside the sentences."""
    wanted = dict.fromkeys([layers.context.title or ""])
    for section in dict.fromkeys(line.section for line in layers.reading.lines):
        wanted |= dict.fromkeys([_heading(section, 1), _heading(section, 2)])
    wanted |= dict.fromkeys(measured.indicator or "" for measured in layers.measured)
    wanted.pop("", None)
    return wanted


def _find_pieces(layers: Layers) -> list[tuple[int, int, int]]:
    text = layers.reading.text
    pieces = []
    for number, (span, (kind, _)) in enumerate(zip(layers.sentences, layers.kinds, strict=True)):
        if kind == "commitment":
            found = find_pieces(text, span.start, span.end)
            pieces += [(number, start, end) for start, end in found if len(found) > 1]  # one alone divides nothing
    return pieces


def _cut(of_sentences: np.ndarray, home: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> Stretches:
    first, last = starts - of_sentences[home], ends - of_sentences[home]
    return Stretches(home, np.minimum(first, last - 1), last)


def _heading(section: tuple[str, ...], depth: int) -> str:
    return " ".join(section[-depth:])


def _above(areas: Areas, home: np.ndarray, depth: int) -> list[int]:
    lines, sentences = areas.layers.reading.lines, areas.layers.sentences
    return [areas.others.get(_heading(lines[sentences[number].line].section, depth), -1) for number in home.tolist()]


def _title(areas: Areas) -> int:
    return areas.others.get(areas.layers.context.title or "", -1)


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


def _clause_edges(layers: Layers, first: np.ndarray, home: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each figure the edges of `clause_around`, all at once; `first` are the sentences' starts."""
    figures, sentences = layers.figures, layers.sentences
    codes = np.frombuffer(layers.reading.text.encode("utf-32-le"), np.uint32)
    marks = np.flatnonzero(IS_CLAUSE_END[np.minimum(codes, 0xFFFF)])
    last = np.array([sentences[number].end for number in home.tolist()], np.int64)
    starts, ends = np.array([(figure.start, figure.end) for figure in figures], np.int64).reshape(-1, 2).T
    marks = np.concatenate([[-1], marks, [len(codes)]])
    left = marks[np.searchsorted(marks, starts) - 1] + 1
    right = marks[np.searchsorted(marks, ends)]
    return np.maximum(first[home], left), np.minimum(right, last)
