"""Flat rows → CSV for Excel, plain CSV, JSONL, Parquet, Stata and SPSS, as bytes."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from typing import Any

from analyzer.errors import AnalyzerError
from analyzer.export.rows import clean, flatten, harmless
from analyzer.export.words import FIELDS, field_name

TABLE_FIELDS = list(FIELDS)


def rows_to_csv(
    rows: Iterable[dict[str, Any]], *, fields: list[str] | None = None, language: str = "zh", plain: bool = False
) -> bytes:
    """CSV that Excel opens right (BOM, Chinese heads); `plain` is for programs: no BOM, English field names, codes in place of names.

    No cell of either is a live formula: one that would begin like one has an apostrophe before it (JSONL and Parquet have none).
    """
    fields = fields or TABLE_FIELDS
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n" if not plain else "\n")
    writer.writerow(fields if plain else [field_name(field, language) for field in fields])
    for row in rows:
        values = flatten(row, fields, language=language, named=not plain).values()
        writer.writerow(["" if v is None else harmless(v) if isinstance(v, str) else v for v in values])
    return out.getvalue().encode("utf-8" if plain else "utf-8-sig")


def rows_to_jsonl(rows: Iterable[dict[str, Any]], *, fields: list[str] | None = None) -> bytes:
    """One JSON object a line with the full structure (departments with their roles, sections as lists)."""
    fields = fields or [field for field in TABLE_FIELDS if field != "category_name"]
    lines = (json.dumps({field: row.get(field) for field in fields}, ensure_ascii=False) for row in rows)
    return "".join(line + "\n" for line in lines).encode("utf-8", "replace")


def rows_to_parquet(rows: Iterable[dict[str, Any]], *, fields: list[str] | None = None) -> bytes:
    out = io.BytesIO()
    _frame(rows, fields).to_parquet(out, index=False)
    return out.getvalue()


def rows_to_stata(rows: Iterable[dict[str, Any]], *, fields: list[str] | None = None) -> bytes:
    """Stata 14 or later (format 118), Chinese names as labels of the variables."""
    frame = _frame(rows, fields)
    for field in frame.columns:  # Stata has no missing text
        if frame[field].dtype == object or str(frame[field].dtype) == "str":
            frame[field] = frame[field].fillna("").astype(object)
    out = io.BytesIO()
    labels = {field: field_name(field)[:80] for field in frame.columns}
    labels["char_end"] = labels.pop("end", "")
    frame = frame.rename(columns={"end": "char_end"})  # a word that Stata keeps for itself
    labels = {field: labels[field] for field in frame.columns}
    frame.to_stata(out, write_index=False, version=118, variable_labels=labels)
    return out.getvalue()


def rows_to_spss(rows: Iterable[dict[str, Any]], *, fields: list[str] | None = None) -> bytes:
    """SPSS .sav with Chinese labels. Raises AnalyzerError where pyreadstat is not installed."""
    try:
        import pyreadstat
    except ImportError as error:
        raise AnalyzerError(
            "SPSS files need the package pyreadstat: pip install 'policy-analyzer[export]'",
            "导出 SPSS 文件需要安装 pyreadstat：pip install 'policy-analyzer[export]'",
        ) from error
    import tempfile
    from pathlib import Path

    frame = _frame(rows, fields)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.sav"
        labels: list[str | None] = [field_name(field) for field in frame.columns]
        pyreadstat.write_sav(frame, str(path), column_labels=labels)
        return path.read_bytes()


def _frame(rows: Iterable[dict[str, Any]], fields: list[str] | None) -> Any:
    import pandas as pd

    fields = fields or TABLE_FIELDS
    flat = [flatten(row, fields, named=False) for row in rows]
    frame = pd.DataFrame(flat, columns=fields)
    for field in ("value", "value_max", "confidence", "page", "start", "end"):
        if field in frame:
            frame[field] = pd.to_numeric(frame[field], errors="coerce").astype("float64")
    for field in frame.columns:
        if not pd.api.types.is_numeric_dtype(frame[field]):
            frame[field] = [clean(str(v)) if v is not None and v == v else None for v in frame[field]]
    return frame
