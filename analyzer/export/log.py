"""The log of corrections as a flat table."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from analyzer.export.rows import clean, harmless

LOG_FIELDS = {"at": ("时间（UTC）", "When (UTC)"), "who": ("修改人", "Who"), "action": ("操作", "Step"),
              "document": ("文件", "Document"), "quote": ("原文数值", "As written"), "indicator": ("指标", "Indicator"),
              "field": ("字段", "Field"), "old": ("原值", "Old"), "new": ("新值", "New"), "key": ("记录编号", "Key"),
              "batch": ("批次", "Batch"), "reverts": ("撤销的批次", "Undoes batch")}  # fmt: skip


def flatten_line(line: dict[str, Any]) -> dict[str, Any]:
    """A line of the log with plain values; what is structured stays JSON."""
    flat = {}
    for field in LOG_FIELDS:
        value = line.get(field)
        flat[field] = (
            clean(json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value))
            if value is not None and not isinstance(value, int | float)
            else value
        )
    return flat


def log_to_csv(lines: list[dict[str, Any]], *, language: str = "zh") -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerow([names[0 if language == "zh" else 1] for names in LOG_FIELDS.values()])
    for line in lines:
        flat = flatten_line(line)
        writer.writerow(["" if v is None else harmless(v) if isinstance(v, str) else v for v in flat.values()])
    return out.getvalue().encode("utf-8-sig")
