"""What speaks for a candidate phrase: its borders, its words, what stands around the number, its relation to other numbers.

Features are strings. Those of a border are shared by all candidates of a place that have it, those of the place by all
candidates of a kind, so that each is weighed once (`indicator_ranker`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from analyzer.pipeline.indicator_candidates import Candidate
from analyzer.pipeline.indicator_clauses import Place
from analyzer.pipeline.indicator_words import HEAD_END, Verb, actions
from analyzer.pipeline.layers import Quantity

Part = tuple[Callable[..., list[str]], tuple[Any, ...]]  # features and all that they are made of, so that each is weighed once
BEHIND = ("behind", "shared")
NAME_REACH = 14  # the first so many features of a place are crossed with the candidate's edge too
UNIT_CLASSES = {"%": "percent", "个百分点": "point", "倍": "times", "位": "rank", "个基点": "point", "年": "time", "天": "time", "个工作日": "time",
                "个月": "time", "月": "time", "小时": "time", "日": "time", "成": "percent", "折": "percent"}
SIZES = frozenset(("亩", "公顷", "平方米", "平方公里", "公里", "千米", "米", "吨", "斤", "千瓦", "千瓦时", "立方米", "度"))
HAN = re.compile(r"[\u4e00-\u9fff]{2}")
DEGREES = "012345"
MARKED = re.compile(r"[、的，。；：“”（）()\d]")
DIGIT = re.compile(r"\d")
PEOPLE = frozenset(("人", "人次", "名", "户"))


def unit_class(quantity: Quantity) -> str:
    unit = quantity.unit
    if not unit:
        return "none"
    if unit in UNIT_CLASSES:
        return UNIT_CLASSES[unit]
    if "/" in unit:
        return "rate"
    if "元" in unit:
        return "money"
    return "size" if unit in SIZES else "people" if unit in PEOPLE else "count"


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
        f"sv={starts_verb}&L={before}&lk={place.left_kind}&same={'same-unit' in place.marks}",
        f"lv={text[place.verbs[-1].start:place.verbs[-1].end] if place.verbs else ''}",
        *(f"m={mark}" for mark in place.marks),
        *(f"m={mark}&u={unit}&L={before}&R={behind}" for mark in place.marks),
    ]


def candidate_parts(text: str, quantities: list[Quantity], places: list[Place], index: int, candidate: Candidate,
                    borders: dict[str, int]) -> Iterator[Part]:
    """The parts of one candidate's features: relation to another number; or form, borders and words of its phrase."""
    kind, place = candidate.kind, places[index]
    if candidate.other is not None:
        yield _relation(text, quantities, place, index, candidate.other, kind)
        return
    start, end = candidate.pieces[0][0], candidate.pieces[-1][1]
    words = candidate.words or "".join([text[a:b] for a, b in candidate.pieces])
    opens, closes = _border(text, start, borders), _border(text, end, borders)
    behind = kind in BEHIND
    yield form_features, (kind, candidate.edge, min(len(words), 24), opens, closes)
    yield start_features, (kind, text[start - 1:start + 2], opens)
    yield end_features, (kind, text[end - 4:end + 1], unit_class(quantities[index]), closes)
    for (_, seam), (second, _) in zip(candidate.pieces, candidate.pieces[1:], strict=False):
        yield seam_features, (kind, candidate.edge, borders.get(text[second - 1:second + 1], "?"),
                              borders.get(text[seam - 1] + text[second], "?"))
    if words in actions() or MARKED.search(words):
        yield shape_features, (kind, *_shape(words))
    verbs = place.verbs_behind if behind else place.verbs
    if verbs:
        yield verb_features, (kind, *_inside(verbs, start, end))
    if behind:
        mark = text.find("的", place.right + 1, place.right_end - 1)
        if mark >= 0:
            yield possessive_features, _possessive(text, quantities[index], place, mark, start, end)
    if kind == "behind":
        yield rest_features, _rest(text, place, end)


def form_features(kind: str, edge: str, size: int, opens: str, closes: str) -> list[str]:
    """How long a phrase is and how surely words end at its borders."""
    name = f"{kind}:{edge}"
    return [f"len={size // 2}&{kind}", f"len={size // 3}&{name}", f"len={size // 4}", f"bo={opens}&{name}", f"bc={closes}&{name}",
            f"bo={opens}&bc={closes}"]


def start_features(kind: str, around: str, border: str) -> list[str]:
    """What stands about the first character of a phrase: the one before it, itself and the next."""
    before, first, pair = around[:1], around[1:2], around[1:3]
    features = [f"p1={before}", f"s1={first}", f"p1={before}&s1={first}", f"bo={border}&{kind}"]
    if pair in actions():
        features.append(f"startsverb={actions()[pair]}&{kind}")
    return features


def end_features(kind: str, around: str, unit: str, border: str) -> list[str]:
    """What stands about the last character of a phrase: up to four characters to it and the one behind."""
    behind, inside = around[4:], around[:4]
    last, pair = inside[-1:], inside[-2:]
    features = [f"e1={last}", f"e2={pair}", f"e2={pair}&u={unit}", f"e1={last}&u={unit}", f"e2={pair}&k={kind}", f"n1={behind}&{kind}",
                f"e2={pair}&n1={behind}", f"bc={border}&{kind}"]
    if pair in actions():
        features.append(f"endsverb={actions()[pair]}&{kind}")
    if HEAD_END.search(inside):
        features.append(f"headend&{kind}")
    return features


def seam_features(kind: str, edge: str, degree: object, joined: object) -> list[str]:
    """Whether words begin where a later piece does, and whether it joins the piece before as a word goes on."""
    return [f"seam={degree}", f"seam={degree}&{kind}:{edge}", f"seam={joined}j"]


def _rest(text: str, place: Place, end: int) -> tuple[object, ...]:
    rest = text[end:place.right_end]
    verbs = [verb for verb in place.verbs_behind if verb.start >= end]
    last = actions().get(rest[-2:], "noun") if rest else "none"
    first = (verbs[0].label, verbs[0].start == end, text[verbs[0].start:verbs[0].end]) if verbs else None
    return min(len(rest), 16), min(3, len(verbs)), last, rest[-2:], place.right_kind, first


def rest_features(size: int, verbs: int, last: str, ends: str, right_kind: str, first: tuple[str, bool, str] | None) -> list[str]:
    """What a phrase behind the number leaves out of its clause: a predicate, or the tail of its own name?"""
    features = [f"rest={min(8, size // 2)}", f"restverbs={verbs}", f"restlast={last}&rest={min(4, size // 3)}&verbs={min(2, verbs)}",
                f"restend={ends}", f"restkind={right_kind}&rest={min(4, size // 3)}"]
    if first:
        label, at, words = first
        features += [f"restfirst={label}&at={at}&last={last}", f"restfirst={label}&at={at}&kind={right_kind}", f"restverb={words}&{at}"]
    return features


def _border(text: str, at: int, borders: dict[str, int]) -> str:
    """How surely a word ends at a place: 0 never … 5 always, p beside a mark or figure, ? unknown."""
    pair = text[at - 1:at + 1]
    degree = borders.get(pair)
    if degree is not None:
        return DEGREES[degree]
    return "?" if HAN.match(pair) else "p"


def _inside(verbs: list[Verb], start: int, end: int) -> tuple[tuple[str, ...], bool]:
    labels = tuple([verb.label for verb in verbs if start < verb.start and verb.end < end])
    return labels, verbs[-1].end >= end and any(verb.end == end and verb.start > start for verb in verbs)


def verb_features(kind: str, labels: tuple[str, ...], ends: bool) -> list[str]:
    """Verbs within a phrase speak against it: it is a clause, not a name."""
    features = [f"inner:{label}&{kind}" for label in labels]
    features.append(f"inner={min(2, len(labels))}&{kind}")
    if ends:
        features.append(f"endverb&{kind}")
    return features


def _possessive(text: str, quantity: Quantity, place: Place, mark: int, start: int, end: int) -> tuple[object, ...]:
    where = "before" if end <= mark else "behind" if start > mark else "over"
    verb = next((verb.label for verb in place.verbs_behind if verb.end <= mark), "-")
    return where, min(4, (mark - place.right) // 2), verb, text[mark - 2:mark], text[place.right_end - 2:place.right_end], quantity.unit


def possessive_features(where: str, size: int, verb: str, before: str, ends: str, unit: str | None) -> list[str]:
    """50个部门的数据 counts 部门, 40名有职称的医生 counts 医生: what stands on both sides of 的 tells."""
    return [f"of={where}&n={size}&v={verb}", f"of={where}&xw={before}", f"of={where}&yw={ends}", f"of={where}&u={unit}&n={size}"]


def _shape(words: str) -> tuple[object, ...]:
    return (actions().get(words), "、" in words, "的" in words, any(mark in words for mark in "，。；："), words.count("“") != words.count("”"),
            words.count("（") + words.count("(") != words.count("）") + words.count(")"), bool(DIGIT.search(words)))


def shape_features(kind: str, verb: str | None, listed: bool, of: bool, stop: bool, quote: bool, bracket: bool, digit: bool) -> list[str]:
    """Marks, digits and bare verbs in a phrase."""
    features = {f"isverb={verb}&{kind}": verb, f"has、&{kind}": listed, f"has的&{kind}": of, "hasstop": stop, "openquote": quote,
                "openbracket": bracket, f"digit&{kind}": digit}
    return [name for name, holds in features.items() if holds]


def _relation(text: str, quantities: list[Quantity], place: Place, index: int, other: int, kind: str) -> Part:
    one, two = quantities[index], quantities[other]
    gap = text[two.end:one.start] if other < index else text[one.end:two.start]
    return relation_features, (
        kind, one.unit == two.unit, unit_class(two), unit_class(one), two.change, one.change, place.end > place.left, place.left_kind,
        place.left_kind if other < index else place.right_kind, "。" in gap, "；" in gap or ";" in gap, min(6, len(gap) // 5), place.marks)


def relation_features(kind: str, same: bool, other: str, unit: str, other_change: str, change: str, phrase: bool, left_kind: str,
                      between: str, stop: bool, half: bool, gap: int, marks: tuple[str, ...]) -> list[str]:
    """What speaks for another number's indicator: units and changes of both, and how far apart they stand."""
    return [f"{kind}&sameunit={same}", f"{kind}&units={other}>{unit}", f"{kind}&units={other}>{unit}&L={phrase}",
            f"{kind}&changes={other_change}>{change}", f"{kind}&sameunit={same}&lk={left_kind}&L={phrase}", f"{kind}&stop={stop}",
            f"{kind}&half={half}", f"{kind}&gap={gap}", f"{kind}&gap={gap}&L={phrase}&same={same}", f"{kind}&stop={stop}&L={phrase}",
            *[f"{kind}&same={same}&m={mark}" for mark in marks], f"{kind}&between={between}&same={same}"]
