"""A whole library in one file, and back: the database as it stood at one moment, the files, the codebook, own models."""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import sqlalchemy as sa

from analyzer import __version__
from analyzer.errors import AnalyzerError
from analyzer.store.schema import (
    SCHEMA_VERSION,
    Store,
    analyses,
    corrections,
    documents,
    figures,
    jobs,
    lift_library,
    reading,
    writing,
)

DATABASE, DUMP, MANIFEST = "library.sqlite", "library.pgdump", "manifest.json"
_FILE = re.compile(r"files/([0-9a-f]{2})/(\1[0-9a-f]{62})")
_OWN = re.compile(r"codebook\.yaml|models/[\w-]+\.(?:npz|json|md)", re.ASCII)
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds; `size` is in bytes, `database` is sqlite or postgresql."""

    version: str
    schema: int
    database: str
    created: str
    documents: int
    figures: int
    corrections: int
    jobs: int
    files: int
    size: int = 0


def backup_library(store: Store, target: Path) -> Backup:
    """Writes the library to one new file, while it may be in use; the file is there whole or not at all.

    Raises AnalyzerError if the file exists already or cannot be written.
    """
    if target.exists():
        raise AnalyzerError(f"{target}: exists already; give the backup a new name", f"{target}：文件已存在，请另取一个文件名")
    part = target.with_name(target.name + ".part")
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
            database = Path(folder) / (DATABASE if store.sqlite else DUMP)
            # The database first: a file is kept before the first row that names it, so none can be missing.
            _copy_sqlite(_sqlite_path(store), database) if store.sqlite else _dump_postgres(store, database)
            found = _count(store)
            with part.open("wb") as data:
                with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as pack:
                    pack.write(database, database.name)
                    files = 0
                    for name, path in _kept(store.home):
                        with contextlib.suppress(FileNotFoundError):  # dropped meanwhile, with the document that it was of
                            pack.write(path, name)
                            files += 1
                    found = Backup(**{**asdict(found), "files": files})
                    pack.writestr(MANIFEST, json.dumps(asdict(found), indent=1))
                data.flush()
                os.fsync(data.fileno())
        part.replace(target)
    except (OSError, sqlite3.Error) as error:
        raise AnalyzerError(f"{target}: the backup could not be written: {error}", f"{target}：备份无法写入：{error}") from error
    finally:
        part.unlink(missing_ok=True)
    return Backup(**{**asdict(found), "size": target.stat().st_size})


def restore_library(source: Path, store: Store) -> Backup:
    """Puts a backup into an empty library; all of it, or nothing of the database.

    Raises AnalyzerError if the file is no whole backup, is of a newer program or the other kind of database, or if the
    library holds something already.
    """
    _refuse_full(store)
    try:
        with zipfile.ZipFile(source) as pack, tempfile.TemporaryDirectory(dir=store.home, prefix=".restore-") as folder:
            found = _check(pack, store, source)
            for name in pack.namelist():
                if name != MANIFEST:
                    _unpack(pack, name, Path(folder) / name, source)
            database = Path(folder) / (DATABASE if store.sqlite else DUMP)
            if store.sqlite:
                _check_sqlite(database, source)
            for name, path in _kept(Path(folder)):
                place = store.home / name
                place.parent.mkdir(parents=True, exist_ok=True)
                path.replace(place)
            store.engine.dispose()  # its connections would still look at what was there before
            # The database last: a restore that is cut off leaves an empty library, to be restored once more.
            _copy_sqlite(database, _sqlite_path(store)) if store.sqlite else _load_postgres(store, database)
            lift_library(store)  # it may be the backup of an older program
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, EOFError, zlib.error) as error:
        raise AnalyzerError(f"{source}: is no whole backup: {error}", f"{source}：不是完整的备份文件：{error}") from error
    except (OSError, sqlite3.Error) as error:
        raise AnalyzerError(f"{source}: could not be restored: {error}", f"{source}：无法恢复：{error}") from error
    store.memory.clear()
    return Backup(**{**asdict(found), "size": source.stat().st_size})


def _count(store: Store) -> Backup:
    with reading(store) as connection:
        numbers = {table.name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
                   for table in (documents, figures, corrections, jobs)}
    created = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    return Backup(__version__, SCHEMA_VERSION, store.engine.dialect.name, created, files=0, **numbers)


def _kept(home: Path) -> Iterator[tuple[str, Path]]:
    """What of a data folder belongs into a backup beside the database, by its name there."""
    for path in sorted(home.rglob("*")):
        name = path.relative_to(home).as_posix()
        if (_FILE.fullmatch(name) or _OWN.fullmatch(name)) and path.is_file() and not path.is_symlink():
            yield name, path


def _refuse_full(store: Store) -> None:
    found = _count(store)
    if found.documents or found.jobs or found.corrections:
        place = store.engine.url.render_as_string(hide_password=True)
        raise AnalyzerError(
            f"{place}: the library holds {found.documents} documents already; restore into an empty place "
            "(POLICY_ANALYZER_HOME names the folder)",
            f"{place}：资料库中已有 {found.documents} 份文件；请恢复到空的位置（用 POLICY_ANALYZER_HOME 指定文件夹）")


def _check(pack: zipfile.ZipFile, store: Store, source: Path) -> Backup:
    """The manifest; nothing has been written yet."""
    names = pack.namelist()
    database = DATABASE if store.sqlite else DUMP
    strange = [name for name in names if name not in (MANIFEST, DATABASE, DUMP) and not _FILE.fullmatch(name) and not _OWN.fullmatch(name)]
    if strange or len(set(names)) < len(names):
        raise ValueError(f"unexpected name {(strange or names)[0]!r}")
    found = Backup(**json.loads(pack.read(MANIFEST)))
    if found.schema > SCHEMA_VERSION:
        raise AnalyzerError(f"{source}: is a backup of version {found.version}; update the program",
                            f"{source}：备份来自较新的版本 {found.version}，请更新程序")
    if database not in names:
        raise AnalyzerError(f"{source}: is a backup of a {found.database} library, this library is {store.engine.dialect.name}",
                            f"{source}：备份来自 {found.database} 资料库，当前资料库是 {store.engine.dialect.name}")
    need, free = sum(entry.file_size for entry in pack.infolist()), shutil.disk_usage(store.home).free
    if need > free:
        raise AnalyzerError(f"{source}: needs {need} bytes, only {free} are free", f"{source}：需要 {need} 字节，磁盘只剩 {free} 字节")
    return found


def _unpack(pack: zipfile.ZipFile, name: str, place: Path, source: Path) -> None:
    """`name` is one of the names that a backup may hold, never a way out of the folder; a file must be what it is called."""
    place.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with pack.open(name) as data, place.open("wb") as out:
        while block := data.read(_BLOCK):
            digest.update(block)
            out.write(block)
    if _FILE.fullmatch(name) and digest.hexdigest() != place.name:
        raise ValueError(f"{name} is damaged")


def _check_sqlite(database: Path, source: Path) -> None:
    with contextlib.closing(sqlite3.connect(database)) as connection:
        if (result := connection.execute("PRAGMA quick_check").fetchone()[0]) != "ok":
            raise ValueError(result)
        tables = {name for kind, name in connection.execute("SELECT type, name FROM sqlite_master") if kind == "table"}
        code = {name for kind, name in connection.execute("SELECT type, name FROM sqlite_master") if kind in ("trigger", "view")}
        if not {documents.name, figures.name, analyses.name, jobs.name, corrections.name, "meta"} <= tables:
            raise ValueError("its database is no library")
        if code - {"corrections_keep", "corrections_stay"}:  # SQL that would run with the next writer
            raise ValueError(f"its database brings code of its own: {min(code)}")


def _sqlite_path(store: Store) -> Path:
    return Path(store.engine.url.database or "")


def _copy_sqlite(source: Path, target: Path) -> None:
    """SQLite's online backup: one moment of the source, in one transaction of the target, whoever else writes meanwhile."""
    with contextlib.closing(sqlite3.connect(source, timeout=30)) as before, contextlib.closing(sqlite3.connect(target, timeout=30)) as after:
        before.backup(after)


def _dump_postgres(store: Store, target: Path) -> None:
    _run_postgres(store, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}")


def _load_postgres(store: Store, source: Path) -> None:
    with writing(store) as connection:  # empty, as we know: what an open library has made gives way to the backup's own
        for table in connection.exec_driver_sql("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()").scalars().all():
            connection.exec_driver_sql(f'DROP TABLE "{table}" CASCADE')
        connection.exec_driver_sql("DROP FUNCTION IF EXISTS corrections_refuse()")
    store.engine.dispose()
    _run_postgres(store, "pg_restore", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error",
                  f"--dbname={store.engine.url.database}", str(source))


def _run_postgres(store: Store, program: str, *arguments: str) -> None:
    """The program of PostgreSQL, told by its environment where to go: a password must not stand in the list of processes."""
    found, url = shutil.which(program), store.engine.url
    if not found:
        raise AnalyzerError(f"{program} is not installed: it comes with PostgreSQL's client programs (Debian: postgresql-client)",
                            f"未安装 {program}：请安装 PostgreSQL 客户端程序（Debian：postgresql-client）")
    told = {"PGHOST": url.host, "PGPORT": url.port, "PGUSER": url.username, "PGPASSWORD": url.password, "PGDATABASE": url.database}
    done = subprocess.run([found, *arguments], env={**os.environ, **{k: str(v) for k, v in told.items() if v}}, capture_output=True, text=True)
    if done.returncode:
        why = done.stderr.strip()[-300:]
        raise AnalyzerError(f"{program} failed: {why}", f"{program} 运行失败：{why}")
