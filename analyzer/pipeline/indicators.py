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
from analyzer.pipeline.indicator_candidates import Candidate, find_candidates
from analyzer.pipeline.indicator_places import find_places
from analyzer.pipeline.indicator_ranker import RULES_ONLY, Ranker, default_path, load_ranker
from analyzer.pipeline.layers import Quantity
from analyzer.pipeline.reading import Reading

Choice = tuple[Candidate, float, str]


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
    ranked = []
    for index in range(len(quantities)):
        candidates = find_candidates(reading, quantities, places, index, ranker.borders)
        ranked.append(ranker.rank(reading.text, quantities, places, index, candidates) if candidates else [])
    chosen: list[Choice | None] = []
    for index in range(len(quantities)):
        chosen.append(_resolve(ranked, index, chosen))
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


def _shipped() -> Ranker:
    path = default_path()
    return load_ranker(path) if path.exists() else RULES_ONLY


def _resolve(ranked: list[list[tuple[float, Candidate]]], index: int, chosen: list[Choice | None]) -> Choice | None:
    """The best candidate with words; one that points to another number takes over that number's.

    A number before is `chosen` already. The number behind lends its own best phrase, unless it points back here itself:
    so a long row of numbers takes one step each.
    """
    for confidence, candidate in ranked[index]:
        rule = f"indicator:{candidate.kind}:{candidate.edge}"
        if candidate.other is None:
            return candidate, confidence, rule
        if candidate.other < index:
            lent = chosen[candidate.other]
        else:
            behind = ranked[candidate.other]
            own = next(((found, likely) for likely, found in behind if found.other is None), None)
            lent = (*own, "") if own and behind[0][1].other != index else None
        if lent is not None:
            return lent[0], confidence * lent[1], rule
    return None
