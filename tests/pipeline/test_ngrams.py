"""Vocabularies and words found by tables of hashes are those that a plain search finds."""

from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.pipeline.ngrams import START, find_places, make_table, pack, pack_all, pack_words, text_grams, unpack

TEXT = st.text(alphabet="甲乙丙丁，12a", max_size=12)
WORD = st.text(alphabet="甲乙丙丁", min_size=2, max_size=7)


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXT, min_size=1, max_size=5), st.lists(st.text(alphabet="甲乙丙，0a", min_size=1, max_size=4), min_size=1, max_size=20, unique=True))
def test_counts_are_plain_counts(texts, grams):
    vocabulary = np.unique(np.array([pack(gram) for gram in grams], np.uint64))
    counts = text_grams(texts).count(vocabulary).toarray()
    for row, text in enumerate(texts):
        folded = START + "".join("0" if char in "12" else char for char in text)
        for column, key in enumerate(vocabulary):
            gram = unpack(int(key))
            assert counts[row, column] == sum(folded.startswith(gram, at) for at in range(len(folded)))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(alphabet="甲乙丙丁", max_size=14), min_size=1, max_size=4), st.lists(WORD, min_size=1, max_size=12, unique=True))
def test_words_inside_longer_words_do_not_count(texts, words):
    layout = text_grams(texts)
    places = list(zip(*(column.tolist() for column in find_places(layout, pack_words(words))), strict=True))
    assert all(end - start == len(words[number]) for start, end, number in places)
    counts = Counter((int(layout.owner[start]), number) for start, _, number in places)
    for row, text in enumerate(texts):
        spans = [(at, at + len(word), word) for word in words for at in range(len(text)) if text.startswith(word, at)]
        for column, word in enumerate(words):
            own = [span for span in spans if span[2] == word]
            inside = [span for span in own if any(o[0] <= span[0] and span[1] <= o[1] and len(o[2]) > len(word) for o in spans)]
            assert counts[row, column] == len(own) - len(inside)


@settings(max_examples=30, deadline=None)
@given(st.sets(st.integers(0, 2**64 - 1), max_size=300), st.lists(st.integers(0, 2**64 - 1), max_size=50))
def test_a_table_finds_its_keys_and_no_others(keys, others):
    vocabulary = np.array(sorted(keys), np.uint64)
    asked = np.array([*sorted(keys), *others], np.uint64)
    found = make_table(vocabulary).find(asked)
    place = {key: number for number, key in enumerate(sorted(keys))}
    assert found.tolist() == [place.get(int(key), -1) for key in asked]


def test_many_are_packed_as_one_is():
    grams = ["a", "Ａ改", "老旧小区", "3个,", "\U00020000套", "％"]
    assert pack_all(grams).tolist() == [pack(gram) for gram in grams]
    assert pack_all([]).tolist() == []
