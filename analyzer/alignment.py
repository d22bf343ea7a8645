"""Which figures measure the same thing though worded differently, and which do not though worded alike."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz
from rapidfuzz.distance import LCSseq

from analyzer.lexicon import model_path, split
from analyzer.records import Figure
from analyzer.scales import COUNTED, dimensions_meet, unit_to_scale
from analyzer.wordings import (
    GROWTH,
    PLACE,
    TAIL,
    TIME,
    alias_cores,
    aliases,
    concepts,
    core_of,
    distinctions,
    fold,
    marks_of,
    normalise_indicator,
    vague_names,
)

__all__ = ["FEATURES", "THRESHOLD", "Measure", "concepts", "core_of", "figure_to_measure", "is_vague", "marks_part", "measures_part",
           "normalise_indicator", "pair_features", "score_features", "score_measures", "words_to_measure"]

_START = re.compile(r"新开工|开工|启动|动工")
_FINISH = re.compile(r"竣工|建成|投产|投运|交付|完工|投入使用|完成")
_SUM = re.compile(r"累计|总[数量计]|总装机|总里程|总规模|保有|存量|余额|实有")
_NEW = re.compile(r"新[增建设改开登培认]|净增|增加(?![到至])")
_FLOW = re.compile(r"完成|改造|培育|打造|认定|获批|引进|开工|筹集|创建|培养|安排|开通|布局|推出|签约|建设|组建|设立|新建")
_STOCK = re.compile(r"达|超|突破|增至|(?:增加|增长|提高|提升)[到至]|^有|拥有|壮大|集聚|升至|稳定在|保持")
_BENEFIT = re.compile(r"惠及|服务|帮助|帮扶|支持|资助|奖励|走访")
_SHARE = re.compile(r"^(.{2,})占(.+?)(?:的?(?:比重|比例|份额|之比))?$", re.DOTALL)  # tried at the beginning alone
_REACHED = re.compile(r"[到至占]|达|超|突破|为$")
_EVENTS = frozenset(("场", "次", "场次", "件", "人次", "起", "列", "班", "项次", "批"))
"""Units of what happens and is over: there is no stock of it."""

_YEARLY = re.compile(r"年均|年平均")


@dataclass(frozen=True, slots=True)
class Measure:
    """What a figure measures, apart from when and where.

    `flow` is level, growth (by a share), points (by percentage points) or increment (by an amount); `concept` the id of
    the canonical indicator, if it is one; `marks` the words that keep indicators apart; `place` a part of the
    document's region, where the figure holds for that part alone.
    """

    name: str
    concept: str | None
    dimension: str
    flow: str
    marks: frozenset[tuple[str, str]]
    stage: str = ""
    stock: str = ""
    yearly: bool = False
    place: str | None = None


_KINDS = {
    "yuan": "money", "percent": "percent", "points": "percent", "people": "people", "visits": "people", "count": "count",
    "firms": "count", "households": "count", "dwellings": "count", "area": "area", "mass": "mass", "length": "length",
    "power": "energy", "electricity": "energy", "volume": "volume", "petaflops": "data", "age": "age", "years": "time",
}  # fmt: skip


def _concept(names: Sequence[str], dimension: str, flow: str) -> tuple[str | None, str]:
    """The canonical indicator whose name or alias one of the names is, if its unit fits; and that name."""
    kind = _KINDS.get(dimension, dimension.split(" ")[0])
    cores = ((name, aliases().get(core_of(name)) or alias_cores().get(core_of(name), ("", ()))[1]) for name in names)
    for name, keys in [*((name, aliases().get(name, ())) for name in names), *cores]:
        for key in keys:
            units = split(concepts()[key]["unit"])
            if not units or dimension == "none" or kind in units or flow == "growth":
                return key, name
    return None, ""


def figure_to_measure(figure: Figure, *, home: str | None = None) -> Measure:
    """What a figure measures; `home` is the region of its document."""
    unit = "位" if figure.quote.startswith("第") else figure.unit  # 居全国第四: a rank, though no unit is written
    return words_to_measure(figure.indicator or "", unit, figure.change, figure.action or "",
                            _place(figure.region, home))


def _place(region: str | None, home: str | None) -> str | None:
    if not region:
        return None
    short = re.sub(r"(?:省|市|壮族自治区|回族自治区|维吾尔自治区|自治区)$", "", region)
    if home and (region in home or short in home):
        return None
    return None if region in ("全省", "全市", "全国", "全区") else short


@functools.lru_cache(maxsize=300_000)
def words_to_measure(indicator: str, unit: str | None, change: str = "level", action: str = "", place: str | None = None) -> Measure:
    """The measure of an indicator as worded, with its unit, change and action."""
    dimension = unit_to_scale(unit).dimension
    words = indicator
    flow = "level"
    if dimension == "points":
        flow = "points"
    elif dimension in ("percent", "times") and change != "level":
        flow = "growth"
    elif change != "level":
        flow = "increment"
    bare = GROWTH.sub("", words)
    if flow == "level" and dimension == "percent" and len(bare) >= 2 and bare != words:
        flow, words = "growth", bare
    elif flow == "growth" and len(bare) >= 2:
        words = bare
    folded = fold(PLACE.sub("", TIME.sub("", words)))
    name = normalise_indicator(words)
    cut = TAIL.sub("", name)
    names = dict.fromkeys((folded, name, cut, fold(action + words) if action else name))
    concept, alias = _concept(list(names), dimension, flow)
    if flow == "level" and dimension == "percent" and concept and (
            concept == "cpi" or "money" in concepts()[concept]["unit"] and not _REACHED.search(action)):
        flow = "growth"  # 力争地区生产总值8%: an amount of money has no other per cent
    said = action + indicator
    stage = "start" if _START.search(said) else "finish" if _FINISH.search(action) and "率" not in indicator else ""
    stock = next((kind for kind, pattern, text in (
        ("flow", _NEW, said), ("stock", _SUM, said), ("flow", _FLOW, said), ("stock", _STOCK, action)) if pattern.search(text)), "")
    marks = marks_of(folded, alias)
    if _BENEFIT.search(action):  # 惠及经营主体10万户: so many were helped, not so many there are
        marks |= {("role", "benefit")}
    return Measure(name, concept, dimension, flow, marks, stage,
                   stock if unit not in _EVENTS and (dimension in COUNTED or dimension in ("area", "length", "people", "power", "none")) else "",
                   bool(_YEARLY.search(said)), place)


def is_vague(measure: Measure) -> bool:
    return len(measure.name) < 2 or (measure.concept is None and bool({measure.name, core_of(measure.name)} & vague_names()))


def marks_part(one: Measure, two: Measure) -> int:
    """How many marks keep the two apart; words that only one of them says count where they matter alone."""
    _, _, alone = distinctions()
    mine: dict[str, set[str]] = {}
    yours: dict[str, set[str]] = {}
    for marks, kept in ((one.marks, mine), (two.marks, yours)):
        for group, value in marks:
            kept.setdefault(group, set()).add(value)
    apart = 0
    for group in mine.keys() | yours.keys():
        a, b = mine.get(group, set()), yours.get(group, set())
        if a == b:
            continue
        if a and b:
            apart += not (a & b) or group == "number"
        elif group == "number" or any(f"{group} {value}" in alone for value in a | b):
            apart += 1
    return apart


def measures_part(one: Measure, two: Measure) -> str | None:
    """Why two measures can never be the same, whatever their words; None where the words may decide."""
    if one.flow != two.flow:
        return "flow"
    if one.flow not in ("growth", "points") and not dimensions_meet(one.dimension, two.dimension):
        return "unit"
    if one.place != two.place:
        return "place"
    if one.yearly != two.yearly and one.flow != "level":
        return "yearly"
    if {one.stage, two.stage} == {"start", "finish"}:
        return "stage"
    if {one.stock, two.stock} == {"flow", "stock"}:
        return "stock"
    if one.concept and two.concept and one.concept != two.concept:
        return "concept"
    return None


FEATURES = ("ratio", "partial", "grams", "same core", "front", "back", "marks", "concept", "one concept", "length", "apart", "ends",
            "inside", "swapped", "starts")  # fmt: skip
"""What the pair model sees: likeness of the cores, what only one says before and behind the other, marks, concepts."""


def pair_features(one: Measure, two: Measure) -> list[float]:
    """The features of a pair that no guard keeps apart, in the order of FEATURES."""
    a, b = core_of(one.name), core_of(two.name)
    part, whole = _SHARE.match(a), _SHARE.match(b)
    wholes = 0.0
    if part and whole:  # the common 占…比重 must not make two shares alike
        wholes = float(fuzz.ratio(part.group(2), whole.group(2)) < 60)
        a, b = part.group(1), whole.group(1)
    elif part or whole:
        a, b = (_SHARE.sub(r"\1", name).removesuffix("比重").removesuffix("比例") for name in (a, b))
    if len(a) > len(b):
        a, b = b, a
    grams_a, grams_b = {a[i:i + 2] for i in range(len(a) - 1)}, {b[i:i + 2] for i in range(len(b) - 1)}
    at = b.find(a)
    front, back = (at, len(b) - at - len(a)) if at >= 0 else (0, 0)
    same = one.concept is not None and one.concept == two.concept
    shared = LCSseq.similarity(a, b)
    inside = min(len(b) - shared, 6) / 6 if at < 0 and shared == len(a) else 0.0  # 中央预算内(水利)投资
    return [fuzz.ratio(a, b) / 100, fuzz.partial_ratio(a, b) / 100,
            2 * len(grams_a & grams_b) / max(1, len(grams_a) + len(grams_b)), float(a == b or (len(a) > 3 and sorted(a) == sorted(b))),
            min(front, 6) / 6, min(back, 6) / 6,
            float(min(marks_part(one, two) + wholes, 2)), float(same), float((one.concept is None) != (two.concept is None)),
            min(len(a), 12) / 12, float(at < 0), float(a[-2:] == b[-2:]), inside, float(a != b and sorted(a) == sorted(b)), float(a[:2] == b[:2])]


def score_measures(one: Measure, two: Measure) -> float:
    """How likely the two are the same measure, 0–1; 0 where a guard keeps them apart.

    >>> score_measures(words_to_measure("城镇新增就业", "人"), words_to_measure("新增城镇就业", "人")) > 0.5
    True
    """
    if measures_part(one, two) or is_vague(one) or is_vague(two):
        return 0.0
    return float(score_features(np.array([pair_features(one, two)]))[0])


def score_features(features: np.ndarray) -> np.ndarray:
    """Probabilities of the pair model; without a trained one, the rule."""
    weights = _weights()
    if weights is not None:
        return 1 / (1 + np.exp(-(features @ weights[0] + weights[1])))
    ratio, grams, core, front, back, marks, same = (features[:, i] for i in (0, 2, 3, 4, 5, 6, 7))
    likeness = 0.5 * ratio + 0.5 * grams - 0.3 * (front > 0) - 0.3 * (back > 0)
    likeness = np.where((core > 0) | (same > 0), 0.98, likeness)
    return np.clip(np.where(marks > 0, 0.1, likeness), 0, 1)


@functools.cache
def _weights() -> tuple[np.ndarray, float] | None:
    """The weights of `alignment.json`; None where the model is missing or of other features."""
    path = model_path("alignment.json")
    if not path.exists():
        return None
    model = json.loads(path.read_text(encoding="utf-8"))
    if model.get("features") != list(FEATURES):
        return None
    return np.array(model["weights"]), float(model["bias"])


THRESHOLD = 0.5
