"""What unlabelled documents teach the model of categories: where labelled sentences stand, and which words go together."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from analyzer.categories import load_codebook, words_alone
from analyzer.category_features import LONGEST_GRAM, describe_texts
from analyzer.errors import AnalyzerError
from analyzer.ingest import read_document
from analyzer.pipeline.context import read_context
from analyzer.pipeline.ngrams import common_grams, text_grams
from analyzer.pipeline.reading import Reading, read_text
from analyzer.pipeline.sentences import Span, split_sentences

TOPICS = 150
COMMON = 25  # sentences that an n-gram must occur in to tell of topics
SHORTEST, LONGEST = 8, 300  # characters of the sentences that topics are learned from
MOST = 90_000  # sentences; of more, evenly chosen ones
READABLE = (".txt", ".md", ".docx", ".html", ".htm")


@dataclass(frozen=True, slots=True)
class Place:
    """A document's sentences in order, with the line and the headings of each."""

    title: str
    texts: list[str]
    lines: list[int]
    sections: list[tuple[str, ...]]

    def find(self, text: str) -> int | None:
        """The first sentence that is `text`, or that begins or holds most of it."""
        if text in self.texts:
            return self.texts.index(text)
        short = text.rstrip("。；！？")[:30]
        return next((number for number, other in enumerate(self.texts) if short in other), None)


@dataclass(frozen=True, slots=True)
class Topics:
    """Directions (rows of `axes`) among n-grams along which the sentences of many documents differ most."""

    grams: np.ndarray
    rarity: np.ndarray
    axes: np.ndarray


def read_places(folders: Sequence[Path]) -> dict[str, Place]:
    """Every readable document below the folders by its file name without ending; what cannot be read is left out."""
    places: dict[str, Place] = {}
    for file in sorted(file for folder in folders for file in Path(folder).rglob("*") if file.suffix.lower() in READABLE):
        if file.stem in places:
            continue
        try:
            reading, spans, title = read_sentences(file)
        except AnalyzerError:
            continue
        places[file.stem] = Place(title, [reading.text[span.start:span.end] for span in spans],
                                  [span.line for span in spans], [reading.lines[span.line].section for span in spans])
    return places


def read_sentences(file: Path) -> tuple[Reading, list[Span], str]:
    """A document's reading, its sentences, and the title that an analysis judges by. Raises AnalyzerError for what cannot be read."""
    document = read_document(file)
    reading = read_text(document)
    return reading, split_sentences(reading), read_context(document, reading).title


def find_topics(texts: Sequence[str]) -> Topics | None:
    """Latent semantic analysis of unlabelled sentences; None where they are too few to tell."""
    from sklearn.decomposition import TruncatedSVD

    texts = list(dict.fromkeys(text for text in texts if SHORTEST <= len(text) <= LONGEST))
    texts = texts[::len(texts) // MOST + 1]
    grams = common_grams(texts, at_least=COMMON, longest=LONGEST_GRAM)
    if len(grams) <= TOPICS or len(texts) <= TOPICS:
        return None
    spread = np.asarray((text_grams(texts).count(grams, longest=LONGEST_GRAM) > 0).sum(axis=0)).ravel()
    rarity = (np.log((1 + len(texts)) / (1 + spread)) + 1).astype(np.float32)
    empty = words_alone(load_codebook())
    frame = dataclasses.replace(empty, grams=grams, rarity=np.append(rarity, empty.rarity))
    rows = describe_texts(texts, frame)[0][:, :len(grams)]
    model = TruncatedSVD(TOPICS, n_iter=2, random_state=0).fit(rows)
    return Topics(grams, rarity, model.components_.astype(np.float32))
