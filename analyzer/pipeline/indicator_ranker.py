"""Which candidate names what is measured: a log-linear model over features, its weights and its file."""

from __future__ import annotations

import functools
import json
import math
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from analyzer import lexicon
from analyzer.errors import ModelError
from analyzer.pipeline.indicator_candidates import Candidate
from analyzer.pipeline.indicator_clauses import Place
from analyzer.pipeline.indicator_features import NAME_REACH, Part, candidate_parts, place_features
from analyzer.pipeline.layers import Quantity

MODEL = "indicators.npz"
MOST_REMEMBERED = 50_000  # parts of features, 10 MB
CROSS = "\x1f"
SINGLE = 0.98  # how often the only candidate that the rules leave is right


@dataclass(frozen=True, slots=True)
class Ranker:
    """Weights by feature; a candidate's score is their sum.

    `crossed` holds the weights of what stands around, apart for each kind and each name (kind:edge) of candidate.
    `borders` tells of two neighbouring characters how often a word ends between them: 0 never … 5 always.
    `temperature` divides the scores so that probabilities are as often right as they say. `memory` keeps what parts of features weigh.
    """

    weights: dict[str, float]
    crossed: dict[str, dict[str, float]]
    borders: dict[str, int]
    temperature: float = 1.0
    memory: dict[Part, float] = field(default_factory=dict, compare=False, repr=False)

    def rank(self, text: str, quantities: list[Quantity], places: list[Place], index: int,
             candidates: list[Candidate]) -> list[tuple[float, Candidate]]:
        """The candidates with their probabilities, the likeliest first."""
        if len(candidates) == 1:
            return [(SINGLE, candidates[0])]
        around = place_features(text, quantities[index], places[index])
        seen: dict[str, float] = {}
        scores = []
        for candidate in candidates:
            kind, name = candidate.kind, f"{candidate.kind}:{candidate.edge}"
            if kind not in seen:
                seen[kind] = self.weights.get(f"k={kind}", 0.0) + self._cross(kind, around)
            if name not in seen:
                seen[name] = self.weights.get(f"n={name}", 0.0) + self._cross(name, around[:NAME_REACH])
            score = seen[kind] + seen[name]
            for part in candidate_parts(text, quantities, places, index, candidate, self.borders):
                known = self.memory.get(part)
                score += self._weigh(part) if known is None else known
            scores.append(score / self.temperature)
        return sorted(zip(probabilities(scores), candidates, strict=True), key=lambda pair: -pair[0])

    def _weigh(self, part: Part) -> float:
        """The weights of one part of the features; parts come again and again, so they are remembered."""
        if len(self.memory) >= MOST_REMEMBERED:
            self.memory.clear()
        make, facts = part
        self.memory[part] = known = sum(filter(None, map(self.weights.get, make(*facts))))
        return known

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
    features = [name for make, facts in candidate_parts(text, quantities, places, index, candidate, borders) for name in make(*facts)]
    return features + [f"k={kind}", f"n={name}", *(f"{kind}{CROSS}{feature}" for feature in around),
                       *(f"{name}{CROSS}{feature}" for feature in around[:NAME_REACH])]


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
