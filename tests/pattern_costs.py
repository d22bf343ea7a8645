"""All regular expressions of the program, texts made to hurt each of them, and what a try costs as the text grows."""

from __future__ import annotations

import ast
import importlib
import re
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

import analyzer

PACKAGE = Path(analyzer.__file__).parent
SEARCHES = {"compile", "sub", "subn", "search", "match", "fullmatch", "split", "findall", "finditer"}
FLAGS_AT = {"compile": 1, "search": 2, "match": 2, "fullmatch": 2, "findall": 2, "finditer": 2, "split": 3, "sub": 4, "subn": 4}


@dataclass(frozen=True, slots=True)
class Site:
    """A call that compiles a pattern; `value` is None where it is only known when it runs; `methods` are those that it is used with."""

    module: str
    line: int
    end: int
    function: str | None
    methods: frozenset[str]
    value: str | bytes | None
    flags: int = 0

    @property
    def place(self) -> str:
        return f"{self.module.removeprefix('analyzer.')}:{self.line}"


def find_sites() -> list[Site]:
    """Every `re.compile(…)`, `re.sub(…)` and so on in the source, the pattern as its module's names make it."""
    trees = {path.relative_to(PACKAGE.parent).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__"):
             ast.parse(path.read_text(encoding="utf-8")) for path in sorted(PACKAGE.rglob("*.py"))}
    uses = _find_uses(trees)
    found = []
    for module, tree in trees.items():
        names = {id(node.value): node.targets[0].id for node in tree.body
                 if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and isinstance(node.targets[0], ast.Name)}
        inside = {id(node): part.name for part in tree.body if isinstance(part, ast.FunctionDef) for node in ast.walk(part)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "re" and node.func.attr in SEARCHES:
                methods = uses.get((module, names.get(id(node), "")), {"search"}) if node.func.attr == "compile" else {node.func.attr}
                value, flags = _evaluate(module, node)
                found.append(Site(module, node.lineno, node.end_lineno or node.lineno, inside.get(id(node)), frozenset(methods), value, flags))
    return found


def _find_uses(trees: dict[str, ast.Module]) -> dict[tuple[str, str], set[str]]:
    """The methods called on each constant of a module, there, where it is imported, and out of a dict; anything else done with it may search."""
    uses: dict[tuple[str, str], set[str]] = {}
    held: list[tuple[tuple[str, str], tuple[str, str]]] = []
    for module, tree in trees.items():
        owner = {name.asname or name.name: (node.module, name.name) for node in ast.walk(tree)
                 if isinstance(node, ast.ImportFrom) and node.module for name in node.names}
        called = {id(node.value): node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        called |= {id(node.value): called[id(node)] for node in ast.walk(tree) if isinstance(node, ast.Subscript) and id(node) in called}
        dicts = {id(item): node.targets[0].id for node in tree.body if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict)
                 and isinstance(node.targets[0], ast.Name) for item in node.value.values}
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                name = owner.get(node.id, (module, node.id))
                if id(node) in dicts:
                    held.append((name, (module, dicts[id(node)])))
                else:
                    uses.setdefault(name, set()).add(called.get(id(node), "search"))
    for name, holder in held:
        uses.setdefault(name, set()).update(uses.get(holder, set()) - {"get", "search"} or {"search"})
    return uses


def _evaluate(module: str, node: ast.Call) -> tuple[str | bytes | None, int]:
    """The pattern and the flags of a call, (None, 0) where they are made of local names."""
    names = vars(importlib.import_module(module))
    method = ast.unparse(node.func).removeprefix("re.")
    given = [word.value for word in node.keywords if word.arg == "flags"] or node.args[FLAGS_AT[method]:FLAGS_AT[method] + 1]
    try:
        value = eval(ast.unparse(node.args[0]), dict(names))
        flags = int(eval(ast.unparse(given[0]), dict(names))) if given else 0
    except NameError:
        return None, 0
    return (value.pattern, value.flags) if isinstance(value, re.Pattern) else (value, flags)


@contextmanager
def compiled(seen: dict[tuple[str, int], tuple[str | bytes, int]]) -> Iterator[None]:
    """Notes each pattern that is compiled meanwhile by the file and the line that asks for it."""
    compile_one = re._compile  # type: ignore[attr-defined]

    def note(pattern: Any, flags: Any) -> re.Pattern[Any]:
        caller = sys._getframe(2)  # behind re.compile, re.search …
        if isinstance(pattern, str | bytes):
            seen[Path(caller.f_code.co_filename).as_posix(), caller.f_lineno] = (pattern, int(flags))
        return compile_one(pattern, flags)

    re._compile = note  # type: ignore[attr-defined]
    try:
        yield
    finally:
        re._compile = compile_one  # type: ignore[attr-defined]


def find_values(module: str) -> Iterator[re.Pattern[Any]]:
    """Every pattern that a module's names hold, also in tuples, lists, dicts and records."""

    def look(value: object, depth: int) -> Iterator[re.Pattern[Any]]:
        if isinstance(value, re.Pattern):
            yield value
        elif depth and isinstance(value, dict | tuple | list | frozenset | set):
            for item in value.values() if isinstance(value, dict) else value:
                yield from look(item, depth - 1)
        elif depth and is_dataclass(value) and not isinstance(value, type):
            for field in fields(value):
                yield from look(getattr(value, field.name), depth - 1)

    for value in vars(importlib.import_module(module)).values():
        yield from look(value, 4)


# Texts that hurt ------------------------------------------------------------------------------------------------------

MANY = 40  # a repeat of more than so many is taken as one without end
REPEATS = {op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT}
CHARACTERS = {op.LITERAL, op.NOT_LITERAL, op.ANY, op.IN}
COMMON = "的1一 \n，。、（）“”a年-./%十\t：；\u3000\r到市<|#0万元"
Node = tuple[Any, Any]


def _children(node: Node) -> list[Sequence[Node]]:
    kind, value = node
    if kind in REPEATS:
        return [value[2]]
    if kind is op.SUBPATTERN:
        return [value[3]]
    if kind is op.BRANCH:
        return list(value[1])
    if kind in (op.ASSERT, op.ASSERT_NOT):
        return [value[1]]
    if kind is op.GROUPREF_EXISTS:
        return [part for part in value[1:] if part]
    return [value] if kind is op.ATOMIC_GROUP else []


def _walk(nodes: Sequence[Node]) -> Iterator[Node]:
    for node in nodes:
        yield node
        for part in _children(node):
            yield from _walk(part)


def _holds(node: Node, character: str, flags: int) -> bool:
    kind, value = node
    code = ord(character)
    if kind is op.LITERAL:
        return code == value
    if kind is op.NOT_LITERAL:
        return code != value
    if kind is op.ANY:
        return character != "\n" or bool(flags & re.DOTALL)
    inside, negated = False, False
    for item, what in value:
        if item is op.NEGATE:
            negated = True
        elif item is op.LITERAL:
            inside |= code == what
        elif item is op.RANGE:
            inside |= what[0] <= code <= what[1]
        else:
            name = str(what)
            inside |= (character.isspace() if "SPACE" in name else character.isdigit() if "DIGIT" in name else character.isalnum() or character == "_") \
                != ("NOT" in name)
    return inside != negated


def _one(nodes: Sequence[Node], alphabet: str, flags: int, choice: int) -> str:
    """A short text that the nodes match, more or less: of alternatives the first ones or, by `choice`, later ones."""
    made = ""
    for kind, value in nodes:
        if kind in CHARACTERS:
            fitting = [character for character in alphabet if _holds((kind, value), character, flags)]
            made += fitting[choice % len(fitting)] if fitting else chr(value) if kind is op.LITERAL else ""
        elif kind in REPEATS:
            made += _one(value[2], alphabet, flags, choice) * max(min(value[0], 4), choice % 2)
        elif kind is op.BRANCH:
            made += _one(value[1][choice % len(value[1])], alphabet, flags, choice)
        elif kind is op.ASSERT_NOT or kind is op.ASSERT and value[0] > 0:
            continue
        else:
            made += "".join(_one(part, alphabet, flags, choice) for part in _children((kind, value)))
    return made


def _before_repeats(nodes: Sequence[Node], alphabet: str, flags: int, choice: int, before: str = "") -> Iterator[str]:
    """What a text holds where a repeat without end begins, for each of them."""
    for node in nodes:
        if node[0] in REPEATS and node[1][1] > MANY:
            yield before
        for part in _children(node):
            yield from _before_repeats(part, alphabet, flags, choice, before)
        before += _one([node], alphabet, flags, choice)


def is_endless(pattern: str | bytes, flags: int) -> bool:
    return any(kind in REPEATS and value[1] > MANY for kind, value in _walk(list(_parser.parse(pattern, flags))))


def hurting_texts(pattern: str | bytes, flags: int) -> list[tuple[str, str]]:
    """Pairs of a beginning and what is repeated behind it: what the repeats take, what stands before them, and both."""
    nodes = list(_parser.parse(pattern, flags))
    every = list(_walk(nodes))
    own = [value for kind, value in every if kind is op.LITERAL]
    own += [item[1] if item[0] is op.LITERAL else item[1][0] for kind, value in every if kind is op.IN for item in value
            if item[0] in (op.LITERAL, op.RANGE)]
    alphabet = "".join(dict.fromkeys(COMMON + "".join(map(chr, own))))
    choices = range(min(8, max([3, *(len(value[1]) for kind, value in every if kind is op.BRANCH)])))
    repeats = [value[2] for kind, value in every if kind in REPEATS and value[1] > MANY]
    bodies = [inner for repeat in repeats for inner in _walk(repeat) if inner[0] in CHARACTERS]
    kinds: dict[tuple[bool, ...], str] = {}
    for character in alphabet:
        kinds.setdefault(tuple(_holds(body, character, flags) for body in bodies), character)
    units = [character for taken, character in kinds.items() if any(taken)][:8]
    loops = [_one(repeat, alphabet, flags, choice) for repeat in repeats for choice in choices]
    units += [loop for loop in dict.fromkeys(loops) if len(loop) > 1][:8]
    openings = list(dict.fromkeys(text for choice in choices for text in _before_repeats(nodes, alphabet, flags, choice) if text))[:12]
    wholes = [_one(nodes, alphabet, flags, choice) for choice in choices]
    texts = [("", unit) for unit in (*units, *openings, *wholes)]
    texts += [pair for opening in openings for unit in units for pair in ((opening, unit), ("", opening + unit), ("", opening + unit * 5))]
    texts += [("", one + other) for one in units for other in units[:4] if one != other]
    return [pair for pair in dict.fromkeys(texts) if pair[1]]


# What a try costs -----------------------------------------------------------------------------------------------------


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


def cost(look: Callable[[Any], object], text: str | bytes) -> float:
    begun = time.thread_time()
    look(text)
    return time.thread_time() - begun


def grown(pair: tuple[str, str], size: int, binary: bool) -> str | bytes:
    text = (pair[0] + pair[1] * (size // len(pair[1]) + 1))[:size] + "\x00"  # the end that nothing matches: everything is tried
    return text.encode("latin-1", "replace") if binary else text


def growth(look: Callable[[Any], object], pair: tuple[str, str], *, size: int, binary: bool = False, cheap: float = 0.002) -> float:
    """By how much four times the text costs more, at the best of three; 4 is linear, 16 quadratic. Too cheap to measure: 0."""
    small, large = grown(pair, size, binary), grown(pair, 4 * size, binary)
    best = None
    for _ in range(3):
        spent = cost(look, large)
        if spent < cheap:
            return 0.0
        ratio = spent / max(cost(look, small), 1e-7)
        best = ratio if best is None else min(best, ratio)
        if best < 7:
            break
    return best or 0.0
