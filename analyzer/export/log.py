"""The log of corrections as a flat table."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from analyzer.export.rows import clean, harmless, join_departments, tidy
from analyzer.export.words import field_name, period_name, value_name

LOG_FIELDS = {"at": ("时间（UTC）", "When (UTC)"), "who": ("修改人", "Who"), "action": ("操作", "Step"),
              "document": ("文件", "Document"), "quote": ("原文数值", "As written"), "indicator": ("指标", "Indicator"),
              "field": ("字段", "Field"), "old": ("原值", "Old"), "new": ("新值", "New"), "key": ("记录编号", "Key"),
              "batch": ("批次", "Batch"), "reverts": ("撤销的批次", "Undoes batch")}  # fmt: skip


_STEPS = {"edit": ("修改", "edit"), "accept": ("确认", "accept"), "reject": ("剔除", "reject"), "add": ("添加", "add"),
          "undo": ("撤销", "undo"), "reopen": ("恢复", "reopen")}  # fmt: skip


def flatten_line(line: dict[str, Any], language: str = "zh") -> dict[str, Any]:
    """A line of the log in the words that people read: 修改 · 单位 · 套 → 户."""
    field, action = line["field"], line["action"]
    name = field_name({"category": "category_name"}.get(field, field), language)
    shown = {
        **{column: line.get(column) for column in LOG_FIELDS},
        "action": _STEPS.get(action, (action, action))[0 if language == "zh" else 1],
        "field": "" if field == "*" else name,
        "old": _in_words(field, line["old"], language),
        "new": _in_words(field, line["new"], language),
    }
    return {column: clean(value) if isinstance(value, str) else value for column, value in shown.items()}


def _in_words(field: str, value: Any, language: str) -> Any:
    if isinstance(value, dict):  # a record that was added
        return str(value.get("quote") or value.get("text") or "")
    if field == "departments" and isinstance(value, str):
        return join_departments(json.loads(value), language)
    if field == "period":
        return period_name(value, language)
    if isinstance(value, float):
        return tidy(value)
    return value_name(field, value, language) if isinstance(value, str) else value


def log_to_csv(lines: list[dict[str, Any]], *, language: str = "zh") -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerow([names[0 if language == "zh" else 1] for names in LOG_FIELDS.values()])
    for line in lines:
        flat = flatten_line(line, language)
        writer.writerow(["" if v is None else harmless(v) if isinstance(v, str) else v for v in flat.values()])
    return out.getvalue().encode("utf-8-sig")
