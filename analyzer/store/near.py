"""Near duplicates: documents whose texts share most of their runs of characters, told by small sketches."""

from __future__ import annotations

import numpy as np

_LENGTH = 6
_KEPT = 256
_FACTOR = np.uint64(0x9E3779B97F4A7C15)


def text_to_sketch(text: str) -> bytes:
    """The smallest 256 hashes of the text's runs of six letters and digits, as bytes; empty for a text too short."""
    kept = "".join(c for c in text if c.isalnum())
    points = np.frombuffer(kept.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    if len(points) < _LENGTH * 4:
        return b""
    count = len(points) - _LENGTH + 1
    hashes = np.zeros(count, dtype=np.uint64)
    for i in range(_LENGTH):
        hashes = (hashes ^ points[i : i + count]) * _FACTOR
        hashes ^= hashes >> np.uint64(29)
    return np.unique(hashes)[:_KEPT].tobytes()


def likeness(one: bytes, other: bytes) -> float:
    """The share of runs that two texts have in common (0–1), estimated from their sketches."""
    if not one or not other:
        return 0.0
    a, b = np.frombuffer(one, dtype=np.uint64), np.frombuffer(other, dtype=np.uint64)
    union = np.union1d(a, b)[:_KEPT]
    both = np.intersect1d(a, b, assume_unique=True)
    return float(np.isin(union, both, assume_unique=True).sum() / len(union))
