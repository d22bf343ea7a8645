"""Records on standard output: JSON lines, CSV, or a table in columns."""

from __future__ import annotations

import csv
import dataclasses
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from analyzer.records import Commitment, Figure, Rejected, Sentence

RECORDS: dict[str, type] = {"figures": Figure, "commitments": Commitment, "sentences": Sentence, "rejected": Rejected}
DOCUMENT = ("document", 20)  # the column that tells documents apart where there are several
TABLE_COLUMNS: dict[str, tuple[tuple[str, int], ...]] = {
    "figures": (("quote", 14), ("indicator", 30), ("value", 14), ("unit", 8), ("comparator", 8), ("status", 9), ("period", 10), ("category", 12),
                ("departments", 24)),
    "commitments": (("text", 60), ("action", 10), ("object", 24), ("category", 12), ("period", 10), ("departments", 24)),
    "sentences": (("kind", 12), ("text", 100)),
    "rejected": (("quote", 14), ("reason", 20), ("start", 8))}


def open_writer(form: str, what: str, *, many: bool = False) -> Callable[[Iterable[dict[str, Any]]], None]:
    """A function that prints the records of a document; the first call prints the head of a CSV file or table before them.

    `many` adds the document to a table, where JSON lines and CSV name it always.
    """
    if form == "jsonl":
        return print_jsonl
    return _csv_writer(what) if form == "csv" else _table_writer(((DOCUMENT,) if many else ()) + TABLE_COLUMNS[what])


def _csv_writer(what: str) -> Callable[[Iterable[dict[str, Any]]], None]:
    sheet = csv.writer(sys.stdout, lineterminator="\n")
    names = [field.name for field in dataclasses.fields(RECORDS[what])]
    ahead = [names]

    def write(records: Iterable[dict[str, Any]]) -> None:
        while ahead:
            sheet.writerow(ahead.pop())
        sheet.writerows([_cell(record[name]) for name in names] for record in records)

    return write


def _table_writer(columns: Sequence[tuple[str, int]]) -> Callable[[Iterable[dict[str, Any]]], None]:
    ahead = ["  ".join(fit(name, width) for name, width in columns)]

    def write(records: Iterable[dict[str, Any]]) -> None:
        while ahead:
            print(ahead.pop())
        for record in records:
            if record.get("value_max") is not None:
                record = {**record, "value": f"{brief(record['value'])}—{brief(record['value_max'])}"}
            print("  ".join(fit(brief(record[name]), width) for name, width in columns))

    return write


def print_jsonl(records: Iterable[dict[str, Any]]) -> None:
    for record in records:
        print(json.dumps(record, ensure_ascii=False))


def _cell(value: Any) -> Any:
    """A cell for CSV: lists as JSON, text that a spreadsheet would run as a formula with an apostrophe before it."""
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")):
        return f"'{value}"
    return value


def brief(value: Any) -> str:
    if isinstance(value, list):
        return "、".join(item["name"] if isinstance(item, dict) else str(item) for item in value)
    return "" if value is None else str(value)


def fit(words: str, width: int) -> str:
    """Words cut or padded to a number of columns, without what would steer a terminal; a Chinese character takes two."""
    kept, used = "", 0
    for character in filter(lambda each: each.isprintable() or each == "\u3000", words):
        size = 2 if ord(character) > 0x2E7F else 1
        if used + size > width:
            break
        kept, used = kept + character, used + size
    return kept + " " * (width - used)
