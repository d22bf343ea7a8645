"""Rows of the library as dictionaries: figures, documents, analyses, commitments, views, settings, actual values."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from analyzer.store.schema import (
    Store,
    actuals,
    analyses,
    documents,
    figures,
    meta,
    reading,
    views,
    writing,
)
from analyzer.store.write import now

_JSON = ("departments", "section", "box", "rules", "figures", "blocks", "places", "warnings", "rejected", "sentences")


def read_figures(store: Store, ids: Iterable[int]) -> list[dict[str, Any]]:
    """Rows in the order of `ids`, with the document's title, name, issuer and SHA-256 beside them."""
    ids = [int(i) for i in ids]
    rows: dict[int, dict[str, Any]] = {}
    query = sa.select(
        figures,
        sa.func.coalesce(documents.c.title, documents.c.name).label("document"),
        documents.c.name.label("file"),
        documents.c.issuer,
        documents.c.sha256,
        documents.c.region.label("document_region"),
        documents.c.level,
    ).join(documents, documents.c.id == figures.c.document_id)
    with reading(store) as connection:
        for i in range(0, len(ids), 900):
            for row in connection.execute(query.where(figures.c.id.in_(ids[i : i + 900]))).mappings():
                rows[row["id"]] = _parsed(row)
    return [rows[i] for i in ids if i in rows]


def read_figure(store: Store, key: str) -> dict[str, Any] | None:
    with reading(store) as connection:
        number = connection.execute(sa.select(figures.c.id).where(figures.c.key == key)).scalar()
    found = read_figures(store, [number]) if number is not None else []
    return found[0] if found else None


def figures_of(store: Store, number: int) -> list[dict[str, Any]]:
    """All live figures of a document in the order of its text, rejected ones too."""
    with reading(store) as connection:
        ids = (
            connection.execute(
                sa.select(figures.c.id)
                .where(figures.c.document_id == number, figures.c.gone == 0)
                .order_by(figures.c.start)
            )
            .scalars()
            .all()
        )
    return read_figures(store, ids)


def list_documents(store: Store) -> list[dict[str, Any]]:
    """All documents without their text, latest first, with their numbers of figures and of reviewed ones."""
    some = [c for c in documents.c if c.name not in ("text", "blocks", "places", "sketch")]
    counts = (
        sa.select(
            figures.c.document_id,
            sa.func.count().label("figures"),
            sa.func.sum(sa.case((figures.c.review != "open", 1), else_=0)).label("reviewed"),
        )
        .where(figures.c.gone == 0)
        .group_by(figures.c.document_id)
        .subquery()
    )
    query = (
        sa.select(
            *some,
            sa.func.coalesce(counts.c.figures, 0).label("figures"),
            sa.func.coalesce(counts.c.reviewed, 0).label("reviewed"),
        )
        .outerjoin(counts, counts.c.document_id == documents.c.id)
        .order_by(documents.c.id.desc())
    )
    with reading(store) as connection:
        return [{**row, "warnings": json.loads(row["warnings"])} for row in connection.execute(query).mappings()]


def has_documents(store: Store) -> bool:
    with reading(store) as connection:
        return connection.execute(sa.select(documents.c.id).limit(1)).first() is not None


def document_titles(store: Store) -> dict[str, str]:
    """Title (or file name) by id, the id as text as in facets; the file's name is added where two have the same title."""
    query = sa.select(documents.c.id, sa.func.coalesce(documents.c.title, documents.c.name), documents.c.name)
    with reading(store) as connection:
        rows = connection.execute(query).all()
    counts = Counter(title for _, title, _ in rows)
    return {str(number): title if counts[title] == 1 else f"{title}（{name}）" for number, title, name in rows}


def read_document_row(store: Store, number: int) -> dict[str, Any] | None:
    with reading(store) as connection:
        row = connection.execute(sa.select(documents).where(documents.c.id == number)).mappings().first()
    return _parsed({k: v for k, v in row.items() if k != "sketch"}) if row else None


def find_document(store: Store, sha256: str) -> int | None:
    with reading(store) as connection:
        return connection.execute(sa.select(documents.c.id).where(documents.c.sha256 == sha256)).scalar()


def list_analyses(store: Store, number: int) -> list[dict[str, Any]]:
    some = [c for c in analyses.c if c.name not in ("rejected", "sentences")]
    with reading(store) as connection:
        rows = (
            connection.execute(sa.select(*some).where(analyses.c.document_id == number).order_by(analyses.c.id.desc()))
            .mappings()
            .all()
        )
    return [dict(row) for row in rows]


def count_versions(store: Store) -> dict[tuple[str, str], int]:
    """How many documents were analysed last by which version of the program with which codebook (its hash)."""
    latest = sa.select(sa.func.max(analyses.c.id)).group_by(analyses.c.document_id)
    maker = (analyses.c.version, analyses.c.codebook)
    query = sa.select(*maker, sa.func.count()).where(analyses.c.id.in_(latest)).group_by(*maker).order_by(*maker)
    with reading(store) as connection:
        return {(version, codebook): count for version, codebook, count in connection.execute(query)}


def read_latest_analysis(store: Store, number: int) -> dict[str, Any] | None:
    """The latest analysis of a document with its rejected numbers and kinds of sentences."""
    with reading(store) as connection:
        row = (
            connection.execute(
                sa.select(analyses).where(analyses.c.document_id == number).order_by(analyses.c.id.desc()).limit(1)
            )
            .mappings()
            .first()
        )
    return _parsed(row) if row else None


def save_view(store: Store, name: str, query: dict[str, Any]) -> None:
    with writing(store) as connection:
        connection.execute(views.delete().where(views.c.name == name))
        connection.execute(views.insert().values(name=name, query=json.dumps(query, ensure_ascii=False), created=now()))


def list_views(store: Store) -> dict[str, dict[str, Any]]:
    with reading(store) as connection:
        return {row.name: json.loads(row.query) for row in connection.execute(sa.select(views).order_by(views.c.name))}


def delete_view(store: Store, name: str) -> None:
    with writing(store) as connection:
        connection.execute(views.delete().where(views.c.name == name))


def save_actual(
    store: Store,
    figure_key: str,
    value: float,
    *,
    who: str,
    period: str | None = None,
    unit: str | None = None,
    source: str | None = None,
    note: str | None = None,
) -> None:
    with writing(store) as connection:
        connection.execute(
            actuals.insert().values(
                figure_key=figure_key,
                value=value,
                period=period,
                unit=unit,
                source=source,
                note=note,
                who=who,
                entered=now(),
            )
        )


def list_actuals(store: Store, figure_key: str | None = None) -> list[dict[str, Any]]:
    query = sa.select(actuals).order_by(actuals.c.id)
    if figure_key is not None:
        query = query.where(actuals.c.figure_key == figure_key)
    with reading(store) as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def read_setting(store: Store, name: str) -> str | None:
    with reading(store) as connection:
        return connection.execute(sa.select(meta.c.value).where(meta.c.key == f"setting {name}")).scalar()


def save_setting(store: Store, name: str, value: str) -> None:
    with writing(store) as connection:
        connection.execute(meta.delete().where(meta.c.key == f"setting {name}"))
        connection.execute(meta.insert().values(key=f"setting {name}", value=value))


def _parsed(row: Any) -> dict[str, Any]:
    return {k: json.loads(v) if k in _JSON and isinstance(v, str) else v for k, v in row.items()}
