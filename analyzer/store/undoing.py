"""Taking steps of the log back: a new step of the log each, in any order."""

from __future__ import annotations

import uuid
from typing import Any

import sqlalchemy as sa

from analyzer.store.corrections import load_value, log_step, set_fields
from analyzer.store.schema import Store, corrections, documents, next_revision, writing


def undo(store: Store, batch: str, *, who: str) -> int:
    """Takes one step back, as a new step of the log; returns how many fields it had changed.

    Any step can be taken back, not only the last: what later steps set stays, and each field gets what the steps that
    still hold make of it.
    """
    with writing(store) as connection:
        lines = sa.select(corrections).where(corrections.c.batch == batch).order_by(corrections.c.id.desc())
        rows = connection.execute(lines).mappings().all()
        done = connection.execute(sa.select(corrections.c.id).where(corrections.c.reverts == batch).limit(1)).first()
        if not rows or done or rows[0]["reverts"]:
            return 0
        revision, step = next_revision(connection), uuid.uuid4().hex
        for row in rows:
            log_step(connection, who, "undo", row["subject"], row["key"], row["field"], load_value(row["new"]), load_value(row["old"]), step, reverts=batch)
        for subject, key in dict.fromkeys((row["subject"], row["key"]) for row in rows):
            fields = {row["field"] for row in rows if row["key"] == key}
            values = _replay(connection, subject, key, fields)
            if subject == "document":
                connection.execute(documents.update().where(documents.c.sha256 == key).values(**values))
            else:
                set_fields(connection, subject, key, values, revision)
    return len(rows)


def _replay(connection: sa.Connection, subject: str, key: str, fields: set[str]) -> dict[str, Any]:
    """What `fields` of a record hold by the steps that were not undone, else by what stood before the first of them."""
    query = sa.select(corrections).where(corrections.c.subject == subject, corrections.c.key == key).order_by(corrections.c.id)
    rows = connection.execute(query).mappings().all()
    undone = {row["reverts"] for row in rows if row["reverts"]}
    steps = [row for row in rows if not row["reverts"]]
    if any(row["field"] == "review" for row in steps):  # only the first edit of a record says that it was reviewed
        fields = fields | {"review"}
    hold = [row for row in steps if row["batch"] not in undone]
    values: dict[str, Any] = {}
    for field in fields:
        if field == "*":
            values["gone"] = 0 if any(row["field"] == "*" for row in hold) else 1
            continue
        first = next(row for row in steps if row["field"] == field)
        values[field] = next((load_value(row["new"]) for row in reversed(hold) if row["field"] == field), load_value(first["old"]))
    if values.get("review") == "open" and any(row["action"] == "edit" for row in hold):
        values["review"] = "edited"
    return values
