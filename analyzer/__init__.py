"""Chinese government policy documents → quantified targets, commitments, categories and responsible departments.

>>> from analyzer import analyze, read_document
>>> analysis = analyze(read_document("corpus/example.txt"))
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analyzer.analysis import analyze
    from analyzer.errors import AnalyzerError
    from analyzer.ingest import read_document
    from analyzer.records import Analysis, Commitment, Document, Figure

__version__ = "0.1.0"
__all__ = ["Analysis", "AnalyzerError", "Commitment", "Document", "Figure", "analyze", "read_document"]

_HOME = {"analyze": "analysis", "read_document": "ingest", "AnalyzerError": "errors",
         "Analysis": "records", "Commitment": "records", "Document": "records", "Figure": "records"}


def __getattr__(name: str) -> Any:  # `import analyzer` stays fast: a part loads when it is first used
    if name in _HOME:
        return getattr(importlib.import_module(f"analyzer.{_HOME[name]}"), name)
    raise AttributeError(f"module 'analyzer' has no attribute {name!r}")
