"""The words of documents: how often each is used, which set one group of documents apart from another, and where they stand.

Numbers, times and words that only hold sentences together (`stop_words.csv`) are not counted; the terms of the lexicon
(保障性租赁住房, 城镇新增就业) count as one word.
"""

from __future__ import annotations

import functools
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from analyzer.lexicon import read_rows
from analyzer.pipeline.reading import join_breaks
from analyzer.records import Document

HAN_WORD = re.compile(r"[\u4e00-\u9fff]{2,}")
PER = 10_000
"""Rates are uses in so many words."""
SURE = 6.63
"""Likelihood ratio from which on a difference arises by chance less than once in a hundred (chi-square, one degree of freedom)."""


@dataclass(frozen=True, slots=True)
class WordUse:
    """How often a word is used in one group of documents and in another.

    `rate` and `other_rate` are uses in 10,000 counted words. `keyness` is Dunning's log-likelihood ratio (Computational
    Linguistics 19:1, 1993), negative where the other group uses the word more; from 6.63 on chance is unlikely (p < 0.01).
    """

    word: str
    count: int
    rate: float
    other_count: int = 0
    other_rate: float = 0.0
    keyness: float = 0.0


@dataclass(frozen=True, slots=True)
class Place:
    """One use of a word, `start`–`end` in the document's text, and what stands on its two sides."""

    document: str
    left: str
    word: str
    right: str
    start: int
    end: int


@functools.cache
def stop_words() -> frozenset[str]:
    return frozenset(row["word"] for row in read_rows("stop_words.csv", required=("word",)))


def count_words(document: Document) -> Counter[str]:
    """How often each word of the document is used, headings and tables included, the names of responsible bodies not."""
    from analyzer.pipeline.components import layers_to_doc  # loads spaCy, which who only compares counts does without
    from analyzer.pipeline.flow import read_layers

    doc = layers_to_doc(read_layers(document))
    idle = {token.i for group in ("figures", "periods", "organisations") for span in doc.spans[group] for token in span}
    return Counter(token.text for token in doc
                   if token.i not in idle and HAN_WORD.fullmatch(token.text) and token.text not in stop_words())


def compare_words(counts: Mapping[str, int], others: Mapping[str, int] | None = None) -> list[WordUse]:
    """Each word with its rate, most used first; with `others`, all words of both, those most typical of `counts` first."""
    total, other_total = sum(counts.values()), sum((others or {}).values())
    found = []
    for word in {**counts, **(others or {})}:
        count, other = counts.get(word, 0), (others or {}).get(word, 0)
        found.append(WordUse(word, count, count * PER / max(1, total), other, other * PER / max(1, other_total),
                             keyness(count, total, other, other_total) if others else 0.0))
    return sorted(found, key=lambda use: (-use.keyness, -use.count, use.word))


def keyness(count: int, total: int, other: int, other_total: int) -> float:
    """Dunning's log-likelihood ratio of two counts among two totals, signed: above 0 where the first uses the word more."""
    if not total or not other_total:
        return 0.0
    expected = (count + other) * total / (total + other_total)
    other_expected = (count + other) - expected
    ratio = 2 * sum(seen * math.log(seen / mean) for seen, mean in ((count, expected), (other, other_expected)) if seen)
    return math.copysign(max(0.0, ratio), count / total - other / other_total)


def find_uses(document: Document, words: Iterable[str], *, width: int = 24) -> list[Place]:
    """Every place where one of the words stands, with up to `width` characters of its paragraph on both sides."""
    wanted = sorted({word for word in words if word}, key=len, reverse=True)
    if not wanted:
        return []
    pattern, text, found = re.compile("|".join(map(re.escape, wanted))), document.text, []
    blocks = [(block.start, block.end) for block in document.blocks if block.kind != "furniture"] or [(0, len(text))]
    for first, last in blocks:
        for match in pattern.finditer(text, first, last):
            start, end = match.span()
            found.append(Place(document.name, join_breaks(text[max(first, start - width):start]), match[0],
                               join_breaks(text[end:min(last, end + width)]), start, end))
    return found
