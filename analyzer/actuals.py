"""Actual values that a user knows, from a table, and the targets that they belong to."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from analyzer.alignment import THRESHOLD, Measure, score_measures, words_to_measure
from analyzer.errors import AnalyzerError
from analyzer.grouping import Source
from analyzer.ingest.workbook import read_first_sheet
from analyzer.records import Figure


@dataclass(frozen=True, slots=True)
class Actual:
    """A value that a user knows: of an indicator (and period, region), or of the target with this key alone."""

    indicator: str
    value: float
    unit: str | None
    period: str | None = None
    region: str | None = None
    source: str = ""
    target: str | None = None

    def fits(self, target: Figure, measure: Measure, source: Source) -> bool:
        if self.target:
            return self.target == f"{source.key}:{target.start}"
        if self.period and target.period and self.period != target.period:
            return False
        if self.region and self.region not in (target.region, source.region) and self.region not in (source.region or ""):
            return False
        change = target.change if self.unit in ("%", "‰", "倍") else "level"
        return score_measures(measure, words_to_measure(self.indicator, self.unit, change, "", measure.place)) >= THRESHOLD


_COLUMNS = {
    "indicator": ("indicator", "指标", "指标名称"), "value": ("value", "实际值", "完成值", "数值", "值"), "unit": ("unit", "单位"),
    "period": ("period", "year", "时期", "年份", "年度", "期间"), "region": ("region", "地区", "区域"),
    "source": ("source", "来源", "出处"), "target": ("target", "目标编号"),
}  # fmt: skip


def read_actuals(path: Path) -> list[Actual]:
    """Actual values from a CSV or XLSX file with the columns indicator, value, unit, period, region, source (or 指标, 实际值, 单位 …).

    Raises AnalyzerError, with the row, for a missing column or a value that is no number.
    """
    if path.suffix.lower() == ".xlsx":
        return rows_to_actuals(read_sheet(path, path.name), name=path.name)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        text = path.read_text(encoding="gb18030", errors="replace")
    except OSError as error:
        raise AnalyzerError(f"{path}: cannot be read: {error.strerror}", f"{path}：无法读取：{error.strerror}") from error
    return rows_to_actuals(csv.DictReader(text.splitlines()), name=path.name)


def read_sheet(source: Path | bytes, name: str) -> list[dict[str, str]]:
    """The first sheet's rows by the names in its first row; `source` is a path or a file's content."""
    rows = read_first_sheet(source, name)
    heads = [str(head).strip() for head in rows[0]] if rows else []
    return [dict(zip(heads, (_number_to_text(cell) for cell in row), strict=False)) for row in rows[1:]]


def _number_to_text(cell: object) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def rows_to_actuals(rows: Iterable[dict[str, str]], *, name: str = "") -> list[Actual]:
    """Actual values from rows with Chinese or English column names; `name` is the table's, for messages and as source."""
    found = []
    for number, row in enumerate(rows, 2):
        cells = {field: str(next((row[c] for c in names if row.get(c) not in (None, "")), "")).strip() for field, names in _COLUMNS.items()}
        if not cells["indicator"] and not cells["target"]:
            raise AnalyzerError(f"{name} row {number}: no indicator (column indicator or 指标)", f"{name} 第 {number} 行：缺少指标（列 指标 或 indicator）")
        try:
            value = float(cells["value"].replace(",", "").replace("，", ""))
        except ValueError as error:
            raise AnalyzerError(f"{name} row {number}: {cells['value']!r} is not a number (column value or 实际值)",
                                f"{name} 第 {number} 行：“{cells['value']}”不是数字（列 实际值 或 value）") from error
        unit, factor = _split_unit(cells["unit"])
        found.append(Actual(cells["indicator"], value * factor, unit, cells["period"] or None, cells["region"] or None,
                            cells["source"] or f"{name} {number}", cells["target"] or None))
    return found


def _split_unit(unit: str) -> tuple[str | None, float]:
    """万人 → 人 and 10,000."""
    for prefix, factor in (("万亿", 1e12), ("千万", 1e7), ("百万", 1e6), ("亿", 1e8), ("万", 1e4)):
        if unit.startswith(prefix):
            return unit[len(prefix):] or None, factor
    return unit or None, 1.0
