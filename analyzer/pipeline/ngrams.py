"""Character n-grams of many texts at once, as numbers: what the learned models read.

An n-gram of up to four characters is one 64-bit number (16 bits a character), so that a vocabulary is a sorted array,
and every feature can be turned back into the characters that it stands for. Look-ups go through a perfect hash made once a
vocabulary: binary searches took a third of the whole analysis.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

START = "\x02"  # stands before each text, so that its first characters are features of their own
LONGEST = 4
SPARSE = 2  # slots a key, at least
TABLES = 16  # vocabularies whose tables are kept
OPENINGS = 1 << 16
OPENING_SHIFT = np.uint64(64 - 16)
MIX = np.uint64(0x9E3779B97F4A7C15)

# Digits are all alike (a model must not learn years by heart), letters lose their case, CJK beyond 16 bits is unknown.
_FOLD: np.ndarray = np.arange(0x10000, dtype=np.uint64)
_FOLD[0xFFFD:] = 0xFFFD
_FOLD[ord("0"):ord("9") + 1] = ord("0")
_FOLD[ord("A"):ord("Z") + 1] += 32
_FOLD[ord("("):ord(")") + 1] = (ord("（"), ord("）"))
for _mark, _folded in (",，", ";；", ":："):
    _FOLD[ord(_mark)] = ord(_folded)


def pack(gram: str) -> int:
    """The number of an n-gram of 1–4 characters."""
    number = 0
    for char in gram:
        number = number << 16 | int(_FOLD[min(ord(char), 0xFFFD)])
    return number


def pack_all(grams: Sequence[str]) -> np.ndarray:
    """The numbers of many n-grams of 1–4 characters."""
    lengths = np.array([len(gram) for gram in grams], np.uint64)
    codes = np.array(grams, f"U{LONGEST}").view(np.uint32).reshape(-1, LONGEST)
    folded = _FOLD[np.minimum(codes, 0xFFFD)]
    number = folded[:, 0] << np.uint64(48) | folded[:, 1] << np.uint64(32) | folded[:, 2] << np.uint64(16) | folded[:, 3]
    return number >> (np.uint64(LONGEST) - lengths) * np.uint64(16)


def unpack(number: int) -> str:
    """The n-gram of a number, digits as 0."""
    chars = []
    while number:
        chars.append(chr(number & 0xFFFF))
        number >>= 16
    return "".join(reversed(chars))


@dataclass(frozen=True, slots=True)
class Layout:
    """Texts laid end to end: `windows[n - 1]` are the n-grams that start at each character, `owner` whose it is."""

    owner: np.ndarray
    windows: tuple[np.ndarray, ...]
    texts: int

    def grams(self, *, shortest: int = 1, longest: int = LONGEST) -> tuple[np.ndarray, np.ndarray]:
        """All n-grams of the texts: (number of the text, number of the n-gram), repeats included."""
        owners, numbers = [], []
        for n in range(shortest, longest + 1):
            window = self.windows[n - 1]
            inside = self.owner[:len(window)] == self.owner[n - 1:]
            owners.append(self.owner[:len(window)][inside])
            numbers.append(window[inside])
        return np.concatenate(owners), np.concatenate(numbers)

    def count(self, vocabulary: np.ndarray, *, shortest: int = 1, longest: int = LONGEST) -> sparse.csr_matrix:
        """How often each n-gram of the sorted `vocabulary` stands in each text: a matrix of texts × vocabulary."""
        shape = (self.texts, len(vocabulary))
        if not len(vocabulary):
            return sparse.csr_matrix(shape, dtype=np.float32)
        return count_pairs(*self.find(vocabulary, shortest=shortest, longest=longest), shape)

    def find(self, vocabulary: np.ndarray, *, shortest: int = 1, longest: int = LONGEST) -> tuple[np.ndarray, np.ndarray]:
        """Every n-gram of the sorted `vocabulary` that stands in the texts: (number of the text, place in the vocabulary)."""
        table = table_of(vocabulary)
        owners, places = [], []
        for n in range(shortest, longest + 1):
            found = table.find(self.windows[n - 1]) if n > 1 else table.find_chars(self.windows[0])
            known = np.flatnonzero(found >= 0)
            known = known[self.owner[known] == self.owner[known + (n - 1)]]
            owners.append(self.owner[known])
            places.append(found[known])
        return np.concatenate(owners), np.concatenate(places)


def count_pairs(rows: np.ndarray, columns: np.ndarray, shape: tuple[int, int]) -> sparse.csr_matrix:
    """How often each (row, column) stands in the list, as a sorted matrix; much quicker than by way of COO for small texts."""
    bits = max(1, shape[1]).bit_length()
    pairs = rows.astype(np.int64)
    pairs <<= bits
    pairs |= columns
    pairs.sort()
    new = np.ones(len(pairs), bool)
    np.not_equal(pairs[1:], pairs[:-1], out=new[1:])
    first = np.flatnonzero(new)
    counts = np.append(first[1:], len(pairs)) - first if len(first) else first
    pairs = pairs.take(first)
    indptr = pairs.searchsorted(np.arange(shape[0] + 1, dtype=np.int64) << bits).astype(np.int32)
    pairs &= (1 << bits) - 1
    matrix = sparse.csr_matrix((counts.astype(np.float32), pairs.astype(np.int32), indptr), shape=shape, copy=False)
    matrix.has_canonical_format = True
    return matrix


def spread(low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """All numbers from `low` up to `high`, ranges end to end, and which range each is of."""
    counts = high - low
    owner = np.repeat(np.arange(len(low)), counts)
    return owner, np.arange(len(owner)) + np.repeat(high - np.cumsum(counts), counts)


@dataclass(frozen=True, slots=True)
class Table:
    """A perfect hash of a vocabulary: a first hash of a key chooses a factor, with which a second one leads to a slot of its own.

    `keys` are the keys in the slots, `places` their places in the vocabulary, -1: free; `chars` tells the place of each single
    character without any hash.
    """

    chars: np.ndarray
    factors: np.ndarray
    keys: np.ndarray
    places: np.ndarray
    first_shift: np.uint64
    shift: np.uint64

    def find_chars(self, codes: np.ndarray) -> np.ndarray:
        """The place of each single character in the vocabulary, -1 where it is not in it."""
        return self.chars.take(codes.view(np.int64))

    def find(self, numbers: np.ndarray) -> np.ndarray:
        """The place of each number in the vocabulary, -1 where it is not in it."""
        hashes = numbers * MIX
        hashes >>= self.first_shift
        slots = self.factors.take(hashes.view(np.int64))
        slots *= numbers
        slots >>= self.shift
        found = self.places.take(slots.view(np.int64))
        found[self.keys.take(slots.view(np.int64)) != numbers] = -1
        return found


def make_table(vocabulary: np.ndarray) -> Table:
    """A table for keys that are all different."""
    bits = max(6, int(len(vocabulary) * SPARSE).bit_length())
    first_shift, shift = np.uint64(64 - bits + 3), np.uint64(64 - bits)
    buckets = (vocabulary * MIX >> first_shift).astype(np.int64)
    order, sizes = np.argsort(buckets, kind="stable"), np.bincount(buckets, minlength=1 << bits - 3)
    begins = np.cumsum(sizes) - sizes
    factors, keys, places = np.zeros(len(sizes), np.uint64), np.zeros(1 << bits, np.uint64), np.full(1 << bits, -1, np.int32)
    tried = 0
    for size in range(int(sizes.max()), 0, -1):  # full buckets choose while there is room
        left = np.flatnonzero(sizes == size)
        while len(left):
            tried = (tried * 6364136223846793005 + 1442695040888963407) % (1 << 64)  # Knuth's congruential generator: always the same table
            factor = np.uint64(tried | 1)
            members = order[begins[left][:, None] + np.arange(size)]
            slots = (vocabulary[members] * factor >> shift).astype(np.int64)
            claims = np.bincount(slots.ravel(), minlength=1 << bits)
            free = ((places[slots] < 0) & (claims[slots] == 1)).all(axis=1)
            factors[left[free]] = factor
            places[slots[free]] = members[free]
            keys[slots[free]] = vocabulary[members[free]]
            left = left[~free]
    chars = np.full(1 << 16, -1, np.int32)
    single = np.flatnonzero(vocabulary < 1 << 16)
    chars[vocabulary[single].astype(np.int64)] = single
    return Table(chars, factors, keys, places, first_shift, shift)


_tables: dict[int, tuple[np.ndarray, Table]] = {}


def table_of(vocabulary: np.ndarray) -> Table:
    """The table of a vocabulary, made at its first use; a vocabulary never changes."""
    known = _tables.get(id(vocabulary))
    if known is None or known[0] is not vocabulary:
        while len(_tables) >= TABLES:
            _tables.pop(next(iter(_tables)), None)
        known = _tables[id(vocabulary)] = (vocabulary, make_table(vocabulary))
    return known[1]


@dataclass(frozen=True, slots=True)
class Openings:
    """By the hash of a word's first `chars` characters: `counts[h]` lengths from `first[h]` on are those of the words that begin so."""

    chars: int
    first: np.ndarray
    counts: np.ndarray
    lengths: np.ndarray


@dataclass(frozen=True, slots=True)
class WordList:
    """Words in a table of their keys; `order` turns a place in it into the number of the word in the list."""

    table: Table
    order: np.ndarray
    openings: tuple[Openings, ...]


def text_grams(texts: Sequence[str]) -> Layout:
    joined = "".join(START + text for text in texts)
    codes = np.frombuffer(joined.encode("utf-32-le"), dtype=np.uint32)
    codes = _FOLD.take(codes, mode="clip")
    owner = np.repeat(np.arange(len(texts), dtype=np.int32), [len(text) + 1 for text in texts])
    windows = [codes]
    for n in range(2, LONGEST + 1):
        windows.append(windows[-1][:-1] << np.uint64(16) | codes[n - 1:] if len(windows[-1]) else windows[-1])
    return Layout(owner, tuple(windows), len(texts))


def count_grams(texts: Sequence[str], vocabulary: np.ndarray, *, shortest: int = 1,
                longest: int = LONGEST) -> sparse.csr_matrix:
    """How often each n-gram of the sorted `vocabulary` stands in each text."""
    return text_grams(texts).count(vocabulary, shortest=shortest, longest=longest)


def common_grams(texts: Sequence[str], *, at_least: int, shortest: int = 1, longest: int = LONGEST) -> np.ndarray:
    """The n-grams that stand in at least so many of the texts, as a sorted array."""
    owners, numbers = text_grams(texts).grams(shortest=shortest, longest=longest)
    order = np.lexsort((owners, numbers))
    owners, numbers = owners[order], numbers[order]
    new = np.ones(len(numbers), bool)
    new[1:] = (numbers[1:] != numbers[:-1]) | (owners[1:] != owners[:-1])
    grams, counts = np.unique(numbers[new], return_counts=True)
    return grams[counts >= at_least]


def pack_words(words: Sequence[str]) -> WordList:
    """Words of two characters and more, ready to be found; longer ones are known by their first and last four and their length."""
    lengths = np.array([len(word) for word in words], np.int64)
    heads = pack_all([word[:LONGEST] for word in words])
    tails = pack_all([word[-LONGEST:] for word in words])
    keys, order = np.unique(_join_keys(heads, tails, lengths), return_index=True)
    short, long = [word for word in words if len(word) == 2], [word for word in words if len(word) > 2]
    return WordList(make_table(keys), order.astype(np.int32), (_openings(short, 2), _openings(long, 3)))


def _openings(words: Sequence[str], chars: int) -> Openings:
    hashes = opening_of(pack_all([word[:chars] for word in words]))
    pairs = np.array(sorted({(at, len(word)) for at, word in zip(hashes.tolist(), words, strict=True)}), np.int32).reshape(-1, 2)
    first = np.searchsorted(pairs[:, 0], np.arange(OPENINGS + 1)).astype(np.int32)
    return Openings(chars, first[:-1], np.diff(first).astype(np.int8), pairs[:, 1].copy())


def _join_keys(heads: np.ndarray, tails: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """One number a word: its characters up to four, else a hash of its first four, its last four and its length."""
    with np.errstate(over="ignore"):
        joined = heads * MIX + (tails ^ tails >> np.uint64(31)) * np.uint64(0xC2B2AE3D27D4EB4F) + lengths.astype(np.uint64)
    return np.where(lengths > LONGEST, joined, heads)


def opening_of(grams: np.ndarray) -> np.ndarray:
    """A hash of 16 bits of each n-gram."""
    with np.errstate(over="ignore"):
        hashes = grams * MIX
        hashes >>= OPENING_SHIFT
        return hashes.view(np.int64)


def find_places(layout: Layout, words: WordList) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Where the words stand in the layout (start, end) and which they are, in order, those inside a longer one left out."""
    pairs = [_candidates(layout, openings) for openings in words.openings]
    starts, ends = (np.concatenate(column) for column in zip(*pairs, strict=True))
    found = words.table.find(_word_keys(layout, starts, ends - starts))
    known = np.flatnonzero(found >= 0)
    starts, ends = starts.take(known), ends.take(known)
    order = np.argsort(starts * len(layout.owner) - ends)
    starts, ends, known = starts.take(order), ends.take(order), known.take(order)
    reached = np.maximum.accumulate(ends)  # how far the words reach that start before, or here and are longer
    free = np.concatenate([[True], reached[:-1] < ends[1:]]) if len(ends) else np.zeros(0, bool)
    return starts[free], ends[free], words.order[found[known[free]]]


def _candidates(layout: Layout, openings: Openings) -> tuple[np.ndarray, np.ndarray]:
    """Where a word may stand (start, end): few places of a text begin like one."""
    hashes = opening_of(layout.windows[openings.chars - 1])
    counts = openings.counts.take(hashes)
    starts = np.flatnonzero(counts)
    first = openings.first.take(hashes.take(starts))
    owner, number = spread(first, first + counts.take(starts))
    starts = starts.take(owner)
    ends = starts + openings.lengths.take(number)
    inside = layout.owner.take(starts) == layout.owner.take(ends - 1, mode="clip")
    inside &= ends <= len(layout.owner)
    return starts[inside], ends[inside]


def _word_keys(layout: Layout, starts: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """The keys of stretches of the layout of two characters and more."""
    one, two, three, four = layout.windows
    whole = np.concatenate([four, three[-1:] << np.uint64(16), two[-1:] << np.uint64(32), one[-1:] << np.uint64(48)])
    heads = whole.take(starts) >> (np.maximum(LONGEST - lengths, 0) * 16).astype(np.uint64)
    return _join_keys(heads, whole.take(starts + np.maximum(lengths - LONGEST, 0)), lengths)
