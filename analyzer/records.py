"""The words of the field as frozen types; half-open character offsets are the only coordinate system."""

from __future__ import annotations

import dataclasses
import functools
from dataclasses import dataclass, field
from typing import Any, NamedTuple

Box = tuple[float, float, float, float]
"""left, top, right, bottom in PDF points (1/72 inch) from the page's top left corner."""


class Interval(NamedTuple):
    """Characters `start` up to, not including, `end` of a document's text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table; a merged cell is one Cell with spans above 1."""

    start: int
    end: int
    row: int
    column: int
    row_span: int = 1
    column_span: int = 1
    header: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of the text with one role on the page.

    `kind` is heading, paragraph, list_item, table or furniture (page headers, footers, page numbers, site chrome:
    kept, not analysed). `level` is a heading's depth from 1. `cells` are a table's cells in reading order.
    `source` is text, or ocr for what was recognised from a picture.
    """

    kind: str
    start: int
    end: int
    level: int | None = None
    page: int | None = None
    box: Box | None = None
    cells: tuple[Cell, ...] = ()
    source: str = "text"


@dataclass(frozen=True, slots=True)
class Place:
    """Where characters `start`–`end` (a run of one line) stand: 1-based page and box.

    `edges` are the x coordinates of the characters' left edges and the last one's right edge (end - start + 1
    numbers) where the format knows them, else empty: then positions inside the run are interpolated.
    """

    start: int
    end: int
    page: int
    box: Box
    edges: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A file as one unchanged text, its blocks in reading order, and what it says about itself.

    `dates` holds ISO strings (as precise as the file is): `written` 成文日期, `published` 发布日期.
    `level` is national, provincial, municipal, county or None.
    """

    name: str
    text: str
    blocks: tuple[Block, ...] = ()
    format: str = "txt"
    title: str | None = None
    issuer: str | None = None
    number: str | None = None
    dates: dict[str, str] = field(default_factory=dict)
    region: str | None = None
    level: str | None = None
    sha256: str = ""
    pages: int | None = None
    places: tuple[Place, ...] = ()
    url: str | None = None
    accessed: str | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Department:
    """A body with its role (lead, support, responsible).

    `source` is explicit (named in the sentence or its bracket), inherited (from the item, section or table row) or
    inferred (likely, with `probability`; never mixed with named ones). `id` is the canonical id of the directory.
    """

    name: str
    role: str = "responsible"
    source: str = "explicit"
    id: str | None = None
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured quantity with all its fields, as the guideline of the gold data defines them."""

    document: str
    quote: str
    start: int
    end: int
    value: float
    value_max: float | None
    unit: str | None
    comparator: str
    change: str
    indicator: str | None
    action: str | None
    status: str
    period: str | None
    region: str | None
    category: str | None
    departments: tuple[Department, ...]
    sentence: str
    sentence_start: int
    sentence_end: int
    section: tuple[str, ...] = ()
    page: int | None = None
    box: Box | None = None
    due: str | None = None
    binding: str | None = None
    confidence: float = 1.0
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Commitment:
    """A sentence, or a clause of it, that promises something, with or without figures.

    `figures` are the (start, end) of the figures inside.
    """

    document: str
    text: str
    start: int
    end: int
    action: str | None
    object: str | None
    category: str | None
    period: str | None
    due: str | None
    region: str | None
    departments: tuple[Department, ...]
    figures: tuple[tuple[int, int], ...] = ()
    section: tuple[str, ...] = ()
    page: int | None = None
    box: Box | None = None
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence with its kind: commitment, achievement, rule, background or heading."""

    document: str
    text: str
    start: int
    end: int
    kind: str
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Rejected:
    """A number that did not become a figure, and the name of the rule that says why."""

    document: str
    quote: str
    start: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class Analysis:
    """Everything found in one document. `version` is the analyzer's, `codebook` a hash of the codebook used."""

    document: Document
    figures: tuple[Figure, ...]
    commitments: tuple[Commitment, ...]
    sentences: tuple[Sentence, ...]
    rejected: tuple[Rejected, ...] = ()
    genre: str = "other"
    version: str = ""
    codebook: str = ""


def to_dict(record: Any) -> dict[str, Any]:
    """A record as plain JSON types, fields in the order of the contract."""
    return {name: value if (value := getattr(record, name)).__class__ in PLAIN else _plain(value) for name in _names(record.__class__)}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [item if item.__class__ in PLAIN else _plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return to_dict(value)
    return value


@functools.cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(each.name for each in dataclasses.fields(kind))


PLAIN = frozenset({str, int, float, bool, type(None)})
