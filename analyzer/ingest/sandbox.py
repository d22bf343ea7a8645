"""Every parse runs in a supervised child process: a hostile file costs a clear error, never the app or the batch.

The child is a plain subprocess (no fork of a threaded parent, no re-import of `__main__`, allowed inside daemonic
pool workers) that stays warm for the next file. What it sends back is unpickled with our own records only.
"""

from __future__ import annotations

import atexit
import contextlib
import io
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

from analyzer.errors import UnreadableDocument
from analyzer.ingest import refusals
from analyzer.ingest.child import ALIVE, DEFAULT_LIMITS, DONE, FAILED, Limits, is_child, receive, report_progress, send

TASKS_PER_WORKER = 100  # a leak in a native library stays small
IDLE_WORKERS = 2
KILLED = (-9, -15)  # SIGKILL, SIGTERM: nothing that a file brings about in the child itself


def run_limited(function: Callable[..., Any], *args: Any, name: str, limits: Limits = DEFAULT_LIMITS,
                **options: Any) -> Any:
    """`function(*args, **options)` in a child process under `limits`; its AnalyzerErrors come through unchanged.

    `function` must be importable by module and name. Raises UnreadableDocument naming the file `name` when the
    child takes too long, needs too much memory, crashes, or fails in a way that no reader foresaw.
    """
    if is_child():
        return function(*args, **options)
    request = pickle.dumps((name, limits, function, args, options), protocol=5)
    with _slots:
        try:
            kind, body = _ask_worker(request, limits)
        except _Lost as lost:
            if lost.reason != "killed":
                raise lost.explain(name, limits) from None
            try:  # somebody ended the child, or a system that ran out of memory: it may go well now
                kind, body = _ask_worker(request, limits)
            except _Lost as again:
                raise again.explain(name, limits) from None
    try:
        result = _load_plain(body)
    except pickle.UnpicklingError as error:  # taken over by the file, or a reader's defect
        raise _Lost("crash").explain(name, limits) from error
    if kind != DONE:
        raise result
    return result


def _ask_worker(request: bytes, limits: Limits) -> tuple[bytes, bytes]:
    worker = _take_worker()
    try:
        kind, body = worker.ask(request, limits)
    except BaseException:
        worker.close()
        raise
    if kind == FAILED or worker.tasks >= TASKS_PER_WORKER:
        worker.close()
    else:
        _give_back(worker)
    return kind, body


class _Lost(Exception):
    def __init__(self, reason: str, code: int | None = None):
        super().__init__(reason)
        self.reason = reason
        self.code = code

    def explain(self, name: str, limits: Limits) -> UnreadableDocument:
        if self.reason == "time":
            return refusals.took_too_long(name, limits.seconds)
        if self.reason == "size":
            return refusals.too_much_content(name)
        return refusals.killed(name) if self.reason == "killed" else refusals.crashed(name, self.code)


class _Worker:
    """One warm child; used by one thread at a time."""

    def __init__(self) -> None:
        environment = dict(os.environ, PYTHONPATH=os.pathsep.join(path for path in sys.path if path))
        environment.setdefault("OMP_NUM_THREADS", "2")
        self.tasks = 0
        self.process = subprocess.Popen(
            [sys.executable, "-c", f"from analyzer.ingest.child import serve; serve({os.getpid()})"], env=environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def ask(self, request: bytes, limits: Limits) -> tuple[bytes, bytes]:
        """The kind and body of the reply; raises _Lost."""
        assert self.process.stdin and self.process.stdout
        self.tasks += 1
        expired = threading.Event()

        def stop() -> None:
            expired.set()
            self.process.kill()

        while True:
            timer = threading.Timer(limits.seconds, stop)
            timer.daemon = True
            timer.start()
            try:
                if request:
                    send(self.process.stdin, DONE, request)
                    request = b""
                kind, body = receive(self.process.stdout, limits.result_bytes)
            except OverflowError:
                raise _Lost("size") from None
            except (OSError, EOFError):
                code = self.process.wait()
                raise _Lost("time" if expired.is_set() else "killed" if code in KILLED else "crash", code) from None
            finally:
                timer.cancel()
            if kind != ALIVE:
                return kind, body

    def close(self) -> None:
        self.process.kill()
        for stream in (self.process.stdin, self.process.stdout):
            if stream:
                with contextlib.suppress(OSError):
                    stream.close()
        self.process.wait()


_idle: list[_Worker] = []
_lock = threading.Lock()
_slots = threading.BoundedSemaphore(max(2, os.cpu_count() or 2))


def _take_worker() -> _Worker:
    with _lock:
        while _idle:
            worker = _idle.pop()
            if worker.process.poll() is None:
                return worker
            worker.close()
    return _Worker()


def _give_back(worker: _Worker) -> None:
    with _lock:
        if len(_idle) < IDLE_WORKERS:
            _idle.append(worker)
            return
    worker.close()


def _close_idle() -> None:
    with _lock:
        while _idle:
            _idle.pop().close()


def _forget_parent() -> None:
    """A forked child must not talk to its parent's workers."""
    global _lock, _slots
    _idle.clear()
    _lock = threading.Lock()
    _slots = threading.BoundedSemaphore(max(2, os.cpu_count() or 2))


atexit.register(_close_idle)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_parent)


class _PlainUnpickler(pickle.Unpickler):
    """A reply may hold records, errors and plain values: a parser taken over by a file gets no further."""

    def find_class(self, module: str, name: str) -> Any:
        if module in ("analyzer.records", "analyzer.errors"):
            found = getattr(sys.modules[module], name, None)
            if isinstance(found, type) and found.__module__ == module:
                return found
        raise pickle.UnpicklingError(f"a reader may not return {module}.{name}")


def _load_plain(body: bytes) -> Any:
    import analyzer.records  # noqa: F401 (find_class looks its types up among the loaded modules)

    return _PlainUnpickler(io.BytesIO(body)).load()


__all__ = ["DEFAULT_LIMITS", "Limits", "report_progress", "run_limited"]
