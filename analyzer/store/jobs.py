"""The queue of files to read, kept in the library, so that a reload, a restart or a crash loses none."""

from __future__ import annotations

import hashlib
import json
import os
import socket
from typing import Any

import sqlalchemy as sa

from analyzer.errors import AnalyzerError
from analyzer.store.files import drop_files, file_path, keep_file
from analyzer.store.reads import find_document
from analyzer.store.schema import Store, insert_one, jobs, reading, writing
from analyzer.store.write import now

OPEN = ("queued", "running")
PREVIEW = 2
"""The value of `sample` for a job that changes nothing."""


def add_job(
    store: Store, data: bytes, name: str, *, sample: bool = False, options: dict[str, Any] | None = None
) -> int:
    """Puts a file in the queue; one that the library or the queue has already is a job with the state `duplicate`.

    `options` may hold what is known of the file (title, issuer, region …: they win over what is recognised) and
    `again` to analyse a known file anew.
    """
    sha256 = keep_file(store, data)
    known = find_document(store, sha256)
    with writing(store) as connection:
        if not file_path(store, sha256).exists():  # dropped since, with the last job that needed it
            keep_file(store, data)
        waiting = connection.execute(
            sa.select(jobs.c.id).where(jobs.c.sha256 == sha256, jobs.c.state.in_(OPEN))
        ).first()
        again = bool((options or {}).get("again") or (options or {}).get("preview"))
        state = "duplicate" if waiting or (known is not None and not again) else "queued"
        return insert_one(
            connection,
            jobs,
            {
                "name": name,
                "sha256": sha256,
                "state": state,
                "sample": PREVIEW if (options or {}).get("preview") else int(sample),
                "created": now(),
                "document_id": known,
                "options": json.dumps(options or {}, ensure_ascii=False),
                "finished": now() if state == "duplicate" else None,
            },
        )


def add_link(store: Store, url: str) -> int:
    """Puts the page or file at a URL in the queue; it is fetched when its turn comes."""
    sha256 = hashlib.sha256(url.encode("utf-8", "replace")).hexdigest()
    with writing(store) as connection:
        values = {"name": url, "sha256": sha256, "state": "queued", "sample": 0, "created": now()}
        return insert_one(connection, jobs, {**values, "options": json.dumps({"link": url}, ensure_ascii=False)})


def take_job(store: Store) -> dict[str, Any] | None:
    """The oldest waiting job, now running and ours; None if none waits."""
    with writing(store) as connection:
        row = (
            connection.execute(sa.select(jobs).where(jobs.c.state == "queued").order_by(jobs.c.id).limit(1).with_for_update(skip_locked=True))
            .mappings()
            .first()
        )
        if row is None:
            return None
        connection.execute(
            jobs.update()
            .where(jobs.c.id == row["id"])
            .values(state="running", stage="reading", owner=_owner(), started=now())
        )
        return {**row, "options": json.loads(row["options"])}


def set_stage(store: Store, number: int, stage: str) -> None:
    with writing(store) as connection:
        connection.execute(jobs.update().where(jobs.c.id == number).values(stage=stage))


def end_job(
    store: Store,
    number: int,
    *,
    document_id: int | None = None,
    figures: int | None = None,
    near_of: int | None = None,
    error: AnalyzerError | None = None,
) -> None:
    with writing(store) as connection:
        connection.execute(
            jobs.update()
            .where(jobs.c.id == number)
            .values(
                state="failed" if error else "done",
                stage="",
                document_id=document_id,
                figures=figures,
                near_of=near_of,
                error_zh=error.chinese if error else None,
                error_en=error.english if error else None,
                finished=now(),
            )
        )


def free_jobs(store: Store, *, idle: bool = False) -> int:
    """Puts jobs back whose process is no more (a restart or crash); returns how many.

    `idle` says that this process works on none: then those in its name are lost as well, of a process before it with the
    same number (a container's first process always has the same) or given up when the disk was full.
    """
    with writing(store) as connection:
        running = connection.execute(sa.select(jobs.c.id, jobs.c.owner).where(jobs.c.state == "running")).all()
        lost = [number for number, owner in running if not _alive(owner) or idle and owner == _owner()]
        if lost:
            connection.execute(jobs.update().where(jobs.c.id.in_(lost)).values(state="queued", stage="", owner=None))
    return len(lost)


def set_result(store: Store, number: int, result: dict[str, Any]) -> None:
    """Adds `result` to what is kept with a job (its options)."""
    with writing(store) as connection:
        options = connection.execute(sa.select(jobs.c.options).where(jobs.c.id == number)).scalar_one()
        kept = json.dumps({**json.loads(options), "result": result}, ensure_ascii=False).replace("\\u0000", "\ufffd")
        connection.execute(jobs.update().where(jobs.c.id == number).values(options=kept))


def list_previews(store: Store) -> list[dict[str, Any]]:
    """The jobs that only look at what a new analysis would change, latest first, with their options read."""
    with reading(store) as connection:
        rows = connection.execute(
            sa.select(jobs).where(jobs.c.sample == PREVIEW).order_by(jobs.c.id.desc()).limit(100)
        ).mappings()
        return [{**row, "options": json.loads(row["options"])} for row in rows]


def list_jobs(store: Store, *, limit: int = 200, samples: bool = False) -> list[dict[str, Any]]:
    """What went wrong and what is under way before all else, the latest first."""
    first = sa.case({"failed": 0, "running": 1}, value=jobs.c.state, else_=2)
    query = sa.select(jobs).where(_listed(samples)).order_by(first, jobs.c.id.desc()).limit(limit)
    with reading(store) as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def count_jobs(store: Store, *, samples: bool | None = None) -> dict[str, int]:
    """Number of jobs by state; those that `list_jobs` lists if `samples` is given, else of every kind."""
    query = sa.select(jobs.c.state, sa.func.count()).group_by(jobs.c.state)
    with reading(store) as connection:
        return dict(connection.execute(query if samples is None else query.where(_listed(samples))).all())  # type: ignore[arg-type]


def _listed(samples: bool) -> sa.ColumnElement[bool]:
    return jobs.c.sample.in_((0, 1)) if samples else jobs.c.sample == 0


def retry_jobs(store: Store) -> int:
    """Puts what failed back into the queue and returns how many those are."""
    with writing(store) as connection:
        values = {"state": "queued", "owner": None, "finished": None, "error_zh": None, "error_en": None}
        return connection.execute(jobs.update().where(jobs.c.state == "failed", jobs.c.sample != PREVIEW).values(**values)).rowcount


def clear_jobs(store: Store) -> None:
    """Takes finished jobs off the list, and the files that nothing came of; jobs of the samples stay, for they say that the samples were loaded."""
    finished = sa.and_(jobs.c.state.not_in(OPEN), jobs.c.sample != 1)
    with writing(store) as connection:
        contents = connection.execute(jobs.delete().where(finished).returning(jobs.c.sha256)).scalars().all()
    drop_files(store, contents)


def _owner() -> str:
    return f"{socket.gethostname()} {os.getpid()}"


def _alive(owner: str | None) -> bool:
    host, _, number = (owner or "").rpartition(" ")
    if host != socket.gethostname() or not number.isdigit():
        return False
    if int(number) == os.getpid():
        return True
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass
    return True
