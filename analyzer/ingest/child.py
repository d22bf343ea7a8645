"""The child's half of the sandbox: answers requests from standard input, within the limits that each of them brings."""

from __future__ import annotations

import contextlib
import os
import pickle
import struct
import threading
import time
import traceback
from dataclasses import dataclass
from typing import IO

from analyzer.errors import AnalyzerError
from analyzer.ingest import refusals

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
    characters: int = 5_000_000
    pieces: int = 1_000_000  # paragraphs and cells, which a server would hold by the gigabyte
    result_bytes: int = 1024 * MEBI


DEFAULT_LIMITS = Limits()
PROCESSORS = 4  # that a reader's libraries may keep busy at once
HEADER = struct.Struct("<cQ")
DONE, REFUSED, FAILED, ALIVE = b"D", b"R", b"F", b"A"  # a reader that refuses a file is as good as before

_reply_to: IO[bytes] | None = None  # where the parent listens; None in every other process
_seconds = DEFAULT_LIMITS.seconds
_inherited = -1  # bytes of address space that whoever started the child may use itself; -1: no limit


def is_child() -> bool:
    return _reply_to is not None


def report_progress() -> None:
    """Called by a reader at each step that has its own bound (a page of OCR): renews the time limit."""
    if _reply_to is not None:
        _bound_processor_time(_seconds)
        send(_reply_to, ALIVE, b"")


def send(stream: IO[bytes], kind: bytes, body: bytes) -> None:
    stream.write(HEADER.pack(kind, len(body)))
    stream.write(body)
    stream.flush()


def receive(stream: IO[bytes], most: int) -> tuple[bytes, bytes]:
    head = stream.read(HEADER.size)
    if len(head) < HEADER.size:
        raise EOFError
    kind, length = HEADER.unpack(head)
    if length > most:
        raise OverflowError
    body = stream.read(length)
    if len(body) < length:
        raise EOFError
    return kind, body


def serve(parent: int) -> None:
    """Answer requests from standard input until it ends, or the process `parent` does."""
    global _reply_to, _inherited
    threading.Thread(target=_end_with, args=[parent], daemon=True).start()
    with contextlib.suppress(ImportError):
        import resource

        _inherited = resource.getrlimit(resource.RLIMIT_AS)[0]
    requests = os.fdopen(os.dup(0), "rb")
    _reply_to = os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)  # what a library prints must not mix with the replies
    os.dup2(null, 1)
    while True:
        try:
            kind, reply = _answer(receive(requests, 1 << 62)[1])
        except EOFError:
            return
        send(_reply_to, kind, reply)


def _end_with(parent: int) -> None:
    """A file that hangs would hang on for ever when the process that keeps the time is killed."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def _answer(body: bytes) -> tuple[bytes, bytes]:
    name, limits = "?", DEFAULT_LIMITS
    try:
        name, limits, function, args, options = pickle.loads(body)
        del body
        _restrict(limits)
        reply = pickle.dumps(function(*args, **options), protocol=5)
        if len(reply) <= limits.result_bytes:
            return DONE, reply
        failure = refusals.too_much_content(name)
    except AnalyzerError as error:
        return REFUSED, pickle.dumps(error, protocol=5)
    except MemoryError:
        failure = refusals.too_much_memory(name, _most_memory(limits) // MEBI)
    except RecursionError:
        failure = refusals.too_deep(name)
    except BaseException as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{type(error).__name__} in {os.path.basename(last.filename)}:{last.lineno}"
        failure = refusals.broken(name, f"{where}: {error}")
    return FAILED, pickle.dumps(failure, protocol=5)


def _most_memory(limits: Limits) -> int:
    return min(limits.memory_bytes, _inherited) if _inherited > 0 else limits.memory_bytes


def _restrict(limits: Limits) -> None:
    """Memory and processor time of this process; a second bound besides the parent's clock."""
    global _seconds
    _seconds = limits.seconds
    try:
        import resource
    except ImportError:  # Windows: the parent's clock alone
        return
    import signal

    with contextlib.suppress(ValueError, OSError):
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (_most_memory(limits), hard))
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _bound_processor_time(limits.seconds)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle


def _bound_processor_time(seconds: float) -> None:
    """Ends this process after so much more work on all processors: no lock of Python's holds the system's own clock up."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time() + PROCESSORS * seconds) + 2, hard))
