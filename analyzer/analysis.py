"""`analyze(document)`: the whole flow from a Document to its figures, commitments and sentences."""

from __future__ import annotations

import contextlib
import functools
import gc
from collections.abc import Iterator

from threadpoolctl import ThreadpoolController

from analyzer import __version__
from analyzer.assembly import layers_to_commitments, layers_to_figures, layers_to_rejected, layers_to_sentences
from analyzer.categories import Classifier, load_classifier
from analyzer.document_areas import read_areas
from analyzer.pipeline.flow import read_layers
from analyzer.records import Analysis, Document


def analyze(document: Document, *, infer_departments: bool = False, classifier: Classifier | None = None) -> Analysis:
    """Everything that the document says in quantities and promises.

    `infer_departments` adds likely bodies, marked `inferred`, where the text names none.
    `classifier` replaces the default codebook's one (`analyzer.categories.load_classifier(path)`).
    """
    classifier = classifier or load_classifier()
    with _no_collection(), _libraries().limit(limits=1):
        layers = read_layers(document)
        sentences = layers_to_sentences(layers)
        areas = read_areas(layers, classifier)
        figures = layers_to_figures(layers, infer=infer_departments, areas=areas)
        commitments = layers_to_commitments(layers, sentences, figures, infer=infer_departments, areas=areas)
        return Analysis(document, figures, commitments, sentences, layers_to_rejected(layers), layers.context.genre, __version__, classifier.digest)


@functools.cache
def _libraries() -> ThreadpoolController:
    """What multiplies matrices. A document's are small: a second thread only waits for them, which cost a third more processor time."""
    return ThreadpoolController()


@contextlib.contextmanager
def _no_collection() -> Iterator[None]:
    """Looking for cycles among millions of living records made a long text a quarter dearer a character than short ones."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
