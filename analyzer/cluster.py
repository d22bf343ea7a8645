"""Batch past one machine: the same function on any PEP 3148 executor, above all Dask's `Client.get_executor(pure=False)`.

The engine moves shards of documents to its workers and replaces workers that die; it knows neither a time limit for a
document nor how to lose one document alone. So each worker analyses its shard in a supervised child process, exactly as
one machine does, and a result that is already there is not made again when a shard has to be repeated elsewhere.
Documents and results are on a file system that all machines see under the same path, or results go to a PostgreSQL library.
"""

from __future__ import annotations

import contextlib
import functools
import json
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analyzer.batch import MEGABYTES, SECONDS, Analyze, analyze_path, failure, list_jobs, open_pool, spread
from analyzer.errors import AnalyzerError, UnreadableDocument
from analyzer.sinks import Outcome, Sink, is_library, result_path, settle_outcome

SHARD = 200  # documents at most, and BYTES of files: some seconds of work, beside which the start of a child is little and which is soon repeated
BYTES = 2_000_000
SUBMITTED = 400  # shards at a time
AHEAD = 100  # parts of the results that workers read for Parquet at a time
ATTEMPTS = 3  # of the engine, for a shard whose worker was lost; then its documents are tried one by one
TIMEOUTS = {"distributed.comm.timeouts.connect": "20s", "distributed.comm.timeouts.tcp": "20s"}

_one_shard = threading.Lock()  # a worker with several threads still has one supervised child at a time


@dataclass(frozen=True, slots=True)
class Options:
    destinations: tuple[str, ...]
    infer_departments: bool = False
    seconds: float = SECONDS
    megabytes: int = MEGABYTES
    analyze: Analyze = analyze_path


def run_on_executor(paths: Iterable[str], sinks: Sequence[Sink], executor: Executor, *, shard: int = SHARD, attempts: int = ATTEMPTS,
                    seconds: float = SECONDS, megabytes: int = MEGABYTES, infer_departments: bool = False,
                    report: Callable[[Outcome], None] | None = None, analyze: Analyze = analyze_path) -> list[Outcome]:
    """As `batch.run_batch`, on the workers of an executor. Raises AnalyzerError for a destination that machines cannot share."""
    options = Options(tuple(_shared(sink.destination) for sink in sinks), infer_departments, seconds, megabytes, analyze)
    outcomes: list[Outcome] = []

    settle = functools.partial(settle_outcome, outcomes, sinks, report)
    waiting = _shards((_absolute(path) for path in paths), sinks, shard, settle)
    running: dict[Any, tuple[list[tuple[str, str]], int]] = {}
    while True:
        while len(running) < SUBMITTED and (jobs := next(waiting, None)):
            running[executor.submit(run_shard, jobs, options)] = (jobs, 1)
        if not running:
            for sink in sinks:
                sink.gather(functools.partial(spread, executor.submit, AHEAD))
            return outcomes
        for future in wait(running, return_when=FIRST_COMPLETED).done:
            jobs, attempt = running.pop(future)
            try:
                found = future.result()
            except AnalyzerError:  # the workers are set up wrongly, which no repetition mends
                raise
            except Exception as error:  # what engines raise for a lost worker differs: BrokenProcessPool, KilledWorker, CancelledError …
                again = [jobs] if attempt < attempts else [[job] for job in jobs] if len(jobs) > 1 else []
                for part in again:
                    running[executor.submit(run_shard, part, options)] = (part, attempt + 1 if len(part) == len(jobs) else 1)
                found = [] if again else [_lost(*jobs[0], error)]
            for outcome in found:
                settle(outcome)


def _shards(paths: Iterable[str], sinks: Sequence[Sink], size: int, settle: Callable[[Outcome], None]) -> Iterator[list[tuple[str, str]]]:
    jobs: list[tuple[str, str]] = []
    weight = 0
    for job in list_jobs(paths, sinks):
        if isinstance(job, Outcome):
            settle(job)
            continue
        jobs.append(job)
        weight += os.path.getsize(job[0]) if os.path.exists(job[0]) else 0  # an address weighs nothing here
        if len(jobs) == size or weight >= BYTES:
            yield jobs
            jobs, weight = [], 0
    if jobs:
        yield jobs


def run_shard(jobs: list[tuple[str, str]], options: Options) -> list[Outcome]:
    """On a worker of the engine: each document in a supervised child; results that an earlier attempt left are taken as they are."""
    if multiprocessing.current_process().daemon:
        raise AnalyzerError("this worker may not start processes: set DASK_DISTRIBUTED__WORKER__DAEMON=False, or start it with --no-nanny",
                            "此工作进程不允许启动子进程：请设置 DASK_DISTRIBUTED__WORKER__DAEMON=False，或用 --no-nanny 启动")
    outcomes = [outcome for job in jobs if (outcome := _read_result(job, options.destinations))]
    there = {outcome.path for outcome in outcomes}
    left = [job for job in jobs if job[0] not in there]
    if left:
        with _one_shard, open_pool(1, options.megabytes, list(options.destinations), options.analyze) as (supervise, _):
            outcomes.extend(supervise(left, options.infer_departments, options.seconds))
    return outcomes


def _read_result(job: tuple[str, str], destinations: Sequence[str]) -> Outcome | None:
    """The outcome of a document whose result is whole in every destination (folders only: a library takes it twice unharmed)."""
    found = None
    for destination in destinations:
        if is_library(destination):
            return None
        try:
            said = json.loads(result_path(Path(destination), *job).read_text(encoding="utf-8", errors="surrogatepass"))
            found = Outcome(**said["outcome"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
    return found


def _lost(path: str, sha256: str, error: BaseException) -> Outcome:
    said = f"{type(error).__name__}: {error}"[:300]
    return failure(path, sha256, UnreadableDocument(f"{path}: every worker that had it was lost ({said})", f"{path}：处理它的工作进程均已丢失（{said}）"))


def _absolute(path: str) -> str:
    return path if path.startswith(("http://", "https://")) else str(Path(path).absolute())


def _shared(destination: str) -> str:
    if not is_library(destination):
        return str(Path(destination).absolute())
    if destination.startswith("sqlite:") or "://" not in destination:
        raise AnalyzerError(f"{destination}: machines cannot share an SQLite file; use a folder on a shared file system or a PostgreSQL address",
                            f"{destination}：多台机器不能共用 SQLite 文件；请用共享文件系统上的文件夹或 PostgreSQL 地址")
    return destination


@contextlib.contextmanager
def connect(scheduler: str) -> Iterator[Executor]:
    """An executor of the Dask cluster at an address (tcp://host:8786) or in a scheduler file."""
    try:
        import dask
        from distributed import Client
    except ImportError as error:
        raise AnalyzerError("a cluster needs the extra: pip install 'policy-analyzer[cluster]'",
                            "使用集群需要安装附加组件：pip install 'policy-analyzer[cluster]'") from error
    place = {"address": scheduler} if "://" in scheduler or not Path(scheduler).exists() else {"scheduler_file": scheduler}
    with dask.config.set(TIMEOUTS):
        try:
            client = Client(**place)
        except (OSError, ValueError, TimeoutError) as error:
            raise AnalyzerError(f"{scheduler}: no Dask scheduler answers here: {error}", f"{scheduler}：此处没有 Dask 调度器响应：{error}") from error
        with client:
            yield client.get_executor(pure=False)
