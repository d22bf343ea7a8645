"""Does a passage look back (review) or ahead (plan), and does it state a rule? Evidence for each sentence of a document.

A sentence's own words are weighed by a linear model over its character pairs (or, without a model, by cue lists); a
chain over all sentences then lets each hear its neighbours, because a passage is mostly of one tense.
"""

from __future__ import annotations

import bisect
import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from analyzer.lexicon import cues
from analyzer.pipeline.context import MEETING, DocumentContext
from analyzer.pipeline.periods import PeriodMention, find_periods, first_year, last_year
from analyzer.pipeline.reading import Reading
from analyzer.pipeline.sentences import Span

BUCKETS = 1 << 16
SIDES = ("review", "rule")  # both measured against plan: positive nats speak for the side, negative for plan
SHORTEST = 10  # pairs; shorter spans must not look surer than they are
SWITCH = {"sentence": 6.0, "line": 4.0, "heading": 1.0, "row": 0.5}  # what a change of tense costs at each border, in nats
CEILING = 5.0  # no single sentence outweighs its passage entirely
HEADING = 4.0
YEAR = 1.5
LAST_YEAR = 5.0  # 去年…, 五年来… at the very beginning of a sentence
OPENING = re.compile(r"(?:[^，。；]{0,10}，)?.{0,3}")  # what may stand before them: 从投资的效果看，两年来…
PAST_KINDS = ("relative", "past", "year", "span", "plan")
SECTION = 1.4
ROW = 1.0
MEASURE = 1.0
CUE = 1.0


@dataclass(frozen=True, slots=True)
class PairModel:
    """Weights of hashed character pairs (`BUCKETS` × sides) and the biases."""

    weights: np.ndarray
    bias: np.ndarray


@dataclass(frozen=True, slots=True)
class Tense:
    """Nats for review (against plan) and for a rule (against plan).

    `passage`: review by sentence after smoothing; `section`: what headings and genre say of it; `own`: review and
    rule by sentence (rows) from its words alone;
    `sums`: running sums of pair weights, so that any stretch can be weighed; `mentions`: the periods of the text.
    """

    passage: np.ndarray
    section: np.ndarray
    own: np.ndarray
    sums: np.ndarray
    bias: np.ndarray
    mentions: tuple[PeriodMention, ...]


def weigh_tense(reading: Reading, sentences: Sequence[Span], context: DocumentContext, model: PairModel | None) -> Tense:
    """The tense of every sentence; pure cue counting where `model` is None."""
    mentions = tuple(find_periods(reading.text, year=context.year))
    if model is None:
        own, sums, bias = _cue_evidence(reading, sentences), np.zeros((1, 2)), np.zeros(2)
    else:
        sums, bias = pair_sums(reading.text, model), model.bias
        own = _weigh_all(sums, bias, sentences)
    evidence = np.clip(own[:, 0], -CEILING, CEILING) if len(own) else np.zeros(0)
    section = _place_evidence(reading, sentences, context)
    evidence = evidence + _year_evidence(reading.text, sentences, mentions, context) + section
    for number, sentence in enumerate(sentences):
        if reading.lines[sentence.line].kind == "heading":
            said = heading_evidence(reading.text[sentence.start:sentence.end], context)
            evidence[number] = said or evidence[number]
    return Tense(smooth(reading, sentences, evidence, rows=row_lines(context)), section, own, sums, bias, mentions)


def row_lines(context: DocumentContext) -> frozenset[int]:
    """The lines that are cells of a table's rows."""
    return frozenset(line for row in context.rows for line in range(row.first, row.last + 1))


def _place_evidence(reading: Reading, sentences: Sequence[Span], context: DocumentContext) -> np.ndarray:
    """What the headings above a sentence say, and the genre: plans, their tables above all, and measures look ahead."""
    evidence = np.zeros(len(sentences))
    by_section: dict[tuple[str, ...], float] = {}
    rows = row_lines(context)
    for number, sentence in enumerate(sentences):
        section = reading.lines[sentence.line].section
        if section not in by_section:
            said = (heading_evidence(heading, context) for heading in reversed(section))
            by_section[section] = SECTION * np.sign(next((nats for nats in said if nats), 0.0))
        evidence[number] = by_section[section]
        opens = not number or sentences[number - 1].line != sentence.line
        if sentence.line in rows and context.genre != "report":
            evidence[number] -= ROW * opens
        elif context.genre == "measures":
            evidence[number] -= MEASURE
    return evidence


def pair_codes(text: str) -> np.ndarray:
    """The bucket of each pair of neighbouring characters; all digits are alike."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    codes = np.where((codes >= 48) & (codes <= 57), np.uint64(48), codes)
    if len(codes) < 2:
        return np.zeros(0, dtype=np.int64)
    mixed = (codes[:-1] * np.uint64(2654435761) + codes[1:] * np.uint64(40503)) * np.uint64(2246822519)
    return ((mixed >> np.uint64(13)) & np.uint64(BUCKETS - 1)).astype(np.int64)


def pair_sums(text: str, model: PairModel) -> np.ndarray:
    """Running sums of the pairs' weights: row i is the sum of the pairs before position i."""
    sums = np.zeros((len(text) + 1, model.weights.shape[1]))
    codes = pair_codes(text)
    np.cumsum(model.weights[codes], axis=0, out=sums[1:len(codes) + 1])
    sums[len(codes) + 1:] = sums[len(codes)]
    return sums


def weigh(sums: np.ndarray, bias: np.ndarray, start: int, end: int) -> np.ndarray:
    """The model's nats for the characters `start`–`end`."""
    pairs = max(0, end - start - 1)
    if len(sums) == 1 or not pairs:
        return np.zeros(2)
    return (sums[start + pairs] - sums[start]) / np.sqrt(max(pairs, SHORTEST)) + bias


def _weigh_all(sums: np.ndarray, bias: np.ndarray, sentences: Sequence[Span]) -> np.ndarray:
    """`weigh` for every sentence at once."""
    starts = np.array([sentence.start for sentence in sentences], dtype=np.int64)
    pairs = np.maximum(np.array([sentence.end for sentence in sentences], dtype=np.int64) - starts - 1, 0)
    nats = (sums[starts + pairs] - sums[starts]) / np.sqrt(np.maximum(pairs, SHORTEST))[:, None] + bias
    return np.where(pairs[:, None] > 0, nats, 0.0)


def heading_evidence(heading: str, context: DocumentContext) -> float:
    """Nats for review that a heading gives its part: by its words, else by whether its years lie behind or ahead."""
    if context.genre == "report" and MEETING.search(heading):
        return 0.0  # 1985年政府工作报告: a report's own title says nothing of its parts
    for sign, pattern in _heading_words():
        if pattern.search(heading):
            return sign * HEADING
    if context.year:
        years = [last_year(mention.period) for mention in find_periods(heading, year=context.year) if mention.role != "name"]
        if years:
            return HEADING if max(years) < context.year else -HEADING
    return 0.0


@functools.cache
def _heading_words() -> tuple[tuple[int, re.Pattern[str]], ...]:
    words = cues()["status"]["heading"]
    return tuple((sign, re.compile("|".join([*map(re.escape, words[name]), *more]))) for name, sign, more in (
        ("review", 1, ("情况[。：]?$",)), ("plan", -1, ())))


def _year_evidence(text: str, sentences: Sequence[Span], mentions: Sequence[PeriodMention], context: DocumentContext) -> np.ndarray:
    """A year behind the document's own speaks for review, one ahead for plan (bases and names say nothing)."""
    evidence = np.zeros(len(sentences))
    if context.year is None:
        return evidence
    starts = [sentence.start for sentence in sentences]
    for mention in mentions:
        if mention.floating or mention.role in ("base", "name"):
            continue
        number = bisect.bisect_right(starts, mention.start) - 1
        if number < 0 or mention.start >= sentences[number].end:
            continue
        if mention.role == "since" or last_year(mention.period) < context.year:
            opens = mention.kind in PAST_KINDS and OPENING.fullmatch(text, sentences[number].start, mention.start)
            evidence[number] = LAST_YEAR if opens else YEAR
        elif first_year(mention.period) >= context.year:
            ahead = mention.role == "deadline" and first_year(mention.period) > context.year
            evidence[number] = -LAST_YEAR if ahead and OPENING.fullmatch(text, sentences[number].start, mention.start) else -YEAR
    return evidence


def _cue_evidence(reading: Reading, sentences: Sequence[Span]) -> np.ndarray:
    starts = [sentence.start for sentence in sentences]
    points = np.zeros((len(sentences), 3))
    for position, state, weight in scan_cues(reading.text):
        number = bisect.bisect_right(starts, position) - 1
        if number >= 0 and position < sentences[number].end:
            points[number, state] += weight
    nats = np.clip(points * CUE, 0, CEILING)
    return np.stack([nats[:, 0] - nats[:, 1], nats[:, 2] - nats[:, 1]], axis=1)


def smooth(reading: Reading, sentences: Sequence[Span], evidence: np.ndarray, *, rows: frozenset[int] = frozenset()) -> np.ndarray:
    """Nats for review at each sentence, given all sentences (forward-backward over a chain of two states)."""
    count = len(sentences)
    if not count:
        return np.zeros(0)
    leave = np.empty(count)
    for number in range(count):
        here = sentences[number].line
        kind = "sentence" if number and sentences[number - 1].line == here else "line"
        if reading.lines[here].kind == "heading":
            kind = "heading"
        elif here in rows and kind == "line":
            kind = "row"
        leave[number] = 1 / (1 + np.exp(SWITCH[kind]))
    review, plan = np.empty(count), np.empty(count)
    odds = np.exp(evidence)
    ahead, behind = 1.0, 1.0
    for number in range(count):
        stayed = _move(ahead, leave[number]) if number else 1.0
        ahead = review[number] = stayed * odds[number]
    for number in range(count - 1, -1, -1):
        plan[number] = behind
        behind = _move(behind * odds[number], leave[number])
    return np.log(review) + np.log(plan)


def _move(odds: float, leave: float) -> float:
    """The odds after one step of a chain that changes its state with chance `leave`."""
    return (odds * (1 - leave) + leave) / (odds * leave + 1 - leave)


def scan_cues(text: str) -> Iterator[tuple[int, int, float]]:
    """Position, state (0 achieved, 1 planned, 2 standard) and points of each cue, at each place the longest one."""
    by_pair = _cue_table()
    for position in range(len(text) - 1):
        for state, words in by_pair.get(text[position:position + 2], ()):
            for word, weight in words:
                if text.startswith(word, position):
                    yield position, state, weight
                    break


@functools.cache
def _cue_table() -> dict[str, list[tuple[int, list[tuple[str, float]]]]]:
    """First two characters of a cue → for each state its cues, longest first."""
    pairs: dict[str, dict[int, list[tuple[str, float]]]] = {}
    for state, name in enumerate(("achieved", "planned", "standard")):
        for weight, words in cues()["status"][name].items():
            for word in words:
                pairs.setdefault(word[:2], {}).setdefault(state, []).append((word, float(weight)))
    return {pair: [(state, sorted(words, key=lambda item: -len(item[0]))) for state, words in states.items()]
            for pair, states in pairs.items()}
