"""Who is likely to answer for a task where the text names nobody: learned from tasks whose bodies are named.

A linear model over character pairs of the task and its headings, and over the codebook's keywords; one output a type of body.
Cross-validated by document on tasks whose brackets were taken away: see models/departments.md.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import sparse

from analyzer import lexicon
from analyzer.directory import body_at
from analyzer.errors import ModelError
from analyzer.pipeline.ngrams import count_grams
from analyzer.records import Department

VERSION = 1
LONGEST_GRAM = 2
HEADINGS = "\x03"  # stands between a task and the headings above it
# Bodies that answer for anything say nothing about a task; they are neither learned nor guessed.
GENERAL = frozenset({"people-government", "all-departments", "subdistrict", "companies", "coordination", "park-committee",
                     "party-committee", "government-office", "industry-associations", "state-enterprises"})


@dataclass(frozen=True, slots=True)
class Model:
    """`weights` are features × types; score × `slope` + `offset` gives the log-odds of a type's being named."""

    vocabulary: np.ndarray
    rarity: np.ndarray
    weights: np.ndarray
    bias: np.ndarray
    types: tuple[str, ...]
    codes: tuple[str, ...]
    slope: float
    offset: float


def infer_departments(texts: Sequence[str], categories: Sequence[str | None], *, sections: Sequence[Sequence[str]] = (),
                      level: str | None = None, region: str | None = None, limit: int = 3,
                      least: float = 0.1) -> list[tuple[Department, ...]]:
    """For each task the bodies most likely to answer for it, likeliest first, each with `source` inferred.

    `categories` are codes of the codebook or None; `sections` the headings above each task. At most `limit` bodies
    of a probability of at least `least`. Raises ModelError where the model is missing or of another version.
    """
    if not texts:
        return []
    model = load_model()
    chances = 1 / (1 + np.exp(-(model.slope * score_types(model, texts, categories, sections) + model.offset)))
    ranked = np.argsort(-chances, axis=1)[:, :limit]
    results = []
    for row, order in zip(chances, ranked, strict=True):
        bodies = [(body_at(model.types[j], level=level, region=region), float(row[j])) for j in order if row[j] >= least]
        results.append(tuple(Department(body.name, "responsible", "inferred", body.id, round(chance, 3)) for body, chance in bodies))
    return results


def score_types(model: Model, texts: Sequence[str], categories: Sequence[str | None],
                sections: Sequence[Sequence[str]] = ()) -> np.ndarray:
    """The model's raw scores: texts × types."""
    grams, _ = gram_features(with_headings(texts, sections), model.vocabulary, model.rarity)
    size = len(model.vocabulary)
    areas = area_features(texts, categories, sections, model.codes)
    return np.asarray(grams @ model.weights[:size] + areas @ model.weights[size:]) + model.bias


def with_headings(texts: Sequence[str], sections: Sequence[Sequence[str]]) -> list[str]:
    if not sections:
        return list(texts)
    return [text + HEADINGS + " ".join(section[-2:]) for text, section in zip(texts, sections, strict=True)]


def gram_features(texts: Sequence[str], vocabulary: np.ndarray,
                  rarity: np.ndarray | None = None) -> tuple[sparse.csr_matrix, np.ndarray]:
    """Weighted n-grams of unit length, and their rarities (learned from these texts where none are given)."""
    counts = count_grams(texts, vocabulary, longest=LONGEST_GRAM)
    counts.sum_duplicates()
    counts.data = 1 + np.log(counts.data)
    if rarity is None:
        known = np.bincount(counts.indices, minlength=len(vocabulary))
        rarity = (np.log((1 + len(texts)) / (1 + known)) + 1).astype(np.float32)
    counts = counts @ sparse.diags(rarity)
    length = np.sqrt(np.asarray(counts.multiply(counts).sum(axis=1)).ravel())
    return (sparse.diags(1 / np.maximum(length, 1e-9)) @ counts).tocsr(), rarity


def area_features(texts: Sequence[str], categories: Sequence[str | None], sections: Sequence[Sequence[str]],
                  codes: Sequence[str]) -> np.ndarray:
    """The share of each area of the codebook in a task's keywords; its known category where it has none."""
    shares = np.zeros((len(texts), len(codes)), np.float32)
    place = {code: column for column, code in enumerate(codes)}
    whole = "\n".join(with_headings(texts, sections))
    words = [(word, place[code]) for word, code in keywords() if code in place and word in whole]
    for row, text in enumerate(with_headings(texts, sections)):
        for word, column in words:
            if word in text:
                shares[row, column] += len(word) * text.count(word)
    for row, category in enumerate(categories):
        if category in place and not shares[row].any():
            shares[row, place[category]] = 1
    return shares / np.maximum(shares.sum(axis=1, keepdims=True), 1e-9)


@functools.cache
def keywords() -> tuple[tuple[str, str], ...]:
    """The keywords of the default codebook, each with its code."""
    return tuple((word, area["code"]) for area in lexicon.read_yaml("categories.yaml") for word in area.get("keywords", ()))


@functools.cache
def load_model() -> Model:
    return read_model(lexicon.model_path("departments.npz"))


def read_model(path: Path) -> Model:
    """Reads arrays and JSON only, no code. Raises ModelError where the file is missing or of another version."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            about = json.loads(str(arrays["about"]))
            if about["version"] != VERSION:
                raise ModelError(f"{path.name}: version {about['version']}, expected {VERSION}; train it anew",
                                 f"{path.name}：版本 {about['version']}，应为 {VERSION}，请重新训练")
            return Model(arrays["vocabulary"], arrays["rarity"], arrays["weights"].astype(np.float32), arrays["bias"],
                         tuple(about["types"]), tuple(about["codes"]), about["slope"], about["offset"])
    except (OSError, KeyError, ValueError) as error:
        raise ModelError(f"{path.name}: no readable model of likely departments ({error}); train it",
                         f"{path.name}：没有可读的责任部门推断模型（{error}），请先训练") from error


def write_model(model: Model, path: Path) -> None:
    about = {"version": VERSION, "types": model.types, "codes": model.codes, "slope": model.slope, "offset": model.offset}
    np.savez_compressed(path, vocabulary=model.vocabulary, rarity=model.rarity, weights=model.weights.astype(np.float16),
                        bias=model.bias, about=np.array(json.dumps(about, ensure_ascii=False)))
