"""Commitments in the library: kept, found by filters, read; what a person corrected outlasts a new analysis."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from analyzer.records import Commitment, to_dict
from analyzer.store.corrections import add_row, overrides
from analyzer.store.keys import dump, record_keys, storable
from analyzer.store.schema import Store, commitments, documents, next_revision, read_count, reading, writing

FACETS = ("category", "department", "document", "review", "figures")
SORTS = ("document", "confidence", "due", "category")
_FIELDS = ("text", "start", "end", "action", "object", "category", "period", "due", "region", "page", "confidence")
_JSON = ("departments", "section", "box", "figures")
_KEPT = 40
"""Answers kept in memory for a state of the library."""


@dataclass(frozen=True)
class CommitmentFilters:
    """What is asked for: values of one facet are alternatives, facets and words must all hold; "" is none.

    `figures` takes "with" and "without". Rejected ones are left out unless `review` asks for them.
    """

    text: str = ""
    category: tuple[str, ...] = ()
    department: tuple[str, ...] = ()
    document: tuple[str, ...] = ()
    review: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()


def put_commitments(
    connection: sa.Connection, document_id: int, sha256: str, found: Sequence[Commitment], same_text: bool
) -> None:
    """The commitments of a new analysis in place of those before; a corrected one that it lacks is flagged `gone`."""
    c = commitments.c
    old = connection.execute(sa.select(c.key, c.start, c.end, c.review).where(c.document_id == document_id)).mappings().all()
    keys = record_keys(sha256, found, [row for row in old if row["review"] != "added"], same_text)
    touched = overrides(connection, "commitment", None, keys=[row["key"] for row in old]) if old else {}
    kept = {row["key"] for row in old if row["key"] in touched or row["review"] == "added"} - set(keys)
    rows = [
        {**_values(commitment), "key": key, "document_id": document_id, "gone": 0, "review": "open",
         **{field: new for field, (_, new) in touched.get(key, {}).items()}}
        for key, commitment in zip(keys, found, strict=True)
    ]  # fmt: skip
    connection.execute(commitments.delete().where(c.document_id == document_id, c.key.not_in(kept)))
    connection.execute(commitments.update().where(c.document_id == document_id, c.review != "added").values(gone=1))
    if rows:
        connection.execute(commitments.insert(), rows)


def _values(commitment: Commitment) -> dict[str, Any]:
    return {
        **{name: storable(getattr(commitment, name)) for name in _FIELDS},
        "box": dump(commitment.box),
        "departments": dump([to_dict(d) for d in commitment.departments]),
        "figures": dump(commitment.figures),
        "section": dump(commitment.section),
    }


def add_commitment(store: Store, number: int, values: dict[str, Any], *, who: str) -> str:
    """A commitment that a person marked in document `number`; returns its key. `values` needs text, start and end."""
    row = {"departments": [], "figures": [], "section": [], "confidence": 1.0, **values}
    row |= {field: dump(row[field]) for field in ("departments", "figures", "section")}
    with writing(store) as connection:
        next_revision(connection)
        return add_row(connection, "commitment", {**row, "document_id": number, "review": "added", "gone": 0}, who=who)[0]


def find_commitments(store: Store, filters: CommitmentFilters | None = None, *, sort: str = "document") -> list[int]:
    """The ids of all that the filters leave, in the order asked for; not to be changed, for the next one gets the same list."""
    return _remember(store, ("find", filters or CommitmentFilters(), sort), _find)


def _find(connection: sa.Connection, filters: CommitmentFilters, sort: str) -> list[int]:
    c = commitments.c
    place = (c.document_id.desc(), c.start)
    order = {"confidence": (c.confidence, *place), "due": (c.due.is_(None), c.due, *place), "category": (c.category, *place)}
    query = sa.select(c.id).where(*_conditions(filters)).order_by(*order.get(sort, place))
    return list(connection.execute(query).scalars())


def _remember(store: Store, question: tuple[Any, ...], ask: Callable[..., Any]) -> Any:
    """The answer to a question of this state of the library: moving from record to record asks the same again and again."""
    with reading(store) as connection:
        revision = read_count(connection, "revision")
        with store.memory_lock:
            known: tuple[int, dict[Any, Any]] | None = store.memory.get("commitments")
            if known is None or known[0] != revision:
                known = store.memory["commitments"] = (revision, {})
            if question in known[1]:
                return known[1][question]
        answer = ask(connection, *question[1:])
    with store.memory_lock:
        while len(known[1]) >= _KEPT:
            known[1].pop(next(iter(known[1])))
        known[1][question] = answer
    return answer


def count_commitment_facets(store: Store, filters: CommitmentFilters | None = None) -> dict[str, list[tuple[str, int]]]:
    """Each facet's (value, count), most frequent first; a facet's counts pass over its own filter."""
    found: dict[str, list[tuple[str, int]]] = _remember(store, ("count", filters or CommitmentFilters()), _count)
    return found


def _count(connection: sa.Connection, filters: CommitmentFilters) -> dict[str, list[tuple[str, int]]]:
    c = commitments.c
    columns = {"category": c.category, "department": c.departments, "document": c.document_id, "review": c.review,
               "figures": sa.case((c.figures == "[]", "without"), else_="with")}  # fmt: skip
    found: dict[str, list[tuple[str, int]]] = {}
    for name, column in columns.items():
        query = sa.select(column, sa.func.count()).where(*_conditions(filters, but=name))
        counts: Counter[str] = Counter()
        for value, count in connection.execute(query.group_by(column)):
            names = {d["name"] for d in json.loads(value)} or {""} if name == "department" else {str(value or "")}
            counts.update(dict.fromkeys(names, count))
        found[name] = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return found


def _conditions(filters: CommitmentFilters, *, but: str = "") -> list[Any]:
    c = commitments.c
    wanted = {name: getattr(filters, name) for name in FACETS if name != but and getattr(filters, name)}
    conditions: list[Any] = [c.gone == 0]
    if "review" not in wanted and but != "review":
        conditions.append(c.review != "rejected")
    if "review" in wanted:
        conditions.append(c.review.in_(wanted["review"]))
    if "category" in wanted:
        conditions.append(sa.func.coalesce(c.category, "").in_(wanted["category"]))
    if "document" in wanted:
        conditions.append(c.document_id.in_([int(v) for v in wanted["document"] if v.isdigit() and len(v) < 10]))
    if "department" in wanted:
        named = [c.departments.contains(f'"name":{json.dumps(v, ensure_ascii=False)}', autoescape=True) if v else c.departments == "[]"
                 for v in wanted["department"]]  # fmt: skip
        conditions.append(sa.or_(*named))
    if "figures" in wanted:
        conditions.append(sa.or_(*((c.figures == "[]") if v == "without" else (c.figures != "[]") for v in wanted["figures"])))
    return conditions + [c.text.contains(word, autoescape=True) for word in filters.text.split()]


def read_commitments(
    store: Store, numbers: Iterable[int] | None = None, *, ids: Iterable[int] | None = None
) -> list[dict[str, Any]]:
    """Commitments of the documents `numbers` (of all, for None) as they stand in the text, without rejected ones;
    with `ids` these, in that order, also rejected ones."""
    query = sa.select(
        commitments,
        sa.func.coalesce(documents.c.title, documents.c.name).label("document"),
        documents.c.name.label("file"),
        documents.c.sha256,
    ).join(documents, documents.c.id == commitments.c.document_id)
    if ids is not None:
        wanted = list(ids)
        with reading(store) as connection:
            found = {row["id"]: _parsed(row) for row in connection.execute(query.where(commitments.c.id.in_(wanted))).mappings()}
        return [found[i] for i in wanted if i in found]
    query = query.where(commitments.c.gone == 0, commitments.c.review != "rejected")
    if numbers is not None:
        query = query.where(commitments.c.document_id.in_([int(n) for n in numbers]))
    with reading(store) as connection:
        rows = connection.execute(query.order_by(commitments.c.document_id, commitments.c.start)).mappings().all()
    return [_parsed(row) for row in rows]


def read_commitment(store: Store, key: str) -> dict[str, Any] | None:
    with reading(store) as connection:
        number = connection.execute(sa.select(commitments.c.id).where(commitments.c.key == key)).scalar()
    return next(iter(read_commitments(store, ids=[number])), None) if number is not None else None


def count_commitments(store: Store) -> int:
    """All that are live and not rejected."""
    query = sa.select(sa.func.count()).select_from(commitments).where(commitments.c.gone == 0, commitments.c.review != "rejected")
    with reading(store) as connection:
        return int(connection.execute(query).scalar_one())


def _parsed(row: Any) -> dict[str, Any]:
    return {k: json.loads(v) if k in _JSON and isinstance(v, str) else v for k, v in row.items()}
