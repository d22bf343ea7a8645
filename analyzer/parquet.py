"""All results of a batch as two Parquet tables, some thousands of rows at a time; lists as JSON text, so that every reader can open them."""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any

from analyzer.records import Commitment, Figure

INTEGERS = {"start", "end", "sentence_start", "sentence_end", "page"}
LISTED = {"departments", "section", "box", "rules", "figures"}
NUMBERS = {"value", "value_max", "confidence"}
ROWS = 20_000  # held in memory at a time
TO_TEXT = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode


def results_to_parquet(folder: Path, results: Iterable[tuple[str, Path]]) -> list[Path]:
    """`figures.parquet` and `commitments.parquet` from (SHA-256, file of the result); the files that cannot be read are left out and returned."""
    import pyarrow.parquet as pq

    damaged: list[Path] = []
    kinds = {"figures": _schema(Figure), "commitments": _schema(Commitment)}
    with contextlib.ExitStack() as stack:
        writers = {kind: stack.enter_context(pq.ParquetWriter(folder / f"{kind}.part", schema)) for kind, schema in kinds.items()}
        waiting: dict[str, list[dict[str, Any]]] = {kind: [] for kind in kinds}
        for sha256, path in results:
            try:
                result = json.loads(path.read_text(encoding="utf-8", errors="surrogatepass"))
                found = {kind: [{"sha256": sha256, **record} for record in result[kind]] for kind in kinds}
            except (OSError, ValueError, KeyError, TypeError):
                damaged.append(path)
                continue
            for kind, rows in waiting.items():
                rows += found[kind]
                if len(rows) >= ROWS:
                    writers[kind].write_table(_to_table(rows, kinds[kind]))
                    rows.clear()
        for kind, rows in waiting.items():
            writers[kind].write_table(_to_table(rows, kinds[kind]))
    for kind in kinds:
        (folder / f"{kind}.part").replace(folder / f"{kind}.parquet")
    return damaged


def load_parquet() -> None:
    import pyarrow as pa
    import pyarrow.parquet  # noqa: F401

    pa.array([""])  # the first one looks for pandas


def _schema(record: type) -> Any:
    import pyarrow as pa

    names = ["sha256", *(field.name for field in fields(record))]
    return pa.schema([(name, pa.int64() if name in INTEGERS else pa.float64() if name in NUMBERS else pa.string()) for name in names])


def _to_table(rows: list[dict[str, Any]], schema: Any) -> Any:
    import pyarrow as pa

    return pa.table([_to_column(name, [row.get(name) for row in rows], kind) for name, kind in zip(schema.names, schema.types, strict=True)], schema=schema)


def _to_column(name: str, values: list[Any], kind: Any) -> Any:
    import pyarrow as pa

    if name in LISTED:
        values = ["[]" if value == [] else None if value is None else TO_TEXT(value) for value in values]
    elif name in NUMBERS:
        values = [None if value is None else _to_float(value) for value in values]
    try:
        return pa.array(values, type=kind)
    except UnicodeEncodeError:  # a lone surrogate, which Parquet refuses
        return pa.array([value and value.encode("utf-8", "replace").decode("utf-8") for value in values], type=kind)


def _to_float(value: float) -> float:
    """Digits run together in a document make whole numbers of any length."""
    try:
        return float(value)
    except OverflowError:
        return math.inf
