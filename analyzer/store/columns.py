"""The columns that facets, filters and sorting look at, kept in memory as whole numbers.

Counting nine facets of a million figures in SQL takes over a second, here about 20 ms. Each row carries the revision
of its last change, so that a refresh reads only what changed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import sqlalchemy as sa

from analyzer.store.schema import Store, documents, figures, read_count, reading

FACETS = ("category", "department", "status", "period", "region", "document", "comparator", "unit", "change", "review")
_CODED = ("category", "status", "period", "region", "comparator", "unit", "change", "review", "due")


@dataclass
class Coded:
    """A column of texts as numbers: `names[code]` is the text; "" stands for none."""

    names: list[str] = field(default_factory=list)
    codes: dict[str, int] = field(default_factory=dict)
    values: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int32))

    def code(self, name: str | None) -> int:
        name = name or ""
        found = self.codes.get(name)
        if found is None:
            found = self.codes[name] = len(self.names)
            self.names.append(name)
        return found


@dataclass
class Columns:
    """All live columns of a library, in ascending order of the figures' ids."""

    revision: int = -1
    deletions: int = 0
    ids: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    coded: dict[str, Coded] = field(default_factory=lambda: {name: Coded() for name in _CODED})
    numbers: dict[str, np.ndarray] = field(default_factory=dict)
    department_names: Coded = field(default_factory=Coded)
    pair_rows: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    pair_codes: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    found: dict[Any, Any] = field(default_factory=dict)
    """Answers to the latest questions; emptied with every change."""


_NUMBERS: dict[str, Any] = {
    "document": np.int32,
    "start": np.int32,
    "value": np.float64,
    "confidence": np.float32,
    "gone": np.int8,
}


def fresh_columns(store: Store) -> Columns:
    """The columns as the library stands now."""
    with store.lock, reading(store) as connection:
        columns: Columns = store.memory.get("columns") or Columns()
        revision, deletions = read_count(connection, "revision"), read_count(connection, "deletions")
        if columns.revision == revision:
            return columns
        if deletions != columns.deletions or columns.revision < 0:
            columns = Columns(deletions=deletions)
        columns = _take(columns, _read(connection, columns.revision), revision)
        store.memory["columns"] = columns
        return columns


def _read(connection: sa.Connection, since: int) -> list[Any]:
    place = sa.func.coalesce(figures.c.region, documents.c.region).label("region")
    query = (
        sa.select(
            figures.c.id,
            figures.c.category,
            figures.c.status,
            figures.c.period,
            place,
            figures.c.comparator,
            figures.c.unit,
            figures.c.change,
            figures.c.review,
            figures.c.due,
            figures.c.departments,
            figures.c.document_id,
            figures.c.start,
            figures.c.value,
            figures.c.confidence,
            figures.c.gone,
        )
        .select_from(figures.join(documents, documents.c.id == figures.c.document_id))
        .where(figures.c.revision > since)
        .order_by(figures.c.id)
    )
    return list(connection.execute(query).all())


def _take(old: Columns, rows: list[Any], revision: int) -> Columns:
    """New columns made of the old ones and the rows that changed; the old ones may still be read by another thread."""
    new = Columns(revision=revision, deletions=old.deletions, department_names=old.department_names)
    fields = list(zip(*rows, strict=True)) if rows else [()] * 16
    changed = np.array(fields[0], dtype=np.int64)
    keep = ~np.isin(old.ids, changed)
    ids = np.concatenate([old.ids[keep], changed])
    order = np.argsort(ids, kind="stable")
    new.ids = ids[order]
    for i, name in enumerate(_CODED, 1):
        was = old.coded[name]
        fresh = np.fromiter((was.code(v) for v in fields[i]), dtype=np.int32, count=len(changed))
        new.coded[name] = Coded(was.names, was.codes, np.concatenate([was.values[keep], fresh])[order])
    for i, (name, kind) in enumerate(_NUMBERS.items(), 11):
        fresh = np.array([np.nan if v is None else v for v in fields[i]], dtype=kind)
        before = old.numbers.get(name, np.zeros(0, dtype=kind))[keep]
        new.numbers[name] = np.concatenate([before, fresh])[order]
    _take_departments(old, new, keep, changed, fields[10])
    return new


def _take_departments(old: Columns, new: Columns, keep: np.ndarray, changed: np.ndarray, cells: Any) -> None:
    numbers: list[int] = []
    codes: list[int] = []
    parsed: dict[str, tuple[int, ...]] = {"[]": ()}
    for number, cell in zip(changed.tolist(), cells, strict=True):
        names = parsed.get(cell)
        if names is None:
            names = parsed[cell] = tuple({new.department_names.code(d["name"]) for d in json.loads(cell)})
        numbers += [number] * len(names)
        codes += names
    old_ids = old.ids[old.pair_rows] if len(old.pair_rows) else np.zeros(0, dtype=np.int64)
    stay = keep[old.pair_rows] if len(old.pair_rows) else np.zeros(0, dtype=bool)
    all_ids = np.concatenate([old_ids[stay], np.array(numbers, dtype=np.int64)])
    new.pair_rows = np.searchsorted(new.ids, all_ids)
    new.pair_codes = np.concatenate([old.pair_codes[stay], np.array(codes, dtype=np.int32)])
