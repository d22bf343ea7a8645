"""How the children of a batch are started and what each does first; light, for the sooner this runs the sooner they work."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import threading
from collections.abc import Iterable, Iterator
from typing import Any

from analyzer.sinks import is_library

NICE = 5  # people who browse the library meanwhile go first; alone on the machine it costs nothing


def start_warming(destinations: Iterable[str] = (), *, warm: bool = True) -> Any:
    """The context that children are started in: where there is forking, from a process that begins at once to read words and models for all of them."""
    methods = multiprocessing.get_all_start_methods()
    context: Any = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    if "forkserver" in methods:
        from multiprocessing import forkserver

        context.set_forkserver_preload(["analyzer.batch", *["analyzer.store"] * any(map(is_library, destinations)),
                                        *["analyzer.warm"] * warm])
        with one_thread_each():
            forkserver.ensure_running()
    return context


def settings() -> dict[str, str]:
    """What this process was told by its environment, for children that are forked from one that was started under another."""
    return {name: value for name, value in os.environ.items() if name.startswith("POLICY_ANALYZER_")}


def count_cores() -> int:
    """The cores that this process may use, which a scheduler or container may have cut."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextlib.contextmanager
def one_thread_each() -> Iterator[None]:
    """Children share the cores among themselves; none of them may start threads for matrices on all of them."""
    before = {name: os.environ.get(name) for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
    os.environ.update({name: value or "1" for name, value in before.items()})
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]


def settle_in(megabytes: int, settings: dict[str, str]) -> None:
    """In a new child: bounds its memory, takes its parent's settings, and ends with its parent, which may be killed without a word."""
    os.environ.update(settings)  # what it is forked from may have been started under other ones
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=[parent], daemon=True).start()
    with contextlib.suppress(AttributeError, OSError):
        os.nice(NICE)
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, resource.getrlimit(resource.RLIMIT_AS)[1]))


def most_memory() -> int:
    """Megabytes of address space that this process may use; 0 where nothing bounds it."""
    with contextlib.suppress(ImportError):
        import resource

        return max(0, resource.getrlimit(resource.RLIMIT_AS)[0]) >> 20
    return 0


def _end_with(parent: Any) -> None:
    parent.join()
    os._exit(1)
