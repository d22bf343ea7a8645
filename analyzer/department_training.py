"""Trains and measures the model of likely departments: `python -m analyzer.department_training PATH... [--out MODEL.npz]`.

Tasks whose bodies the documents name, with those brackets taken away, are the examples; the bodies' types are the labels.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy import sparse

from analyzer.directory import type_of
from analyzer.errors import AnalyzerError, ModelError
from analyzer.ingest import read_document
from analyzer.likely_departments import (
    GENERAL,
    LONGEST_GRAM,
    Model,
    area_features,
    gram_features,
    keywords,
    score_types,
    with_headings,
    write_model,
)
from analyzer.pipeline.ngrams import common_grams
from analyzer.pipeline.organisations import find_assignments
from analyzer.pipeline.reading import Reading, read_text
from analyzer.records import Document

SHORTEST_TASK = 12
FEWEST_DOCUMENTS = 3
FEWEST_EXAMPLES = 60
FEWEST_TYPES = 3
RARE = 5
RIDGE = 1.0
FOLDS = 5
CALIBRATED = 5


@dataclass(frozen=True, slots=True)
class Example:
    """A task with its brackets taken away, and the types of the bodies that stood there, the leading one first."""

    document: str
    text: str
    section: tuple[str, ...]
    types: tuple[str, ...]


def collect_examples(documents: Iterable[Document]) -> list[Example]:
    """Every task whose bodies are named by a bracket, a line or a table row; each text once."""
    examples: dict[str, Example] = {}
    for document in documents:
        reading = read_text(document)
        assignments = find_assignments(reading, blocks=document.blocks)
        cues = sorted({(a.cue_start, a.cue_end) for a in assignments})
        for assignment in assignments:
            if assignment.source == "explicit" and reading.text[assignment.cue_start] not in "（([〔【":
                continue  # 由…牵头 is part of the task's own words
            text = _masked(reading, assignment.start, assignment.end, cues)
            bodies = sorted(assignment.bodies, key=lambda body: body.role != "lead")
            types = [kind for body in bodies if (kind := type_of(body.name)) and kind not in GENERAL]
            if len(text) >= SHORTEST_TASK and types:
                section = next((line.section for line in reading.lines if line.start <= assignment.start < line.end), ())
                examples.setdefault(text, Example(document.name, text, section, tuple(dict.fromkeys(types))))
    return list(examples.values())


def _masked(reading: Reading, start: int, end: int, cues: Sequence[tuple[int, int]]) -> str:
    pieces, place = [], start
    for left, right in cues:
        if right > start and left < end:
            pieces.append(reading.text[place:max(place, left)])
            place = max(place, right)
    return "".join([*pieces, reading.text[place:end]]).strip()


def train_model(examples: Sequence[Example]) -> Model:
    """The model with calibrated probabilities. Raises ModelError for too few examples, saying how many are needed."""
    check_examples(examples)
    slope, offset = _calibration(examples)
    return replace(_fit(examples), slope=slope, offset=offset)


def check_examples(examples: Sequence[Example]) -> None:
    types = _types_of(examples)
    if len(examples) < FEWEST_EXAMPLES or len(types) < FEWEST_TYPES:
        raise ModelError(
            f"{len(examples)} tasks with named bodies and {len(types)} types of bodies that {FEWEST_DOCUMENTS} documents name are too few: "
            f"at least {FEWEST_EXAMPLES} and {FEWEST_TYPES} are needed; give more documents that name bodies",
            f"只有 {len(examples)} 条写明责任单位的任务、{len(types)} 类出现在 {FEWEST_DOCUMENTS} 份以上文件中的部门，太少："
            f"至少需要 {FEWEST_EXAMPLES} 条和 {FEWEST_TYPES} 类，请提供更多写明责任单位的文件")


def _types_of(examples: Sequence[Example]) -> list[str]:
    documents: dict[str, set[str]] = defaultdict(set)
    for example in examples:
        for kind in example.types:
            documents[kind].add(example.document)
    return sorted(kind for kind, where in documents.items() if len(where) >= FEWEST_DOCUMENTS)


def _fit(examples: Sequence[Example]) -> Model:
    """Ridge regression, one output a type."""
    from sklearn.linear_model import Ridge

    types = _types_of(examples)
    codes = tuple(dict.fromkeys(code for _, code in keywords()))
    texts, sections = [e.text for e in examples], [e.section for e in examples]
    headed = with_headings(texts, sections)
    vocabulary = common_grams(headed, at_least=RARE, longest=LONGEST_GRAM)
    grams, rarity = gram_features(headed, vocabulary)
    areas = area_features(texts, [None] * len(texts), sections, codes)
    features = sparse.hstack([grams, sparse.csr_matrix(areas)]).tocsr()
    ridge = Ridge(alpha=RIDGE, solver="sparse_cg", tol=1e-3).fit(features, labels_of(examples, types))
    return Model(vocabulary, rarity, ridge.coef_.T.astype(np.float32), ridge.intercept_.astype(np.float32), tuple(types), codes, 1.0, 0.0)


def labels_of(examples: Sequence[Example], types: Sequence[str]) -> np.ndarray:
    place = {kind: column for column, kind in enumerate(types)}
    labels = np.zeros((len(examples), len(types)), np.float32)
    for row, example in enumerate(examples):
        for kind in example.types:
            if kind in place:
                labels[row, place[kind]] = 1
    return labels


def _calibration(examples: Sequence[Example]) -> tuple[float, float]:
    """Slope and offset of the log-odds, from scores of documents that the scoring model had not seen."""
    from sklearn.linear_model import LogisticRegression

    scores, truths = [], []
    for model, held in _folds(examples):
        found = score_types(model, [e.text for e in held], [None] * len(held), [e.section for e in held])
        best = np.argsort(-found, axis=1)[:, :CALIBRATED]  # what is shown; the many that nobody would name would drown them
        truth = labels_of(held, model.types)
        scores.append(np.take_along_axis(found, best, axis=1).ravel())
        truths.append(np.take_along_axis(truth, best, axis=1).ravel())
    fit = LogisticRegression().fit(np.concatenate(scores)[:, None], np.concatenate(truths))
    return float(fit.coef_[0, 0]), float(fit.intercept_[0])


def _folds(examples: Sequence[Example]) -> Iterable[tuple[Model, list[Example]]]:
    names = sorted({example.document for example in examples})
    fold_of = {name: number % FOLDS for number, name in enumerate(np.random.default_rng(7).permutation(names))}
    for fold in range(FOLDS):
        seen = [e for e in examples if fold_of[e.document] != fold]
        held = [e for e in examples if fold_of[e.document] == fold]
        if held:
            yield _fit(seen), held


def cross_validate(examples: Sequence[Example]) -> dict[str, dict[str, float]]:
    """hit@1, hit@3 and recall@5 of the model and of the most frequent bodies of each task's area, by document."""
    check_examples(examples)
    sums: dict[str, Counter[str]] = {"model": Counter(), "baseline": Counter()}
    for model, held in _folds(examples):
        seen = [e for e in examples if e.document not in {h.document for h in held}]
        texts, sections = [e.text for e in held], [e.section for e in held]
        tables = {"model": score_types(model, texts, [None] * len(held), sections),
                  "baseline": _baseline(seen, held, model)}
        for name, table in tables.items():
            for row, example in zip(np.argsort(-table, axis=1), held, strict=True):
                _count(sums[name], [model.types[j] for j in row[:5]], set(example.types))
    return {name: {measure: count / len(examples) for measure, count in counter.items()} for name, counter in sums.items()}


def _baseline(seen: Sequence[Example], held: Sequence[Example], model: Model) -> np.ndarray:
    def area(examples: Sequence[Example]) -> np.ndarray:
        shares = area_features([e.text for e in examples], [None] * len(examples), [e.section for e in examples], model.codes)
        return shares.argmax(axis=1)

    labels = labels_of(seen, model.types)
    table = np.tile(labels.mean(axis=0) * 0.1, (len(model.codes), 1))
    np.add.at(table, area(seen), labels)
    return table[area(held)]


def _count(counter: Counter[str], ranked: list[str], truth: set[str]) -> None:
    counter["hit@1"] += ranked[0] in truth
    counter["hit@3"] += bool(truth & set(ranked[:3]))
    counter["recall@5"] += len(truth & set(ranked)) / min(5, len(truth))  # type: ignore[assignment]


def read_folder(paths: Sequence[Path]) -> Iterable[Document]:
    """The documents of files and folders; what cannot be read is named on standard error."""
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.suffix.lower() in (".txt", ".md", ".html", ".htm", ".docx", ".pdf"):
                try:
                    yield read_document(file)
                except AnalyzerError as error:
                    print(error.message("zh"), file=sys.stderr)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args(arguments)
    try:
        examples = collect_examples(read_folder(options.paths))
        print(f"{len(examples)} tasks, {len({e.document for e in examples})} documents")
        for name, scores in cross_validate(examples).items():
            print(name, "  ".join(f"{measure} {value:.3f}" for measure, value in scores.items()))
        if options.out:
            write_model(train_model(examples), options.out)
    except AnalyzerError as error:
        print(f"{error.chinese}\n{error.english}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
