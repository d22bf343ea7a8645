"""Which candidate names what is measured: features of a candidate in its place, and a log-linear model over them."""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from analyzer import lexicon
from analyzer.errors import ModelError
from analyzer.pipeline.indicator_candidates import Candidate, Place
from analyzer.pipeline.indicator_words import HEAD_END, Verb, actions
from analyzer.pipeline.layers import Quantity

MODEL = "indicators.npz"
CROSS = "\x1f"
NAME_REACH = 14  # the first so many features of a place are crossed with the candidate's edge too
SMALL_WORDS = ("到", "与", "向", "被", "在", "获", "可", "将", "有", "已", "均", "对", "为", "由", "给", "并", "以", "至", "从", "把", "按", "中", "内",
               "等", "后",
               "当年", "人均", "全年", "比", "较", "率先", "超", "达", "共", "其中", "每")
UNIT_CLASSES = {"%": "percent", "个百分点": "point", "倍": "times", "位": "rank", "个基点": "point", "年": "time",
                "天": "time", "个工作日": "time", "个月": "time", "月": "time", "小时": "time", "日": "time", "成": "percent", "折": "percent"}


@dataclass(frozen=True, slots=True)
class Ranker:
    """Weights by feature; a candidate's score is their sum.

    `crossed` holds the weights of what stands around, apart for each kind and each name (kind:edge) of candidate.
    `borders` tells of two neighbouring characters how often a word ends between them: 0 never … 5 always.
    """

    weights: dict[str, float]
    crossed: dict[str, dict[str, float]]
    borders: dict[str, int]

    def scores(self, featured: list[Featured], around: list[str]) -> list[float]:
        """Of all candidates of one place; what stands around is summed once for each kind and name."""
        sums: dict[str, float] = {}
        get = self.weights.get
        found = []
        for candidate in featured:
            score = sum([get(feature, 0.0) for feature in candidate.features])
            for key, reach in ((candidate.kind, len(around)), (candidate.name, NAME_REACH)):
                if key not in sums:
                    table = self.crossed.get(key)
                    sums[key] = sum([table.get(feature, 0.0) for feature in around[:reach]]) if table else 0.0
                score += sums[key]
            found.append(score)
        return found

    @staticmethod
    def of(weights: dict[str, float], borders: dict[str, int]) -> Ranker:
        """The ranker of flat weights, in which a crossed feature is written key, CROSS, feature."""
        plain: dict[str, float] = {}
        crossed: dict[str, dict[str, float]] = {}
        for feature, weight in weights.items():
            key, mark, rest = feature.partition(CROSS)
            if mark:
                crossed.setdefault(key, {})[rest] = weight
            else:
                plain[feature] = weight
        return Ranker(plain, crossed, borders)

    def flat(self) -> dict[str, float]:
        joined = {f"{key}{CROSS}{rest}": weight for key, table in self.crossed.items() for rest, weight in table.items()}
        return self.weights | joined


@dataclass(frozen=True, slots=True)
class Featured:
    """A candidate's own features; those of its place are crossed with `kind` and `name`."""

    kind: str
    name: str
    features: list[str]

    def expanded(self, around: list[str]) -> list[str]:
        """All features as flat strings, as training counts them."""
        return [*self.features, *(f"{self.kind}{CROSS}{feature}" for feature in around),
                *(f"{self.name}{CROSS}{feature}" for feature in around[:NAME_REACH])]


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
    except (OSError, KeyError, ValueError) as error:
        raise ModelError(f"{path.name}: not an indicator model: {error}", f"{path.name}：不是指标模型：{error}") from error
    borders = {pairs[2 * at:2 * at + 2]: degree for at, degree in enumerate(degrees)}
    return Ranker.of(dict(zip(names, weights, strict=True)), borders)


def save_ranker(path: Path, ranker: Ranker) -> None:
    weights = ranker.flat()
    names, pairs = sorted(weights), sorted(ranker.borders)
    np.savez_compressed(
        path,
        names=np.frombuffer(json.dumps(names, ensure_ascii=False).encode("utf-8"), dtype=np.uint8),
        weights=np.array([weights[name] for name in names], dtype=np.float16),
        pairs=np.frombuffer("".join(pairs).encode("utf-8"), dtype=np.uint8),
        degrees=np.array([ranker.borders[pair] for pair in pairs], dtype=np.uint8),
    )


def unit_class(quantity: Quantity) -> str:
    unit = quantity.unit
    if not unit:
        return "none"
    if unit in UNIT_CLASSES:
        return UNIT_CLASSES[unit]
    if "元" in unit:
        return "rate" if "/" in unit else "money"
    if "/" in unit:
        return "rate"
    if unit in ("亩", "公顷", "平方米", "平方公里", "公里", "千米", "米", "吨", "斤", "千瓦", "千瓦时", "立方米", "度"):
        return "size"
    return "people" if unit in ("人", "人次", "名", "户", "位") else "count"


def place_features(text: str, quantity: Quantity, place: Place) -> list[str]:
    """What speaks for one kind of candidate or another, whatever the phrase."""
    unit = unit_class(quantity)
    tail = place.tail[0].kind or "adverb" if place.tail else "none"
    tail_kinds = "".join(sorted({word.kind[:1] for word in place.tail if word.kind}))
    before = "empty" if place.end <= place.left else "phrase"
    behind = "empty" if place.right >= place.right_end else "phrase"
    verb_before = place.verbs[-1].label if place.verbs else "none"
    verb_ends = bool(place.verbs) and place.verbs[-1].end >= quantity.start - 3
    lead = bool(place.verbs) and place.verbs[0].start <= (place.starts[-1] if place.starts else place.left)
    starts_verb = place.verbs_behind[0].label if place.verbs_behind and place.verbs_behind[0].start == place.right else "none"
    shape = f"{before}/{behind}/{tail_kinds}/{'v' if verb_ends else ''}"
    return [
        f"u={unit}", f"c={quantity.change}", f"t={tail}", f"tk={tail_kinds}", f"L={before}", f"R={behind}", f"lk={place.left_kind}",
        f"rk={place.right_kind}", f"of={place.of}", f"vb={verb_before}", f"ve={verb_ends}", f"lead={lead}", f"sv={starts_verb}",
        f"sh={shape}", f"sh={shape}&u={unit}", f"sh={shape}&lk={place.left_kind}", f"gb={place.gap_before[:6] if len(place.gap_before) < 9 else 'long'}",
        f"ga={place.gap_after[:5] if len(place.gap_after) < 9 else 'long'}", f"g={min(3, place.group[1] - place.group[0])}",
        f"ll={min(4, (place.end - place.left) // 3)}&rl={min(4, (place.right_end - place.right) // 3)}",
        f"b2={text[quantity.start - 2:quantity.start]}", f"a2={text[place.right:min(place.right + 2, place.right_end)]}",
        f"a1={text[place.right:min(place.right + 1, place.right_end)]}",
        f"tw={text[place.tail[0].start:place.tail[0].end] if place.tail else ''}",
        f"fv={text[place.verbs[0].start:place.verbs[0].end] if place.verbs else ''}",
        f"lv={text[place.verbs[-1].start:place.verbs[-1].end] if place.verbs else ''}",
        *(f"m={mark}" for mark in place.marks),
        *(f"m={mark}&u={unit}&L={before}&R={behind}" for mark in place.marks),
    ]


def candidate_features(text: str, quantities: list[Quantity], places: list[Place], index: int, candidate: Candidate,
                       borders: dict[str, int]) -> Featured:
    """The features of one candidate: its borders, its words, or its relation to the number that it points to."""
    kind = candidate.kind
    name = f"{kind}:{candidate.edge}"
    features = [f"k={kind}", f"n={name}"]
    quantity = quantities[index]
    unit = unit_class(quantity)
    if candidate.other is not None:
        features += _relation(text, quantities, places, index, candidate.other, kind)
        return Featured(kind, name, features)
    start, end = candidate.pieces[0][0], candidate.pieces[-1][1]
    words = candidate.words or "".join(text[a:b] for a, b in candidate.pieces)
    size = min(len(words), 24)
    last2 = words[-2:]
    features += [
        f"len={size // 2}&{kind}", f"len={size // 3}&{name}", f"len={size // 4}", f"e1={words[-1]}", f"e2={last2}", f"e3={words[-3:]}",
        f"e2={last2}&u={unit}", f"e1={words[-1]}&u={unit}", f"e2={last2}&k={kind}", f"s1={words[0]}", f"s2={words[:2]}", f"p1={text[start - 1:start]}",
        f"p2={text[max(0, start - 2):start]}", f"n1={text[end:end + 1]}&{kind}", f"n2={text[end:end + 2]}",
        f"bs={text[start - 1:start + 1]}", f"be={text[end - 1:end + 1]}", f"w={words}" if len(words) < 9 else "w=long",
        f"p1={text[start - 1:start]}&s1={words[0]}", f"e2={last2}&n1={text[end:end + 1]}",
    ]
    opens, closes = _border(text, start, borders), _border(text, end, borders)
    features += [f"bo={opens}&{kind}", f"bc={closes}&{kind}", f"bo={opens}&{name}", f"bc={closes}&{name}", f"bo={opens}&bc={closes}"]
    for (_, seam), (second, _) in zip(candidate.pieces, candidate.pieces[1:], strict=False):
        features += [f"seam={borders.get(text[second - 1:second + 1], '?')}", f"seam={borders.get(text[seam - 1] + text[second], '?')}j",
                     f"seam={borders.get(text[second - 1:second + 1], '?')}&{name}"]
    features += _shape(words, kind)
    features += _inside(place_verbs(places[index], kind), start, end, kind, words)
    if kind == "behind":
        features += _rest(text, places[index], end, name)
    return Featured(kind, name, features)


def _rest(text: str, place: Place, end: int, name: str) -> Iterator[str]:
    """What a phrase behind the number leaves out of its clause: a predicate, or the tail of its own name?"""
    rest = text[end:place.right_end]
    verbs = [verb for verb in place.verbs_behind if verb.start >= end]
    last = actions().get(rest[-2:], "noun") if rest else "none"
    yield f"rest={min(8, len(rest) // 2)}&{name}"
    yield f"rest={min(8, len(rest) // 2)}"
    yield f"restverbs={min(3, len(verbs))}&{name}"
    yield f"restlast={last}&{name}"
    yield f"restlast={last}&rest={min(4, len(rest) // 3)}&verbs={min(2, len(verbs))}"
    yield f"restend={rest[-1:]}&{name}"
    yield f"restend={rest[-2:]}"
    if verbs:
        yield f"restfirst={verbs[0].label}&{name}"
        yield f"restfirst={verbs[0].label}&at={verbs[0].start == end}&last={last}"
    yield f"restkind={place.right_kind}&{name}"
    if verbs:
        yield f"restverb={text[verbs[0].start:verbs[0].end]}&{verbs[0].start == end}"


def _border(text: str, at: int, borders: dict[str, int]) -> str:
    """How surely a word ends at a place: 0 never … 5 always, p beside a mark or figure, ? unknown."""
    pair = text[at - 1:at + 1]
    degree = borders.get(pair)
    if degree is not None:
        return str(degree)
    return "?" if all("\u4e00" <= character <= "\u9fff" for character in pair) else "p"


def place_verbs(place: Place, kind: str) -> list[Verb]:
    return place.verbs_behind if kind in ("behind", "shared") else place.verbs


def _inside(verbs: list[Verb], start: int, end: int, kind: str, words: str) -> Iterator[str]:
    """Verbs and small words within a phrase speak against it: it is a clause, not a name."""
    inner = [verb for verb in verbs if start < verb.start and verb.end < end]
    yield f"inner={min(2, len(inner))}&{kind}"
    for verb in inner:
        yield f"inner:{verb.label}&{kind}"
    if verbs and any(verb.end == end and verb.start > start for verb in verbs):
        yield f"endverb&{kind}"
    for mark in SMALL_WORDS:
        if mark in words[1:-1]:
            yield f"in={mark}&{kind}"


def _shape(words: str, kind: str) -> Iterator[str]:
    if "、" in words:
        yield f"has、&{kind}"
    if "的" in words:
        yield f"has的&{kind}"
    if any(mark in words for mark in "，。；："):
        yield "hasstop"
    if words.count("“") != words.count("”"):
        yield "openquote"
    if words.count("（") + words.count("(") != words.count("）") + words.count(")"):
        yield "openbracket"
    if any(character.isdigit() for character in words):
        yield f"digit&{kind}"
    if HEAD_END.search(words):
        yield f"headend&{kind}"
    table = actions()
    if words in table:
        yield f"isverb={table[words]}&{kind}"
    if words[:2] in table:
        yield f"startsverb={table[words[:2]]}&{kind}"
    if words[-2:] in table:
        yield f"endsverb={table[words[-2:]]}&{kind}"


def _relation(text: str, quantities: list[Quantity], places: list[Place], index: int, other: int, kind: str) -> Iterator[str]:
    one, two = quantities[index], quantities[other]
    same = one.unit == two.unit
    yield f"{kind}&sameunit={same}"
    yield f"{kind}&units={unit_class(two)}>{unit_class(one)}"
    yield f"{kind}&units={unit_class(two)}>{unit_class(one)}&L={places[index].end > places[index].left}"
    yield f"{kind}&changes={two.change}>{one.change}"
    yield f"{kind}&sameunit={same}&lk={places[index].left_kind}&L={places[index].end > places[index].left}"
    gap = text[two.end:one.start] if other < index else text[one.end:two.start]
    yield f"{kind}&stop={'。' in gap}"
    yield f"{kind}&half={'；' in gap or ';' in gap}"
    yield f"{kind}&gap={min(6, len(gap) // 5)}"
    yield f"{kind}&gap={min(6, len(gap) // 5)}&L={places[index].end > places[index].left}&same={same}"
    yield f"{kind}&stop={'。' in gap}&L={places[index].end > places[index].left}"
    for mark in places[index].marks:
        yield f"{kind}&same={same}&m={mark}"
    between = places[index].left_kind if other < index else places[index].right_kind
    yield f"{kind}&between={between}&same={same}"


@functools.cache
def default_path() -> Path:
    return lexicon.model_path(MODEL)
