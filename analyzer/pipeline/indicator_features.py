"""What speaks for a candidate phrase: its borders, its words, what stands around the number, its relation to other numbers.

Features are strings. Those of a border are shared by all candidates of a place that have it, those of the place by all
candidates of a kind, so that each is weighed once (`indicator_ranker`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.pipeline.indicator_candidates import Candidate
from analyzer.pipeline.indicator_places import Place
from analyzer.pipeline.indicator_words import HEAD_END, Verb, actions
from analyzer.pipeline.layers import Quantity

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
        f"lv={text[place.verbs[-1].start:place.verbs[-1].end] if place.verbs else ''}",
        *(f"m={mark}" for mark in place.marks),
        *(f"m={mark}&u={unit}&L={before}&R={behind}" for mark in place.marks),
    ]


def own_features(text: str, quantities: list[Quantity], places: list[Place], index: int, candidate: Candidate,
                 borders: dict[str, int]) -> list[str]:
    """The features that no other candidate of the place shares."""
    kind = candidate.kind
    if candidate.other is not None:
        return list(_relation(text, quantities, places, index, candidate.other, kind))
    name = f"{kind}:{candidate.edge}"
    start, end = candidate.pieces[0][0], candidate.pieces[-1][1]
    words = candidate.words or "".join([text[a:b] for a, b in candidate.pieces])
    size = min(len(words), 24)
    opens, closes = _border(text, start, borders), _border(text, end, borders)
    features = [f"len={size // 2}&{kind}", f"len={size // 3}&{name}", f"len={size // 4}", f"bo={opens}&{name}", f"bc={closes}&{name}",
                f"bo={opens}&bc={closes}"]
    for (_, seam), (second, _) in zip(candidate.pieces, candidate.pieces[1:], strict=False):
        degree = borders.get(text[second - 1:second + 1], "?")
        features += [f"seam={degree}", f"seam={degree}&{name}", f"seam={borders.get(text[seam - 1] + text[second], '?')}j"]
    features += _shape(words, kind)
    features += _inside(places[index].verbs_behind if kind in ("behind", "shared") else places[index].verbs, start, end, kind)
    return features


def start_features(text: str, start: int, kind: str, borders: dict[str, int]) -> list[str]:
    """What stands about the first character of a phrase."""
    before, first = text[start - 1:start], text[start:start + 1]
    features = [f"p1={before}", f"s1={first}", f"p1={before}&s1={first}", f"bo={_border(text, start, borders)}&{kind}"]
    table = actions()
    pair = text[start:start + 2]
    if pair in table:
        features.append(f"startsverb={table[pair]}&{kind}")
    return features


def end_features(text: str, quantity: Quantity, place: Place, end: int, kind: str, borders: dict[str, int]) -> list[str]:
    """What stands about the last character of a phrase; behind a number also what it leaves out of its clause."""
    last, pair, behind, unit = text[end - 1:end], text[end - 2:end], text[end:end + 1], unit_class(quantity)
    features = [f"e1={last}", f"e2={pair}", f"e2={pair}&u={unit}", f"e1={last}&u={unit}", f"e2={pair}&k={kind}", f"n1={behind}&{kind}",
                f"e2={pair}&n1={behind}", f"bc={_border(text, end, borders)}&{kind}"]
    table = actions()
    if pair in table:
        features.append(f"endsverb={table[pair]}&{kind}")
    if HEAD_END.search(text, max(place.line_start, end - 4), end):
        features.append(f"headend&{kind}")
    if kind == "behind":
        features += _rest(text, place, end)
    return features


def _rest(text: str, place: Place, end: int) -> Iterator[str]:
    """What a phrase behind the number leaves out of its clause: a predicate, or the tail of its own name?"""
    rest = text[end:place.right_end]
    verbs = [verb for verb in place.verbs_behind if verb.start >= end]
    last = actions().get(rest[-2:], "noun") if rest else "none"
    yield f"rest={min(8, len(rest) // 2)}"
    yield f"restverbs={min(3, len(verbs))}"
    yield f"restlast={last}&rest={min(4, len(rest) // 3)}&verbs={min(2, len(verbs))}"
    yield f"restend={rest[-2:]}"
    yield f"restkind={place.right_kind}&rest={min(4, len(rest) // 3)}"
    if verbs:
        at = verbs[0].start == end
        yield f"restfirst={verbs[0].label}&at={at}&last={last}"
        yield f"restfirst={verbs[0].label}&at={at}&kind={place.right_kind}"
        yield f"restverb={text[verbs[0].start:verbs[0].end]}&{at}"


def _border(text: str, at: int, borders: dict[str, int]) -> str:
    """How surely a word ends at a place: 0 never … 5 always, p beside a mark or figure, ? unknown."""
    pair = text[at - 1:at + 1]
    degree = borders.get(pair)
    if degree is not None:
        return DEGREES[degree]
    return "?" if HAN.match(pair) else "p"


def _inside(verbs: list[Verb], start: int, end: int, kind: str) -> list[str]:
    """Verbs within a phrase speak against it: it is a clause, not a name."""
    inner = [f"inner:{verb.label}&{kind}" for verb in verbs if start < verb.start and verb.end < end]
    inner.append(f"inner={min(2, len(inner))}&{kind}")
    if verbs and verbs[-1].end >= end and any(verb.end == end and verb.start > start for verb in verbs):
        inner.append(f"endverb&{kind}")
    return inner


def _shape(words: str, kind: str) -> list[str]:
    verb = actions().get(words)
    found = [f"isverb={verb}&{kind}"] if verb else []
    if not MARKED.search(words):
        return found
    if "、" in words:
        found.append(f"has、&{kind}")
    if "的" in words:
        found.append(f"has的&{kind}")
    if "，" in words or "。" in words or "；" in words or "：" in words:
        found.append("hasstop")
    if words.count("“") != words.count("”"):
        found.append("openquote")
    if words.count("（") + words.count("(") != words.count("）") + words.count(")"):
        found.append("openbracket")
    if DIGIT.search(words):
        found.append(f"digit&{kind}")
    return found


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
