"""The whole set of hostile files uploaded in the app: a clear error each in both languages, or read; nothing left behind, good ones unharmed."""

from __future__ import annotations

import os
import tempfile
import time

from conftest import check
from hostile_set import ADVICE, ENDLESS, GOOD, HEAVY, check_error, check_fate, hostile_cases, left_in

from analyzer import store as library
from analyzer.ingest import read_bytes
from analyzer.ingest.sandbox import Limits, _close_idle
from analyzer.ui import queue
from analyzer.ui.pages.imports import FORMATS

WHOLE = os.environ.get("POLICY_TEST_HOSTILE") == "all"
NAMES = [name for name in hostile_cases() if WHOLE or name not in HEAVY and name != ENDLESS[1]]


def as_uploaded(name: str) -> str:
    """The name under which the page takes the file: what it would refuse by its ending comes as a DOCX."""
    return name if name.rsplit(".", 1)[-1] in FORMATS else f"{name}.docx"


def wait_until_idle(store: library.Store, seconds: float = 600) -> None:
    end = time.monotonic() + seconds
    while set(library.count_jobs(store)) & {"queued", "running"}:
        assert time.monotonic() < end, library.count_jobs(store)
        time.sleep(0.05)


def test_each_upload_is_read_or_told_in_both_languages(home, page, monkeypatch, tmp_path):
    def read_file(data: bytes, name: str):
        return read_bytes(data, name, limits=Limits(seconds=1.5 if name in ENDLESS else 300, memory_bytes=3 << 30))

    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    monkeypatch.setattr(queue, "read_file", read_file)
    _close_idle()  # children start anew, with these places
    app = page("import")
    contents = {name: hostile_cases()[name][0]() for name in NAMES} | GOOD
    names = {as_uploaded(name): name for name in contents}
    app.file_uploader[0].set_value([(upload, contents[name], "application/octet-stream") for upload, name in names.items()])
    check(app.run())
    store = library.open_store(home=home)
    wait_until_idle(store)
    jobs = {names[job["name"]]: job for job in library.list_jobs(store, limit=1000)}
    assert set(jobs) == set(contents)
    failed = {name: job for name, job in jobs.items() if job["state"] == "failed"}
    twice = [name for name, job in jobs.items() if job["state"] == "duplicate"]  # two are empty, say
    assert all(any(contents[name] == contents[other] for other in contents if other != name) for name in twice)
    check_fate({name: name not in failed for name in jobs if name not in twice})
    for name, job in failed.items():
        check_error(name, job["error_en"], job["error_zh"])
    for language, column in (("zh", "error_zh"), ("en", "error_en")):
        check_page(page("import", lang=language), {as_uploaded(name): job[column] for name, job in failed.items()})
    check_library(store, contents, {name for name, job in jobs.items() if job["state"] == "done"}, set(failed))
    assert not left_in(temporary)


def check_page(app, errors: dict[str, str]) -> None:
    """Every error stands in the table of the queue, before all that went well."""
    table = app.dataframe[0].value
    assert dict(zip(table["name"], table["note"], strict=True)).items() >= errors.items()
    assert set(table["name"][:len(errors)]) == set(errors) and app.button(key="retry_jobs") and app.button(key="clear_jobs")
    assert all("请" in note or ADVICE.search(note) for note in errors.values())


def check_library(store: library.Store, contents: dict[str, bytes], done: set[str], failed: set[str]) -> None:
    """The documents are those that were read; a failed file is kept until it is taken off the list."""
    rows = library.list_documents(store)
    assert {row["name"] for row in rows} == {as_uploaded(name) for name in done}
    assert [row["figures"] for row in rows if row["name"] in GOOD] == [2] * len(GOOD)
    kept = {row["sha256"] for row in rows}
    files = store.home / "files"
    assert {path.name for path in files.glob("*/*")} == kept | {library.keep_file(store, contents[name]) for name in failed}
    library.clear_jobs(store)
    assert {path.name for path in files.rglob("*") if path.is_file()} == kept and not library.list_jobs(store)
    assert {path.name for path in store.home.iterdir()} <= {"files", "library.sqlite", "library.sqlite-wal", "library.sqlite-shm"}
