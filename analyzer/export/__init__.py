"""Figures and commitments → tables and papers: CSV, JSONL, Parquet, Stata, SPSS, XLSX, Word, evidence, citations."""

from __future__ import annotations

from analyzer.export.brief import rows_to_brief
from analyzer.export.citations import cite, documents_to_bibtex, documents_to_csl, documents_to_ris
from analyzer.export.evidence import rows_to_evidence
from analyzer.export.labels import rows_to_labels
from analyzer.export.log import log_to_csv
from analyzer.export.tables import rows_to_csv, rows_to_jsonl, rows_to_parquet, rows_to_spss, rows_to_stata
from analyzer.export.workbook import rows_to_workbook

__all__ = [
    "cite", "documents_to_bibtex", "documents_to_csl", "documents_to_ris", "log_to_csv", "rows_to_brief", "rows_to_csv",
    "rows_to_evidence", "rows_to_jsonl", "rows_to_labels", "rows_to_parquet", "rows_to_spss", "rows_to_stata", "rows_to_workbook",
]  # fmt: skip
