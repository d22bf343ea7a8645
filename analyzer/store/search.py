"""Chinese search that is right for words of two characters: every pair of neighbouring characters is a token."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import sqlalchemy as sa


def text_to_grams(text: str) -> list[str]:
    """All pairs of neighbouring letters and digits, and the last one of each run alone (so that a prefix finds it).

    >>> text_to_grams("老旧小区")
    ['老旧', '旧小', '小区', '区']
    """
    grams: list[str] = []
    for run in _runs(text):
        grams += [run[i : i + 2] for i in range(len(run))]
    return grams


def _runs(text: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in text.lower()).split()


def body_of(row: Any) -> str:
    """What a search of a figure's row looks through; a change of it needs a migration that rebuilds the index."""
    return "\n".join([row["sentence"], row["indicator"] or "", *(d["name"] for d in json.loads(row["departments"]))])


def put_body(connection: sa.Connection, number: int, body: str) -> None:
    grams = text_to_grams(body)
    if connection.dialect.name == "sqlite":
        connection.execute(
            sa.text("INSERT INTO figure_grams(rowid, grams) VALUES (:number, :grams)"),
            {"number": number, "grams": " ".join(grams)},
        )
    else:
        connection.execute(
            sa.text("INSERT INTO figure_grams(rowid, body, grams) VALUES (:number, :body, :grams)"),
            {"number": number, "body": body.lower(), "grams": sorted(set(grams))},
        )


def drop_body(connection: sa.Connection, number: int, body: str) -> None:
    if connection.dialect.name == "sqlite":
        connection.execute(
            sa.text("INSERT INTO figure_grams(figure_grams, rowid, grams) VALUES ('delete', :number, :grams)"),
            {"number": number, "grams": " ".join(text_to_grams(body))},
        )
    else:
        connection.execute(sa.text("DELETE FROM figure_grams WHERE rowid = :number"), {"number": number})


def search_numbers(connection: sa.Connection, text: str) -> np.ndarray | None:
    """Ids of the figures whose sentence, indicator or departments hold every word of `text`; None for no word.

    A word's punctuation is passed over: 90% finds what 90 finds.
    """
    runs = _runs(text)
    if not runs:
        return None
    if connection.dialect.name == "sqlite":
        wanted = " AND ".join(f'"{_phrase(run)}"' + ("*" if len(run) == 1 else "") for run in runs)
        # One long text of ids and one parse of it: a hundred thousand rows as Python objects take three times as long.
        found = connection.execute(
            sa.text("SELECT group_concat(rowid) FROM figure_grams WHERE figure_grams MATCH :wanted"), {"wanted": wanted}
        ).scalar()
        return np.fromstring(found or "", dtype=np.int64, sep=",")
    conditions: list[str] = []
    values: dict[str, Any] = {}
    for i, run in enumerate(runs):
        conditions.append(f"body LIKE :like{i}")
        values[f"like{i}"] = f"%{run}%"
        if len(run) > 1:
            conditions.append(f"grams @> CAST(:grams{i} AS text[])")
            values[f"grams{i}"] = [run[j : j + 2] for j in range(len(run) - 1)]
    rows = connection.execute(sa.text(f"SELECT rowid FROM figure_grams WHERE {' AND '.join(conditions)}"), values)
    return np.array(rows.scalars().all(), dtype=np.int64)


def _phrase(run: str) -> str:
    return run if len(run) == 1 else " ".join(run[i : i + 2] for i in range(len(run) - 1))
