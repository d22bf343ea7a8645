"""The files of the library, each under its SHA-256: its own name never becomes a path."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import time
import uuid
from collections.abc import Iterable
from pathlib import Path

import sqlalchemy as sa

from analyzer.errors import AnalyzerError
from analyzer.store.schema import Store, documents, jobs, writing

ABANDONED = 3600.0  # seconds after which nobody writes on what he began
UNDONE = ("queued", "running", "failed")  # jobs that still need their file


def keep_file(store: Store, data: bytes) -> str:
    """Keeps the file and returns the SHA-256. Raises AnalyzerError when the disk is full or cannot be written."""
    sha256 = hashlib.sha256(data).hexdigest()
    path = file_path(store, sha256)
    if not path.exists():
        part = path.with_suffix(f".{uuid.uuid4().hex[:12]}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(data)
            part.replace(path)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise AnalyzerError(f"{path.parent}: the file could not be kept: {error.strerror}; free some space and try again",
                                f"{path.parent}：文件无法保存：{error.strerror}；请清理磁盘后重试") from error
    return sha256


def file_path(store: Store, sha256: str) -> Path:
    return store.home / "files" / sha256[:2] / sha256


def drop_files(store: Store, contents: Iterable[str]) -> None:
    """Removes those of the files that no document and no job needs any more; to be called when that is committed."""
    with writing(store) as connection:  # nobody adds a job for one of them meanwhile
        for sha256 in set(contents):
            needed = (sa.exists().where(documents.c.sha256 == sha256), sa.exists().where(jobs.c.sha256 == sha256, jobs.c.state.in_(UNDONE)))
            if not connection.execute(sa.select(sa.or_(*needed))).scalar_one():
                path = file_path(store, sha256)
                with contextlib.suppress(OSError):  # it may be open elsewhere; a file too many does no harm
                    path.unlink(missing_ok=True)
                    path.parent.rmdir()


def sweep_files(store: Store) -> None:
    """Removes what a process left half written when it was killed."""
    before = time.time() - ABANDONED
    with contextlib.suppress(OSError):
        for path in [*(store.home / "files").glob("*/*.part"), *store.home.glob(".restore-*")]:
            if path.stat().st_mtime < before:
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
