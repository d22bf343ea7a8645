"""The verb phrase that governs a figure: 达到, 增长, 建成, 入选….

No bar asks for it; `models/indicators.md` says how often it agrees with the gold `action`.
"""

from __future__ import annotations

from analyzer.pipeline.indicator_candidates import Candidate
from analyzer.pipeline.indicator_clauses import Place
from analyzer.pipeline.indicator_words import Verb
from analyzer.pipeline.layers import Quantity

KEPT_ADVERBS = ("累计", "年均", "首次", "再", "净", "平均", "总")
# They only compare; the verb in front of the phrase governs: 新增放心消费单位超1.5万家.
COMPARES = frozenset(("超", "超过", "约为", "不少于", "不低于", "不多于", "不超过", "不得超过", "不得少于", "不得多于", "不得低于", "多于", "少于", "不足",
                      "不到", "达", "达到", "为"))
MAKES = ("do", "money", "reach")
TO_GIVE = ("给予", "予以")
LONGEST_PREDICATE = 20


def find_action(text: str, quantity: Quantity, place: Place, candidate: Candidate | None, previous: str | None) -> str | None:
    """The governing verb of one number; `previous` is the action of the number before it in the same sentence."""
    if candidate is not None and candidate.kind == "inherit" and candidate.edge == "share":
        return previous
    if "grant" in place.marks or "given" in place.marks or "base" in place.marks or "each" in place.marks:
        return _granting(text, quantity, place, previous)
    if "from" in place.marks and place.gap_after and not any(mark in place.gap_after for mark in "，、；。：和及"):  # else the next number is no goal
        return place.gap_after.removesuffix("现在的").removesuffix("目前的").strip() if len(place.gap_after) < 8 else None
    behind = next((word for word in place.tail if word.kind in ("reach", "change", "rank", "share")), None)
    start = candidate.pieces[0][0] if candidate is not None and candidate.pieces else place.end
    leading = [verb for verb in place.verbs if verb.kind in MAKES and verb.start <= start < quantity.start]
    if behind is not None and not (leading and text[behind.start:behind.end] in COMPARES):
        return _reaching(text, quantity, place, behind)
    if candidate is not None and candidate.kind in ("behind", "shared", "split"):
        verbs = [verb for verb in place.verbs if verb.kind not in ("other", "reach")]
        if verbs:
            return _with_adverb(text, verbs[-1])
        return _predicate(text, candidate.pieces[-1][1], place) or _carried(place, previous)
    if leading:
        words = _with_adverb(text, leading[-1], start)
        return words + "投资" if words.endswith("完成") and text.startswith("投资", start) else words
    last = place.verbs[-1] if place.verbs else None
    if last and last.kind in MAKES and last.end >= place.end - 1:
        return _with_adverb(text, last)
    return _carried(place, previous)


def _granting(text: str, quantity: Quantity, place: Place, previous: str | None) -> str | None:
    """给予, or the verb that grants (最高奖励), before the number or behind it."""
    before, behind = text[place.left:quantity.start], text[quantity.end:quantity.end + 12]
    for word in TO_GIVE:
        if word in before or word in behind:
            return word
    grants = [verb for verb in place.verbs if verb.kind == "give"]
    if grants:
        start = grants[-1].start - 2 if text[grants[-1].start - 2:grants[-1].start] == "最高" else grants[-1].start
        return text[start:grants[-1].end]
    return previous if "each" in place.marks or place.left_kind in ("list", "number") else None


def _reaching(text: str, quantity: Quantity, place: Place, verb: Verb) -> str:
    """The verb between phrase and number, with its place (居全国) and the adverbs that change its meaning (年均增长)."""
    if verb.kind == "rank":
        return text[verb.start:quantity.start].rstrip("第前约 ")
    yearly = any(text[word.start:word.end] == "年均" for word in place.tail)
    return "年均" + text[verb.start:verb.end] if yearly and verb.kind == "change" else _with_adverb(text, verb)


def _carried(place: Place, previous: str | None) -> str | None:
    """建成智能工厂270家、数字化车间1200个: a list goes on under its first verb."""
    return previous if place.left_kind in ("list", "number") and not place.verbs else None


def _with_adverb(text: str, verb: Verb, until: int = 0) -> str:
    """The verb with the adverb before it, up to `until` where the phrase begins inside (完成 of 完成造林)."""
    start = verb.start
    end = until if verb.start < until < verb.end else verb.end
    for adverb in KEPT_ADVERBS:
        if text.endswith(adverb, 0, start):
            start -= len(adverb)
            break
    return text[start:end].strip("：:、 ").removeprefix("力争").removeprefix("确保") or text[verb.start:verb.end]


def _predicate(text: str, start: int, place: Place) -> str | None:
    """What a counted thing does, behind its name: 入选国家级产业集群."""
    phrase = text[start:place.right_end].strip()
    verbs = [verb for verb in place.verbs_behind if verb.start >= start]
    if phrase and place.right_kind != "number" and len(phrase) <= LONGEST_PREDICATE:
        return phrase.lstrip("已均全部的、和 ") or None
    return text[verbs[0].start:verbs[0].end] if verbs else None
