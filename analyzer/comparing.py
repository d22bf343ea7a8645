"""`compare` and `track` on the command line: lines and follow-ups as plain records and as a table."""

from __future__ import annotations

import re
from typing import Any

from analyzer.compare import Cell, Line, Series
from analyzer.records import Figure
from analyzer.texts import Passage
from analyzer.track import Follow, Rate, Result


def figure_to_side(figure: Figure, source: str) -> dict[str, Any]:
    """One side of a comparison with all that is needed to find it again."""
    return {"source": source, "document": figure.document, "quote": figure.quote, "start": figure.start, "end": figure.end,
            "value": figure.value, "value_max": figure.value_max, "unit": figure.unit, "comparator": figure.comparator,
            "change": figure.change, "indicator": figure.indicator, "action": figure.action, "status": figure.status,
            "period": figure.period, "sentence": figure.sentence, "page": figure.page}


def line_to_record(line: Line, names: list[str]) -> dict[str, Any]:
    """A line of `compare` as `--format jsonl` prints it."""
    return {"indicator": line.indicator, "concept": line.concept, "category": line.category, "unit": line.unit, "flow": line.flow,
            "place": line.place, "change": line.change, "wording": line.wording, "measure": line.measure,
            "cells": [_cell_to_record(cell, name) for cell, name in zip(line.cells, names, strict=True)]}


def _cell_to_record(cell: Cell | None, name: str) -> dict[str, Any] | None:
    if cell is None:
        return None
    side = figure_to_side(cell.figure, name)
    return {**side, "normalised": cell.value, "normalised_max": cell.value_max,
            "others": [figure_to_side(figure, name) for figure in cell.others]}


def series_to_record(series: Series) -> dict[str, Any]:
    """A time series as `compare --series --format jsonl` prints it."""
    points = [{**figure_to_side(p.figure, p.source.name), "normalised": p.value, "normalised_max": p.value_max, "region": p.source.region}
              for p in series.points]
    return {"indicator": series.indicator, "concept": series.concept, "unit": series.unit, "flow": series.flow, "place": series.place,
            "measure": series.measure, "points": points}


def follow_to_record(follow: Follow) -> dict[str, Any]:
    """A follow-up as `--format jsonl` prints it, with both sources."""
    return {"indicator": follow.indicator, "category": follow.category, "region": follow.region, "verdict": follow.verdict,
            "ratio": follow.ratio, "confidence": follow.confidence, "reason": follow.reason,
            "target": figure_to_side(follow.target, follow.source.name),
            "result": result_to_record(follow.result) if follow.result else None, "measure": follow.measure}


def result_to_record(result: Result) -> dict[str, Any]:
    if result.figure is not None:
        return figure_to_side(result.figure, result.source)
    return {"source": result.source, "document": None, "quote": None, "value": result.value, "unit": result.unit,
            "comparator": result.comparator, "period": result.period, "sentence": result.note or None}


def passage_to_record(passage: Passage) -> dict[str, Any]:
    return {"kind": passage.kind, "before": passage.before, "after": passage.after, "before_at": passage.before_at,
            "after_at": passage.after_at, "likeness": round(passage.likeness, 1), "pieces": [list(piece) for piece in passage.pieces]}


def rate_to_record(rate: Rate) -> dict[str, Any]:
    return {"group": rate.group, "total": rate.total, **rate.counts,
            "fulfilled": None if rate.fulfilled is None else round(rate.fulfilled, 4), "unreported": round(rate.unreported, 4)}


BARE = re.compile(r"[\d.,]+")
_SIGNS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<", "approx": "≈", "eq": "", "range": ""}


def _in_short(value: float) -> str:
    """8000亿 for 800,000,000,000, 1.2万 for 12,000: as the documents themselves write it."""
    for size, mark in ((1e8, "亿"), (1e4, "万")):
        if abs(value) >= size:
            return f"{value / size:.8g}{mark}"
    return f"{value:.8g}"


def figure_to_words(figure: Figure | None) -> str:
    """A figure in short: ≥5.5%, +7%, -3%."""
    if figure is None:
        return "—"
    sign = {"increase": "+", "decrease": "-"}.get(figure.change, "")
    words = figure.quote
    if figure.unit and BARE.fullmatch(words):  # a table's cell: its unit stands in the heads
        words = f"{_in_short(figure.value)}{figure.unit}"
    return f"{_SIGNS.get(figure.comparator, '')}{sign}{words}"
