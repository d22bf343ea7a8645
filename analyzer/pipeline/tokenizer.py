"""jieba's words as spaCy tokens: an own tokenizer that cuts at the borders of numbers and starts sentences itself.

Only the clauses that hold a figure are segmented into words; other clauses of their sentences stay whole, and so do
sentences without figures, since segmenting costs more than all finders together and nothing reads the words there.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Sequence

import jieba
from spacy.tokens import Doc
from spacy.vocab import Vocab

from analyzer.lexicon import read_rows
from analyzer.pipeline.layers import Quantity
from analyzer.pipeline.reading import Reading
from analyzer.pipeline.sentences import Span, split_sentences

MARKS = "，。；：！？、\n"
MARK = re.compile(f"[{MARKS}]")
CLAUSE = re.compile(f"[^{MARKS}]+|[{MARKS}]")


@functools.cache
def segmenter() -> jieba.Tokenizer:
    """An own jieba tokenizer (never jieba's global one) that knows the units of the lexicon; loads once, about a second."""
    jieba.setLogLevel(60)
    own = jieba.Tokenizer()
    own.initialize()
    for row in read_rows("units.csv", required=("unit",)):
        if len(row["unit"]) > 1 and row["unit"].isalpha():
            own.add_word(row["unit"])
    return own


def cut_words(text: str, start: int, end: int, quantities: Sequence[Quantity]) -> Iterator[str]:
    """Words of `text[start:end]`; each quantity's borders are word borders."""
    cut = segmenter().cut
    at = start
    for quantity in quantities:
        if quantity.start > at:
            yield from cut(text[at:quantity.start], HMM=False)
        yield from cut(text[quantity.start:quantity.end], HMM=False)
        at = quantity.end
    if at < end:
        yield from cut(text[at:end], HMM=False)


def cut_clauses(text: str, start: int, end: int, quantities: Sequence[Quantity]) -> Iterator[str]:
    """The clauses of `text[start:end]`, as words where quantities stand."""
    at, number = start, 0
    while number < len(quantities):
        first = max(text.rfind(mark, at, quantities[number].start) for mark in MARKS) + 1
        if first > at:
            yield from CLAUSE.findall(text[at:first])
            at = first
        together = number + 1
        while True:
            mark = MARK.search(text, quantities[together - 1].end, end)
            stop = mark.start() if mark else end
            if together == len(quantities) or quantities[together].start >= stop:
                break
            together += 1
        yield from cut_words(text, at, stop, quantities[number:together])
        at, number = stop, together
    if at < end:
        yield from CLAUSE.findall(text[at:end])


def reading_to_doc(vocab: Vocab, reading: Reading, quantities: Iterable[Quantity]) -> tuple[Doc, list[Span]]:
    """The reading as a spaCy Doc with sentence starts set in its constructor, and the sentences' character spans."""
    text = reading.text
    sentences = split_sentences(reading)
    figures = [quantity for quantity in quantities if quantity.reason is None]
    words: list[str] = []
    starts: list[bool | int | None] = []
    at, following = 0, 0

    def add(pieces: Iterable[str], *, opens: bool = False) -> None:
        for piece in pieces:
            words.append(piece)
            starts.append(opens)
            opens = False

    for sentence in sentences:
        if at < sentence.start:
            add(CLAUSE.findall(text[at:sentence.start]))
        inside = []
        while following < len(figures) and figures[following].start < sentence.end:
            inside.append(figures[following])
            following += 1
        if inside and inside[-1].end <= sentence.end:
            add(cut_clauses(text, sentence.start, sentence.end, inside), opens=True)
        elif sentence.start < sentence.end:
            add((text[sentence.start:sentence.end],), opens=True)
        at = sentence.end
    add(CLAUSE.findall(text[at:]))
    if starts:
        starts[0] = True
    return Doc(vocab, words=words, spaces=[False] * len(words), sent_starts=starts), sentences
