"""What each number measures and the verb that governs it.

Rules propose candidate phrases and strike out those that cannot be (`indicator_candidates`); a log-linear model trained
on gold data picks one (`indicator_ranker`); without a model, built-in weights do.

    森林覆盖率达到45%。   45% → 森林覆盖率, 达到
    改造1200个老旧小区。  1200个 → 老旧小区, 改造
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analyzer.pipeline.indicator_actions import find_action
from analyzer.pipeline.indicator_candidates import Candidate, Place, find_candidates, find_places
from analyzer.pipeline.indicator_ranker import (
    RULES_ONLY,
    Ranker,
    candidate_features,
    default_path,
    load_ranker,
    place_features,
    probabilities,
)
from analyzer.pipeline.layers import Quantity
from analyzer.pipeline.reading import Reading


@dataclass(frozen=True, slots=True)
class Measured:
    """What one quantity measures: `pieces` are the characters of the reading that `indicator` is made of.

    `indicator` differs from the pieces' characters only where a list shares a head (城镇居民… for 城乡居民…). `confidence`
    is the model's probability (0–1); `rules` name where the phrase stood and how its borders were found.
    """

    indicator: str | None
    action: str | None
    pieces: tuple[tuple[int, int], ...] = ()
    confidence: float = 0.0
    rules: tuple[str, ...] = ()


def find_indicators(reading: Reading, quantities: Sequence[Quantity], *, ranker: Ranker | None = None) -> list[Measured]:
    """The indicator and action of each quantity, in their order (by start, not overlapping)."""
    quantities = list(quantities)
    ranker = ranker or _shipped()
    places = find_places(reading, quantities)
    ranked = [_rank(reading, quantities, places, index, ranker) for index in range(len(quantities))]
    chosen = [_resolve(ranked, index, frozenset()) for index in range(len(quantities))]
    measured: list[Measured] = []
    for index, place in enumerate(places):
        choice = chosen[index]
        own = ranked[index][0][1] if ranked[index] else None
        same_sentence = place.previous is not None and "。" not in place.gap_before
        action = find_action(reading.text, quantities[index], place, own, measured[-1].action if same_sentence else None)
        if choice is None:
            measured.append(Measured(None, action))
            continue
        candidate, confidence, rule = choice
        measured.append(Measured(words_of(reading.text, candidate), action, candidate.pieces, confidence, (rule,)))
    return measured


def words_of(text: str, candidate: Candidate) -> str:
    """A candidate's wording without the blanks that a line break or a typist left."""
    words = candidate.words if candidate.words is not None else "".join(text[a:b] for a, b in candidate.pieces)
    return "".join(words.split())


LONGEST_CHAIN = 5  # numbers that point to numbers: 1200个1200个1200个… must not be searched for every path


def _shipped() -> Ranker:
    path = default_path()
    return load_ranker(path) if path.exists() else RULES_ONLY


def _rank(reading: Reading, quantities: list[Quantity], places: list[Place], index: int,
          ranker: Ranker) -> list[tuple[float, Candidate]]:
    candidates = find_candidates(reading, quantities, places, index, ranker.borders)
    if not candidates:
        return []
    around = place_features(reading.text, quantities[index], places[index])
    featured = [candidate_features(reading.text, quantities, places, index, candidate, ranker.borders) for candidate in candidates]
    likely = probabilities(ranker.scores(featured, around))
    return sorted(zip(likely, candidates, strict=True), key=lambda pair: -pair[0])


def _resolve(ranked: list[list[tuple[float, Candidate]]], index: int,
             seen: frozenset[int]) -> tuple[Candidate, float, str] | None:
    """The best candidate with words; one that points to another number takes over that number's best."""
    for confidence, candidate in ranked[index]:
        if candidate.other is None:
            return candidate, confidence, f"indicator:{candidate.kind}:{candidate.edge}"
        if candidate.other in seen or len(seen) >= LONGEST_CHAIN:
            continue
        found = _resolve(ranked, candidate.other, seen | {index})
        if found is not None:
            return found[0], confidence * found[1], f"indicator:{candidate.kind}:{candidate.edge}"
    return None
