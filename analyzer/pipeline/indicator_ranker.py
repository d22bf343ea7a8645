"""Which candidate names what is measured: a log-linear model over features, its weights and its file."""

from __future__ import annotations

import functools
import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from analyzer import lexicon
from analyzer.errors import ModelError
from analyzer.pipeline.indicator_candidates import Candidate
from analyzer.pipeline.indicator_features import NAME_REACH, end_features, own_features, place_features, start_features
from analyzer.pipeline.indicator_places import Place
from analyzer.pipeline.layers import Quantity

MODEL = "indicators.npz"
CROSS = "\x1f"
SINGLE = 0.98  # how often the only candidate that the rules leave is right


@dataclass(frozen=True, slots=True)
class Ranker:
    """Weights by feature; a candidate's score is their sum.

    `crossed` holds the weights of what stands around, apart for each kind and each name (kind:edge) of candidate.
    `borders` tells of two neighbouring characters how often a word ends between them: 0 never … 5 always.
    `temperature` divides the scores so that probabilities are as often right as they say.
    """

    weights: dict[str, float]
    crossed: dict[str, dict[str, float]]
    borders: dict[str, int]
    temperature: float = 1.0

    def rank(self, text: str, quantities: list[Quantity], places: list[Place], index: int,
             candidates: list[Candidate]) -> list[tuple[float, Candidate]]:
        """The candidates with their probabilities, the likeliest first."""
        if len(candidates) == 1:
            return [(SINGLE, candidates[0])]
        place, quantity, borders = places[index], quantities[index], self.borders
        around = place_features(text, quantity, place)
        seen: dict[tuple[str, int], float] = {}
        scores = []
        for candidate in candidates:
            kind, name = candidate.kind, f"{candidate.kind}:{candidate.edge}"
            score = self._sum(own_features(text, quantities, places, index, candidate, borders))
            if (kind, -1) not in seen:
                seen[kind, -1] = self.weights.get(f"k={kind}", 0.0) + self._cross(kind, around)
            if (name, -2) not in seen:
                seen[name, -2] = self.weights.get(f"n={name}", 0.0) + self._cross(name, around[:NAME_REACH])
            score += seen[kind, -1] + seen[name, -2]
            if candidate.other is None:
                start, end = candidate.pieces[0][0], candidate.pieces[-1][1]
                opening, closing = (f"<{kind}", start), (f">{kind}", end)
                if opening not in seen:
                    seen[opening] = self._sum(start_features(text, start, kind, borders))
                if closing not in seen:
                    seen[closing] = self._sum(end_features(text, quantity, place, end, kind, borders))
                score += seen[opening] + seen[closing]
            scores.append(score / self.temperature)
        return sorted(zip(probabilities(scores), candidates, strict=True), key=lambda pair: -pair[0])

    def _sum(self, features: list[str]) -> float:
        return sum(filter(None, map(self.weights.get, features)))

    def _cross(self, key: str, around: list[str]) -> float:
        table = self.crossed.get(key)
        return sum(filter(None, map(table.get, around))) if table else 0.0

    @staticmethod
    def of(weights: dict[str, float], borders: dict[str, int], temperature: float = 1.0) -> Ranker:
        """The ranker of flat weights, in which a crossed feature is written key, CROSS, feature."""
        plain: dict[str, float] = {}
        crossed: dict[str, dict[str, float]] = {}
        for feature, weight in weights.items():
            key, mark, rest = feature.partition(CROSS)
            if mark:
                crossed.setdefault(key, {})[rest] = weight
            else:
                plain[feature] = weight
        return Ranker(plain, crossed, borders, temperature)

    def flat(self) -> dict[str, float]:
        joined = {f"{key}{CROSS}{rest}": weight for key, table in self.crossed.items() for rest, weight in table.items()}
        return self.weights | joined


def all_features(text: str, quantities: list[Quantity], places: list[Place], index: int, candidate: Candidate, around: list[str],
                 borders: dict[str, int]) -> list[str]:
    """All features of one candidate as flat strings, as training counts them; `rank` weighs exactly these."""
    kind, name = candidate.kind, f"{candidate.kind}:{candidate.edge}"
    features = own_features(text, quantities, places, index, candidate, borders)
    features += [f"k={kind}", f"n={name}", *(f"{kind}{CROSS}{feature}" for feature in around),
                 *(f"{name}{CROSS}{feature}" for feature in around[:NAME_REACH])]
    if candidate.other is None:
        features += start_features(text, candidate.pieces[0][0], kind, borders)
        features += end_features(text, quantities[index], places[index], candidate.pieces[-1][1], kind, borders)
    return features


# Without a trained model: the phrase before the number's verb, else the one behind the number, else its neighbour's.
RULES_ONLY = Ranker.of(
    {
        "k=paired": 4.0, "k=row": 3.0, "k=before": 2.0, "k=behind": 2.2, "k=shared": 1.5, "k=inherit": 0.6, "k=subsidy": 1.0, "k=firsts": 0.9,
        "k=earlier1": 0.2, "n=before:head0": 1.0, "n=before:lead:do": 1.6, "n=before:lead:money": 1.6, "n=behind:comma": 0.8,
        "n=behind:number": 0.3, "n=behind:upto0:do": 0.4, f"behind{CROSS}t=reach": -2.5, f"behind{CROSS}t=change": -2.5, f"before{CROSS}ve=True": -1.0,
        "n=paired:same": 1.0, "n=paired:town": 2.0, "hasstop": -2.0, "openbracket": -1.5, "openquote": -1.5, "n=row:1#": 2.0,
        f"inherit{CROSS}gb=、增长": 3.0, f"inherit{CROSS}gb=，增长": 3.0, "inherit&stop=True": -2.0,
    },
    {},
)


def probabilities(scores: list[float]) -> list[float]:
    """Softmax of one quantity's candidates."""
    top = max(scores)
    raised = [math.exp(score - top) for score in scores]
    total = sum(raised)
    return [value / total for value in raised]


@functools.cache
def load_ranker(path: Path) -> Ranker:
    """The trained weights. Raises ModelError if the file is not a ranker's."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            names = json.loads(arrays["names"].tobytes().decode("utf-8"))
            weights = arrays["weights"].astype(float).tolist()
            pairs = arrays["pairs"].tobytes().decode("utf-8")
            degrees = arrays["degrees"].tolist()
            temperature = float(arrays["temperature"])
    except (OSError, KeyError, ValueError) as error:
        raise ModelError(f"{path.name}: not an indicator model: {error}", f"{path.name}：不是指标模型：{error}") from error
    borders = {pairs[2 * at:2 * at + 2]: degree for at, degree in enumerate(degrees)}
    return Ranker.of(dict(zip(names, weights, strict=True)), borders, temperature)


def save_ranker(path: Path, ranker: Ranker) -> None:
    weights = ranker.flat()
    names, pairs = sorted(weights), sorted(ranker.borders)
    np.savez_compressed(
        path,
        names=np.frombuffer(json.dumps(names, ensure_ascii=False).encode("utf-8"), dtype=np.uint8),
        weights=np.array([weights[name] for name in names], dtype=np.float16),
        pairs=np.frombuffer("".join(pairs).encode("utf-8"), dtype=np.uint8),
        temperature=np.float32(ranker.temperature),
        degrees=np.array([ranker.borders[pair] for pair in pairs], dtype=np.uint8),
    )


@functools.cache
def default_path() -> Path:
    return lexicon.model_path(MODEL)
