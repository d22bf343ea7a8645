"""Every reason that the code can give has a Chinese name: the reasons are read from the code itself."""

from __future__ import annotations

import ast
import inspect

from analyzer import verdicts
from analyzer.export.comparison import REASONS, VERDICT_NAMES
from analyzer.pipeline import judging
from analyzer.ui.reasons import _CHINESE


def _returned(module, kind: str) -> set[str]:
    """All plain texts that the functions of a module that give `kind` return, also as a part of a tuple or a choice."""
    functions = (node for node in ast.walk(ast.parse(inspect.getsource(module))) if isinstance(node, ast.FunctionDef))
    returns = (node.value for function in functions if function.returns and ast.unparse(function.returns).startswith(kind)
               for node in ast.walk(function) if isinstance(node, ast.Return) and node.value)
    return {part.value for value in returns for part in ast.walk(value) if isinstance(part, ast.Constant) and isinstance(part.value, str)}


def test_every_reason_for_leaving_a_number_out():
    given = {text for text in _returned(judging, "str | None") if text.isascii() and text.replace(" ", "").isalpha()}
    assert len(given) > 20 and given <= _CHINESE.keys()


def test_every_reason_for_a_verdict():
    given = _returned(verdicts, "tuple[str")
    assert len(given) > 8 and given <= REASONS.keys() | VERDICT_NAMES.keys()
    assert {"no statement", "not due"} <= REASONS.keys()  # which the following of targets adds
