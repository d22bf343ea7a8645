"""How long a command takes, with all processes that it starts, and how much of the machine others took meanwhile (Linux)."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ADOPT_ORPHANS = 36  # prctl's PR_SET_CHILD_SUBREAPER: what a command leaves behind is waited for here, and its CPU time counted


def time_command(command: Sequence[str]) -> tuple[float, float, float]:
    """Seconds by the clock, seconds of CPU, and the part (0–1) of all cores that others used meanwhile.

    Raises CalledProcessError for a command that fails.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(ADOPT_ORPHANS, 1, 0, 0, 0)
    ours, all_of_it, begun = _spent(), _busy(), time.perf_counter()
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    wall = time.perf_counter() - begun
    busy = _busy() - all_of_it
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()
    cpu = _spent() - ours
    return wall, cpu, max(0.0, busy - cpu) / wall / (os.cpu_count() or 1)


def _spent() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _busy() -> float:
    """Seconds that all cores together have worked since the machine was started; 0 where it is not told."""
    told = Path("/proc/stat")
    if not told.exists():
        return 0.0
    user, nice, system, idle, waiting, *others = map(int, told.read_text().splitlines()[0].split()[1:])
    return (user + nice + system + sum(others[:2])) / os.sysconf("SC_CLK_TCK")
