"""The verb phrase that governs a figure: 达到, 增长, 建成, 入选….

Agreement with the gold `action` (which no bar asks for): see `models/indicators.md`.
"""

from __future__ import annotations

from analyzer.pipeline.indicator_candidates import Candidate, Place
from analyzer.pipeline.indicator_words import Verb

KEPT_ADVERBS = ("累计", "年均", "首次", "再", "净", "平均", "总")
LONGEST_PREDICATE = 20
GOVERNING = ("reach", "change", "rank", "share", "give", "do", "money", "state")


def find_action(text: str, place: Place, candidate: Candidate | None, previous: str | None) -> str | None:
    """The governing verb of one number; `previous` is the action of the number before it in the same sentence."""
    behind = next((word for word in place.tail if word.kind in ("reach", "change", "rank", "share", "give")), None)
    start = candidate.pieces[0][0] if candidate is not None and candidate.pieces else place.end
    if behind is not None:
        return _with_adverb(text, place.left, behind)
    verbs = [verb for verb in place.verbs if verb.kind in GOVERNING]
    if candidate is not None and candidate.kind in ("behind", "shared"):
        if verbs:
            return _with_adverb(text, place.left, verbs[-1])
        predicate = _predicate(text, candidate.pieces[-1][1], place)
        return predicate or _carried(place, previous)
    leading = [verb for verb in verbs if verb.end <= start + 1 or verb.start <= place.starts[-1]]
    if leading:
        return _with_adverb(text, place.left, leading[-1] if leading[-1].end <= start + 1 else leading[0])
    return _carried(place, previous)


def _carried(place: Place, previous: str | None) -> str | None:
    """建成智能工厂270家、数字化车间1200个: a list goes on under its first verb."""
    return previous if place.left_kind == "list" else None


def _with_adverb(text: str, left: int, verb: Verb) -> str:
    start = verb.start
    for adverb in KEPT_ADVERBS:
        if text.endswith(adverb, left, start):
            start -= len(adverb)
            break
    return text[start:verb.end].strip("：:、 ")


def _predicate(text: str, start: int, place: Place) -> str | None:
    end = place.right_end
    phrase = text[start:end].strip()
    if not phrase or place.right_kind == "number":
        verbs = [verb for verb in place.verbs_behind if verb.start >= start]
        return text[verbs[0].start:verbs[0].end] if verbs else None
    if len(phrase) <= LONGEST_PREDICATE:
        return phrase.lstrip("已均全部的")
    verbs = [verb for verb in place.verbs_behind if verb.start >= start]
    return text[verbs[0].start:verbs[0].end] if verbs else None
