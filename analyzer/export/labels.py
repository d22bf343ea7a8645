"""What people decided in review, as labelled texts that the next model of categories learns from."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

REVIEWED = ("accepted", "edited", "added")


def rows_to_labels(rows: Iterable[dict[str, Any]]) -> bytes:
    """JSONL with `text`, `labels` and `document` of every reviewed figure that has a category; `train --model categories` reads it.

    The text is the figure's sentence; a sentence whose figures belong to several categories gets them all, the first two count.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        if row.get("review") in REVIEWED and row.get("category") and row.get("sentence"):
            labels = found.setdefault((str(row.get("sha256") or row.get("document")), str(row["sentence"])), [])
            if row["category"] not in labels:
                labels.append(str(row["category"]))
    lines = [json.dumps({"text": text, "labels": labels[:2], "document": document}, ensure_ascii=False)
             for (document, text), labels in found.items()]
    return "".join(f"{line}\n" for line in lines).encode("utf-8")
