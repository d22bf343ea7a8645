"""Figures and commitments → tables and papers: CSV, JSONL, Parquet, Stata, SPSS, XLSX, Word, evidence, citations."""

from __future__ import annotations

from analyzer.export.tables import rows_to_csv, rows_to_jsonl, rows_to_parquet, rows_to_spss, rows_to_stata

__all__ = ["rows_to_csv", "rows_to_jsonl", "rows_to_parquet", "rows_to_spss", "rows_to_stata"]
