"""No regular expression of ours costs more a character in a longer text: ratios of costs on texts made to hurt each one."""

from __future__ import annotations

import functools
import importlib
import os
import re
from collections.abc import Callable

import pytest
from pattern_costs import (
    PACKAGE,
    Endless,
    bounded,
    compiled,
    cost,
    find_sites,
    find_values,
    grown,
    growth,
    hurting_texts,
    is_endless,
)

from analyzer import analyze
from analyzer.ingest import read_bytes
from analyzer.words import find_uses

SITES = find_sites()
CHARACTERS = int(os.environ.get("POLICY_TEST_CHARACTERS", "200000"))
"""Of the texts that all patterns read; 1,000,000 takes half a minute."""

UNITS = ["1", "1,", "（", "（1", "(一)", "“", "“”", "年", "2025年", "2025-", "1月", "，", "、", "；", "的", "建设", "市、", "一", "十", "百分之", "1%", "—",
         "至", "到2025", "省财政厅", "局", " ", "\t", "　", "\n", " \n", "a", "<", "|-", "#", "万", "亿元", "增长", "第", "①", "《", "〔", "（责任单位：", "等", ".", "…", "*", "-"]
FAMILIES = ["1234567890", "（(【〔《“", "推进老旧小区改造12个，", "“‘", " \u3000\t", "一二三四五六七八九十百千万亿", "亿元万套公里％", "|---|\n| 1 | 2 |\n", "市财政局、省住房城乡建设厅",
            "2025年1月—12月", "http://a.b/", "<p>&nbsp;</p>", "第一章 总则……1\n", "局委办厅", "主要任务", "1.1.1", "各位代表"]


@functools.cache
def run_patterns() -> dict[tuple[str, int], tuple[str | bytes, int]]:
    """What is compiled in the run alone, by file and line: words of the data files, strings handed to `re` inside functions."""
    seen: dict[tuple[str, int], tuple[str | bytes, int]] = {}
    with compiled(seen):
        for site in SITES:
            function = getattr(importlib.import_module(site.module), site.function or "", None)
            if site.value is None and hasattr(function, "__wrapped__"):
                function.__wrapped__()
        document = read_bytes("标题：松河市工作要点\n发文字号：松政发〔2026〕3号\n2026年改造老旧小区1200个。\n".encode(), "文.txt")
        assert find_uses(document, ["小区"]) and analyze(document).figures
    return seen


@functools.cache
def patterns() -> dict[tuple[str | bytes, int], tuple[str, frozenset[str]]]:
    """Each pattern with its flags → where it is made, and the methods that it is used with."""
    found: dict[tuple[str | bytes, int], tuple[str, frozenset[str]]] = {}

    def add(value: str | bytes, flags: int, place: str, methods: frozenset[str]) -> None:
        key = value, flags & ~re.UNICODE
        where, known = found.get(key, (place, frozenset()))
        found[key] = where, known | methods

    for site in SITES:
        if site.value is not None:
            add(site.value, site.flags, site.place, site.methods)
    for (file, line), (value, flags) in run_patterns().items():
        if file.startswith(PACKAGE.as_posix()):
            add(value, flags, f"{file.removeprefix(PACKAGE.as_posix() + '/')}:{line}", frozenset({"search"}))
    for module in {site.module for site in SITES}:
        for pattern in find_values(module):
            if (pattern.pattern, pattern.flags & ~re.UNICODE) not in found:
                add(pattern.pattern, pattern.flags, module, frozenset({"search"}))
    return found


def looks(key: tuple[str | bytes, int]) -> dict[str, Callable[[str | bytes], object]]:
    """How a pattern is used: a search over all of a text, or one try at its beginning."""
    pattern, methods = re.compile(*key), patterns()[key][1] & {"match", "fullmatch"}
    if patterns()[key][1] - {"match", "fullmatch", "pattern"}:
        return {"search": lambda text: sum(1 for _ in pattern.finditer(text))} | {name: getattr(pattern, name) for name in methods & {"fullmatch"}}
    return {name: getattr(pattern, name) for name in methods or {"match"}}


def test_no_pattern_is_missed():
    """A call whose pattern is made of local names is seen when it runs, or its result is held by its module."""
    assert len(SITES) > 500 and len(patterns()) > 500
    ran = [(file, line) for file, line in run_patterns()]
    for site in SITES:
        if site.value is None and site.function:
            file = (PACKAGE.parent / site.module.replace(".", "/")).as_posix()
            assert any(name in (f"{file}.py", f"{file}/__init__.py") and site.line <= line <= site.end for name, line in ran), site.place
        elif site.value is None:
            known = {other.value for other in SITES if other.module == site.module}
            assert any(pattern.pattern not in known for pattern in find_values(site.module)), site.place
    for path in PACKAGE.rglob("*.py"):  # the one way in which the collector knows it
        assert not re.search(r"^\s*from re import|import re as|^\s*import regex", path.read_text(encoding="utf-8"), re.MULTILINE), path


ENDLESS = sorted((key for key in patterns() if is_endless(*key)), key=lambda key: patterns()[key][0])


@pytest.mark.parametrize("part", range(4))
def test_four_times_the_text_costs_four_times_as_much(part):
    """16 would be quadratic."""
    slow = []
    for key in ENDLESS[part::4]:
        binary = isinstance(key[0], bytes)
        for name, look in looks(key).items():
            for pair in [*hurting_texts(*key), *(("", unit) for unit in UNITS)]:
                try:
                    with bounded(20):
                        ratio = growth(look, pair, size=1000, binary=binary)
                except Endless:
                    ratio = float("inf")
                if ratio > 8:
                    slow.append(f"{patterns()[key][0]} {name} on {pair}: {ratio:.1f} times")
                    break
    assert not slow, "\n".join(slow)


def test_a_long_text_costs_no_more_a_character():
    """Bounds of some thousand characters would show here, and nothing costs three thousand times what a plain search does."""
    small, large = ("".join(grown(("", unit), size // len(FAMILIES), False) for unit in FAMILIES) for size in (CHARACTERS // 4, CHARACTERS))
    plain = min(cost(re.compile("[一二三四]x").search, large) for _ in range(3))
    for key, (place, _) in patterns().items():
        if look := looks(key).get("search"):
            one, four = (text.encode("latin-1", "replace") if isinstance(key[0], bytes) else text for text in (small, large))
            for turn in range(3):
                with bounded(60):
                    spent = cost(look, four)
                if spent < 3000 * plain and (spent < 20 * plain or spent < 9 * cost(look, one)):
                    break
                assert turn < 2, f"{place}: {spent / plain:.0f} times a plain search"
