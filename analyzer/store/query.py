"""Asking the library: filters, search, facet counts and sorting of figures; documents, commitments, views."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa

from analyzer.store import search
from analyzer.store.columns import FACETS, Columns, fresh_columns
from analyzer.store.schema import (
    Store,
    figures,
    reading,
)

SORTS = (
    "document",
    "value",
    "-value",
    "period",
    "-period",
    "due",
    "category",
    "confidence",
    "-confidence",
    "indicator",
)


@dataclass(frozen=True)
class Filters:
    """What is asked for: values of one facet are alternatives, facets and search words must all hold; "" is none."""

    text: str = ""
    category: tuple[str, ...] = ()
    department: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    period: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    document: tuple[str, ...] = ()
    comparator: tuple[str, ...] = ()
    unit: tuple[str, ...] = ()
    change: tuple[str, ...] = ()
    binding: tuple[str, ...] = ()
    review: tuple[str, ...] = ()
    gone: bool = False
    """True asks for figures that a later analysis did not find again."""


@dataclass(frozen=True)
class Found:
    """The ids of all figures found, in the order asked for, and each facet's (value, count), most frequent first."""

    ids: np.ndarray
    facets: dict[str, list[tuple[str, int]]]

    @property
    def total(self) -> int:
        return len(self.ids)


def find(store: Store, filters: Filters | None = None, *, sort: str = "document") -> Found:
    """All figures that the filters leave. A facet's counts pass over its own filter, so that more can be added.

    Rejected figures are left out unless `review` asks for them.
    """
    return _find(store, fresh_columns(store), filters or Filters(), sort)


def _find(store: Store, columns: Columns, filters: Filters, sort: str = "document") -> Found:
    """In the columns as they were fetched: who goes on with them must not get rows that another thread fetched since."""
    question = (filters, sort)
    known = columns.found.get(question)
    if known is not None:
        return known
    masks = {name: _mask(columns, name, getattr(filters, name)) for name in FACETS if getattr(filters, name)}
    base = columns.numbers["gone"] == int(filters.gone)
    if "review" not in masks:
        masks["review"] = _mask(columns, "review", ("rejected",), invert=True)
    if filters.text.strip():
        with reading(store) as connection:
            numbers = search.search_numbers(connection, filters.text)
        if numbers is not None:
            base &= _known(columns, numbers)
    whole = base.copy()
    for mask in masks.values():
        whole &= mask
    facets = {name: _count(columns, name, _without(base, masks, name) if name in masks else whole) for name in FACETS}
    found = Found(columns.ids[_order(columns, whole, sort, store)], facets)
    if len(columns.found) > 48:  # the orderings are dear to make and few
        for old in [key for key in list(columns.found) if key[0] != "order"]:
            columns.found.pop(old, None)
    columns.found[question] = found
    return found


def _known(columns: Columns, numbers: np.ndarray) -> np.ndarray:
    """A mask of the rows whose ids are among `numbers`."""
    mask = np.zeros(len(columns.ids), dtype=bool)
    places = np.searchsorted(columns.ids, numbers)
    inside = places < len(columns.ids)
    places = places[inside]
    mask[places[columns.ids[places] == numbers[inside]]] = True
    return mask


def _without(base: np.ndarray, masks: dict[str, np.ndarray], name: str) -> np.ndarray:
    mask = base.copy()
    for other, values in masks.items():
        if other != name:
            mask &= values
    return mask


def _mask(columns: Columns, name: str, wanted: tuple[str, ...], *, invert: bool = False) -> np.ndarray:
    if name == "document":
        return np.isin(columns.numbers["document"], [int(w) for w in wanted if w.isdigit()])
    if name == "department":
        mask = np.zeros(len(columns.ids), dtype=bool)
        codes = [columns.department_names.codes[w] for w in wanted if w in columns.department_names.codes]
        mask[columns.pair_rows[np.isin(columns.pair_codes, codes)]] = True
        if "" in wanted:
            bare = np.ones(len(columns.ids), dtype=bool)
            bare[columns.pair_rows] = False
            mask |= bare
        return mask
    coded = columns.coded[name]
    table = np.full(len(coded.names) + 1, invert)
    codes = [coded.codes.get(w, len(table)) for w in wanted]
    table[[code for code in codes if code < len(table)]] = not invert  # another thread may learn new ones meanwhile
    return table[coded.values]


def _count(columns: Columns, name: str, mask: np.ndarray) -> list[tuple[str, int]]:
    if name == "document":
        counts = np.bincount(columns.numbers["document"][mask])
        names: list[str] = [str(i) for i in range(len(counts))]
    elif name == "department":
        kept = mask[columns.pair_rows]
        names = columns.department_names.names
        counts = np.bincount(columns.pair_codes[kept], minlength=len(names))
    else:
        names = columns.coded[name].names
        counts = np.bincount(columns.coded[name].values[mask], minlength=len(names))
    some = np.flatnonzero(counts)
    pairs = [(names[i], int(counts[i])) for i in some]
    if name == "period":
        return sorted(pairs, key=lambda pair: pair[0] or "~")
    return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))


def _order(columns: Columns, mask: np.ndarray, sort: str, store: Store) -> np.ndarray:
    """The rows of `mask` in the order asked for: one ordering of all rows is kept for each way to sort."""
    key = ("order", sort)
    whole = columns.found.get(key)
    if whole is None:
        whole = columns.found[key] = _order_all(columns, sort, store)
    kept: np.ndarray = whole[mask[whole]]
    return kept


def _order_all(columns: Columns, sort: str, store: Store) -> np.ndarray:
    name, down = sort.lstrip("-"), sort.startswith("-")
    by_document = np.lexsort((columns.numbers["start"], columns.numbers["document"]))
    if name in ("value", "confidence"):
        values = columns.numbers[name]
        ranks = -values if down else values  # nan comes last either way
    elif name in ("period", "due", "category"):
        coded = columns.coded[name]
        last = "\uffff" if not down else ""
        rank = np.empty(len(coded.names), dtype=np.int64)
        rank[sorted(range(len(coded.names)), key=lambda i: coded.names[i] or last)] = np.arange(len(coded.names))
        ranks = -rank[coded.values] if down else rank[coded.values]
    elif name == "indicator":
        with reading(store) as connection:
            query = sa.select(figures.c.id, figures.c.indicator).where(figures.c.indicator.is_not(None))
            names = {row[0]: row[1] for row in connection.execute(query)}
        texts = [names.get(int(i)) or "\uffff" for i in columns.ids]
        place = {text: i for i, text in enumerate(sorted(set(texts)))}
        ranks = np.fromiter((place[text] for text in texts), dtype=np.int64, count=len(texts))
    else:
        return by_document
    return by_document[np.argsort(ranks[by_document], kind="stable")]  # equal ones stay in the order of the text


def count_gone(store: Store) -> int:
    """How many figures a later analysis did not find again."""
    return int(np.count_nonzero(fresh_columns(store).numbers["gone"]))


def count_pairs(store: Store, filters: Filters | None = None) -> list[tuple[str, str, int]]:
    """(category, department, number of figures) of what the filters leave; a figure without one has ""."""
    columns = fresh_columns(store)
    rows = np.searchsorted(columns.ids, _find(store, columns, filters or Filters()).ids)
    mask = np.zeros(len(columns.ids), dtype=bool)
    mask[rows] = True
    kept = mask[columns.pair_rows]
    categories = columns.coded["category"]
    bare = mask.copy()
    bare[columns.pair_rows] = False
    names = [*columns.department_names.names, ""]  # once: another thread may learn new ones meanwhile
    width = len(names)
    cells = np.concatenate(
        [
            categories.values[columns.pair_rows[kept]].astype(np.int64) * width + columns.pair_codes[kept],
            categories.values[bare].astype(np.int64) * width + width - 1,
        ]
    )
    cell, counts = np.unique(cells, return_counts=True)
    return [(categories.names[c // width], names[c % width], int(n)) for c, n in zip(cell, counts, strict=True)]


def count_table(store: Store, first: str, second: str, filters: Filters | None = None) -> list[tuple[str, str, int]]:
    """(value of `first`, value of `second`, number of figures); both are single-valued facets or `due`."""
    columns = fresh_columns(store)
    rows = np.searchsorted(columns.ids, _find(store, columns, filters or Filters()).ids)
    one, two = columns.coded[first], columns.coded[second]
    width = max(1, len(two.names))
    cell, counts = np.unique(one.values[rows].astype(np.int64) * width + two.values[rows], return_counts=True)
    return [(one.names[c // width], two.names[c % width], int(n)) for c, n in zip(cell, counts, strict=True)]
