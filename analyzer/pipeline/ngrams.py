"""Character n-grams of many texts at once, as numbers: what the learned models read.

An n-gram of up to four characters is one 64-bit number (16 bits a character), so that a vocabulary is a sorted array,
a look-up a binary search, and every feature can be turned back into the characters that it stands for.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse

START = "\x02"  # stands before each text, so that its first characters are features of their own
LONGEST = 4

# Digits are all alike (a model must not learn years by heart), letters lose their case, CJK beyond 16 bits is unknown.
_FOLD = np.arange(0x10000, dtype=np.uint64)
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


def grams_of(texts: Sequence[str], *, shortest: int = 1, longest: int = LONGEST) -> tuple[np.ndarray, np.ndarray]:
    """All n-grams of the texts: (number of the text, number of the n-gram), repeats included."""
    joined = "".join(START + text for text in texts)
    codes = np.frombuffer(joined.encode("utf-32-le"), dtype=np.uint32)
    codes = _FOLD[np.minimum(codes, 0xFFFD)]
    owner = np.repeat(np.arange(len(texts), dtype=np.int32), [len(text) + 1 for text in texts])
    owners, numbers = [], []
    window = codes
    for n in range(1, longest + 1):
        if n > 1:
            window = window[:-1] << np.uint64(16) | codes[n - 1:]
        if n >= shortest and len(window):
            inside = owner[:len(window)] == owner[n - 1:]
            owners.append(owner[:len(window)][inside])
            numbers.append(window[inside])
    if not owners:
        return np.zeros(0, np.int32), np.zeros(0, np.uint64)
    return np.concatenate(owners), np.concatenate(numbers)


def count_grams(texts: Sequence[str], vocabulary: np.ndarray, *, shortest: int = 1,
                longest: int = LONGEST) -> sparse.csr_matrix:
    """How often each n-gram of the sorted `vocabulary` stands in each text: a matrix of texts × vocabulary."""
    owners, numbers = grams_of(texts, shortest=shortest, longest=longest)
    places = np.searchsorted(vocabulary, numbers)
    places[places == len(vocabulary)] = 0
    known = vocabulary[places] == numbers if len(vocabulary) else np.zeros(len(numbers), bool)
    ones = np.ones(int(known.sum()), np.float32)
    shape = (len(texts), len(vocabulary))
    return sparse.csr_matrix((ones, (owners[known], places[known])), shape=shape)


def common_grams(texts: Sequence[str], *, at_least: int, shortest: int = 1, longest: int = LONGEST) -> np.ndarray:
    """The n-grams that stand in at least so many of the texts, as a sorted array."""
    owners, numbers = grams_of(texts, shortest=shortest, longest=longest)
    order = np.lexsort((owners, numbers))
    owners, numbers = owners[order], numbers[order]
    new = np.ones(len(numbers), bool)
    new[1:] = (numbers[1:] != numbers[:-1]) | (owners[1:] != owners[:-1])
    grams, counts = np.unique(numbers[new], return_counts=True)
    return grams[counts >= at_least]
