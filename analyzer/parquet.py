"""All results of a batch as two Parquet tables, some thousands of rows at a time; lists as JSON text, so that every reader can open them."""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from analyzer.records import Commitment, Figure

INTEGERS = {"start", "end", "sentence_start", "sentence_end", "page"}
LISTED = {"departments", "section", "box", "rules", "figures"}
NUMBERS = {"value", "value_max", "confidence"}
ROWS = 20_000  # held in memory at a time
KINDS = {kind: ("sha256", *(field.name for field in fields(record))) for kind, record in (("figures", Figure), ("commitments", Commitment))}
TO_TEXT = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode

Columns = list[list[Any]]


def read_columns(results: Iterable[tuple[str, Path]]) -> tuple[dict[str, Columns], list[Path]]:
    """The columns of both tables from (SHA-256, file of the result), and the files that cannot be read; children do most of the work here."""
    rows: dict[str, list[dict[str, Any]]] = {kind: [] for kind in KINDS}
    damaged: list[Path] = []
    for sha256, path in results:
        try:
            result = json.loads(path.read_text(encoding="utf-8", errors="surrogatepass"))
            found = {kind: [{"sha256": sha256, **record} for record in result[kind]] for kind in KINDS}
        except (OSError, ValueError, KeyError, TypeError):
            damaged.append(path)
            continue
        for kind, more in found.items():
            rows[kind] += more
    return {kind: [_to_values(name, rows[kind]) for name in names] for kind, names in KINDS.items()}, damaged


def columns_to_parquet(folder: Path, parts: Iterable[tuple[dict[str, Columns], list[Path]]]) -> list[Path]:
    """`figures.parquet` and `commitments.parquet` from what `read_columns` returns; the damaged files of all parts."""
    import pyarrow.parquet as pq

    damaged: list[Path] = []
    schemas = {kind: _schema(names) for kind, names in KINDS.items()}
    waiting: dict[str, Columns] = {kind: [[] for _ in names] for kind, names in KINDS.items()}
    with contextlib.ExitStack() as stack:
        writers = {kind: stack.enter_context(pq.ParquetWriter(folder / f"{kind}.part", schema)) for kind, schema in schemas.items()}
        for part, unread in parts:
            damaged += unread
            for kind, columns in part.items():
                for column, more in zip(waiting[kind], columns, strict=True):
                    column += more
                if len(waiting[kind][0]) >= ROWS:
                    writers[kind].write_table(_to_table(waiting[kind], schemas[kind]))
                    waiting[kind] = [[] for _ in KINDS[kind]]
        for kind, columns in waiting.items():
            writers[kind].write_table(_to_table(columns, schemas[kind]))
    for kind in KINDS:
        (folder / f"{kind}.part").replace(folder / f"{kind}.parquet")
    return damaged


def load_parquet() -> None:
    import pyarrow as pa
    import pyarrow.parquet  # noqa: F401

    pa.array([""])  # the first one looks for pandas


def _schema(names: Sequence[str]) -> Any:
    import pyarrow as pa

    return pa.schema([(name, pa.int64() if name in INTEGERS else pa.float64() if name in NUMBERS else pa.string()) for name in names])


def _to_values(name: str, rows: list[dict[str, Any]]) -> list[Any]:
    values = [row.get(name) for row in rows]  # results of an earlier version may lack it
    if name in LISTED:
        return ["[]" if value == [] else None if value is None else TO_TEXT(value) for value in values]
    if name in NUMBERS:
        return [None if value is None else _to_float(value) for value in values]
    return values


def _to_float(value: float) -> float:
    """Digits run together in a document make whole numbers of any length."""
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _to_table(columns: Columns, schema: Any) -> Any:
    import pyarrow as pa

    return pa.table([_to_array(values, kind) for values, kind in zip(columns, schema.types, strict=True)], schema=schema)


def _to_array(values: list[Any], kind: Any) -> Any:
    import pyarrow as pa

    try:
        return pa.array(values, type=kind)
    except UnicodeEncodeError:  # a lone surrogate, which Parquet refuses
        return pa.array([value and value.encode("utf-8", "replace").decode("utf-8") for value in values], type=kind)
