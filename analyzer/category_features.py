"""What the model of categories sees of a text, or of a stretch of one: n-grams, the codebook's words, its areas, and forms.

Sentences, their pieces, clauses and figures of a document overlap: the characters are looked up once, and each stretch
takes what lies inside it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from analyzer.pipeline.ngrams import (
    START,
    Layout,
    WordList,
    count_pairs,
    find_places,
    opening_of,
    pack,
    pack_words,
    table_of,
    text_grams,
)

LONGEST = 3
CLOSING = "。）)"
ALL = (1 << 16) - 1
SHORT = 14  # characters of a text that is hardly a sentence


@dataclass(frozen=True, slots=True)
class Classifier:
    """Weights per code (columns, the last one `none`) of n-grams, of the codebook's words and of its areas."""

    codes: tuple[str, ...]
    names: tuple[str, ...]
    words: tuple[str, ...]
    areas: np.ndarray
    grams: np.ndarray
    rarity: np.ndarray
    by_gram: np.ndarray
    by_word: np.ndarray
    by_area: np.ndarray
    by_form: np.ndarray
    bias: np.ndarray
    sharpness: float
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """A pattern of texts that state no task. Each text of it has one of `marks` (one or two characters), begins with one of
    `first` and ends with one of `last` (or with CLOSING behind it): the pattern is tried on no others.
    """

    pattern: re.Pattern[str]
    marks: str = ""
    first: str = ""
    last: str = ""


# Bodies in brackets or lists, addressees, rhetoric, clauses on validity, definitions, lone words.
FORMS = tuple(Form(re.compile(pattern), *hints) for pattern, *hints in (
    (r"^[（(〔\[【](?=.*[）)〕\]】]$).*(?:牵头|责任|推进单位|配合|负责|考核|落实|支持单位|主办)", "", "（(〔[【", "）)〕]】"),
    (r"^(?>[^，。；、：（）()]{2,18}?(?:局|委|办|厅|部|部门|街道|集团|街镇|乡镇|中心|政府|公司|单位|会|院|行|署)[、，； ]?){2,}[。）)]?$",
     "", "", "局委办厅部门道团镇乡心府司位会院行署、，； "),
    (r"^(?:各|省|市|区|县).*(?:：|:)$", "", "各省市区县", "：:"),
    (r"坚强领导|各族人民|不平凡|来之不易|攻坚克难|感谢|敬意|坚信|征程|新局面|伟大|关键时期|总书记.{0,20}(?:关怀|指引|亲自|重要讲话|考察)|成绩|信心|勇气|意志",
     "坚强 各族 不平 来之 攻坚 感谢 敬意 坚信 征程 新局 伟大 键时 书记 成绩 信心 勇气 意志"),
    (r"认识到|实践表明|事实.{0,4}说明|意义|困难|挑战|形势|是.{0,12}(?:之年|时期|关键|道理|前提|结果)|我们面临|机遇",
     "识到 践表 事实 意义 困难 挑战 形势 之年 时期 关键 道理 前提 结果 面临 机遇"),
    (r"自.{0,8}(?:发布|印发|公布).{0,4}起|施行|有效期|负责解释|径向|联系电话|联系人|特此|现将|请认真|附件|反映。?$",
     "发布 印发 公布 施行 效期 责解 径向 系电 系人 特此 现将 请认 附件 反映"),
    (r"(?:，|：|^.{2,12})是?指[^导标挥定示数明引南]|简称|所称", "指 简称 所称"),
    (r"作出.{0,4}贡献|强化.{0,6}意识|真抓实干|抓落实|久久为功|咬定青山|以人民为中心|统筹兼顾|务求实效|尽力而为",
     "贡献 意识 真抓 抓落 久久 咬定 以人 筹兼 务求 尽力"),
    (r"^(?:[（(][一二三四五六七八九十\d]+[）)]|\d+[.．、]).*[的；]$", "", "", "的；"),
    (r"人类命运|和平|霸权|友谊|帝国主义|各国人民|世界人民", "人类 和平 霸权 友谊 帝国 国人 界人"),
    (rf"^.{{1,{SHORT}}}$",),
))


@dataclass(frozen=True, slots=True)
class Passages:
    """Texts laid end to end and looked up: for each length of n-grams how many known ones begin before each character, and which."""

    texts: Sequence[str]
    layout: Layout
    begins: np.ndarray
    grams: tuple[tuple[np.ndarray, np.ndarray], ...]
    places: tuple[np.ndarray, np.ndarray, np.ndarray]


@dataclass(frozen=True, slots=True)
class Stretches:
    """Parts of the texts of `passages`: which text, and the characters `first`–`last` of it; none is empty."""

    text: np.ndarray
    first: np.ndarray
    last: np.ndarray

    def __len__(self) -> int:
        return len(self.text)


def read_passages(texts: Sequence[str], model: Classifier) -> Passages:
    """The texts with their n-grams and words looked up once."""
    layout = text_grams(texts)
    sizes = np.array([len(text) + 1 for text in texts], np.int64)
    grams = []
    for length in range(1, LONGEST + 1):
        found = table_of(model.grams).find(layout.windows[length - 1]) if len(model.grams) else np.full(len(layout.windows[length - 1]), -1)
        known = found >= 0
        before = np.zeros(len(layout.owner) + 1, np.int32)
        np.cumsum(known, out=before[1:len(known) + 1])
        before[len(known) + 1:] = before[len(known)]
        grams.append((before, found[known]))
    return Passages(texts, layout, np.cumsum(sizes) - sizes + 1, tuple(grams), find_places(layout, _packed(model.words)))


def whole_texts(passages: Passages) -> Stretches:
    count = len(passages.texts)
    sizes = np.diff(passages.begins, append=len(passages.layout.owner) + 1) - 1
    return Stretches(np.arange(count), np.zeros(count, np.int64), sizes)


def describe(passages: Passages, stretches: Stretches, model: Classifier) -> tuple[sparse.csr_matrix, sparse.csr_matrix, np.ndarray]:
    """Each stretch as n-grams of length 1, codebook words of length 1, and how much each area's words weigh."""
    starts = passages.begins[stretches.text] + stretches.first
    ends = passages.begins[stretches.text] + stretches.last
    counts = _count_grams(passages, starts, ends, model)
    counts.data = (1 + np.log(counts.data)) * model.rarity[counts.indices]
    rows, numbers = _find_words(passages, stretches, starts, ends, model)
    words = count_pairs(rows, numbers, (len(stretches), len(model.words)))
    size = len(model.codes) - 1
    weights = words.data * _root_lengths(model.words)[words.indices]
    rows = np.repeat(np.arange(len(stretches)), np.diff(words.indptr))
    area = np.bincount(rows * size + model.areas[words.indices], weights, minlength=len(stretches) * size)
    area = np.log1p(area.astype(np.float32)).reshape(len(stretches), size)
    return _unit(counts), _unit(words), area / (np.linalg.norm(area, axis=1, keepdims=True) + 0.5)


def describe_texts(texts: Sequence[str], model: Classifier) -> tuple[sparse.csr_matrix, sparse.csr_matrix, np.ndarray]:
    passages = read_passages(texts, model)
    return describe(passages, whole_texts(passages), model)


def score_stretches(passages: Passages, stretches: Stretches, model: Classifier) -> np.ndarray:
    """What each stretch says for each code, without bias and forms: scores of parts add up to a context's."""
    return score_blocks(describe(passages, stretches, model), model)


def score_blocks(blocks: tuple[sparse.csr_matrix, sparse.csr_matrix, np.ndarray], model: Classifier) -> np.ndarray:
    grams, words, area = blocks
    return grams @ model.by_gram + words @ model.by_word + area @ model.by_area


def _count_grams(passages: Passages, starts: np.ndarray, ends: np.ndarray, model: Classifier) -> sparse.csr_matrix:
    """How often each n-gram stands in the stretches, each of them as if it were a text that begins with START."""
    rows, numbers = [], []
    for length, (before, known) in enumerate(passages.grams, 1):
        low = before[starts]
        counts = before[np.maximum(ends - length + 1, starts)] - low
        behind = np.cumsum(counts)
        rows.append(np.repeat(np.arange(len(starts)), counts))
        numbers.append(known[np.repeat(low - behind + counts, counts) + np.arange(len(rows[-1]))])
    opening = np.uint64(pack(START))
    one, two = passages.layout.windows[:2]
    fronts = [np.full(len(starts), opening, np.uint64), opening << np.uint64(16) | one[starts]]
    long = np.flatnonzero(ends - starts > 1)
    fronts.append(opening << np.uint64(32) | two[starts[long]])
    if len(model.grams):
        found = table_of(model.grams).find(np.concatenate(fronts))
        owners = np.concatenate([np.arange(len(starts)), np.arange(len(starts)), long])
        rows.append(owners[found >= 0])
        numbers.append(found[found >= 0])
    return count_pairs(np.concatenate(rows), np.concatenate(numbers), (len(starts), len(model.grams)))


def _find_words(passages: Passages, stretches: Stretches, starts: np.ndarray, ends: np.ndarray,
                model: Classifier) -> tuple[np.ndarray, np.ndarray]:
    """The words inside the stretches (row, word). Where a border cuts a word, what is left is searched anew: 市场|监管局."""
    first, last, numbers = passages.places
    low, high = np.searchsorted(first, starts), np.searchsorted(first, ends)
    counts = high - low
    behind = np.cumsum(counts)
    rows = np.repeat(np.arange(len(starts)), counts)
    places = np.repeat(low - behind + counts, counts) + np.arange(len(rows))
    reached = np.concatenate([[0], np.maximum.accumulate(last)])
    cut = reached[low] > starts
    cut[rows[last[places] > ends[rows]]] = True
    if not cut.any():
        return rows, numbers[places]
    again = np.flatnonzero(cut)
    texts = [passages.texts[stretches.text[row]][stretches.first[row]:stretches.last[row]] for row in again]
    layout = text_grams(texts)
    begun, _, others = find_places(layout, _packed(model.words))
    kept = ~cut[rows]
    return np.concatenate([rows[kept], again[layout.owner[begun]]]), np.concatenate([numbers[places[kept]], others])


def describe_forms(passages: Passages, stretches: Stretches) -> np.ndarray:
    """Which of FORMS each stretch has."""
    hints = _hints()
    starts = passages.begins[stretches.text] + stretches.first
    ends = passages.begins[stretches.text] + stretches.last
    codes = passages.layout.windows[0].astype(np.uint16)
    marks = hints.one[codes]
    marks[:-1] |= hints.two[opening_of(passages.layout.windows[1])]
    marked = np.flatnonzero(marks)
    edges = np.searchsorted(marked, np.stack([starts, ends], axis=1))
    possible = np.bitwise_or.reduceat(np.append(marks[marked], np.uint16(0)), edges.ravel())[::2]
    possible[edges[:, 0] == edges[:, 1]] = 0
    ending = codes[ends - 1]
    before = np.where(hints.closing[ending], hints.last[codes[ends - 2]], 0)  # of one lone character that stands before the text: no harm
    possible = (possible | hints.unmarked) & hints.first[codes[starts]] & (hints.last[ending] | before)
    found = np.zeros((len(stretches), len(FORMS)), np.float32)
    found[:, -1] = ends - starts <= SHORT
    for number, form in enumerate(FORMS[:-1]):
        for row in np.flatnonzero(possible & 1 << number).tolist():
            text = passages.texts[stretches.text[row]][stretches.first[row]:stretches.last[row]]
            found[row, number] = form.pattern.search(text) is not None
    return found * np.float32(0.5)


@dataclass(frozen=True, slots=True)
class Hints:
    """For each character (for `two`: each hash of two) the forms, as bits, that a text may have for it."""

    one: np.ndarray
    two: np.ndarray
    first: np.ndarray
    last: np.ndarray
    closing: np.ndarray
    unmarked: np.uint16


@functools.cache
def _hints() -> Hints:
    one, two, first, last = np.zeros((4, 1 << 16), np.uint16)
    unmarked = 0
    for number, form in enumerate(FORMS):
        bit = np.uint16(1 << number)
        unmarked |= 0 if form.marks else int(bit)
        for mark in form.marks.split():
            table, place = (one, pack(mark)) if len(mark) == 1 else (two, int(opening_of(np.array([pack(mark)], np.uint64))[0]))
            table[place] |= bit
        for table, chars in ((first, form.first), (last, form.last)):
            table[[pack(char) for char in chars] if chars else slice(None)] |= bit
    last[ord("\n")] = ALL
    closing = np.zeros(1 << 16, bool)
    closing[[pack(char) for char in CLOSING]] = True
    return Hints(one, two, first, last, closing, np.uint16(unmarked))


@functools.lru_cache(maxsize=4)
def _root_lengths(words: tuple[str, ...]) -> np.ndarray:
    return np.sqrt(np.array([len(word) for word in words], np.float32))


@functools.lru_cache(maxsize=4)
def _packed(words: tuple[str, ...]) -> WordList:
    return pack_words(words)


def _unit(matrix: sparse.csr_matrix) -> sparse.csr_matrix:
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    length = np.sqrt(np.bincount(rows, weights=matrix.data ** 2, minlength=matrix.shape[0]))
    matrix.data = (matrix.data / np.maximum(length, 1e-6)[rows]).astype(np.float32)
    return matrix
