"""Many documents, resumable: each analysed in a supervised child process, results written once, whatever dies meanwhile.

A folder as the destination holds `results/` (one JSON file a document, written whole or not at all), `journal.jsonl` (one
line a finished document: what a restart skips) and, at the end, `figures.parquet`, `commitments.parquet` and `report.json`.
A database (`library.sqlite`, or a URL) as the destination takes the documents into the library of the app.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Protocol

from pebble import ProcessExpired, ProcessPool

from analyzer import __version__
from analyzer.errors import AnalyzerError, UnreadableDocument
from analyzer.records import Analysis, to_dict

SECONDS = 120.0  # for one document; a report takes less than one
TASKS_PER_CHILD = 200  # a child is renewed before its memory can grow
QUEUED_PER_WORKER = 4
INTEGERS = {"start", "end", "sentence_start", "sentence_end", "page"}
NUMBERS = {"value", "value_max", "confidence"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one document: done, or failed with the message for the user in both languages."""

    path: str
    sha256: str
    status: str
    figures: int = 0
    commitments: int = 0
    characters: int = 0
    seconds: float = 0.0
    error: str = ""
    error_zh: str = ""


class Sink(Protocol):
    """Where results go. `put` must be whole or nothing and may be called again for the same document."""

    def finished(self) -> set[tuple[str, str]]: ...

    def put(self, outcome: Outcome, analysis: Analysis | None) -> None: ...

    def close(self) -> None: ...


def run_batch(paths: Iterable[str], sink: Sink, *, workers: int | None = None, seconds: float = SECONDS, infer_departments: bool = False,
              report: Callable[[Outcome], None] | None = None) -> list[Outcome]:
    """Analyses what the sink does not hold yet and returns the outcomes of this run, in order of completion.

    One bad file costs its own outcome alone: a child that hangs is ended after `seconds`, one that dies is replaced.
    """
    outcomes: list[Outcome] = []
    waiting = iter(_unfinished(paths, sink.finished(), outcomes))
    for outcome in outcomes:
        sink.put(outcome, None)
    workers = workers or os.cpu_count() or 1
    context = get_context("forkserver")
    context.set_forkserver_preload(["analyzer.batch", "analyzer.analysis"])
    with ProcessPool(max_workers=workers, max_tasks=TASKS_PER_CHILD, context=context) as pool:
        running: dict[Any, tuple[str, str]] = {}
        try:
            while True:
                while len(running) < workers * QUEUED_PER_WORKER and (job := next(waiting, None)):
                    running[pool.schedule(analyze_path, args=[job[0], infer_departments], timeout=seconds)] = job
                if not running:
                    break
                for future in _completed(running):
                    path, sha256 = running.pop(future)
                    outcome, analysis = _settle(future, path, sha256, seconds)
                    sink.put(outcome, analysis)
                    outcomes.append(outcome)
                    if report:
                        report(outcome)
        finally:
            for future in running:
                future.cancel()
    return outcomes


def _completed(running: dict[Any, Any]) -> list[Any]:
    from concurrent.futures import FIRST_COMPLETED, wait

    return list(wait(running, return_when=FIRST_COMPLETED).done)


def _unfinished(paths: Iterable[str], finished: set[tuple[str, str]], outcomes: list[Outcome]) -> list[tuple[str, str]]:
    """(path, SHA-256) of the files still to do, each content once; unreadable ones become outcomes at once."""
    jobs, seen = [], set()
    for path in paths:
        try:
            sha256 = hash_file(Path(path))
        except OSError as error:
            outcomes.append(_failure(path, "", UnreadableDocument(
                f"{path}: cannot be read: {error.strerror}", f"{path}：无法读取：{error.strerror}")))
            continue
        key = (Path(path).name, sha256)
        if key not in finished and key not in seen:
            seen.add(key)
            jobs.append((path, sha256))
    return jobs


def hash_file(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as data:
        while block := data.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def analyze_path(path: str, infer_departments: bool = False) -> tuple[Analysis, float]:
    """In the child: one file from its bytes to its records."""
    from analyzer.analysis import analyze
    from analyzer.ingest import read_document

    begun = time.perf_counter()
    analysis = analyze(read_document(path), infer_departments=infer_departments)
    return analysis, time.perf_counter() - begun


def _settle(future: Any, path: str, sha256: str, seconds: float) -> tuple[Outcome, Analysis | None]:
    try:
        analysis, spent = future.result()
    except AnalyzerError as error:
        return _failure(path, sha256, error), None
    except FutureTimeout:
        return _failure(path, sha256, UnreadableDocument(
            f"{path}: not done after {seconds:g} s, stopped", f"{path}：{seconds:g} 秒内未完成，已停止")), None
    except ProcessExpired as error:
        return _failure(path, sha256, UnreadableDocument(
            f"{path}: the analysing process died (exit code {error.exitcode})", f"{path}：分析进程意外结束（退出码 {error.exitcode}）")), None
    except Exception as error:  # a defect of ours must not cost the batch; it is told with its type
        return _failure(path, sha256, UnreadableDocument(
            f"{path}: the analysis failed: {type(error).__name__}: {error}", f"{path}：分析失败：{type(error).__name__}: {error}")), None
    return Outcome(path, sha256, "done", len(analysis.figures), len(analysis.commitments), len(analysis.document.text), round(spent, 4)), analysis


def _failure(path: str, sha256: str, error: AnalyzerError) -> Outcome:
    return Outcome(path, sha256, "failed", error=error.english, error_zh=error.chinese)


class FolderSink:
    """Results as files: a document's file is renamed into place before its journal line is written and synced."""

    def __init__(self, folder: Path):
        self.folder = folder
        (folder / "results").mkdir(parents=True, exist_ok=True)
        self.journal_path = folder / "journal.jsonl"
        self._mend_journal()
        self.journal = self.journal_path.open("a", encoding="utf-8")

    def _mend_journal(self) -> None:
        """A line that was cut by a kill is dropped: its document is done again."""
        if not self.journal_path.exists():
            return
        data = self.journal_path.read_bytes()
        whole = data[:data.rfind(b"\n") + 1]
        if len(whole) < len(data):
            self.journal_path.write_bytes(whole)

    def outcomes(self) -> list[Outcome]:
        if not self.journal_path.exists():
            return []
        return [Outcome(**json.loads(line)) for line in self.journal_path.read_text(encoding="utf-8").splitlines() if line]

    def finished(self) -> set[tuple[str, str]]:
        return {(Path(outcome.path).name, outcome.sha256) for outcome in self.outcomes()}

    def put(self, outcome: Outcome, analysis: Analysis | None) -> None:
        if analysis is not None:
            target = self.result_path(outcome)
            part = target.with_suffix(".part")
            part.write_text(json.dumps(analysis_to_dict(analysis), ensure_ascii=False), encoding="utf-8")
            part.replace(target)
        self.journal.write(json.dumps(asdict(outcome), ensure_ascii=False) + "\n")
        self.journal.flush()
        os.fsync(self.journal.fileno())

    def result_path(self, outcome: Outcome) -> Path:
        name = hashlib.sha256(f"{Path(outcome.path).name}\n{outcome.sha256}".encode("utf-8", "surrogatepass")).hexdigest()[:24]
        return self.folder / "results" / f"{name}.json"

    def close(self) -> None:
        """Gathers all results, of this run and earlier ones, into Parquet and a report."""
        self.journal.close()
        done = [outcome for outcome in self.outcomes() if outcome.status == "done"]
        failed = [outcome for outcome in self.outcomes() if outcome.status != "done"]
        for kind in ("figures", "commitments"):
            write_parquet(self._records(done, kind), self.folder / f"{kind}.parquet")
        report = {"version": __version__, "documents": len(done), "figures": sum(outcome.figures for outcome in done),
                  "commitments": sum(outcome.commitments for outcome in done), "characters": sum(outcome.characters for outcome in done),
                  "seconds": round(sum(outcome.seconds for outcome in done), 2), "failed": [asdict(outcome) for outcome in failed]}
        (self.folder / "report.json").write_text(json.dumps(report, ensure_ascii=False, indent=1), encoding="utf-8")

    def _records(self, done: list[Outcome], kind: str) -> Iterator[dict[str, Any]]:
        for outcome in sorted(done, key=lambda outcome: (outcome.path, outcome.sha256)):
            result = json.loads(self.result_path(outcome).read_text(encoding="utf-8"))
            for record in result[kind]:
                yield {"sha256": outcome.sha256, **record}


class StoreSink:
    """Results in the library of the app; a document counts as finished once it is committed there."""

    def __init__(self, url: str):
        from analyzer import store

        self.library = store
        self.store = store.open_store(url=url)
        self.failed: list[Outcome] = []

    def finished(self) -> set[tuple[str, str]]:
        return {(row["name"], row["sha256"]) for row in self.library.list_documents(self.store)}

    def put(self, outcome: Outcome, analysis: Analysis | None) -> None:
        if analysis is None:
            self.failed.append(outcome)
            return
        self.library.keep_file(self.store, Path(outcome.path).read_bytes())
        self.library.save_analysis(self.store, analysis)

    def close(self) -> None:
        return


def open_sink(destination: str) -> FolderSink | StoreSink:
    """A database for `….sqlite`, `….db` or a URL, a folder for anything else."""
    if "://" in destination:
        return StoreSink(destination)
    if Path(destination).suffix in (".sqlite", ".db"):
        return StoreSink(f"sqlite:///{Path(destination).absolute()}")
    return FolderSink(Path(destination))


def analysis_to_dict(analysis: Analysis) -> dict[str, Any]:
    document = analysis.document
    head = {name: getattr(document, name) for name in ("name", "title", "issuer", "number", "dates", "region", "level", "sha256", "warnings")}
    return {"document": head, "version": analysis.version, "codebook": analysis.codebook, "genre": analysis.genre,
            "figures": [to_dict(figure) for figure in analysis.figures],
            "commitments": [to_dict(commitment) for commitment in analysis.commitments]}


def write_parquet(records: Iterable[dict[str, Any]], path: Path, *, rows: int = 20_000) -> None:
    """Records as Parquet, some thousands of rows at a time; lists as JSON text, so that every reader can open it."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    part = path.with_suffix(".part")
    writer: Any = None
    for chunk in _chunks(records, rows):
        if writer is None:
            kinds = {name: pa.int64() if name in INTEGERS else pa.float64() if name in NUMBERS else pa.string() for name in chunk[0]}
            writer = pq.ParquetWriter(part, pa.schema(list(kinds.items())))
        writer.write_table(pa.Table.from_pylist([_flat(record) for record in chunk], schema=writer.schema))
    if writer is None:
        pq.write_table(pa.table({}), part)
    else:
        writer.close()
    part.replace(path)


def _chunks(records: Iterable[dict[str, Any]], rows: int) -> Iterator[list[dict[str, Any]]]:
    iterator = iter(records)
    while chunk := list(itertools.islice(iterator, rows)):
        yield chunk


def _flat(record: dict[str, Any]) -> dict[str, Any]:
    return {name: float(value) if name in NUMBERS and value is not None else
            json.dumps(value, ensure_ascii=False) if isinstance(value, (list, dict)) else value for name, value in record.items()}
