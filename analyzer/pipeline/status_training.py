"""Trains the status model: character pairs on whole work reports (review part against plan part), then the figures.

The reports need no labels: their own headings say which part looks back and which ahead.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import scipy.sparse
from sklearn.linear_model import LogisticRegression

from analyzer.errors import ModelError
from analyzer.pipeline.context import DocumentContext, read_context
from analyzer.pipeline.layers import Quantity
from analyzer.pipeline.reading import Reading, read_text
from analyzer.pipeline.sentences import Span, split_sentences
from analyzer.pipeline.status import STATUSES, StatusModel, assign_status
from analyzer.pipeline.status_features import NAMES, figure_features
from analyzer.pipeline.tense import BUCKETS, SHORTEST, PairModel, pair_codes, weigh_tense
from analyzer.records import Document

REVIEW, PLAN, RULE = 0, 1, 2
TOP_HEADING = re.compile(r"\s*[一二三四五六七八九]、")
LOOKS_BACK = re.compile(r"回顾|总结|成就|成绩|过去")
PROBLEMS = re.compile(r"清醒|困难和问题|不足|挑战|衷心感谢|崇高敬意|矛盾|仍然")
LEFTOVER = re.compile(r"名词解释|附件|注：")
SENTENCE = re.compile(r"[^。；！？\n]+[。；！？]?")
GRANT = re.compile(r"给予|奖励|补助|补贴|资助|不超过|最高|贴息|奖补")
AMOUNT = re.compile(r"(?<!\d)\d+(?:\.\d+)?(?:万元|元|%|％|亿元)")
ARTICLE = re.compile(r"^\s*第.{1,4}条")
RULES_TITLE = re.compile(r"措施|政策|办法|细则|规定|意见|条例|法")
GOLD_WEIGHT = 2.0
STRENGTH = 0.3
NEVER = -9.0  # nats of a status that the labels do not hold


@dataclass(frozen=True, slots=True)
class LabelledDocument:
    """A document's layers with the right status of each quantity."""

    reading: Reading
    sentences: Sequence[Span]
    quantities: Sequence[Quantity]
    context: DocumentContext
    statuses: Sequence[str]


def label_document(document: Document, records: Iterable[Mapping[str, Any]]) -> LabelledDocument:
    """A document with the figures that gold records name (`start`, `end` in its text) as quantities."""
    reading = read_text(document)
    quantities, statuses = [], []
    for record in sorted(records, key=lambda record: (record["start"], record["end"])):
        start = bisect.bisect_left(reading.offsets, record["start"])
        end = bisect.bisect_left(reading.offsets, record["end"] - 1) + 1
        highest = record.get("value_max")
        quantities.append(Quantity(start, end, Decimal(str(record["value"])), None if highest is None else Decimal(str(highest)),
                                   record["unit"], record["comparator"], record["change"]))
        statuses.append(record["status"])
    return LabelledDocument(reading, split_sentences(reading), quantities, read_context(document, reading), statuses)


def tense_examples(text: str) -> list[tuple[int, str]]:
    """Sentences of a whole document with the tense that its own structure gives them; [] where it gives none.

    A work report's part under a heading with 回顾 looks back, the numbered parts behind it look ahead; sentences of
    articles (第…条) and those that grant an amount, in documents that set rules, are rules.
    """
    examples: list[tuple[int, str]] = []
    state: int | None = None
    sets_rules = bool(RULES_TITLE.search(text[:200]))
    for line in text.split("\n"):
        line = line.strip()
        if TOP_HEADING.match(line) and len(line) < 60:
            state = REVIEW if LOOKS_BACK.search(line) else PLAN if state is not None else None
            continue
        if LEFTOVER.match(line):
            state = None
        if state is None or not line:
            if sets_rules:
                examples += [(RULE, sentence) for sentence in SENTENCE.findall(line)
                             if len(sentence) > 7 and (ARTICLE.match(line) or GRANT.search(sentence) and AMOUNT.search(sentence))]
            continue
        if state == REVIEW and PROBLEMS.search(line):
            continue
        examples += [(state, sentence) for sentence in SENTENCE.findall(line) if len(sentence) > 7]
    return examples


def train_pairs(examples: Sequence[tuple[int, str]], weights: Sequence[float]) -> PairModel:
    """Linear weights of character pairs for review and rule, each against plan; the three are given equal mass."""
    labels = np.array([label for label, _ in examples])
    mass = np.array(weights, dtype=float)
    if len(set(labels.tolist())) < 3:
        raise ModelError("the texts hold no review, plan and rule parts to learn from", "语料中缺少回顾、计划或规则部分，无法训练")
    for label in (REVIEW, PLAN, RULE):
        mass[labels == label] *= len(labels) / 3 / mass[labels == label].sum()
    learner = LogisticRegression(C=5, max_iter=300).fit(pair_matrix([text for _, text in examples]), labels, sample_weight=mass)
    against = [learner.coef_[side] - learner.coef_[PLAN] for side in (REVIEW, RULE)]
    bias = [learner.intercept_[side] - learner.intercept_[PLAN] for side in (REVIEW, RULE)]
    return PairModel(np.stack(against, axis=1).astype(np.float16).astype(np.float32), np.array(bias))


def pair_matrix(texts: Iterable[str]) -> scipy.sparse.csr_matrix:
    indices, values, ends = [], [], [0]
    for text in texts:
        found, counts = np.unique(pair_codes(text), return_counts=True)
        indices.append(found)
        values.append(counts / np.sqrt(max(len(text) - 1, SHORTEST)))
        ends.append(ends[-1] + len(found))
    return scipy.sparse.csr_matrix((np.concatenate(values), np.concatenate(indices), ends), shape=(len(ends) - 1, BUCKETS))


def gold_examples(documents: Iterable[LabelledDocument]) -> list[tuple[int, str]]:
    """The sentences that hold figures, with the tense of most of their figures."""
    states = {"achieved": REVIEW, "planned": PLAN, "standard": RULE}
    examples = []
    for document in documents:
        starts = [sentence.start for sentence in document.sentences]
        found: dict[int, list[int]] = {}
        for quantity, status in zip(document.quantities, document.statuses, strict=True):
            if status in states:
                found.setdefault(bisect.bisect_right(starts, quantity.start) - 1, []).append(states[status])
        for number, labels in found.items():
            sentence = document.sentences[number]
            examples.append((max(set(labels), key=labels.count), document.reading.text[sentence.start:sentence.end]))
    return examples


def train_status(documents: Sequence[LabelledDocument], texts: Iterable[str], *, strength: float = STRENGTH,
                 folds: int = 4) -> StatusModel:
    """The model from labelled documents and whole texts of reports and rules.

    The figures' weights are learned on tenses that a pair model of the other folds gave, so that they do not trust
    the pairs more than they will deserve on a new document. `strength` is the inverse of the penalty.
    """
    examples = [example for text in texts for example in tense_examples(text)]
    known = "\n".join(document.reading.text for document in documents)
    examples = [example for example in examples if example[1] not in known]
    rows: list[np.ndarray] = []
    labels: list[int] = []
    for fold in range(folds):
        pairs = _train_pairs_on(examples, [document for number, document in enumerate(documents) if number % folds != fold])
        for document in documents[fold::folds]:
            rows.append(features_of(document, pairs))
            labels += [STATUSES.index(status) for status in document.statuses]
    return train_figures(rows, labels, _train_pairs_on(examples, documents), strength=strength)


def train_figures(rows: Sequence[np.ndarray], labels: Sequence[int], pairs: PairModel, *, strength: float = STRENGTH) -> StatusModel:
    """The figures' weights from their features and the numbers of their statuses in `STATUSES`."""
    learner = LogisticRegression(C=strength, max_iter=2000).fit(np.concatenate(rows), labels)
    weights = np.zeros((len(NAMES), len(STATUSES)))
    bias = np.full(len(STATUSES), NEVER)
    weights[:, learner.classes_] = learner.coef_.T
    bias[learner.classes_] = learner.intercept_
    return StatusModel(pairs, weights, bias)


def _train_pairs_on(examples: Sequence[tuple[int, str]], documents: Iterable[LabelledDocument]) -> PairModel:
    gold = gold_examples(documents)
    return train_pairs([*examples, *gold], [1.0] * len(examples) + [GOLD_WEIGHT] * len(gold))


def cross_validate(documents: Sequence[LabelledDocument], texts: Sequence[str], *, folds: int = 5) -> dict[str, float]:
    """Share of right statuses, F1 of planned and the calibration error, each document judged by a model that has not seen it.

    Texts that begin as a judged document does are left out of that fold.
    """
    right: list[bool] = []
    chances: list[float] = []
    planned = [0, 0, 0]
    for fold in range(folds):
        held = documents[fold::folds]
        heads = [document.reading.text[:60] for document in held]
        others = [text for text in texts if not any(head in text[:400] for head in heads)]
        model = train_status([document for number, document in enumerate(documents) if number % folds != fold], others)
        for document in held:
            found = assign_status(document.reading, document.sentences, document.quantities, document.context, model=model)
            for (status, chance, _), gold in zip(found, document.statuses, strict=True):
                right.append(status == gold)
                chances.append(chance)
                planned[0] += status == gold == "planned"
                planned[1] += status == "planned"
                planned[2] += gold == "planned"
    return {"status": float(np.mean(right)), "planned F1": 2 * planned[0] / max(1, planned[1] + planned[2]),
            "calibration error": calibration_error(np.array(chances), np.array(right))}


def calibration_error(chances: np.ndarray, right: np.ndarray, *, bins: int = 10) -> float:
    """Mean gap between the chance given and the share right, over bins of equal width."""
    places = np.minimum((chances * bins).astype(int), bins - 1)
    return float(sum(abs(chances[places == place].mean() - right[places == place].mean()) * (places == place).mean()
                     for place in np.unique(places)))


def features_of(document: LabelledDocument, pairs: PairModel) -> np.ndarray:
    tense = weigh_tense(document.reading, document.sentences, document.context, pairs)
    return figure_features(document.reading, document.sentences, document.quantities, document.context, tense)
