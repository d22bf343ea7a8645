"""One worker thread reads the queue's files into the library; no page ever waits for it. Imports no Streamlit."""

from __future__ import annotations

import contextlib
import csv
import datetime
import logging
import os
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

from analyzer import store as library
from analyzer.apart import analyze_apart, choose_classifier
from analyzer.errors import AnalyzerError
from analyzer.ingest import refusals
from analyzer.records import Document
from analyzer.store import Store
from analyzer.ui.codebook import own_codebook

_GENRES = {"report": "工作报告", "bulletin": "统计公报", "plan": "规划", "measures": "政策措施"}

log = logging.getLogger(__name__)


class Queue:
    """The worker: woken when a job comes, it takes one after the other until none waits."""

    def __init__(self, store: Store):
        self.store = store
        self.bell = threading.Event()
        self.thread = threading.Thread(target=self._run, name="policy-analyzer-queue", daemon=True)

    def start(self) -> None:
        self.bell.set()
        self.thread.start()

    def wake(self) -> None:
        self.bell.set()

    def _run(self) -> None:
        library.sweep_files(self.store)
        while True:
            self.bell.wait(timeout=30)  # jobs may also come from another process
            self.bell.clear()
            try:
                library.free_jobs(self.store, idle=True)
                work_off(self.store)
            except Exception:  # a locked or full disk must not end the thread; the job goes back into the queue next time
                log.exception("the queue stumbled and goes on")


def work_off(store: Store) -> int:
    """Does every waiting job and returns how many there were."""
    done = 0
    while job := library.take_job(store):
        work_on(store, job)
        done += 1
    return done


def work_on(store: Store, job: dict[str, Any]) -> None:
    """One file → its analysis in the library; whatever goes wrong is written into the job."""
    name = job["name"]
    try:
        if job["options"].get("link"):
            data, name, known = fetch_link(job)
        else:
            data, known = library.file_path(store, job["sha256"]).read_bytes(), job["options"]
        document = with_known(read_file(data, name), known)
        library.set_stage(store, job["id"], "analysing")
        infer = library.read_setting(store, "infer") == "yes"
        analysis = analyze_apart(document, codebook=own_codebook(store), infer=infer)
        if known.get("preview"):
            library.set_result(store, job["id"], library.preview_analysis(store, analysis))
            library.end_job(store, job["id"], document_id=job["document_id"], figures=len(analysis.figures))
            return
        library.keep_file(store, data)  # what came from a link is kept now that something came of it
        near = library.find_near(store, document.text, but=library.find_document(store, document.sha256))
        number = library.save_analysis(
            store, analysis, sample=bool(job["sample"]), genre=known.get("genre") or _GENRES.get(analysis.genre), size=len(data)
        )
        other = near[0] if near and near[0] != number else None
        if other:
            library.set_near(store, number, other)
        library.end_job(store, job["id"], document_id=number, figures=len(analysis.figures), near_of=other)
    except AnalyzerError as error:
        library.end_job(store, job["id"], error=error)
    except Exception as error:
        log.exception("job %s failed", job["id"])
        library.end_job(store, job["id"], error=refusals.defect(name, f"{type(error).__name__}: {error}"))


def fetch_link(job: dict[str, Any]) -> tuple[bytes, str, dict[str, Any]]:
    """The content at a URL, a name for it, and what is known of it."""
    from analyzer.ingest.links import fetch

    data, name, url = fetch(job["options"]["link"])
    return data, name, {"url": url, "accessed": datetime.date.today().isoformat()}


def read_file(data: bytes, name: str) -> Document:
    from analyzer.ingest import read_bytes

    return read_bytes(data, name)


def codebook_in_force(store: Store) -> str:
    """The hash that the records of the next analysis carry. Raises AnalyzerError for a broken codebook or model."""
    return choose_classifier(own_codebook(store)).digest


def with_known(document: Document, known: dict[str, Any]) -> Document:
    """The document with what a person said of it in place of what was recognised."""
    fields = {f: known[f] for f in ("title", "issuer", "number", "region", "level", "url", "accessed") if known.get(f)}
    dates = {**document.dates, **{f: known[f] for f in ("written", "published") if known.get(f)}}
    return replace(document, **fields, dates=dates)


def samples_folder() -> Path | None:
    """Where the sample documents are: POLICY_ANALYZER_CORPUS, else `corpus` beside the program, else those that were installed."""
    named = os.environ.get("POLICY_ANALYZER_CORPUS")
    for folder in (
        [Path(named)]
        if named is not None
        else [Path(__file__).parents[2] / "corpus", Path(__file__).parents[1] / "samples"]
    ):
        if (folder / "manifest.csv").is_file():
            return folder
    return None


def add_samples(store: Store, *, again: bool = False) -> int:
    """Queues the sample documents of an empty library (or, `again`, those that are missing); returns how many."""
    folder = samples_folder()
    if folder is None or (not again and (library.list_documents(store) or library.list_jobs(store, samples=True))):
        return 0
    known = {row["sha256"] for row in library.list_documents(store)}
    count = 0
    with (folder / "manifest.csv").open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            path = folder / (row.get("file") or "")
            with contextlib.suppress(OSError):
                data = path.read_bytes()
                if library.keep_file(store, data) in known:
                    continue
                options = {field: row.get(field) for field in ("title", "issuer", "region", "level", "genre")}
                library.add_job(store, data, path.name, sample=True, options={**options, "written": row.get("date")})
                count += 1
    return count
