"""Tables that users bring in a workbook: their cells as plain values; a hostile one costs a message, not the program."""

from __future__ import annotations

import datetime
import io

import openpyxl
import pytest

from analyzer.actuals import read_sheet
from analyzer.categories import read_table
from analyzer.errors import AnalyzerError
from analyzer.ingest import workbook
from analyzer.ingest.sandbox import Limits
from analyzer.ingest.workbook import read_first_sheet
from analyzer.ui.codebook import xlsx_to_codebook


def make(*rows: list[object]) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def test_cells_are_plain_values(tmp_path):
    data = make(["指标", "实际值", "日期", "是否"], ["就业=1+1", 3.25, datetime.datetime(2025, 3, 1), True], ["", None, "x", 7])
    (tmp_path / "表.xlsx").write_bytes(data)
    expected = [["指标", "实际值", "日期", "是否"], ["就业=1+1", 3.25, "2025-03-01", True], ["", "", "x", 7.0]]
    assert read_first_sheet(data, "表.xlsx") == read_first_sheet(tmp_path / "表.xlsx", "表.xlsx") == expected
    assert read_sheet(data, "表.xlsx")[1]["是否"] == "7"


HOSTILE = {
    "nothing": b"", "no workbook": b"PK\x03\x04broken", "text": "指标,值".encode(), "cut": make(["a", "b"])[:-300],
    # a compound file whose directory makes the library panic instead of raising an error
    "panic": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + b"\x3b\x00\x03\x00\xfe\xff\x09\x00\x06\x00" + bytes(10) + b"\x01" + bytes(3) + b"\xff" * 800,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_table_costs_a_message(tmp_path, kind):
    path = tmp_path / "坏.xlsx"
    path.write_bytes(HOSTILE[kind])
    for read in (lambda: read_first_sheet(HOSTILE[kind], "坏.xlsx"), lambda: read_table(path), lambda: read_sheet(path, "坏.xlsx"),
                 lambda: xlsx_to_codebook(HOSTILE[kind], "坏.xlsx")):
        with pytest.raises(AnalyzerError) as error:
            read()
        assert "坏.xlsx" in error.value.english and "坏.xlsx" in error.value.chinese


def test_a_table_has_limits(tmp_path, monkeypatch):
    with pytest.raises(AnalyzerError, match="no such|cannot be read"):
        read_first_sheet(tmp_path / "none.xlsx", "none.xlsx")
    monkeypatch.setattr(workbook, "LIMITS", Limits(file_bytes=1000))
    with pytest.raises(AnalyzerError, match="10 MB"):
        read_first_sheet(make(["a"] * 20), "large.xlsx")
