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
import struct
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any

from analyzer.errors import AnalyzerError, UnreadableDocument

MEBI = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost. `seconds` is the longest silence: `report_progress` (each page of OCR) renews it."""

    file_bytes: int = 200 * MEBI
    pages: int = 3000
    pixels: int = 120_000_000
    seconds: float = 120.0
    memory_bytes: int = 4096 * MEBI
    zip_ratio: float = 200.0
    zip_bytes: int = 500 * MEBI
    characters: int = 20_000_000
    result_bytes: int = 1024 * MEBI


DEFAULT_LIMITS = Limits()
TASKS_PER_WORKER = 100  # a leak in a native library stays small
IDLE_WORKERS = 2
HEADER = struct.Struct("<cQ")
DONE, REFUSED, FAILED, ALIVE = b"D", b"R", b"F", b"A"  # a reader that refuses a file is as good as before

_reply_to: IO[bytes] | None = None  # set in the child only


def run_limited(function: Callable[..., Any], *args: Any, name: str, limits: Limits = DEFAULT_LIMITS,
                **options: Any) -> Any:
    """`function(*args, **options)` in a child process under `limits`; its AnalyzerErrors come through unchanged.

    `function` must be importable by module and name. Raises UnreadableDocument naming the file `name` when the
    child takes too long, needs too much memory, crashes, or fails in a way that no reader foresaw.
    """
    if _reply_to is not None:  # already inside
        return function(*args, **options)
    request = pickle.dumps((name, limits, function, args, options), protocol=5)
    with _slots:
        worker = _take_worker()
        try:
            kind, body = worker.ask(request, limits)
        except _Lost as lost:
            worker.close()
            raise lost.explain(name, limits) from None
        except BaseException:
            worker.close()
            raise
        if kind == FAILED or worker.tasks >= TASKS_PER_WORKER:
            worker.close()
        else:
            _give_back(worker)
    try:
        result = _load_plain(body)
    except pickle.UnpicklingError as error:  # taken over by the file, or a reader's defect
        raise _Lost("crash").explain(name, limits) from error
    if kind != DONE:
        raise result
    return result


def report_progress() -> None:
    """Called by a reader at each step that has its own bound (a page of OCR): renews the time limit."""
    if _reply_to is not None:
        _send(_reply_to, ALIVE, b"")


class _Lost(Exception):
    def __init__(self, reason: str, code: int | None = None):
        super().__init__(reason)
        self.reason = reason
        self.code = code

    def explain(self, name: str, limits: Limits) -> UnreadableDocument:
        if self.reason == "time":
            return UnreadableDocument(
                f"{name}: reading took longer than {limits.seconds:g} s and was stopped; split it or raise the limit",
                f"{name}：读取超过 {limits.seconds:g} 秒，已停止；请拆分文件或提高时间上限")
        if self.reason == "size":
            return UnreadableDocument(f"{name}: holds more content than allowed and was given up",
                                      f"{name}：内容超过上限，已放弃读取")
        return UnreadableDocument(
            f"{name}: the reader crashed on this file (exit code {self.code}); it is broken or hostile",
            f"{name}：读取程序在处理该文件时崩溃（退出码 {self.code}），文件已损坏或含恶意内容")


class _Worker:
    """One warm child; used by one thread at a time."""

    def __init__(self) -> None:
        environment = dict(os.environ, PYTHONPATH=os.pathsep.join(path for path in sys.path if path))
        environment.setdefault("OMP_NUM_THREADS", "2")
        self.tasks = 0
        self.process = subprocess.Popen(
            [sys.executable, "-c", "from analyzer.ingest.sandbox import serve; serve()"], env=environment,
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
                    _send(self.process.stdin, DONE, request)
                    request = b""
                kind, body = _receive(self.process.stdout, limits.result_bytes)
            except (OSError, EOFError):
                code = self.process.wait()
                raise _Lost("time" if expired.is_set() else "crash", code) from None
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


def _send(stream: IO[bytes], kind: bytes, body: bytes) -> None:
    stream.write(HEADER.pack(kind, len(body)))
    stream.write(body)
    stream.flush()


def _receive(stream: IO[bytes], most: int) -> tuple[bytes, bytes]:
    head = stream.read(HEADER.size)
    if len(head) < HEADER.size:
        raise EOFError
    kind, length = HEADER.unpack(head)
    if length > most:
        raise _Lost("size")
    body = stream.read(length)
    if len(body) < length:
        raise EOFError
    return kind, body


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


# --- the child ---------------------------------------------------------------------------------------------------


def serve() -> None:
    """Answer requests from standard input until it ends."""
    global _reply_to
    requests = os.fdopen(os.dup(0), "rb")
    _reply_to = os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)  # what a library prints must not mix with the replies
    os.dup2(null, 1)
    while True:
        try:
            _, body = _receive(requests, 1 << 62)
        except EOFError:
            return
        kind, reply = _answer(body)
        _send(_reply_to, kind, reply)


def _answer(body: bytes) -> tuple[bytes, bytes]:
    name, limits = "?", DEFAULT_LIMITS
    try:
        name, limits, function, args, options = pickle.loads(body)
        del body
        _restrict(limits)
        reply = pickle.dumps(function(*args, **options), protocol=5)
        if len(reply) <= limits.result_bytes:
            return DONE, reply
        failure = _Lost("size").explain(name, limits)
    except AnalyzerError as error:
        return REFUSED, pickle.dumps(error, protocol=5)
    except MemoryError:
        failure = UnreadableDocument(
            f"{name}: reading needs more than {limits.memory_bytes // MEBI} MB of memory; it is too large or hostile",
            f"{name}：读取所需内存超过 {limits.memory_bytes // MEBI} MB，文件过大或含恶意内容")
    except RecursionError:
        failure = UnreadableDocument(f"{name}: its content is nested too deeply to be read",
                                     f"{name}：内容嵌套过深，无法读取")
    except BaseException as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{type(error).__name__} in {os.path.basename(last.filename)}:{last.lineno}"
        failure = UnreadableDocument(f"{name}: broken, or of a structure that cannot be read ({where}: {error})"[:500],
                                     f"{name}：文件已损坏或结构无法识别（{where}：{error}）"[:500])
    return FAILED, pickle.dumps(failure, protocol=5)


def _restrict(limits: Limits) -> None:
    """Memory and processor time of this process; a second bound besides the parent's clock."""
    try:
        import resource
    except ImportError:  # Windows: the parent's clock alone
        return
    with contextlib.suppress(ValueError, OSError):
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, hard))
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform != "win32":
        import signal

        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
