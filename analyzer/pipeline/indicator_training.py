"""Trains the ranker of indicators: a softmax over each quantity's candidates, of which several may be right."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import scipy.optimize
import scipy.sparse

from analyzer.errors import ModelError
from analyzer.pipeline.indicator_candidates import Candidate, find_candidates
from analyzer.pipeline.indicator_features import place_features
from analyzer.pipeline.indicator_places import find_places
from analyzer.pipeline.indicator_ranker import Ranker, all_features
from analyzer.pipeline.indicators import words_of
from analyzer.pipeline.layers import Quantity
from analyzer.pipeline.reading import Reading, read_text
from analyzer.records import Document

Agreement = Callable[[Mapping[str, Any], str], bool]
BORDER_STEPS = (0.03, 0.2, 0.5, 0.8, 0.97)


@dataclass(frozen=True, slots=True)
class MeasuredDocument:
    """A document's quantities, each with its gold record (`indicator`, `head` and their `_alt`)."""

    reading: Reading
    quantities: Sequence[Quantity]
    records: Sequence[Mapping[str, Any]]


def gold_to_measured(document: Document, records: Iterable[Mapping[str, Any]]) -> MeasuredDocument:
    """A document with the quantities of its gold records (offsets of `document.text`; those outside its blocks are left out)."""
    reading = read_text(document)
    quantities: list[Quantity] = []
    kept: list[Mapping[str, Any]] = []
    for record in sorted(records, key=lambda record: record["start"]):
        start = bisect_left(reading.offsets, record["start"])
        end = bisect_left(reading.offsets, record["end"] - 1) + 1
        if start < end <= len(reading.offsets) and (not quantities or start >= quantities[-1].end):
            quantities.append(Quantity(start, end, Decimal(str(record["value"])), None, record["unit"], record["comparator"],
                                       record["change"]))
            kept.append(record)
    return MeasuredDocument(reading, quantities, kept)


@dataclass(frozen=True, slots=True)
class Group:
    """One quantity's candidates: the features of each and whether it is right."""

    features: list[list[str]]
    right: list[bool]


def train_indicators(documents: Iterable[MeasuredDocument], agrees: Agreement, borders: Mapping[str, int], *,
                     penalty: float = 2.0, rarest: int = 2) -> Ranker:
    """The ranker from gold documents.

    `agrees(record, words)` says whether words are a right indicator of a record (`evaluation` and `score.py` know).
    `borders` is what `count_borders` gave, or a trained ranker's. A feature must occur with `rarest` quantities.
    """
    groups = [group for document in documents for group in _groups(document, agrees, dict(borders))]
    groups = [group for group in groups if any(group.right) and not all(group.right)]
    if not groups:
        raise ModelError("no quantity with a right candidate to learn from", "没有可供训练的指标样本")
    counts = Counter(feature for group in groups for feature in {name for names in group.features for name in names})
    columns = {name: number for number, name in enumerate(sorted(name for name, count in counts.items() if count >= rarest))}
    weights = _fit(*_matrix(groups, columns), penalty=penalty)
    return Ranker.of({name: float(weight) for name, weight in zip(columns, weights, strict=True) if abs(weight) > 0.003},
                     dict(borders))


def count_borders(words_of_texts: Iterable[Sequence[str]], *, rarest: int = 8) -> dict[str, int]:
    """How often a word ends between two characters, from segmented texts: 0 (under 3 %) … 5 (over 97 %)."""
    pairs: Counter[str] = Counter()
    ends: Counter[str] = Counter()
    for words in words_of_texts:
        last = ""
        for word in words:
            if last:
                pairs[last + word[0]] += 1
                ends[last + word[0]] += 1
            pairs.update(word[at:at + 2] for at in range(len(word) - 1))
            last = word[-1]
    return {pair: sum(ends[pair] / count >= step for step in BORDER_STEPS) for pair, count in pairs.items() if count >= rarest}


def _groups(document: MeasuredDocument, agrees: Agreement, borders: dict[str, int]) -> Iterable[Group]:
    reading, quantities = document.reading, list(document.quantities)
    places = find_places(reading, quantities)
    for index, place in enumerate(places):
        candidates = find_candidates(reading, quantities, places, index, borders)
        around = place_features(reading.text, quantities[index], place)
        features = [all_features(reading.text, quantities, places, index, candidate, around, borders) for candidate in candidates]
        yield Group(features, _labels(document, candidates, index, agrees))


def _labels(document: MeasuredDocument, candidates: list[Candidate], index: int, agrees: Agreement) -> list[bool]:
    """Which candidates are right: word for word if one is; one that points to another number only where no phrase of its own is."""
    record = document.records[index]
    right = []
    for candidate in candidates:
        if candidate.other is None:
            right.append(agrees(record, words_of(document.reading.text, candidate)))
        else:
            other = document.records[candidate.other]
            readings = [other.get("indicator"), *(other.get("indicator_alt") or ())]
            right.append(any(agrees(record, reading) for reading in readings if reading))
    wordings = {record.get("indicator"), *(record.get("indicator_alt") or ())}
    exact = [candidate.other is None and words_of(document.reading.text, candidate) in wordings for candidate in candidates]
    if any(exact):
        return exact
    for wanted in ("own", "inherit"):
        chosen = [label and (candidate.other is None if wanted == "own" else candidate.kind == wanted)
                  for label, candidate in zip(right, candidates, strict=True)]
        if any(chosen):
            return chosen
    return right


def _matrix(groups: list[Group], columns: dict[str, int]) -> tuple[scipy.sparse.csr_matrix, np.ndarray, np.ndarray]:
    indices: list[int] = []
    ends, starts = [0], []
    right: list[bool] = []
    for group in groups:
        starts.append(len(right))
        for names, label in zip(group.features, group.right, strict=True):
            indices.extend(columns[name] for name in names if name in columns)
            ends.append(len(indices))
            right.append(label)
    matrix = scipy.sparse.csr_matrix((np.ones(len(indices)), np.array(indices), np.array(ends)), shape=(len(right), len(columns)))
    return matrix, np.array(right, dtype=float), np.array(starts)


def _fit(matrix: scipy.sparse.csr_matrix, right: np.ndarray, starts: np.ndarray, *, penalty: float) -> np.ndarray:
    """Minimises −log of the probability that the softmax gives to the right candidates, with an L2 penalty."""
    owner = np.repeat(np.arange(len(starts)), np.diff([*starts, len(right)]))

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        scores = matrix @ weights
        raised = np.exp(scores - np.maximum.reduceat(scores, starts)[owner])
        total = np.add.reduceat(raised, starts)
        good = np.maximum(np.add.reduceat(raised * right, starts), 1e-300)
        slope = raised / total[owner] - raised * right / good[owner]
        return float(np.log(total).sum() - np.log(good).sum() + penalty / 2 * weights @ weights), matrix.T @ slope + penalty * weights

    return scipy.optimize.minimize(loss, np.zeros(matrix.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 200}).x
