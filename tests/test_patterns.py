"""No regular expression of ours backtracks catastrophically: its time grows with the text, as ratios on growing input show."""

from __future__ import annotations

import importlib
import pkgutil
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

import analyzer

UNITS = [
    "1", "1,", "1.", "0", "(", "（", "）", "（1", "(一)", "“", "“”", "年", "2025年", "2025-", "1月", "，", "、", "；", "：",
    "的", "建设", "市、", "一", "十", "百分之", "%", "1%", "1-", "—", "/", "至", "和", "到2025", "省财政厅", "局", " ", "\t",
    "　", "\n", " \n", "a", "<", "|", "|-", "#", "万", "亿元", "增长", "第", "①", "不", "达到", "《", "〔", "（责任单位：",
    "等", "多", ".", "…", "*", "&", "-",
]
SHORT, LONG = 400, 1_600
LEFT_OUT = ("_training", "training", "evaluation", "alignment", "wordings", "verdicts", "grouping", "texts")
"""Tools of ours, and modules that look at single names of some tens of characters, never at a text."""


def find_patterns() -> dict[str, re.Pattern[str]]:
    """Every pattern that our modules compile on import, by file and line."""
    found: dict[str, re.Pattern[str]] = {}

    def note(owner: str, value: object, depth: int = 0) -> None:
        if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
            found.setdefault(value.pattern, value)
            names.setdefault(value.pattern, owner)
        elif depth < 3 and isinstance(value, dict):
            for key, item in value.items():
                note(f"{owner}[{key}]", item, depth + 1)
        elif depth < 3 and isinstance(value, tuple | list):
            for number, item in enumerate(value):
                note(f"{owner}[{number}]", item, depth + 1)

    names: dict[str, str] = {}
    for module in pkgutil.walk_packages(analyzer.__path__, "analyzer."):
        name = module.name.removeprefix("analyzer.")
        if name.split(".")[0] in ("ui", "__main__") or name.endswith(LEFT_OUT):
            continue
        for variable, value in vars(importlib.import_module(module.name)).items():
            note(f"{name}.{variable}", value)
    return {names[pattern]: compiled for pattern, compiled in found.items()}


PATTERNS = find_patterns()


class Endless(Exception):
    pass


@contextmanager
def bounded(seconds: float) -> Iterator[None]:
    """A pattern that backtracks without end is stopped, so that the test can say which one it is."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(*_: object) -> None:
        raise Endless

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def cost(look: Callable[[str], object], unit: str, size: int) -> float:
    text = (unit * (size // len(unit) + 1))[:size] + "\x00"  # the end that nothing matches forces it to try everything
    begun = time.process_time()
    look(text)
    return time.process_time() - begun


def grows(look: Callable[[str], object], unit: str, limit: float) -> float | None:
    """By how much more than `limit` four times the text costs, at the best of three; None if it does not."""
    worst = None
    for _ in range(3):
        long = cost(look, unit, LONG)
        if long < 0.004:
            return None
        worst = long / max(cost(look, unit, SHORT), 1e-6)
        if worst < limit:
            return None
    return worst


def test_there_are_patterns():
    assert len(PATTERNS) > 250


@pytest.mark.parametrize("part", ["ingest", "pipeline", ""])
def test_one_try_is_linear_and_a_search_at_most_quadratic(part):
    """Lines are short and blanks are cut: a search that starts anew at each character is fine, one that explodes is not."""
    slow = []
    for name, pattern in PATTERNS.items():
        if (name.split(".")[0] if name.startswith(("ingest.", "pipeline.")) else "") != part:
            continue
        for unit in UNITS:
            try:
                with bounded(4.0):
                    if ratio := grows(pattern.match, unit, 9.0):
                        slow.append(f"{name} on {unit!r}: one try grows by {ratio:.0f}")
                    elif ratio := grows(lambda text, pattern=pattern: sum(1 for _ in pattern.finditer(text)), unit, 32.0):
                        slow.append(f"{name} on {unit!r}: a search grows by {ratio:.0f}")
            except Endless:
                slow.append(f"{name} on {unit!r}: does not end")
                break
    assert not slow, "\n".join(slow)
