"""Trains the model of sentence kinds and scores it by cross-validation over whole documents.

Labels: `sentences.jsonl` of a gold folder (document, start, end, kinds), and, weakly, figures: a sentence whose figures
are all planned is a commitment, all achieved an achievement, all of a rule a rule.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import sparse

from analyzer.errors import ModelError
from analyzer.ingest import read_document
from analyzer.pipeline.ngrams import common_grams, count_grams
from analyzer.pipeline.reading import Reading, read_text
from analyzer.pipeline.sentence_kinds import (
    KINDS,
    KindModel,
    describe,
    look_around,
    save_model,
    settle,
    soften,
    weigh_grams,
)
from analyzer.pipeline.sentences import Span, split_sentences
from analyzer.records import Document

WEAK = {"planned": "commitment", "achieved": "achievement", "standard": "rule"}
WEAK_WEIGHT = 0.2
SECOND_WEIGHT = 0.4  # a second kind that is as good teaches a little less than the first
SCALE = 0.5  # of the described features against the n-grams: a weaker penalty on the fewer columns
FIRST_C, SECOND_C = 3.0, 0.3
FEWEST = 30


@dataclass(frozen=True, slots=True)
class Labelled:
    """A document's sentences with what is known of them: `kinds[i]` is None or the right kinds, the best first."""

    name: str
    texts: list[str]
    spans: list[Span]
    features: np.ndarray
    kinds: list[list[str] | None]
    weak: bool = False


def train(folders: Sequence[Path], out: Path, *, folds: int = 10) -> dict[str, float]:
    """Trains on all labels of the gold folders, writes the weights, and returns the cross-validated scores.

    Raises ModelError where a kind has fewer than 30 labelled sentences.
    """
    documents = [document for folder in folders for document in read_labels(Path(folder))]
    counts = Counter(kinds[0] for document in documents for kinds in document.kinds if kinds)
    few = [kind for kind in KINDS if counts[kind] < FEWEST]
    if few:
        raise ModelError(f"too few labelled sentences (at least {FEWEST} each) of: {', '.join(few)}",
                         f"以下类型的标注句子太少（每类至少 {FEWEST} 句）：{'、'.join(few)}")
    scores = score(documents, cross_validate(documents, folds=folds))
    save_model(fit(documents), out)
    return scores


def read_labels(folder: Path) -> list[Labelled]:
    """Every document of a gold folder that has labelled sentences or, failing that, figures."""
    texts = {path.stem: path for path in sorted(folder.rglob("*.txt"), key=lambda path: path.with_suffix(".jsonl").exists())}
    labels: dict[str, list[dict]] = defaultdict(list)
    for path in sorted(folder.rglob("sentences.jsonl")):
        for label in _read_lines(path):
            labels[label["document"]].append(label)
    found = []
    for name, path in texts.items():
        if name in labels:
            found.append(label_sentences(read_document(path), labels[name]))
        elif path.with_suffix(".jsonl").exists():
            found.append(label_by_figures(read_document(path), _read_lines(path.with_suffix(".jsonl"))))
    return [document for document in found if document.texts]


def label_sentences(document: Document, labels: Sequence[dict]) -> Labelled:
    """Each sentence takes the kinds of the label that covers most of it."""
    reading, spans, places = _read(document)
    kinds: list[list[str] | None] = [None] * len(spans)
    for label in labels:
        shared = [min(label["end"], place.end) - max(label["start"], place.start) for place in places]
        best = int(np.argmax(shared)) if shared else -1
        if best >= 0 and shared[best] > 0 and kinds[best] is None:
            kinds[best] = label["kinds"]
    return _describe(document, reading, spans, kinds)


def label_by_figures(document: Document, figures: Sequence[dict]) -> Labelled:
    """Each sentence takes the kind that the status of at least seven in ten of its figures speaks for."""
    reading, spans, places = _read(document)
    kinds: list[list[str] | None] = [None] * len(spans)
    for number, place in enumerate(places):
        votes = Counter(figure["status"] for figure in figures if place.start <= figure["start"] < place.end)
        if votes:
            status, most = votes.most_common(1)[0]
            if status in WEAK and most >= 0.7 * votes.total():
                kinds[number] = [WEAK[status]]
    return _describe(document, reading, spans, kinds, weak=True)


def fit(documents: Sequence[Labelled], *, folds: int = 4) -> KindModel:
    """Both models; the second learns from opinions that the first gave on documents that it had not seen."""
    opinions: list[np.ndarray] = [np.zeros(0)] * len(documents)
    for training, test in split_documents(len(documents), folds, seed=1):
        model = fit_first([documents[number] for number in training])
        for number in test:
            opinions[number] = judge_alone(model, documents[number])
    first = fit_first(documents)
    second = fit_second(documents, opinions)
    return KindModel(first.grams, first.rarity, first.by_gram, first.by_feature, second)


def cross_validate(documents: Sequence[Labelled], *, folds: int = 10, seed: int = 0) -> list[np.ndarray]:
    """For each document the chances of each kind, from a model that has not seen the document."""
    chances: list[np.ndarray] = [np.zeros(0)] * len(documents)
    for training, test in split_documents(len(documents), folds, seed=seed):
        model = fit([documents[number] for number in training])
        for number in test:
            document = documents[number]
            seen = look_around(judge_alone(model, document), document.features, document.spans)
            chances[number] = settle(soften(seen @ model.by_opinion), document.texts)
    return chances


def score(documents: Sequence[Labelled], chances: Sequence[np.ndarray]) -> dict[str, float]:
    """Share of right kinds and F1 of each kind over the labelled (not the weakly labelled) sentences."""
    right = total = 0
    hits, gold, found = Counter[str](), Counter[str](), Counter[str]()
    for document, rows in zip(documents, chances, strict=True):
        if document.weak:
            continue
        for kinds, row in zip(document.kinds, rows, strict=True):
            if kinds is None:
                continue
            got = KINDS[int(row.argmax())]
            truth = got if got in kinds else kinds[0]
            right += got in kinds
            total += 1
            gold[truth] += 1
            found[got] += 1
            hits[truth] += got == truth
    scores = {kind: 2 * hits[kind] / max(gold[kind] + found[kind], 1) for kind in KINDS}
    return {"right": right / max(total, 1), **scores}


def split_documents(count: int, folds: int, *, seed: int) -> list[tuple[list[int], list[int]]]:
    order = np.random.default_rng(seed).permutation(count)
    tests = [sorted(order[fold::folds].tolist()) for fold in range(min(folds, count))]
    return [([number for number in range(count) if number not in test], test) for test in tests]


def fit_first(documents: Sequence[Labelled]) -> KindModel:
    """The model of a sentence by itself."""
    texts, rows, targets, weights = [], [], [], []
    for document in documents:
        for number, target, weight in _examples(document):
            texts.append(document.texts[number])
            rows.append(document.features[number])
            targets.append(target)
            weights.append(weight)
    grams = common_grams(texts, at_least=3, longest=3)
    spread = np.asarray((count_grams(texts, grams, longest=3) > 0).sum(axis=0)).ravel()
    rarity = (np.log((1 + len(texts)) / (1 + spread)) + 1).astype(np.float32)
    columns = sparse.hstack([weigh_grams(texts, grams, rarity), sparse.csr_matrix(np.array(rows) * SCALE)]).tocsr()
    learned = _fit_linear(columns, targets, weights, FIRST_C)
    return KindModel(grams, rarity, learned[:len(grams)], learned[len(grams):] * SCALE, np.zeros((0, len(KINDS))))


def fit_second(documents: Sequence[Labelled], opinions: Sequence[np.ndarray]) -> np.ndarray:
    """The model of a sentence among its neighbours: weights for each opinion and feature."""
    rows, targets, weights = [], [], []
    for document, opinion in zip(documents, opinions, strict=True):
        seen = look_around(opinion, document.features, document.spans)
        for number, target, weight in _examples(document):
            rows.append(seen[number])
            targets.append(target)
            weights.append(weight)
    return _fit_linear(np.array(rows), targets, weights, SECOND_C)


def judge_alone(model: KindModel, document: Labelled) -> np.ndarray:
    grams = weigh_grams(document.texts, model.grams, model.rarity)
    return soften(grams @ model.by_gram + document.features @ model.by_feature)


def _fit_linear(rows, targets: list[int], weights: list[float], strength: float) -> np.ndarray:
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    model = LogisticRegression(C=strength, max_iter=500, fit_intercept=False)
    with threadpool_limits(1):  # many small products: on a busy machine more threads wait on each other
        model.fit(rows, targets, sample_weight=weights)
    learned = np.full((rows.shape[1], len(KINDS)), 0.0, np.float32)
    learned[:, model.classes_] = model.coef_.T
    return learned


def _examples(document: Labelled) -> list[tuple[int, int, float]]:
    """(number of the sentence, its kind, weight) for each label; two where two kinds are as good."""
    trust = WEAK_WEIGHT if document.weak else 1.0
    examples = []
    for number, kinds in enumerate(document.kinds):
        for rank, kind in enumerate((kinds or [])[:2]):
            share = 1.0 if len(kinds or []) == 1 else (1 - SECOND_WEIGHT, SECOND_WEIGHT)[rank]
            examples.append((number, KINDS.index(kind), share * trust))
    return examples


def _read(document: Document):
    reading = read_text(document)
    spans = split_sentences(reading)
    return reading, spans, [reading.to_source(span.start, span.end) for span in spans]


def _describe(document: Document, reading: Reading, spans: list[Span], kinds: list[list[str] | None], *,
              weak: bool = False) -> Labelled:
    texts = [reading.text[span.start:span.end] for span in spans]
    features = describe(reading, spans, texts, title=document.title or "") if spans else np.zeros((0, 0))
    return Labelled(document.name, texts, spans, features, kinds, weak)


def _read_lines(path: Path) -> list[dict]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]
