"""What people decided: an append-only log of who changed what, when, from what, to what; every step can be undone."""

from __future__ import annotations

import datetime
import json
import uuid
from collections import defaultdict
from typing import Any

import sqlalchemy as sa

from analyzer.errors import AnalyzerError
from analyzer.pipeline.periods import period_to_due
from analyzer.store import search
from analyzer.store.schema import (
    Store,
    commitments,
    corrections,
    documents,
    figures,
    insert_one,
    next_revision,
    reading,
    writing,
)

EDITABLE = (
    "value",
    "value_max",
    "unit",
    "comparator",
    "change",
    "indicator",
    "action",
    "status",
    "period",
    "region",
    "category",
    "departments",
    "due",
    "binding",
)
COMMITMENT_EDITABLE = ("action", "object", "category", "period", "due", "region", "departments")
DOCUMENT_EDITABLE = ("title", "issuer", "number", "written", "published", "region", "level", "genre", "url", "accessed")

TABLES = {"figure": figures, "commitment": commitments}


def overrides(connection: sa.Connection, subject: str, key: str | None, *, keys: list[str] | None = None) -> dict:
    """What the log still holds of one key: field → (old, new); with `keys`: key → that. Undone steps do not count."""
    wanted = [key] if key is not None else list(keys or [])
    rows: list[Any] = []
    for i in range(0, len(wanted), 500):
        rows += (
            connection.execute(
                sa.select(corrections)
                .where(corrections.c.subject == subject, corrections.c.key.in_(wanted[i : i + 500]))
                .order_by(corrections.c.id)
            )
            .mappings()
            .all()
        )
    undone = {row["reverts"] for row in rows if row["reverts"]}
    kept: dict[str, dict[str, tuple[Any, Any]]] = defaultdict(dict)
    for row in rows:
        if row["batch"] not in undone and not row["reverts"] and row["field"] not in ("*", "gone"):
            kept[row["key"]][row["field"]] = (json.loads(row["old"]), json.loads(row["new"]))
    return kept[key] if key is not None else dict(kept)


def edit_figures(
    store: Store, keys: list[str], changes: dict[str, Any], *, who: str, subject: str = "figure"
) -> str | None:
    """Changes fields of figures and marks them edited; returns the batch to undo it by, or None if nothing changed.

    `departments` is a list of {name, role, source, id}. Raises AnalyzerError for a field that cannot be edited. This and
    the steps below take commitments, too, with the `subject` "commitment".
    """
    allowed = EDITABLE if subject == "figure" else COMMITMENT_EDITABLE
    unknown = [field for field in changes if field not in allowed]
    if unknown:
        raise AnalyzerError(
            f"field {unknown[0]!r} cannot be edited; allowed: {', '.join(allowed)}",
            f"字段 {unknown[0]} 不能修改；可修改的有：{'、'.join(allowed)}",
        )
    changes = {field: _column_value(field, value) for field, value in changes.items()}
    if "period" in changes:
        changes.setdefault("due", period_to_due(changes["period"]))
    return _apply(store, subject, keys, {**changes, "review": "edited"}, who=who, action="edit", only_if=tuple(changes))


def accept_figures(store: Store, keys: list[str], *, who: str, subject: str = "figure") -> str | None:
    return _apply(store, subject, keys, {"review": "accepted"}, who=who, action="accept")


def reject_figures(store: Store, keys: list[str], *, who: str, subject: str = "figure") -> str | None:
    """Marks figures as no figures at all; they leave the tables, not the library."""
    return _apply(store, subject, keys, {"review": "rejected"}, who=who, action="reject")


def reopen_figures(store: Store, keys: list[str], *, who: str, subject: str = "figure") -> str | None:
    return _apply(store, subject, keys, {"review": "open"}, who=who, action="reopen")


def edit_document(store: Store, number: int, changes: dict[str, Any], *, who: str) -> str | None:
    """Changes what is said about a document (DOCUMENT_EDITABLE); kept when it is analysed again."""
    changes = {field: value or None for field, value in changes.items() if field in DOCUMENT_EDITABLE}
    batch = uuid.uuid4().hex
    with writing(store) as connection:
        row = connection.execute(sa.select(documents).where(documents.c.id == number)).mappings().one()
        moved = {field: value for field, value in changes.items() if row[field] != value}
        if not moved:
            return None
        revision = next_revision(connection)
        connection.execute(documents.update().where(documents.c.id == number).values(**moved))
        if "region" in moved:  # the figures' region facet falls back on the document's
            connection.execute(figures.update().where(figures.c.document_id == number).values(revision=revision))
        for field, value in moved.items():
            log_step(connection, who, "edit", "document", row["sha256"], field, row[field], value, batch)
    return batch


def add_figure(store: Store, number: int, values: dict[str, Any], *, who: str) -> str:
    """A figure that a person marked in the text of document `number`; returns its key.

    `values` needs start, end, quote, sentence, sentence_start and sentence_end; the rest is optional.
    """
    base: dict[str, Any] = {
        "value": None,
        "indicator": None,
        "comparator": "eq",
        "change": "level",
        "status": "planned",
        "departments": [],
        "section": [],
        "confidence": 1.0,
        "rules": ["added by hand"],
    }
    row = {**base, **values}
    for field in ("departments", "section", "rules"):
        row[field] = json.dumps(row[field], ensure_ascii=False)
    with writing(store) as connection:
        row.update(document_id=number, review="added", gone=0, revision=next_revision(connection))
        key, identity = add_row(connection, "figure", row, who=who)
        search.put_body(connection, identity, search.body_of(row))
    return key


def add_row(connection: sa.Connection, subject: str, row: dict[str, Any], *, who: str) -> tuple[str, int]:
    """A record that a person added, and its line in the log; returns its key and its id."""
    row = {**row, "key": uuid.uuid4().hex[:24]}
    identity = insert_one(connection, TABLES[subject], row)
    log_step(connection, who, "add", subject, row["key"], "*", None, {**row, "id": identity}, uuid.uuid4().hex)
    return row["key"], identity


def last_batch(store: Store, *, who: str | None = None) -> dict[str, Any] | None:
    """The latest step that is not itself an undo and was not undone."""
    undone = sa.select(corrections.c.reverts).where(corrections.c.reverts.is_not(None))
    query = sa.select(corrections).where(corrections.c.reverts.is_(None), corrections.c.batch.not_in(undone))
    if who:
        query = query.where(corrections.c.who == who)
    with reading(store) as connection:
        row = connection.execute(query.order_by(corrections.c.id.desc()).limit(1)).mappings().first()
    return dict(row) if row else None


def read_log(store: Store, *, key: str | None = None, keys: list[str] | None = None, limit: int = 1000) -> list[dict]:
    """The log, latest first, each line with its record's quote and document where they are still there."""
    places = corrections.outerjoin(figures, figures.c.key == corrections.c.key)
    places = places.outerjoin(commitments, commitments.c.key == corrections.c.key)
    number = sa.func.coalesce(figures.c.document_id, commitments.c.document_id)
    places = places.outerjoin(documents, sa.or_(documents.c.id == number, documents.c.sha256 == corrections.c.key))
    query = sa.select(
        corrections,
        sa.func.coalesce(figures.c.quote, commitments.c.text).label("quote"),
        sa.func.coalesce(figures.c.indicator, commitments.c.object).label("indicator"),
        number.label("document_id"),
        sa.func.coalesce(documents.c.title, documents.c.name).label("document"),
    ).select_from(places)
    if key is not None:
        query = query.where(corrections.c.key == key)
    with reading(store) as connection:
        rows = connection.execute(query.order_by(corrections.c.id.desc()).limit(limit)).mappings().all()
    wanted = set(keys) if keys is not None else None
    return [
        {**row, "old": load_value(row["old"]), "new": load_value(row["new"])}
        for row in rows
        if wanted is None or row["key"] in wanted
    ]


def _apply(
    store: Store, subject: str, keys: list[str], changes: dict[str, Any], *, who: str, action: str, only_if: tuple[str, ...] = ()
) -> str | None:
    batch, table = uuid.uuid4().hex, TABLES[subject]
    changed = 0
    with writing(store) as connection:
        revision = next_revision(connection)
        for key in keys:
            row = connection.execute(sa.select(table).where(table.c.key == key)).mappings().first()
            if row is None:
                continue
            moved = {field: value for field, value in changes.items() if not _same(row[field], value)}
            if row["review"] == "added" and moved.get("review") == "edited":
                moved.pop("review")  # what a person added stays told apart from what was found
            if not moved or (only_if and not any(field in moved for field in only_if)):
                continue
            set_fields(connection, subject, key, moved, revision, row)
            for field, value in moved.items():
                log_step(connection, who, action, subject, key, field, row[field], value, batch)
            changed += 1
    return batch if changed else None


def set_fields(connection: sa.Connection, subject: str, key: str, values: dict[str, Any], revision: int, row: Any = None) -> None:
    table = TABLES[subject]
    row = row or connection.execute(sa.select(table).where(table.c.key == key)).mappings().first()
    if row is None:
        return
    if subject == "figure":
        values = {**values, "revision": revision}
        if {"indicator", "departments"} & values.keys():
            search.drop_body(connection, row["id"], search.body_of(row))
            search.put_body(connection, row["id"], search.body_of({**row, **values}))
    connection.execute(table.update().where(table.c.key == key).values(**values))


def log_step(
    connection: sa.Connection,
    who: str,
    action: str,
    subject: str,
    key: str,
    field: str,
    old: Any,
    new: Any,
    batch: str,
    *,
    reverts: str | None = None,
) -> None:
    at = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    connection.execute(
        corrections.insert().values(
            at=at,
            who=who,
            action=action,
            subject=subject,
            key=key,
            field=field,
            batch=batch,
            reverts=reverts,
            old=json.dumps(old, ensure_ascii=False),
            new=json.dumps(new, ensure_ascii=False),
        )
    )


def _column_value(field: str, value: Any) -> Any:
    if field == "departments":
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return None if value == "" else value


def _same(old: Any, new: Any) -> bool:
    if isinstance(old, str) and isinstance(new, str) and old[:1] == "[" and new[:1] == "[":
        return json.loads(old) == json.loads(new)
    return old == new


def load_value(value: str | None) -> Any:
    return json.loads(value) if value is not None else None
