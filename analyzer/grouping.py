"""Figures of one or many documents in groups that measure the same thing; what a person joined or split holds."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations, product

import numpy as np

from analyzer.alignment import (
    THRESHOLD,
    Measure,
    concepts,
    core_of,
    figure_to_measure,
    is_vague,
    measures_part,
    pair_features,
    score_features,
    score_measures,
)
from analyzer.records import Analysis, Figure

NEIGHBOURS = 8
LIKENESS = 0.45
"""How alike (cosine of character n-grams) two names must be to be compared at all, and with how many."""

_CROWD = 60
"""In a bigger block of one name each measure is compared with the commonest ones alone."""


@dataclass(frozen=True, slots=True)
class Source:
    """The figures of one document with what places them: its region, its issuer and the year it looks ahead to."""

    name: str
    figures: tuple[Figure, ...]
    region: str | None = None
    issuer: str | None = None
    year: str | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Overrides:
    """What persons said: pairs of measure keys that belong together, and pairs that do not."""

    joined: frozenset[tuple[str, str]] = frozenset()
    split: frozenset[tuple[str, str]] = frozenset()

    def join(self, one: str, other: str) -> Overrides:
        pair = _pair(one, other)
        return Overrides(self.joined | {pair}, self.split - {pair})

    def part(self, one: str, other: str) -> Overrides:
        pair = _pair(one, other)
        return Overrides(self.joined - {pair}, self.split | {pair})

    def to_json(self) -> str:
        return json.dumps({"joined": sorted(self.joined), "split": sorted(self.split)}, ensure_ascii=False)


def overrides_from_json(text: str | None) -> Overrides:
    """What `to_json` wrote; nothing for None or an empty text."""
    if not text:
        return Overrides()
    kept = json.loads(text)
    return Overrides(*(frozenset(_pair(*pair) for pair in kept.get(name, [])) for name in ("joined", "split")))


def _pair(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one <= other else (other, one)


def analysis_to_source(analysis: Analysis) -> Source:
    document = analysis.document
    return Source(document.title or document.name, analysis.figures, document.region, document.issuer,
                  main_year(analysis.figures, document.dates), document.sha256 or document.name)


def main_year(figures: Iterable[Figure], dates: dict[str, str]) -> str | None:
    """The year that most planned figures aim at, else the one the document was written in."""
    years = Counter(f.period for f in figures if f.status == "planned" and f.period and f.period.isdigit())
    if years:
        return years.most_common(1)[0][0]
    return (dates.get("written") or dates.get("published") or "")[:4] or None


def measure_key(measure: Measure) -> str:
    """A measure in one line, the same for all wordings that differ in idle words alone: what overrides are kept by."""
    marks = ",".join(sorted(f"{group}={value}" for group, value in measure.marks))
    return "|".join((measure.concept or core_of(measure.name), measure.flow, measure.dimension, marks, measure.stage,
                     measure.stock, "yearly" if measure.yearly else "", measure.place or ""))


@dataclass
class _Clusters:
    """Union–find that refuses unions that a guard forbids."""

    measures: list[Measure]
    parent: list[int] = field(default_factory=list)
    members: list[list[int]] = field(default_factory=list)
    banned: set[tuple[int, int]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.parent = list(range(len(self.measures)))
        self.members = [[i] for i in self.parent]

    def find(self, i: int) -> int:
        while self.parent[i] != i:
            self.parent[i] = self.parent[self.parent[i]]
            i = self.parent[i]
        return i

    def union(self, i: int, j: int, *, guarded: bool = True) -> bool:
        a, b = self.find(i), self.find(j)
        if a == b:
            return True
        if len(self.members[a]) < len(self.members[b]):
            a, b = b, a
        if guarded:
            # All that could clash with anyone in the cluster is tried, so that a neutral wording is no bridge.
            for x, y in product(self.members[a][:40], self.members[b][:40]):
                if (min(x, y), max(x, y)) in self.banned or measures_part(self.measures[x], self.measures[y]):
                    return False
            if score_measures(self.measures[self.members[a][0]], self.measures[self.members[b][0]]) < THRESHOLD / 2:
                return False
        self.parent[b] = a
        self.members[a] += self.members[b]
        return True


def group_figures(figures: Sequence[Figure], *, home: str | None = None, overrides: Overrides | None = None) -> list[int]:
    """The number of its group for each figure of one document or region."""
    return group_measures([figure_to_measure(figure, home=home) for figure in figures], overrides=overrides)


def group_measures(measures: Sequence[Measure], *, overrides: Overrides | None = None) -> list[int]:
    """The number of its group for each measure; figures whose indicator says nothing of its own stay alone."""
    keys = [measure_key(measure) for measure in measures]
    counts = Counter(keys)
    nodes: dict[str, int] = {}
    distinct: list[Measure] = []
    for measure, key in sorted(zip(measures, keys, strict=True), key=lambda pair: (-counts[pair[1]], pair[1])):
        if key not in nodes:
            nodes[key] = len(distinct)
            distinct.append(measure)
    clusters = _Clusters(distinct)
    _override(clusters, nodes, overrides or Overrides())
    pairs = _candidates(distinct)
    if len(pairs):
        for at in np.argsort(-pairs[:, 2], kind="stable"):
            clusters.union(int(pairs[at, 0]), int(pairs[at, 1]))
    numbers: dict[int, int] = {}
    groups = []
    for at, (measure, key) in enumerate(zip(measures, keys, strict=True)):
        root = clusters.find(nodes[key])
        if is_vague(measure) and len(clusters.members[root]) == 1:
            root = -1 - at
        groups.append(numbers.setdefault(root, len(numbers)))
    return groups


def _override(clusters: _Clusters, nodes: dict[str, int], overrides: Overrides) -> None:
    for one, other in overrides.split:
        if one in nodes and other in nodes:
            clusters.banned.add((min(nodes[one], nodes[other]), max(nodes[one], nodes[other])))
    for one, other in overrides.joined:
        if one in nodes and other in nodes:
            clusters.union(nodes[one], nodes[other], guarded=False)


def _candidates(measures: list[Measure]) -> np.ndarray:
    """Rows (one, other, score) of the pairs that may be the same."""
    blocks: dict[str, list[int]] = defaultdict(list)
    for i, measure in enumerate(measures):
        if not is_vague(measure):
            blocks[measure.concept or core_of(measure.name)].append(i)
    names = list(blocks)
    pairs: list[tuple[int, int]] = []
    for members in blocks.values():
        if len(members) <= _CROWD:
            pairs += combinations(members, 2)
        else:
            pairs += [(a, b) for a in members[:_CROWD] for b in members if a < b]
    for one, other in _neighbours([core_of(concepts()[n]["name"]) if n in concepts() else n for n in names]):
        pairs += product(blocks[names[one]][:12], blocks[names[other]][:12])
    kept, features = [], []
    for i, j in pairs:
        if not measures_part(measures[i], measures[j]):
            kept.append((i, j))
            features.append(pair_features(measures[i], measures[j]))
    if not kept:
        return np.zeros((0, 3))
    scores = score_features(np.array(features))
    rows = np.column_stack([np.array(kept, dtype=float), scores])
    return rows[scores >= THRESHOLD]


def _neighbours(names: list[str]) -> list[tuple[int, int]]:
    """Pairs of names with alike characters, each with its nearest few."""
    if len(names) < 2:
        return []
    from sklearn.feature_extraction.text import TfidfVectorizer  # here alone: it takes a second to load

    try:
        vectors = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True, dtype=np.float32).fit_transform(names)
    except ValueError:  # no name has a character
        return []
    from sparse_dot_topn import sp_matmul_topn

    near = sp_matmul_topn(vectors, vectors.T.tocsr(), top_n=NEIGHBOURS + 1, threshold=LIKENESS, n_threads=2, sort=True).tocoo()
    return sorted({(int(min(i, j)), int(max(i, j))) for i, j in zip(near.row, near.col, strict=True) if i != j})
