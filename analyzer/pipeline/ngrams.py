"""Character n-grams of many texts at once, as numbers: what the learned models read.

An n-gram of up to four characters is one 64-bit number (16 bits a character), so that a vocabulary is a sorted array,
a look-up a binary search, and every feature can be turned back into the characters that it stands for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

START = "\x02"  # stands before each text, so that its first characters are features of their own
LONGEST = 4

# Digits are all alike (a model must not learn years by heart), letters lose their case, CJK beyond 16 bits is unknown.
_FOLD: np.ndarray = np.arange(0x10000, dtype=np.uint64)
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
        owners, numbers = self.grams(shortest=shortest, longest=longest)
        places = np.minimum(np.searchsorted(vocabulary, numbers), len(vocabulary) - 1)
        known = vocabulary[places] == numbers
        ones = np.ones(int(known.sum()), np.float32)
        return sparse.csr_matrix((ones, (owners[known], places[known])), shape=shape)


@dataclass(frozen=True, slots=True)
class WordList:
    """Words by length: for each length the sorted keys of its words, and the number of each word in the list."""

    lengths: tuple[tuple[int, np.ndarray, np.ndarray], ...]
    size: int


def text_grams(texts: Sequence[str]) -> Layout:
    joined = "".join(START + text for text in texts)
    codes = np.frombuffer(joined.encode("utf-32-le"), dtype=np.uint32)
    codes = _FOLD[np.minimum(codes, 0xFFFD)]
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
    """Words of two characters and more, ready to be found; longer ones are known by their first and last four."""
    by_length: dict[int, list[tuple[int, int]]] = {}
    for number, word in enumerate(words):
        key = pack(word) if len(word) <= LONGEST else int(_join(np.uint64(pack(word[:4])), np.uint64(pack(word[-4:]))))
        by_length.setdefault(len(word), []).append((key, number))
    lengths = []
    for length in sorted(by_length, reverse=True):
        pairs = sorted(by_length[length])
        lengths.append((length, np.array([key for key, _ in pairs], np.uint64), np.array([n for _, n in pairs], np.int32)))
    return WordList(tuple(lengths), len(words))


def find_words(layout: Layout, words: WordList) -> sparse.csr_matrix:
    """How often each word stands in each text, not counting where it is part of a longer word of the list."""
    size = len(layout.owner)
    reached = np.zeros(size, np.int64)  # how far the longer words that start here or before reach
    owners, numbers = [], []
    for length, keys, order in words.lengths:
        if length > size:
            continue
        if length <= LONGEST:
            found = layout.windows[length - 1]
        else:
            four = layout.windows[LONGEST - 1]
            found = _join(four[:len(four) - length + LONGEST], four[length - LONGEST:])
        at = np.minimum(np.searchsorted(keys, found), len(keys) - 1)
        starts = np.flatnonzero(keys[at] == found)
        starts = starts[layout.owner[starts] == layout.owner[starts + length - 1]]
        starts = starts[reached[starts] < starts + length]
        owners.append(layout.owner[starts])
        numbers.append(order[at[starts]])
        reached[starts] = starts + length
        reached = np.maximum.accumulate(reached)
    shape = (layout.texts, words.size)
    if not owners:
        return sparse.csr_matrix(shape, dtype=np.float32)
    rows, columns = np.concatenate(owners), np.concatenate(numbers)
    return sparse.csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), shape=shape)


def _join(first, last):
    with np.errstate(over="ignore"):
        return first * np.uint64(0x9E3779B97F4A7C15) + (last ^ last >> np.uint64(31)) * np.uint64(0xC2B2AE3D27D4EB4F)
