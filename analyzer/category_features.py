"""What the model of categories sees of a text, or of a stretch of one: n-grams, the codebook's words and its areas.

Sentences, their pieces, clauses and figures of a document overlap: the characters are looked up once, and each stretch
takes what lies inside it.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from analyzer.pipeline.ngrams import (
    START,
    Layout,
    WordList,
    count_pairs,
    find_places,
    pack,
    pack_words,
    spread,
    table_of,
    text_grams,
)

LONGEST_GRAM = 2  # characters; longer n-grams judge no better


@dataclass(frozen=True, slots=True)
class Classifier:
    """Weights per code (columns, the last one `none`) of n-grams and the codebook's words (`by_term`) and of its areas.

    `rarity` is the weight of each n-gram, and 0 for each word.
    """

    codes: tuple[str, ...]
    names: tuple[str, ...]
    words: tuple[str, ...]
    areas: np.ndarray
    grams: np.ndarray
    rarity: np.ndarray
    by_term: np.ndarray
    by_area: np.ndarray
    bias: np.ndarray
    sharpness: float
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Passages:
    """Texts laid end to end (`begins`: the first character of each) and looked up.

    `known` are the numbers of the known characters and then of the known pairs, `before` how many of them come before each
    place in the layout, the places for pairs following; `words` are start, end and number of the codebook's words.
    """

    texts: Sequence[str]
    layout: Layout
    begins: np.ndarray
    before: np.ndarray
    known: np.ndarray
    words: tuple[np.ndarray, np.ndarray, np.ndarray]


@dataclass(frozen=True, slots=True)
class Stretches:
    """Parts of the texts of `passages`: which text, and the characters `first`–`last` of it; none is empty."""

    text: np.ndarray
    first: np.ndarray
    last: np.ndarray

    def __len__(self) -> int:
        return len(self.text)


def read_passages(texts: Sequence[str], model: Classifier) -> Passages:
    """The texts with their n-grams and words looked up once."""
    layout = text_grams(texts)
    sizes = np.array([len(text) + 1 for text in texts], np.int64)
    table = table_of(model.grams)
    found = np.concatenate([table.find_chars(layout.windows[0]), table.find(layout.windows[1])])
    known = found >= 0
    before = np.zeros(len(known) + 2, np.int32)  # the last place twice: a lone character at the end of all has no place for three
    np.cumsum(known, out=before[1:-1])
    before[-1] = before[-2]
    return Passages(texts, layout, np.cumsum(sizes) - sizes + 1, before, found[known], find_places(layout, _packed(model.words)))


def whole_texts(passages: Passages) -> Stretches:
    count = len(passages.texts)
    sizes = np.diff(passages.begins, append=len(passages.layout.owner) + 1) - 1
    return Stretches(np.arange(count), np.zeros(count, np.int64), sizes)


def join_stretches(*several: Stretches) -> Stretches:
    return Stretches(*(np.concatenate([getattr(one, field) for one in several]) for field in ("text", "first", "last")))


def describe(passages: Passages, stretches: Stretches, model: Classifier) -> tuple[sparse.csr_matrix, np.ndarray]:
    """Each stretch as n-grams of length 1 beside the codebook's words of length 1, and how much each area's words weigh."""
    size, grams = len(model.codes) - 1, len(model.grams)
    terms = _count_terms(passages, stretches, model)
    words = np.flatnonzero(terms.indices >= grams)
    numbers, often, owners = terms.indices[words] - grams, terms.data[words], np.searchsorted(terms.indptr, words, side="right") - 1
    area = np.bincount(owners * size + model.areas[numbers], often * _root_lengths(model.words)[numbers], minlength=len(stretches) * size)
    area = np.log1p(area.astype(np.float32)).reshape(len(stretches), size)
    values = model.rarity.take(terms.indices)
    again = np.flatnonzero(terms.data > 1)
    values[again] *= 1 + np.log(terms.data[again])
    squares = np.concatenate([[0.0], np.cumsum(values * values, dtype=np.float64)])
    values *= np.repeat(_shorten(np.diff(squares[terms.indptr])), np.diff(terms.indptr))
    values[words] = often * _shorten(np.bincount(owners, often * often, minlength=len(stretches)))[owners]
    terms.data = values
    return terms, area / (np.linalg.norm(area, axis=1, keepdims=True) + 0.5)


def describe_texts(texts: Sequence[str], model: Classifier) -> tuple[sparse.csr_matrix, np.ndarray]:
    passages = read_passages(texts, model)
    return describe(passages, whole_texts(passages), model)


def score_stretches(passages: Passages, stretches: Stretches, model: Classifier) -> np.ndarray:
    """What each stretch says for each code, without the bias: scores of parts add up to a context's."""
    terms, areas = describe(passages, stretches, model)
    return terms @ model.by_term + areas @ model.by_area


def _shorten(squares: np.ndarray) -> np.ndarray:
    """By what rows are multiplied to have length 1."""
    return (1 / np.maximum(np.sqrt(squares), 1e-6)).astype(np.float32)


def _count_terms(passages: Passages, stretches: Stretches, model: Classifier) -> sparse.csr_matrix:
    """How often each n-gram and each word stands in the stretches, each of them as if it were a text that begins with START."""
    starts = passages.begins[stretches.text] + stretches.first
    ends = passages.begins[stretches.text] + stretches.last
    rows, numbers = _find_words(passages, stretches, starts, ends, model)
    size = len(passages.layout.owner)
    low = passages.before.take(np.stack([starts, starts + size], axis=1).ravel())
    high = passages.before.take(np.stack([ends, np.maximum(ends - 1, starts) + size], axis=1).ravel())
    inside, places = spread(low, high)
    table, opening = table_of(model.grams), np.uint64(pack(START))
    fronts = [np.full(len(starts), opening, np.uint64), opening << np.uint64(16) | passages.layout.windows[0].take(starts)]
    found = np.concatenate([table.find_chars(fronts[0]), table.find(fronts[1])])
    known = np.flatnonzero(found >= 0)
    owners = known % len(starts) if len(starts) else known
    columns = np.concatenate([passages.known.take(places), found[known], numbers + len(model.grams)])
    return count_pairs(np.concatenate([inside // 2, owners, rows]), columns, (len(starts), len(model.rarity)))


def _find_words(passages: Passages, stretches: Stretches, starts: np.ndarray, ends: np.ndarray,
                model: Classifier) -> tuple[np.ndarray, np.ndarray]:
    """The words inside the stretches (row, word). Where a border cuts a word, what is left is searched anew: 市场|监管局."""
    first, last, numbers = passages.words
    low = np.searchsorted(first, starts)
    rows, places = spread(low, np.searchsorted(first, ends))
    reached = np.concatenate([[0], np.maximum.accumulate(last)])
    cut = reached[low] > starts
    cut[rows[last[places] > ends[rows]]] = True
    if not cut.any():
        return rows, numbers[places]
    again = np.flatnonzero(cut)
    texts = [passages.texts[stretches.text[row]][stretches.first[row]:stretches.last[row]] for row in again]
    layout = text_grams(texts)
    begun, _, others = find_places(layout, _packed(model.words))
    kept = ~cut[rows]
    return np.concatenate([rows[kept], again[layout.owner[begun]]]), np.concatenate([numbers[places[kept]], others])


@functools.lru_cache(maxsize=4)
def _root_lengths(words: tuple[str, ...]) -> np.ndarray:
    return np.sqrt(np.array([len(word) for word in words], np.float32))


@functools.lru_cache(maxsize=4)
def _packed(words: tuple[str, ...]) -> WordList:
    return pack_words(words)

