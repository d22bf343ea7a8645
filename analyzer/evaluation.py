"""Scores of a run against gold figures, by field and genre, and what was gained and lost since the last run.

Gold is a folder with NAME.txt and NAME.jsonl: one object a figure, `optional` ones count only if they are found,
`FIELD_alt` lists other right readings, `head` is the part of an indicator that must be there.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analyzer.errors import UnreadableDocument
from analyzer.records import Figure, to_dict

Record = Mapping[str, Any]
FIELDS = ("value", "unit", "comparator", "change", "indicator", "status", "period", "category", "region", "departments")
COMPLETE = ("value", "unit", "comparator", "change", "indicator", "status", "period")
BINS = 10


@dataclass(slots=True)
class Tally:
    """Counts that all scores are made of; tallies of documents add up."""

    counts: Counter[str] = field(default_factory=Counter)
    confidences: list[tuple[float, bool]] = field(default_factory=list)
    errors: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    right: set[str] = field(default_factory=set)

    def add(self, other: Tally) -> None:
        self.counts.update(other.counts)
        self.confidences += other.confidences
        self.right |= other.right
        for kind, rows in other.errors.items():
            self.errors[kind] += rows


def read_gold(folder: Path) -> Iterator[tuple[Path, list[Record]]]:
    """(text file, its gold figures) in order of the names. Raises UnreadableDocument if the folder holds no gold."""
    files = [path for path in sorted(folder.glob("*.jsonl")) if path.with_suffix(".txt").exists()]
    if not files:
        raise UnreadableDocument(f"{folder}: no NAME.txt with NAME.jsonl found here", f"{folder}：没有找到成对的 NAME.txt 和 NAME.jsonl")
    for path in files:
        lines = path.read_text(encoding="utf-8").splitlines()
        yield path.with_suffix(".txt"), [json.loads(line) for line in lines if line.strip()]


def score_document(name: str, text: str, gold: Iterable[Record], figures: Iterable[Figure]) -> Tally:
    """How the figures found in one document compare with its gold."""
    tally = Tally()
    spots = {(figure.start, figure.end): figure for figure in figures}
    for record in gold:
        found = spots.pop((record["start"], record["end"]), None)
        if found is None and record.get("optional"):
            continue
        tally.counts["gold"] += 1
        tally.counts["gold planned"] += record["status"] == "planned"
        tally.counts["gold departments"] += len(_departments(record))
        where = f"{name}:{record['start']} {_context(text, record['start'], record['end'])}"
        if found is None:
            tally.errors["missed"].append(where)
        else:
            _compare(tally, record, found, where)
    for figure in spots.values():
        _count_found(tally, figure)
        tally.errors["spurious"].append(f"{name}:{figure.start} {_context(text, figure.start, figure.end)}")
    return tally


def _compare(tally: Tally, record: Record, figure: Figure, where: str) -> None:
    found = to_dict(figure)
    _count_found(tally, figure)
    tally.counts["matched"] += 1
    tally.counts["right departments"] += len(_departments(record) & _departments(found))
    right = {name: agrees(name, record, found) for name in FIELDS}
    for name, ok in right.items():
        tally.counts[name] += ok
        if ok:
            tally.right.add(f"{where.split(' ', 1)[0]} {name}")
        else:
            tally.errors[name].append(f"{where}  gold {record.get(name)!r}  found {found.get(name)!r}")
    complete = all(right[name] for name in COMPLETE)
    tally.counts["complete"] += complete
    tally.counts["complete planned"] += complete and record["status"] == "planned"
    tally.counts["planned"] += record["status"] == figure.status == "planned"
    tally.confidences.append((figure.confidence, complete))


def _count_found(tally: Tally, figure: Figure) -> None:
    tally.counts["found"] += 1
    tally.counts["found planned"] += figure.status == "planned"
    tally.counts["found departments"] += len(_departments(to_dict(figure)))


def agrees(name: str, gold: Record, found: Record) -> bool:
    """Whether one field is right: the gold reading or another that the gold allows."""
    readings = [gold.get(name), *(gold.get(f"{name}_alt") or ())]
    got = found.get(name)
    if name == "value":
        return any(_same_number(got, reading) for reading in readings) and _same_number(found.get("value_max"), gold.get("value_max"))
    if name == "period" and gold["status"] not in ("planned", "achieved"):
        return True
    if name == "indicator":
        return any(_same_indicator(got, reading, gold) for reading in readings)
    if name == "departments":
        return any(_departments({"departments": reading}) == _departments(found) for reading in readings)
    if name == "unit":
        return _squeeze(got) in [_squeeze(reading) for reading in readings]
    return (got or None) in [reading or None for reading in readings]


def _same_number(got: float | None, gold: float | None) -> bool:
    if got is None or gold is None:
        return got is gold
    return abs(got - gold) <= 1e-4 * max(1.0, abs(gold))


def _same_indicator(got: str | None, reading: str | None, gold: Record) -> bool:
    got, reading = _squeeze(got), _squeeze(reading)
    if not got:
        return False
    heads = [_squeeze(head) for head in (gold.get("head"), *(gold.get("head_alt") or ())) if head]
    return got == reading or len(got) <= len(reading) + 4 and any(head in got and head in reading for head in heads)


def _squeeze(words: str | None) -> str:
    return "".join((words or "").split()).replace("％", "%")


def _departments(record: Record) -> set[tuple[str, str]]:
    return {(_squeeze(body["name"]), body.get("role") or "responsible") for body in record.get("departments") or ()
            if body.get("source") != "inferred"}


def _context(text: str, start: int, end: int) -> str:
    return f"…{text[max(0, start - 18):start]}[{text[start:end]}]{text[end:end + 10]}…".replace("\n", "⏎")


def tally_to_scores(tally: Tally) -> dict[str, float | int | None]:
    """The named scores; None where there is nothing to divide by."""
    n = tally.counts
    scores: dict[str, float | int | None] = {
        "gold figures": n["gold"], "found figures": n["found"],
        "detection precision": _ratio(n["matched"], n["found"]), "detection recall": _ratio(n["matched"], n["gold"]),
        "detection F1": _f1(n["matched"], n["found"], n["gold"]), "complete F1": _f1(n["complete"], n["found"], n["gold"]),
        "planned F1": _f1(n["planned"], n["found planned"], n["gold planned"]),
        "complete planned F1": _f1(n["complete planned"], n["found planned"], n["gold planned"]),
        "departments F1": _f1(n["right departments"], n["found departments"], n["gold departments"])}
    scores |= {f"{name} accuracy": _ratio(n[name], n["matched"]) for name in FIELDS}
    scores["calibration error"] = calibration_error(tally.confidences)
    return scores


def calibration_error(confidences: list[tuple[float, bool]]) -> float | None:
    """Expected calibration error of `confidence` as the chance that a record is complete, in ten equal bins."""
    if not confidences:
        return None
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for confidence, right in confidences:
        bins[min(BINS - 1, int(confidence * BINS))].append((confidence, right))
    return sum(abs(sum(c for c, _ in rows) - sum(right for _, right in rows)) for rows in bins.values()) / len(confidences)


def compare_runs(before: set[str], after: set[str]) -> tuple[list[str], list[str]]:
    """(gained, lost): the fields `NAME:start field` that became right, and those that were."""
    return sorted(after - before), sorted(before - after)


def _ratio(a: int, b: int) -> float | None:
    return a / b if b else None


def _f1(right: int, found: int, gold: int) -> float | None:
    return _ratio(2 * right, found + gold)
