"""Where the results of a batch go: a folder (JSON, journal, Parquet, report) or a library; each whole or not at all.

A sink has two halves. `keep_analysis` runs in the child that analysed the document, so that writing is shared by all
cores; the sink itself lives in the parent, knows what is finished and tells at the end what became of everything.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from analyzer import __version__
from analyzer.errors import AnalyzerError
from analyzer.parquet import columns_to_parquet, load_parquet, read_columns
from analyzer.records import Analysis, to_dict

LIBRARIES = (".sqlite", ".db")
SYNCED = 1.0  # seconds: a line that is flushed outlives a kill; waiting for the disk at each held up the children's files as well
PART = 100  # results that one child reads for Parquet at a time

Run = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]
"""As `map`: what a function returns for each, in order."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one document: done, or failed with the message for the user in both languages; known: before this run."""

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
    """The parent's half of a destination. `note` may be called again for the same document."""

    @property
    def destination(self) -> str: ...

    def holds(self, path: str, sha256: str) -> Outcome | None:
        """What became of a document before, if it is not to be done again."""
        ...

    def note(self, outcome: Outcome) -> None: ...

    def gather(self, run: Run = map) -> None: ...

    def close(self) -> None: ...


def settle_outcome(outcomes: list[Outcome], sinks: Iterable[Sink], report: Callable[[Outcome], None] | None, outcome: Outcome) -> None:
    """Tells the sinks and `report` of an outcome and keeps it; one of an earlier run (`known`) is only reported."""
    if outcome.status != "known":
        for sink in sinks:
            sink.note(outcome)
        outcomes.append(outcome)
    if report:
        report(outcome)


def is_library(destination: str) -> bool:
    return "://" in destination or Path(destination).suffix in LIBRARIES


def open_sink(destination: str, *, retry: bool = False) -> Sink:
    """A library for `….sqlite`, `….db` or a database URL, a folder for anything else; `retry` does failed ones again."""
    return StoreSink(destination) if is_library(destination) else FolderSink(Path(destination), retry=retry)


def keep_analysis(destination: str, outcome: Outcome, analysis: Analysis) -> None:
    """In the child: the result of one document into a destination, whole or not at all; the same again changes nothing."""
    if is_library(destination):
        _keep_in_library(destination, outcome, analysis)
    else:
        target = result_path(Path(destination), outcome.path, outcome.sha256)
        target.parent.mkdir(parents=True, exist_ok=True)
        _write_whole(target, json.dumps({"outcome": to_dict(outcome), **analysis_to_dict(analysis)}, ensure_ascii=False))


def _write_whole(target: Path, text: str) -> None:
    part = target.with_suffix(f".{uuid.uuid4().hex[:12]}.part")  # two machines may have the same process id
    part.write_text(text, encoding="utf-8", errors="surrogatepass")
    part.replace(target)


# --- a folder ----------------------------------------------------------------------------------------------------


def document_key(path: str, sha256: str) -> str:
    """The same file under two names is two documents, for records name their document."""
    return hashlib.sha256(f"{os.path.basename(path)}\n{sha256}".encode("utf-8", "surrogatepass")).hexdigest()[:24]


def result_path(folder: Path, path: str, sha256: str) -> Path:
    key = document_key(path, sha256)
    return folder / "results" / key[:2] / f"{key}.json"


class FolderSink:
    """A result is renamed into place by the child before the parent adds its line to the journal."""

    def __init__(self, folder: Path, *, retry: bool = False):
        self.folder = folder
        self.destination = str(folder)
        try:
            (folder / "results").mkdir(parents=True, exist_ok=True)
            self.journal = (folder / "journal.jsonl").open("ab+")
        except OSError as error:
            raise AnalyzerError(f"{folder}: cannot be written: {error.strerror}", f"{folder}：无法写入：{error.strerror}") from error
        if not lock_file(self.journal):
            raise AnalyzerError(f"{folder}: another batch is writing here", f"{folder}：另一批处理正在写入此文件夹")
        self.synced, self.gathered = time.monotonic(), False
        threading.Thread(target=load_parquet).start()  # close needs it; it loads now, while the children read words and models
        self.told = self._read_journal()
        self._compare_results()
        self.done = {key for key, outcome in self.told.items() if not retry or outcome.status == "done"}

    def _read_journal(self) -> dict[str, Outcome]:
        """The last line of each document; a line that was cut by a kill is dropped and its document done again."""
        self.journal.seek(0)
        data = self.journal.read()
        whole = data.rfind(b"\n") + 1
        if whole < len(data):
            self.journal.truncate(whole)
        outcomes = (Outcome(**json.loads(line)) for line in data[:whole].split(b"\n") if line)
        return {document_key(outcome.path, outcome.sha256): outcome for outcome in outcomes}

    def _compare_results(self) -> None:
        """A result that was whole when the parent was killed, before its line was written, is not made again; a line whose result is gone does not count."""
        whole = set()
        for part in self.folder.glob("*.part"):  # of a report or table that a kill left half written
            part.unlink(missing_ok=True)
        for path in sorted((self.folder / "results").glob("*/*")):
            if path.suffix == ".part" or not path.stat().st_size:  # empty: the machine lost its power before the disk had it
                path.unlink(missing_ok=True)
                continue
            whole.add(path.stem)
            if (known := self.told.get(path.stem)) is None or known.status != "done":
                with contextlib.suppress(ValueError, KeyError, TypeError):
                    self.note(Outcome(**json.loads(path.read_text(encoding="utf-8", errors="surrogatepass"))["outcome"]))
        self.told = {key: outcome for key, outcome in self.told.items() if outcome.status != "done" or key in whole}

    def holds(self, path: str, sha256: str) -> Outcome | None:
        key = document_key(path, sha256)
        return self.told.get(key) if key in self.done else None

    def note(self, outcome: Outcome) -> None:
        self.gathered = False
        self.told[document_key(outcome.path, outcome.sha256)] = outcome
        self.journal.write(json.dumps(to_dict(outcome)).encode() + b"\n")  # ASCII: a lone surrogate in a name is no trouble
        self.journal.flush()
        if time.monotonic() - self.synced > SYNCED:
            os.fsync(self.journal.fileno())
            self.synced = time.monotonic()

    def gather(self, run: Run = map) -> None:
        """All results, of this run and earlier ones, into Parquet; `run` may have others read them."""
        done = sorted((outcome for outcome in self.told.values() if outcome.status == "done"), key=lambda outcome: (outcome.path, outcome.sha256))
        files = {result_path(self.folder, outcome.path, outcome.sha256): outcome for outcome in done}
        results = [(outcome.sha256, path) for path, outcome in files.items()]
        for path in columns_to_parquet(self.folder, run(read_columns, [results[at:at + PART] for at in range(0, len(results), PART)])):
            self.note(replace(files[path], status="failed", error=f"{files[path].path}: its result {path} is damaged; run the batch again with --retry",
                              error_zh=f"{files[path].path}：结果文件 {path} 已损坏，请加 --retry 重新运行"))
        self.gathered = True

    def close(self) -> None:
        """Gathers what is not gathered yet and writes the report."""
        if not self.gathered:
            self.gather()
        _write_whole(self.folder / "report.json", json.dumps(summarize(self.told.values()), indent=1))
        os.fsync(self.journal.fileno())
        self.journal.close()


def lock_file(handle: Any) -> bool:
    """Takes the file for this process until it ends, however it ends; False if another has it."""
    try:
        import fcntl
    except ImportError:  # Windows: two batches into one folder are the user's to avoid
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def summarize(outcomes: Iterable[Outcome]) -> dict[str, Any]:
    """The report: totals of what is done and every failure with its reason in both languages."""
    told = list(outcomes)
    done = [outcome for outcome in told if outcome.status == "done"]
    totals = {name: sum(getattr(outcome, name) for outcome in done) for name in ("figures", "commitments", "characters")}
    return {"version": __version__, "documents": len(done), **totals, "seconds": round(sum(outcome.seconds for outcome in done), 2),
            "failed": [to_dict(outcome) for outcome in told if outcome.status == "failed"]}


def analysis_to_dict(analysis: Analysis) -> dict[str, Any]:
    document = analysis.document
    head = {name: getattr(document, name) for name in ("name", "title", "issuer", "number", "dates", "region", "level", "sha256", "warnings")}
    return {"document": head, "version": analysis.version, "codebook": analysis.codebook, "genre": analysis.genre,
            "figures": [to_dict(figure) for figure in analysis.figures],
            "commitments": [to_dict(commitment) for commitment in analysis.commitments]}


# --- a library ---------------------------------------------------------------------------------------------------


def library_url(destination: str) -> str:
    """The address as SQLAlchemy wants it: a server's with the driver that our extra `postgres` brings, whichever its default is."""
    if "://" not in destination:
        return f"sqlite:///{Path(destination).absolute()}"
    scheme, rest = destination.split("://", 1)
    return f"postgresql+psycopg://{rest}" if scheme in {"postgres", "postgresql"} else destination


def _open_library(destination: str) -> Any:
    from analyzer import store

    try:
        return store.open_store(url=library_url(destination))
    except ImportError as error:
        raise AnalyzerError(f"{destination.split('://')[0]}: this kind of database needs a driver: pip install 'policy-analyzer[postgres]' ({error})",
                            f"{destination.split('://')[0]}：此类数据库需要驱动程序：pip install 'policy-analyzer[postgres]'（{error}）") from error


@functools.lru_cache(maxsize=2)
def _library_of(_process: int, destination: str) -> Any:
    """Opened once a process: connections do not outlive a fork."""
    return _open_library(destination)


def _keep_in_library(destination: str, outcome: Outcome, analysis: Analysis) -> None:
    from analyzer import store

    library = _library_of(os.getpid(), destination)
    if Path(outcome.path).is_file():
        store.keep_file(library, Path(outcome.path).read_bytes())
    with _one_writer(destination):
        store.save_analysis(library, analysis)


@contextlib.contextmanager
def _one_writer(destination: str) -> Iterator[None]:
    """Writers of one SQLite file wait in line here: its own waiting is by trial and sleep, and unfair to some."""
    if "://" in destination:
        yield
        return
    with Path(f"{destination}.lock").open("ab") as handle:
        with contextlib.suppress(ImportError):
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX)  # let go by the system when the process ends, however it ends
        yield


class StoreSink:
    """The library of the app; a document is finished once it is committed there. What failed is kept beside it."""

    def __init__(self, destination: str):
        self.destination = destination
        from analyzer import store

        self.library = _open_library(destination)
        self.done = {row["sha256"] for row in store.list_documents(self.library)}
        self.told: list[Outcome] = []

    def holds(self, path: str, sha256: str) -> Outcome | None:
        return Outcome(path, sha256, "done") if sha256 in self.done else None

    def note(self, outcome: Outcome) -> None:
        self.told.append(outcome)

    def gather(self, run: Run = map) -> None:
        """A library needs none."""

    def close(self) -> None:
        target = Path(f"{self.destination}.report.json") if "://" not in self.destination else self.library.home / "batch-report.json"
        _write_whole(target, json.dumps(summarize(self.told), indent=1))
