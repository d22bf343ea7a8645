"""The analysis in a supervised child process, for programs that must outlive any document: the command line and the app's queue."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from analyzer.ingest.sandbox import Limits, run_limited
from analyzer.records import Analysis, Document

if TYPE_CHECKING:
    from analyzer.categories import Classifier

LIMITS = Limits(seconds=900)


def analyze_apart(document: Document, *, codebook: str | None = None, infer: bool = False, name: str = "", limits: Limits = LIMITS) -> Analysis:
    """`analyze(document)` with the codebook at a path; this process stays small, and what else is under way in it goes on.

    Raises UnreadableDocument naming `name` (else the document) when the analysis takes too long or needs too much memory.
    """
    analysis = run_limited(_analyze_here, document, codebook, infer, name=name or document.name, limits=limits)
    assert isinstance(analysis, Analysis)
    return replace(analysis, document=document)


def _analyze_here(document: Document, codebook: str | None, infer: bool) -> Analysis:
    from analyzer.analysis import analyze  # in the child alone: spaCy and the models are most of the memory

    analysis = analyze(document, classifier=choose_classifier(codebook), infer_departments=infer)
    return replace(analysis, document=Document(document.name, ""))  # the caller has it already


def count_words_apart(document: Document, *, limits: Limits = LIMITS) -> Counter[str]:
    """`analyzer.words.count_words(document)`, so that neither jieba's dictionary nor spaCy is loaded here. Raises UnreadableDocument."""
    return Counter(run_limited(_count_here, document, name=document.name, limits=limits))


def _count_here(document: Document) -> dict[str, int]:
    from analyzer.words import count_words

    return dict(count_words(document))


def choose_classifier(codebook: str | None) -> Classifier:
    """The classifier for a codebook of one's own: the one trained for it, else its words alone; the default one where it is as the default."""
    from analyzer.categories import load_classifier, load_codebook, words_alone

    if codebook:
        own, model = load_codebook(codebook), Path(codebook).parent / "models" / "categories.npz"
        if model.is_file():  # trained for this codebook: python -m analyzer train --codebook …
            return load_classifier(model)
        if own.codes != load_codebook().codes or own.keywords() != load_codebook().keywords():
            return words_alone(own)
    return load_classifier()
