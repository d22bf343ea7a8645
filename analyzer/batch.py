"""Many documents, resumable: each analysed in a supervised child process, results written once, whatever dies meanwhile.

A folder as the destination holds `results/` (one JSON file a document), `journal.jsonl` (one line a finished document:
what a restart skips) and, at the end, `figures.parquet`, `commitments.parquet` and `report.json`. A database
(`library.sqlite`, or a URL) as the destination takes the documents into the library of the app.
"""

from __future__ import annotations

import collections
import contextlib
import functools
import hashlib
import itertools
import os
import queue
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any

from pebble import ProcessExpired, ProcessPool

from analyzer.children import count_cores, most_memory, one_thread_each, settings, settle_in, start_warming
from analyzer.errors import AnalyzerError, UnreadableDocument
from analyzer.ingest import refusals
from analyzer.ingest.sandbox import KILLED
from analyzer.records import Analysis
from analyzer.sinks import Outcome, Sink, keep_analysis, open_sink, settle_outcome

SECONDS = 120.0  # for one document; a report takes less than one
MEGABYTES = 4096  # of address space for one child
TASKS_PER_CHILD = 2000  # a child is renewed before its memory can grow (none seen in 2,000 texts); renewing takes a fifth of a second
QUEUED_PER_WORKER = 16  # some tenths of a second of short texts, while the parent is busy elsewhere

Analyze = Callable[[str, bool], Analysis]
"""(path, infer departments) → analysis; importable by name, for it runs in the children."""


def analyze_path(path: str, infer_departments: bool = False) -> Analysis:
    from analyzer.analysis import analyze
    from analyzer.ingest import read_document

    return analyze(read_document(path), infer_departments=infer_departments)


def run_batch(paths: Iterable[str], sinks: Sequence[Sink], *, workers: int | None = None, seconds: float = SECONDS,
              megabytes: int = MEGABYTES, infer_departments: bool = False, report: Callable[[Outcome], None] | None = None,
              analyze: Analyze = analyze_path) -> list[Outcome]:
    """Analyses what the sinks do not hold yet and returns the outcomes of this run, in order of completion.

    One bad file costs its own outcome alone: a child that hangs is ended after `seconds`, one that dies is replaced, one
    that needs more than `megabytes` gives up the document. `report` also hears of documents that were done before (`known`).
    """
    outcomes: list[Outcome] = []

    settle = functools.partial(settle_outcome, outcomes, sinks, report)
    def to_do() -> Iterator[tuple[str, str]]:
        for job in list_jobs(paths, sinks):
            if isinstance(job, Outcome):
                settle(job)
            else:
                yield job

    workers = workers or count_cores()
    with open_pool(workers, megabytes, [sink.destination for sink in sinks], analyze) as (supervise, pool):
        for outcome in supervise(to_do(), infer_departments, seconds):
            settle(outcome)
        for sink in sinks:
            sink.gather(functools.partial(spread, lambda function, part: pool.schedule(function, args=[part]), 2 * workers))
    return outcomes


def spread(submit: Callable[..., Any], ahead: int, function: Callable[[Any], Any], parts: Sequence[Any]) -> Iterator[Any]:
    """As `map`, with children at work on so many parts ahead; what a child does not manage is done here."""
    running: collections.deque[tuple[Any, Any]] = collections.deque()
    left = iter(parts if len(parts) > 1 else ())
    if len(parts) == 1:
        yield function(parts[0])
    while True:
        running.extend((submit(function, part), part) for part in itertools.islice(left, ahead - len(running)))
        if not running:
            return
        future, part = running.popleft()
        try:
            yield future.result()
        except Exception:  # a child that died, an engine that lost a worker
            yield function(part)


def list_jobs(paths: Iterable[str], sinks: Sequence[Sink]) -> Iterator[tuple[str, str] | Outcome]:
    """(path, SHA-256) of each content still to do, once; the outcome at once of what is known or cannot be read."""
    seen: set[tuple[str, str]] = set()
    for path in paths:
        try:
            sha256 = hash_file(path)
        except OSError as error:
            yield failure(path, "", UnreadableDocument(f"{path}: cannot be read ({error.strerror}); check the path and your rights",
                                                         f"{path}：无法读取（{error.strerror}）；请检查路径和权限"))
            continue
        key = (os.path.basename(path), sha256)
        known = [sink.holds(path, sha256) for sink in sinks]
        if key in seen or all(known):
            failed = next((outcome for outcome in known if outcome and outcome.status == "failed"), None)
            yield Outcome(path, sha256, "known", error=failed.error if failed else "", error_zh=failed.error_zh if failed else "")
        else:
            seen.add(key)
            yield path, sha256


def hash_file(path: str) -> str:
    """SHA-256 of a file's bytes, of an address the hash of the address."""
    if path.startswith(("http://", "https://")):
        return hashlib.sha256(path.encode("utf-8", "surrogatepass")).hexdigest()
    with open(path, "rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


@contextlib.contextmanager
def open_pool(workers: int, megabytes: int, destinations: list[str],
              analyze: Analyze = analyze_path) -> Iterator[tuple[Callable[..., Iterator[Outcome]], ProcessPool]]:
    """A pool of supervised children; yields a function from jobs to their outcomes, as they are completed, and the pool."""
    context = start_warming(destinations, warm=analyze is analyze_path)
    with one_thread_each():
        pool = ProcessPool(max_workers=workers, max_tasks=TASKS_PER_CHILD, context=context, initializer=settle_in, initargs=[megabytes, settings()])

        def supervise(jobs: Iterable[tuple[str, str]], infer: bool, seconds: float) -> Iterator[Outcome]:
            waiting = iter(jobs)
            running: dict[Any, tuple[str, str]] = {}
            completed: queue.SimpleQueue[Any] = queue.SimpleQueue()
            while True:
                while len(running) < workers * QUEUED_PER_WORKER and (job := next(waiting, None)):
                    future = pool.schedule(analyze_job, args=[*job, destinations, infer, analyze], timeout=seconds)
                    running[future] = job
                    future.add_done_callback(completed.put)
                if not running:
                    return
                future = completed.get()
                yield _read_future(future, *running.pop(future), seconds)

        try:
            yield supervise, pool
            pool.close()
        except BaseException:
            pool.stop()
            raise
        finally:
            pool.join()


def analyze_job(path: str, sha256: str, destinations: Sequence[str], infer: bool, analyze: Analyze = analyze_path) -> Outcome:
    """In the child: one file from its bytes to its records in every destination; what Python can catch is told, not raised."""
    begun = time.perf_counter()
    try:
        analysis = analyze(path, infer)
        outcome = Outcome(path, sha256, "done", len(analysis.figures), len(analysis.commitments), len(analysis.document.text),
                          round(time.perf_counter() - begun, 4))
        for destination in destinations:
            keep_analysis(destination, outcome, analysis)
        return outcome
    except AnalyzerError as error:
        return failure(path, sha256, error)
    except MemoryError:
        return failure(path, sha256, refusals.too_much_memory(path, most_memory()))
    except Exception as error:  # a defect of ours must not cost the batch; it is told with its type
        return failure(path, sha256, refusals.defect(path, f"{type(error).__name__}: {error}"))


def _read_future(future: Any, path: str, sha256: str, seconds: float) -> Outcome:
    try:
        return future.result()
    except FutureTimeout:
        return failure(path, sha256, refusals.took_too_long(path, seconds))
    except ProcessExpired as error:
        return failure(path, sha256, refusals.killed(path) if error.exitcode in KILLED else refusals.crashed(path, error.exitcode))


def failure(path: str, sha256: str, error: AnalyzerError) -> Outcome:
    return Outcome(path, sha256, "failed", error=error.english, error_zh=error.chinese)


__all__ = ["Outcome", "analyze_job", "analyze_path", "count_cores", "list_jobs", "open_pool", "open_sink", "run_batch"]
