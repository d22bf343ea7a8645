"""What a new analysis would change in the library, without changing it."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa

from analyzer.records import Analysis
from analyzer.store.corrections import EDITABLE, overrides
from analyzer.store.keys import record_keys, storable
from analyzer.store.schema import Store, documents, figures, reading
from analyzer.store.write import figure_values

_SHOWN = 200


def preview_analysis(store: Store, analysis: Analysis) -> dict[str, Any]:
    """Numbers of new, gone, changed and same figures, and up to 200 of the differences.

    A difference has what (new, gone, changed), quote, indicator and, for a changed one, fields: {field: [old, new]}.
    What a person corrected stays and is no difference.
    """
    sha256 = analysis.document.sha256
    with reading(store) as connection:
        known = connection.execute(
            sa.select(documents.c.id, documents.c.text).where(documents.c.sha256 == sha256)
        ).first()
        query = sa.select(figures).where(
            figures.c.document_id == (known.id if known else -1), figures.c.review != "added"
        )
        old = {row["key"]: dict(row) for row in connection.execute(query).mappings()}
        same_text = known is not None and known.text == storable(analysis.document.text)
        keys = record_keys(sha256, analysis.figures, list(old.values()), same_text)
        touched = overrides(connection, "figure", None, keys=[key for key in keys if key in old])
    differences: list[dict[str, Any]] = []
    counts = {"new": 0, "gone": 0, "changed": 0, "same": 0}
    for key, figure in zip(keys, analysis.figures, strict=True):
        line: dict[str, Any] = {"quote": figure.quote, "indicator": figure.indicator, "sentence": figure.sentence}
        if key not in old or old[key]["gone"]:
            line["what"] = "new"
        else:
            values = figure_values(figure)
            moved = {
                field: [_plain(old[key][field]), _plain(values[field])]
                for field in EDITABLE
                if field not in touched.get(key, {}) and _plain(old[key][field]) != _plain(values[field])
            }
            line.update(what="changed" if moved else "same", fields=moved)
        counts[line["what"]] += 1
        if line["what"] != "same":
            differences.append(line)
    for key, row in old.items():
        if key not in keys and not row["gone"]:
            counts["gone"] += 1
            differences.append(
                {"what": "gone", "quote": row["quote"], "indicator": row["indicator"], "sentence": row["sentence"]}
            )
    return {**counts, "differences": differences[:_SHOWN]}


def _plain(value: Any) -> Any:
    """Departments as their names and roles; their probabilities move a little with every training."""
    if isinstance(value, str) and value.startswith("["):
        return [f"{d['name']} {d['role']}" for d in json.loads(value)]
    return value
