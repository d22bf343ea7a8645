"""The tables of the library and their versions: SQLite in WAL mode by default, PostgreSQL by a URL, the same code."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, Float, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from analyzer.errors import AnalyzerError

SCHEMA_VERSION = 2
DISK_FULL = ("disk is full", "No space left on device", "disk I/O error")
"""What SQLite and PostgreSQL say when nothing more can be written."""

metadata = sa.MetaData()

meta = Table("meta", metadata, Column("key", String(40), primary_key=True), Column("value", Text, nullable=False))

documents = Table(
    "documents",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("format", String(20)),
    Column("title", Text),
    Column("issuer", Text),
    Column("number", Text),
    Column("written", String(20)),
    Column("published", String(20)),
    Column("region", Text),
    Column("level", String(20)),
    Column("genre", Text),
    Column("url", Text),
    Column("accessed", String(20)),
    Column("pages", Integer),
    Column("text", Text, nullable=False),
    Column("blocks", Text, nullable=False),
    Column("places", Text, nullable=False),
    Column("warnings", Text, nullable=False),
    Column("sketch", LargeBinary),
    Column("near_of", Integer),
    Column("sample", Integer, nullable=False, default=0),
    Column("added", String(32), nullable=False),
    Column("size", Integer),
)

analyses = Table(
    "analyses",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("document_id", Integer, ForeignKey("documents.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("version", String(40), nullable=False),
    Column("codebook", String(80), nullable=False),
    Column("created", String(32), nullable=False),
    Column("figures", Integer, nullable=False),
    Column("commitments", Integer, nullable=False),
    Column("rejected", Text, nullable=False),
    Column("sentences", Text, nullable=False),
)

figures = Table(
    "figures",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(32), nullable=False, unique=True),
    Column("document_id", Integer, ForeignKey("documents.id", ondelete="CASCADE"), nullable=False),
    Column("analysis_id", Integer),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("quote", Text, nullable=False),
    Column("value", Float),
    Column("value_max", Float),
    Column("unit", Text),
    Column("comparator", String(10)),
    Column("change", String(10)),
    Column("indicator", Text),
    Column("action", Text),
    Column("status", String(12)),
    Column("period", String(24)),
    Column("region", Text),
    Column("category", String(40)),
    Column("departments", Text, nullable=False),
    Column("sentence", Text, nullable=False),
    Column("sentence_start", Integer, nullable=False),
    Column("sentence_end", Integer, nullable=False),
    Column("section", Text, nullable=False),
    Column("page", Integer),
    Column("box", Text),
    Column("due", String(10)),
    Column("binding", String(20)),
    Column("confidence", Float),
    Column("rules", Text, nullable=False),
    Column("review", String(10), nullable=False, default="open"),
    Column("gone", Integer, nullable=False, default=0),
    Column("revision", Integer, nullable=False),
    Index("figures_document", "document_id", "start"),
    Index("figures_revision", "revision"),
)

commitments = Table(
    "commitments",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(32), nullable=False, unique=True),
    Column("document_id", Integer, ForeignKey("documents.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("text", Text, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("action", Text),
    Column("object", Text),
    Column("category", String(40)),
    Column("period", String(24)),
    Column("due", String(10)),
    Column("region", Text),
    Column("departments", Text, nullable=False),
    Column("figures", Text, nullable=False),
    Column("section", Text, nullable=False),
    Column("page", Integer),
    Column("box", Text),
    Column("confidence", Float),
    Column("review", String(10), nullable=False, default="open"),
    Column("gone", Integer, nullable=False, default=0),
)

corrections = Table(
    "corrections",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", String(32), nullable=False),
    Column("who", Text, nullable=False),
    Column("action", String(12), nullable=False),
    Column("subject", String(12), nullable=False),
    Column("key", String(64), nullable=False),
    Column("field", String(40), nullable=False),
    Column("old", Text),
    Column("new", Text),
    Column("batch", String(32), nullable=False),
    Column("reverts", String(32)),
    Index("corrections_key", "subject", "key"),
    Index("corrections_batch", "batch"),
)

views = Table(
    "views",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("query", Text, nullable=False),
    Column("created", String(32), nullable=False),
)

actuals = Table(
    "actuals",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("figure_key", String(32), nullable=False, index=True),
    Column("period", String(24)),
    Column("value", Float, nullable=False),
    Column("unit", Text),
    Column("source", Text),
    Column("note", Text),
    Column("who", Text),
    Column("entered", String(32), nullable=False),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("state", String(12), nullable=False, index=True),
    Column("stage", String(20), nullable=False, default=""),
    Column("owner", String(80)),
    Column("sample", Integer, nullable=False, default=0),
    Column("options", Text, nullable=False),
    Column("document_id", Integer),
    Column("near_of", Integer),
    Column("figures", Integer),
    Column("error_zh", Text),
    Column("error_en", Text),
    Column("created", String(32), nullable=False),
    Column("started", String(32)),
    Column("finished", String(32)),
)

MIGRATIONS: dict[int, list[str]] = {
    2: ["ALTER TABLE commitments ADD COLUMN review VARCHAR(10) NOT NULL DEFAULT 'open'"],
}
"""SQL that lifts a library from version N - 1 to N; a change of the tables above adds its entry here."""

_SQLITE_EXTRAS = [
    "CREATE VIRTUAL TABLE IF NOT EXISTS figure_grams USING fts5(grams, content='', "
    "tokenize=\"unicode61 remove_diacritics 0\", prefix='1')",
    # The log is evidence: not even our own code may change what it says.
    "CREATE TRIGGER IF NOT EXISTS corrections_keep BEFORE UPDATE ON corrections "
    "BEGIN SELECT RAISE(ABORT, 'corrections are append-only'); END",
    "CREATE TRIGGER IF NOT EXISTS corrections_stay BEFORE DELETE ON corrections "
    "BEGIN SELECT RAISE(ABORT, 'corrections are append-only'); END",
]

_POSTGRES_EXTRAS = [
    "CREATE TABLE IF NOT EXISTS figure_grams (rowid integer PRIMARY KEY REFERENCES figures(id) ON DELETE CASCADE, "
    "body text NOT NULL, grams text[] NOT NULL)",
    "CREATE INDEX IF NOT EXISTS figure_grams_gin ON figure_grams USING gin (grams)",
    "CREATE OR REPLACE FUNCTION corrections_refuse() RETURNS trigger AS "
    "$$ BEGIN RAISE EXCEPTION 'corrections are append-only'; END $$ LANGUAGE plpgsql",
    "DROP TRIGGER IF EXISTS corrections_keep ON corrections",
    "CREATE TRIGGER corrections_keep BEFORE UPDATE OR DELETE ON corrections "
    "FOR EACH ROW EXECUTE FUNCTION corrections_refuse()",
]


@dataclass
class Store:
    """An open library: its database, the folder of its files, and what is kept in memory for quick facets."""

    engine: sa.Engine
    home: Path
    memory: dict[str, Any] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)
    memory_lock: threading.RLock = field(default_factory=threading.RLock)
    """For `memory` alone: a reader does not wait for a writer."""

    @property
    def sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"


def default_home() -> Path:
    """The data folder: POLICY_ANALYZER_HOME, else `.policy-analyzer` in the user's home."""
    return Path(os.environ.get("POLICY_ANALYZER_HOME") or Path.home() / ".policy-analyzer")


def open_store(url: str | None = None, *, home: Path | None = None) -> Store:
    """The library at `url` (SQLAlchemy form), else POLICY_ANALYZER_DATABASE, else SQLite in the data folder.

    Creates what is missing and lifts an older version. Raises AnalyzerError if the library is newer than the program
    or cannot be opened.
    """
    home = home or default_home()
    url = url or os.environ.get("POLICY_ANALYZER_DATABASE") or f"sqlite:///{home / 'library.sqlite'}"
    try:
        (home / "files").mkdir(parents=True, exist_ok=True)
        engine = _connect(url)
        store = Store(engine, home)
        lift_library(store)
    except (OSError, sa.exc.SQLAlchemyError) as error:
        place = sa.engine.make_url(url).render_as_string(hide_password=True)
        raise AnalyzerError(
            f"{place}: the library cannot be opened: {error}", f"{place}：资料库无法打开：{error}"
        ) from error
    return store


def _connect(url: str) -> sa.Engine:
    if not url.startswith("sqlite"):
        return sa.create_engine(url, pool_pre_ping=True)
    engine = sa.create_engine(url, connect_args={"timeout": 30, "check_same_thread": False})

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions begin below, where a writer can say so at once
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "cache_size=-64000"):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        # A reader that turns writer fails at once when another has written meanwhile, without waiting its turn.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")

    return engine


@contextmanager
def reading(store: Store) -> Iterator[sa.Connection]:
    with store.engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def writing(store: Store) -> Iterator[sa.Connection]:
    """One transaction with one writer at a time; all of it is kept, or none. Raises AnalyzerError on a full disk."""
    try:
        with store.lock, store.engine.connect().execution_options(writes=True) as connection, connection.begin():
            yield connection
    except sa.exc.OperationalError as error:
        if not any(sign in str(error.orig) for sign in DISK_FULL):
            raise
        raise AnalyzerError(
            f"{store.home}: the disk is full or cannot be written; nothing was lost, free some space and try again",
            f"{store.home}：磁盘已满或无法写入；数据没有丢失，请清理磁盘后重试") from error


def next_revision(connection: sa.Connection) -> int:
    """Counts the writes, so that a reader can fetch only what changed since it last looked."""
    connection.execute(
        sa.text("UPDATE meta SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT) WHERE key = 'revision'")
    )
    return read_count(connection, "revision")


def read_count(connection: sa.Connection, key: str) -> int:
    return int(connection.execute(sa.select(meta.c.value).where(meta.c.key == key)).scalar_one())


def insert_one(connection: sa.Connection, table: Table, values: dict[str, Any]) -> int:
    """Inserts one row and returns its id."""
    row = connection.execute(table.insert().values(values)).inserted_primary_key
    assert row is not None
    return int(row[0])


def count_up(connection: sa.Connection, key: str) -> None:
    connection.execute(meta.update().where(meta.c.key == key).values(value=str(read_count(connection, key) + 1)))


def lift_library(store: Store) -> None:
    """Makes the tables of an empty library, and those of an older one as this program needs them."""
    with writing(store) as connection:
        if not sa.inspect(connection).has_table("meta"):
            metadata.create_all(connection)
            for key, value in {"schema": SCHEMA_VERSION, "revision": 0, "deletions": 0}.items():
                connection.execute(meta.insert().values(key=key, value=str(value)))
            for statement in _SQLITE_EXTRAS if store.sqlite else _POSTGRES_EXTRAS:
                connection.exec_driver_sql(statement)
            return
        found = read_count(connection, "schema")
        if found > SCHEMA_VERSION:
            raise AnalyzerError(
                f"the library has version {found}, this program knows up to {SCHEMA_VERSION}: update the program",
                f"资料库版本为 {found}，本程序只支持到 {SCHEMA_VERSION}：请更新程序",
            )
        for version in range(found + 1, SCHEMA_VERSION + 1):
            for statement in MIGRATIONS[version]:
                connection.exec_driver_sql(statement)
            connection.execute(meta.update().where(meta.c.key == "schema").values(value=str(version)))
