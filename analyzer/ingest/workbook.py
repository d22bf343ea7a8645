"""Small tables that users bring (codebooks, actual values) out of a workbook: read in a child, like every file of a stranger."""

from __future__ import annotations

import datetime
import io
from pathlib import Path

from analyzer.errors import UnreadableDocument
from analyzer.ingest.sandbox import Limits, run_limited

LIMITS = Limits(file_bytes=10 << 20, seconds=30, memory_bytes=1 << 30)
Cell = str | float | bool


def read_first_sheet(source: Path | bytes, name: str) -> list[list[Cell]]:
    """The cells of an XLSX file's first sheet; a date is its ISO text. Raises UnreadableDocument naming `name`."""
    if isinstance(source, Path):
        try:
            source = source.read_bytes()
        except OSError as error:
            raise UnreadableDocument(f"{name}: cannot be read: {error.strerror}", f"{name}：无法读取：{error.strerror}") from error
    if len(source) > LIMITS.file_bytes:
        raise UnreadableDocument(f"{name}: a table of more than 10 MB; delete what is not needed", f"{name}：表格超过 10 MB，请删减后再试")
    rows: list[list[Cell]] = run_limited(_first_sheet, source, name, name=name, limits=LIMITS)
    return rows


def _first_sheet(data: bytes, name: str) -> list[list[Cell]]:
    from python_calamine import CalamineWorkbook

    try:
        rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    except Exception as error:  # calamine raises one class an error
        raise UnreadableDocument(f"{name}: cannot be read as XLSX ({error}); open it in a spreadsheet program and save it anew",
                                 f"{name}：无法作为 XLSX 读取（{error}）；请用表格软件打开后另存") from error
    return [[_plain(cell) for cell in row] for row in rows]


def _plain(cell: object) -> Cell:
    if isinstance(cell, datetime.datetime | datetime.date | datetime.time):
        return cell.isoformat()
    return cell if isinstance(cell, str | float | bool) else str(cell)
