"""Documents and analyses → rows; a new analysis never touches what a person corrected."""

from __future__ import annotations

import datetime
import hashlib
from typing import Any

import sqlalchemy as sa

from analyzer.records import Analysis, Document, Figure, to_dict
from analyzer.store import search
from analyzer.store.commitment_rows import put_commitments
from analyzer.store.corrections import overrides
from analyzer.store.files import drop_files
from analyzer.store.keys import dump, record_keys, storable
from analyzer.store.near import likeness, text_to_sketch
from analyzer.store.schema import (
    Store,
    analyses,
    commitments,
    count_up,
    documents,
    figures,
    insert_one,
    next_revision,
    reading,
    writing,
)

NEAR = 0.7
"""From which likeness a document is told to be nearly the same as another."""

_FIGURE_FIELDS = (
    "start",
    "end",
    "quote",
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
    "sentence",
    "sentence_start",
    "sentence_end",
    "page",
    "due",
    "binding",
    "confidence",
)


def now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def save_analysis(
    store: Store, analysis: Analysis, *, sample: bool = False, genre: str | None = None, size: int | None = None
) -> int:
    """Keeps a document with what was found in it and returns its id; a known document gets a new version.

    Figures are matched with those of the version before by their place in the text, so that their keys, and with them
    a person's corrections, stay; those that vanished are flagged `gone`, not deleted.
    """
    document = analysis.document
    sha256 = document.sha256 or hashlib.sha256(document.text.encode("utf-8", "surrogatepass")).hexdigest()
    with writing(store) as connection:
        revision = next_revision(connection)
        number, same_text = _put_document(connection, document, sha256, sample=sample, genre=genre, size=size)
        version = insert_one(
            connection,
            analyses,
            {
                "document_id": number,
                "version": analysis.version,
                "codebook": analysis.codebook,
                "created": now(),
                "figures": len(analysis.figures),
                "commitments": len(analysis.commitments),
                "rejected": dump([to_dict(r) for r in analysis.rejected]),
                "sentences": dump([[s.start, s.end, s.kind, s.confidence] for s in analysis.sentences]),
            },
        )
        _put_figures(connection, number, sha256, version, analysis.figures, revision, same_text)
        put_commitments(connection, number, sha256, analysis.commitments, same_text)
    return number


def delete_document(store: Store, number: int) -> None:
    """Removes a document with its rows and its file; the log of corrections keeps its lines."""
    with writing(store) as connection:
        next_revision(connection)
        count_up(connection, "deletions")
        for row in connection.execute(sa.select(figures).where(figures.c.document_id == number)).mappings().all():
            search.drop_body(connection, row["id"], search.body_of(row))
        for table in (figures, commitments, analyses):
            connection.execute(table.delete().where(table.c.document_id == number))
        contents = connection.execute(documents.delete().where(documents.c.id == number).returning(documents.c.sha256)).scalars().all()
    drop_files(store, contents)


def find_near(store: Store, text: str, *, but: int | None = None) -> tuple[int, float] | None:
    """The id of the most similar document of the library and its likeness, if it is at least NEAR."""
    sketch = text_to_sketch(text)
    if not sketch:
        return None
    with reading(store) as connection:
        rows = connection.execute(
            sa.select(documents.c.id, documents.c.sketch).where(documents.c.id != (but or -1))
        ).all()
    best = max(((likeness(sketch, other or b""), number) for number, other in rows), default=(0.0, 0))
    return (best[1], best[0]) if best[0] >= NEAR else None


def set_near(store: Store, number: int, other: int) -> None:
    with writing(store) as connection:
        connection.execute(documents.update().where(documents.c.id == number).values(near_of=other))


def _put_document(
    connection: sa.Connection, document: Document, sha256: str, *, sample: bool, genre: str | None, size: int | None
) -> tuple[int, bool]:
    values = {
        "name": document.name,
        "format": document.format,
        "title": document.title,
        "issuer": document.issuer,
        "number": document.number,
        "written": document.dates.get("written"),
        "published": document.dates.get("published"),
        "region": document.region,
        "level": document.level,
        "url": document.url,
        "accessed": document.accessed,
        "pages": document.pages,
    }
    values = {field: storable(value) for field, value in values.items()}
    body = {
        "text": storable(document.text),
        "blocks": dump([to_dict(b) for b in document.blocks]),
        "places": dump([to_dict(p) for p in document.places]),
        "warnings": dump(list(document.warnings)),
    }
    known = connection.execute(sa.select(documents).where(documents.c.sha256 == sha256)).mappings().first()
    if known is None:
        added = {
            "sha256": sha256,
            "added": now(),
            "sample": int(sample),
            "genre": genre,
            "size": size,
            "sketch": text_to_sketch(document.text),
        }
        return insert_one(connection, documents, {**values, **body, **added}), True
    kept = {field: new for field, (_, new) in overrides(connection, "document", sha256).items()}
    values.pop("name")
    connection.execute(documents.update().where(documents.c.id == known["id"]).values(**{**values, **kept}, **body))
    return known["id"], known["text"] == body["text"]


def _put_figures(
    connection: sa.Connection,
    document_id: int,
    sha256: str,
    version: int,
    found: tuple[Figure, ...],
    revision: int,
    same_text: bool,
) -> None:
    old = {
        row["key"]: row
        for row in connection.execute(sa.select(figures).where(figures.c.document_id == document_id)).mappings()
    }
    keys = record_keys(sha256, found, [row for row in old.values() if row["review"] != "added"], same_text)
    touched = overrides(connection, "figure", None, keys=[k for k in keys if k in old])
    fresh: list[dict[str, Any]] = []
    for key, figure in zip(keys, found, strict=True):
        values = {**figure_values(figure), "analysis_id": version, "gone": 0, "revision": revision}
        if key not in old:
            fresh.append({**values, "key": key, "document_id": document_id, "review": "open"})
            continue
        values.update({field: new for field, (_, new) in touched.get(key, {}).items()})
        search.drop_body(connection, old[key]["id"], search.body_of(old[key]))
        connection.execute(figures.update().where(figures.c.key == key).values(**values))
        search.put_body(connection, old[key]["id"], search.body_of({**old[key], **values}))
    if fresh:
        connection.execute(figures.insert(), fresh)
        numbers = {
            row.key: row.id
            for row in connection.execute(
                sa.select(figures.c.key, figures.c.id).where(figures.c.analysis_id == version)
            )
        }
        for values in fresh:
            search.put_body(connection, numbers[values["key"]], search.body_of(values))
    vanished = [key for key in old.keys() - set(keys) if old[key]["review"] != "added"]
    for i in range(0, len(vanished), 500):
        connection.execute(
            figures.update()
            .where(figures.c.key.in_(vanished[i : i + 500]), figures.c.gone == 0)
            .values(gone=1, revision=revision)
        )


def figure_values(figure: Figure) -> dict[str, Any]:
    values = {name: storable(getattr(figure, name)) for name in _FIGURE_FIELDS}
    return {
        **values,
        "departments": dump([to_dict(d) for d in figure.departments]),
        "section": dump(figure.section),
        "box": dump(figure.box) if figure.box else None,
        "rules": dump(figure.rules),
    }
