"""Whether a figure is planned, achieved, a rule's parameter (standard) or mere background (reference).

A small linear model weighs the figure's features; without a model the passage's tense and a few cues decide.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from analyzer.errors import ModelError
from analyzer.lexicon import model_path
from analyzer.pipeline.context import DocumentContext
from analyzer.pipeline.layers import Quantity
from analyzer.pipeline.reading import Reading
from analyzer.pipeline.sentences import Span
from analyzer.pipeline.status_features import NAMES, figure_features
from analyzer.pipeline.tense import BUCKETS, PairModel, weigh_tense

STATUSES = ("planned", "achieved", "standard", "reference")
MODEL = "status.npz"
BASE_CHANCE = 0.95  # 从A提高到B: 17 of 18 in the gold data
SUBJECT_CHANCE = 0.85  # 89个开发区实现产值300亿元, 占比超过10%的有44种
SHORTENED = re.compile(r"(?:压缩|缩短|压减)(?:至|到|为)[^，。；\n]{0,4}$")
SURE = 4.0  # nats of the passage at which the rules alone stop doubting


@dataclass(frozen=True, slots=True)
class StatusModel:
    """Weights of the character pairs (tense) and of the figures' features (features × statuses)."""

    pairs: PairModel
    weights: np.ndarray
    bias: np.ndarray


def assign_status(reading: Reading, sentences: Sequence[Span], quantities: Sequence[Quantity], context: DocumentContext, *,
                  model: StatusModel | None | str = MODEL) -> list[tuple[str, float, tuple[str, ...]]]:
    """For each quantity its status, the probability of it, and the names of what decided.

    `model`: the default is the shipped one (rules alone if there is none); None asks for rules alone.
    """
    if isinstance(model, str):
        model = default_model()
    if not quantities:
        return []
    tense = weigh_tense(reading, sentences, context, model.pairs if model else None)
    features = figure_features(reading, sentences, quantities, context, tense)
    if model is None:
        return [_by_rules(dict(zip(NAMES, row, strict=True))) for row in features]
    chances = status_chances(features, model)
    best = chances.argmax(axis=1)
    results: list[tuple[str, float, tuple[str, ...]]] = []
    base, subject, share = (NAMES.index(name) for name in ("base", "subject", "share of those"))
    for quantity, row, number, chance in zip(quantities, features, best, chances, strict=True):
        if row[base]:
            results.append(("reference", BASE_CHANCE, ("status:base",)))
            continue
        if row[subject] or row[share]:
            results.append(("reference", SUBJECT_CHANCE, ("status:subject",)))
            continue
        if STATUSES[number] == "standard" and context.genre != "measures" and is_shortened(reading.text, quantity):
            results.append(("planned", float(chance[number]), ("status:shortened",)))
            continue
        speaks = row * (model.weights[:, number] - model.weights.mean(axis=1))
        reasons = tuple(f"status:{NAMES[index]}" for index in np.argsort(-speaks)[:2] if speaks[index] > 0.3)
        results.append((STATUSES[number], float(chance[number]), reasons))
    return results


def status_chances(features: np.ndarray, model: StatusModel) -> np.ndarray:
    """The probability of each status (columns as in `STATUSES`) for each figure."""
    scores = features @ model.weights + model.bias
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    return odds / odds.sum(axis=1, keepdims=True)


def is_shortened(text: str, quantity: Quantity) -> bool:
    """办理时限压缩至5个工作日 in a plan or report is an aim, though it reads like a limit."""
    return SHORTENED.search(text, max(0, quantity.start - 8), quantity.start) is not None


def _by_rules(feature: dict[str, float]) -> tuple[str, float, tuple[str, ...]]:
    if feature["base"]:
        return "reference", BASE_CHANCE, ("status:base",)
    if feature["subject"] or feature["share of those"]:
        return "reference", SUBJECT_CHANCE, ("status:subject",)
    granted = feature["grant before"] or feature["grant after"] or feature["limit"] or feature["share after"]
    if granted and (feature["money"] or feature["percent"] or feature["time"]) and not feature["report"]:
        return "standard", 0.85, ("status:grant",)
    if feature["measures"] and (feature["limit"] or feature["threshold"] or feature["must"]):
        return "standard", 0.75, ("status:rule",)
    nats = feature["passage"] * 4
    status = "achieved" if nats > 0 else "planned"
    return status, 0.5 + 0.45 * min(1.0, abs(nats) / SURE), (f"status:{status}-passage",)


@functools.cache
def default_model() -> StatusModel | None:
    """The shipped model, or None where there is none."""
    path = model_path(MODEL)
    return load_model(path) if path.exists() else None


def load_model(path: Path) -> StatusModel:
    """Raises ModelError for a file that is none of ours or of another version."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            names = tuple(str(name) for name in stored["names"])
            model = StatusModel(PairModel(stored["pairs"].astype(np.float32), stored["pair_bias"].astype(float)),
                                stored["weights"].astype(float), stored["bias"].astype(float))
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"{path.name}: not a status model: {error}", f"{path.name}：不是状态模型：{error}") from error
    if names != NAMES or model.pairs.weights.shape[0] != BUCKETS:
        raise ModelError(f"{path.name}: made by another version; run `python -m analyzer train`",
                         f"{path.name}：由其他版本生成，请运行 python -m analyzer train")
    return model


def save_model(model: StatusModel, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, pairs=model.pairs.weights.astype(np.float16), pair_bias=model.pairs.bias, weights=model.weights,
                        bias=model.bias, names=np.array(NAMES))
