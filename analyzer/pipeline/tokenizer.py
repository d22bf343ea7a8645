"""jieba's words as spaCy tokens: an own tokenizer that cuts at the borders of numbers and starts sentences itself."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence

import jieba
from spacy.tokens import Doc
from spacy.vocab import Vocab

from analyzer.lexicon import read_rows, read_yaml, split
from analyzer.pipeline.layers import Quantity
from analyzer.pipeline.reading import Reading
from analyzer.pipeline.sentences import Span


@functools.cache
def segmenter(*, terms: bool = False) -> jieba.Tokenizer:
    """An own jieba tokenizer (never jieba's global one) that knows the units of the lexicon; loads once, about a second.

    With `terms`, the names of indicators and the codebook's words stay whole too: 保障性租赁住房 is one word then.
    """
    jieba.setLogLevel(60)
    own = jieba.Tokenizer()
    own.initialize()
    words = [row["unit"] for row in read_rows("units.csv", required=("unit",)) if row["unit"].isalpha()]
    if terms:
        verbs = tuple(row["verb"] for row in read_rows("actions.csv", required=("verb",)))
        names = (name for row in read_rows("indicators.csv", required=("name", "aliases")) for name in (row["name"], *split(row["aliases"])))
        words += [name for name in names if not name.startswith(verbs)]  # 改造老旧小区 stays two words
        words += [str(word) for row in read_yaml("categories.yaml") for word in row["keywords"]]
    for word in words:
        if len(word) > 1:
            own.add_word(word)
    return own


def cut_words(text: str, start: int, end: int, quantities: Sequence[Quantity], *, terms: bool = False) -> Iterator[str]:
    """Words of `text[start:end]`; each quantity's borders are word borders."""
    edges = sorted({start, end, *(edge for quantity in quantities for edge in (quantity.start, quantity.end) if start < edge < end)})
    for low, high in zip(edges, edges[1:], strict=False):
        yield from segmenter(terms=terms).cut(text[low:high], HMM=False)


def reading_to_doc(vocab: Vocab, reading: Reading, sentences: Iterable[Span], figures: Sequence[Quantity], *, terms: bool = True) -> Doc:
    """The reading as a spaCy Doc, sentence starts set in its constructor (token by token they would cost quadratic time)."""
    text = reading.text
    words: list[str] = []
    starts: list[bool | int | None] = []
    at, first = 0, 0
    stretches = []
    for sentence in sentences:
        stretches += [(at, sentence.start), (sentence.start, sentence.end)]
        at = sentence.end
    for start, end in (*stretches, (at, len(text))):
        last = first
        while last < len(figures) and figures[last].start < end:
            last += 1
        inside = len(words)
        words += cut_words(text, start, end, figures[first:last], terms=terms)
        starts += [number == inside for number in range(inside, len(words))]
        first = last
    return Doc(vocab, words=words, spaces=[False] * len(words), sent_starts=starts)
