"""Trains the models from gold folders, label files and plain documents; each model's own module knows how.

A gold folder holds NAME.txt with NAME.jsonl (figures) and may hold `sentences.jsonl` (kinds) and `categories.jsonl`; it may be
nested. Label files (JSONL, TSV, XLSX) teach categories alone; folders of documents teach departments and what parts of a
report look back or ahead. Without sources the samples in `corpus/` are used.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from analyzer import lexicon
from analyzer.errors import AnalyzerError, ModelError
from analyzer.evaluation import agrees, read_gold
from analyzer.ingest import read_document
from analyzer.records import Document

MODELS = ("indicators", "status", "sentence_kinds", "categories", "departments", "confidence")
LABEL_FILES = {".jsonl", ".tsv", ".csv", ".xlsx"}
TEMPERATURE = 0.45  # makes the ranker's confidence as often right as it says; fitted on folds by document
DOCUMENT_FILES = {".txt", ".md", ".docx", ".html"}


def train_models(sources: Sequence[Path], *, model: str = "all", codebook: str | None = None, out: str | None = None) -> Iterator[str]:
    """Trains one model or all and yields a line a model with its cross-validated scores.

    Raises ModelError or LexiconError where the sources cannot teach what was asked for.
    """
    found = [sample_folder()] if not sources else list(sources)
    for source in found:
        if not source.exists():
            raise ModelError(f"{source}: no such file or folder", f"{source}：文件或文件夹不存在")
    folder = Path(out) if out else lexicon.model_path("indicators.npz").parent
    folder.mkdir(parents=True, exist_ok=True)
    for name in MODELS if model == "all" else (model,):
        try:
            scores = TRAINERS[name](found, folder, codebook)
        except ModelError as error:
            if model != "all":
                raise
            yield f"{name}: skipped: {error}"
            continue
        yield f"{name}: " + "  ".join(f"{key} {value:.4f}" if isinstance(value, float) else f"{key} {value}" for key, value in scores.items())


def sample_folder() -> Path:
    return lexicon.sample_path()


def gold_folders(sources: Sequence[Path]) -> Iterator[Path]:
    """Every folder in or below the sources that holds text with figures, in order."""
    seen = set()
    for source in sources:
        if source.is_dir():
            for path in sorted(source.rglob("*.jsonl")):
                if path.with_suffix(".txt").exists() and path.parent not in seen:
                    seen.add(path.parent)
                    yield path.parent


def gold_documents(sources: Sequence[Path]) -> Iterator[tuple[Document, list[dict[str, Any]]]]:
    for folder in gold_folders(sources):
        for path, records in read_gold(folder):
            yield read_document(path), [dict(record) for record in records]


def plain_documents(sources: Sequence[Path]) -> Iterator[Document]:
    """The documents of the sources that are no gold; unreadable ones are passed over."""
    for source in sources:
        for path in sorted(source.rglob("*")) if source.is_dir() else [source]:
            if path.suffix.lower() not in DOCUMENT_FILES or path.with_suffix(".jsonl").exists() or path.stem == "README":
                continue
            try:
                yield read_document(path)
            except AnalyzerError:
                continue


def train_indicators(sources: Sequence[Path], out: Path, codebook: str | None) -> dict[str, Any]:
    del codebook
    from analyzer.pipeline.indicator_ranker import load_ranker, save_ranker
    from analyzer.pipeline.indicator_training import count_borders, gold_to_measured
    from analyzer.pipeline.indicator_training import train_indicators as fit
    from analyzer.pipeline.tokenizer import segmenter

    documents = [gold_to_measured(document, records) for document, records in gold_documents(sources)]
    known = lexicon.model_path("indicators.npz")
    texts = [document.text for document in plain_documents(sources)] or [item.reading.text for item in documents]
    borders = load_ranker(known).borders if known.exists() else count_borders(segmenter().lcut(text, HMM=False) for text in texts)
    ranker = fit(documents, lambda record, words: agrees("indicator", record, {"indicator": words}), borders)
    ranker = dataclasses.replace(ranker, temperature=TEMPERATURE)
    save_ranker(out / "indicators.npz", ranker)
    return {"documents": len(documents), "figures": sum(len(item.records) for item in documents), "features": len(ranker.flat())}


def train_status(sources: Sequence[Path], out: Path, codebook: str | None) -> dict[str, Any]:
    del codebook
    from analyzer.pipeline.status import save_model
    from analyzer.pipeline.status_training import cross_validate, label_document
    from analyzer.pipeline.status_training import train_status as fit

    labelled = [label_document(document, records) for document, records in gold_documents(sources)]
    if not labelled:
        raise ModelError("no gold folder among the sources", "来源中没有标注文件夹")
    texts = [document.text for document in plain_documents(sources)]
    save_model(fit(labelled, texts), out / "status.npz")
    return cross_validate(labelled, texts)


def train_sentence_kinds(sources: Sequence[Path], out: Path, codebook: str | None) -> dict[str, Any]:
    del codebook
    from analyzer.commitment_training import train

    return train([source for source in sources if source.is_dir()], out / "sentence_kinds.npz")


def train_categories(sources: Sequence[Path], out: Path, codebook: str | None) -> dict[str, Any]:
    from analyzer.categories import load_codebook
    from analyzer.category_training import train

    usable = [source for source in sources if source.is_dir() or source.suffix.lower() in LABEL_FILES]
    return train(usable, out / "categories.npz", codebook=load_codebook(codebook) if codebook else None)


def train_departments(sources: Sequence[Path], out: Path, codebook: str | None) -> dict[str, Any]:
    del codebook
    from analyzer.department_training import collect_examples, cross_validate, train_model
    from analyzer.likely_departments import write_model

    examples = collect_examples(plain_documents(sources))
    write_model(train_model(examples), out / "departments.npz")
    return {"examples": len(examples), **cross_validate(examples)["model"]}


def train_confidence(sources: Sequence[Path], out: Path, codebook: str | None) -> dict[str, Any]:
    """Calibrates `confidence`; the other models in use should not have seen the gold of these sources."""
    del codebook
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    from analyzer.assembly import figure_evidence, layers_to_figures
    from analyzer.confidence import NAMES
    from analyzer.evaluation import COMPLETE, calibration_error
    from analyzer.pipeline.flow import read_layers
    from analyzer.records import to_dict

    rows, right, groups = [], [], []
    for number, (document, records) in enumerate(gold_documents(sources)):
        gold = {(record["start"], record["end"]): record for record in records}
        layers = read_layers(document)
        for place, figure in enumerate(layers_to_figures(layers)):
            record = gold.get((figure.start, figure.end))
            if record is not None:
                rows.append(figure_evidence(layers, place))
                right.append(all(agrees(name, record, to_dict(figure)) for name in COMPLETE))
                groups.append(number)
    if len(set(right)) < 2:
        raise ModelError("no gold figures to calibrate on", "没有可用于校准的标注数据")
    features, truth, folds = np.array(rows), np.array(right), np.array(groups) % 5
    held = np.zeros(len(truth))
    for fold in range(5):
        learner = LogisticRegression(C=1.0, fit_intercept=False, max_iter=1000).fit(features[folds != fold], truth[folds != fold])
        held[folds == fold] = learner.predict_proba(features[folds == fold])[:, 1]
    weights = LogisticRegression(C=1.0, fit_intercept=False, max_iter=1000).fit(features, truth).coef_[0]
    table = {"weights": {name: round(float(weight), 4) for name, weight in zip(NAMES, weights, strict=True)}}
    (out / "confidence.json").write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
    return {"figures": len(truth), "complete": float(truth.mean()), "calibration error": calibration_error(list(zip(held, truth, strict=True)))}


TRAINERS = {"indicators": train_indicators, "status": train_status, "sentence_kinds": train_sentence_kinds, "categories": train_categories,
            "departments": train_departments, "confidence": train_confidence}
