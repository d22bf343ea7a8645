"""Segmenters and parsers to measure the analysis against, those that are installed; none of them is a dependency.

    pip install rjieba jionlp recognizers-text-suite "emoji<2"
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

Peer = tuple[str, Callable[[str], Any], int]
"""Name, what it does with a text, and how many texts it can be given without making everybody wait."""

ALL = 1_000_000


def find_peers() -> Iterator[Peer]:
    """The peers in order; what is not installed, or does not start, is said and left out."""
    for find in (_find_jieba, _find_rjieba, _find_jionlp, _find_recognizers):
        try:
            yield from find()
        except ImportError as error:
            print(f"{find.__name__.removeprefix('_find_')}: not installed ({error})")


def _find_jieba() -> Iterator[Peer]:
    import jieba

    jieba.setLogLevel(60)
    jieba.initialize()
    yield "jieba.lcut", jieba.lcut, ALL


def _find_rjieba() -> Iterator[Peer]:
    import rjieba

    yield "rjieba.cut", rjieba.cut, ALL


def _find_jionlp() -> Iterator[Peer]:
    import jionlp

    yield "JioNLP times", jionlp.ner.extract_time, ALL
    yield "JioNLP times and money", lambda text: (jionlp.ner.extract_time(text), jionlp.ner.extract_money(text)), ALL


def _find_recognizers() -> Iterator[Peer]:
    from recognizers_date_time import recognize_datetime
    from recognizers_number import Culture, recognize_number, recognize_percentage
    from recognizers_number_with_unit import recognize_currency, recognize_dimension

    every = (recognize_number, recognize_percentage, recognize_currency, recognize_dimension, recognize_datetime)
    yield "Recognizers-Text numbers", lambda text: recognize_number(text, Culture.Chinese), 20
    yield "Recognizers-Text numbers, units, times", lambda text: [recognize(text, Culture.Chinese) for recognize in every], 20
