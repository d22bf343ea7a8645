"""Keys of records, which outlast a new analysis, and values as both databases take them."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from analyzer.records import Commitment, Figure


def record_keys(sha256: str, found: Sequence[Figure | Commitment], old: list[Any], same_text: bool) -> list[str]:
    """One key a record: that of the row before that stands at its place, else hash(document, sentence, ordinal)."""
    taken: set[str] = set()
    spans = sorted((row["start"], row["end"], row["key"]) for row in old) if same_text else []
    known = {row["key"] for row in old} if same_text else set()
    keys: list[str | None] = []
    i = 0
    for record in found:
        while i < len(spans) and (spans[i][1] <= record.start or spans[i][2] in taken):
            i += 1
        key = spans[i][2] if i < len(spans) and spans[i][0] < record.end else None
        keys.append(key)
        if key:
            taken.add(key)
    ordinals: dict[str, int] = defaultdict(int)
    for position, record in enumerate(found):
        sentence = record.sentence if isinstance(record, Figure) else f"commitment\n{record.text}"
        while keys[position] is None:
            key = hash_key(sha256, sentence, ordinals[sentence])
            ordinals[sentence] += 1
            if key not in taken and key not in known:
                keys[position] = key
                taken.add(key)
    return [key for key in keys if key]


def storable(value: Any) -> Any:
    if isinstance(value, str):  # PostgreSQL refuses NUL in text, SQLite lone surrogates; offsets must not move
        return value.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")
    return value


def dump(value: Any) -> str:
    return str(storable(json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("\\u0000", "\ufffd")))


def hash_key(sha256: str, sentence: str, ordinal: int | str) -> str:
    return hashlib.sha256(f"{sha256}\n{sentence}\n{ordinal}".encode("utf-8", "surrogatepass")).hexdigest()[:24]
