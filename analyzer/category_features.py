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
    spread,
    table_of,
    text_grams,
)

LONGEST = 3
CLOSING = "。）)"
ALL = (1 << 16) - 1
SHORT = 14  # characters of a text that is hardly a sentence


@dataclass(frozen=True, slots=True)
class Classifier:
    """Weights per code (columns, the last one `none`) of n-grams and the codebook's words (`by_term`), of its areas and of forms.

    `rarity` is the weight of each n-gram, and 0 for each word.
    """

    codes: tuple[str, ...]
    names: tuple[str, ...]
    words: tuple[str, ...]
    areas: np.ndarray
    grams: np.ndarray
    rarity: np.ndarray
    by_term: np.ndarray
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


TRIED = np.uint16((1 << len(FORMS) - 1) - 1)


@dataclass(frozen=True, slots=True)
class Passages:
    """Texts laid end to end (`begins`: the first character of each) and looked up.

    `known` are the numbers of the known n-grams, those of one character first, `before` how many of them come before each
    place in the layout, the places for longer ones following; `words` are start, end and number of the codebook's words.
    """

    texts: Sequence[str]
    layout: Layout
    begins: np.ndarray
    before: np.ndarray
    known: np.ndarray
    words: tuple[np.ndarray, np.ndarray, np.ndarray]


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
    found = table_of(model.grams).find(np.concatenate(layout.windows[:LONGEST]))
    known = found >= 0
    before = np.zeros(len(known) + 2, np.int32)  # the last place twice: a lone character at the end of all has no place for three
    np.cumsum(known, out=before[1:-1])
    before[-1] = before[-2]
    return Passages(texts, layout, np.cumsum(sizes) - sizes + 1, before, found[known], find_places(layout, _packed(model.words)))


def whole_texts(passages: Passages) -> Stretches:
    count = len(passages.texts)
    sizes = np.diff(passages.begins, append=len(passages.layout.owner) + 1) - 1
    return Stretches(np.arange(count), np.zeros(count, np.int64), sizes)


def join_stretches(*several: Stretches) -> Stretches:
    return Stretches(*(np.concatenate([getattr(one, field) for one in several]) for field in ("text", "first", "last")))


def describe(passages: Passages, stretches: Stretches, model: Classifier) -> tuple[sparse.csr_matrix, np.ndarray]:
    """Each stretch as n-grams of length 1 beside the codebook's words of length 1, and how much each area's words weigh."""
    size, grams = len(model.codes) - 1, len(model.grams)
    terms = _count_terms(passages, stretches, model)
    words = np.flatnonzero(terms.indices >= grams)
    numbers, often, owners = terms.indices[words] - grams, terms.data[words], np.searchsorted(terms.indptr, words, side="right") - 1
    area = np.bincount(owners * size + model.areas[numbers], often * _root_lengths(model.words)[numbers], minlength=len(stretches) * size)
    area = np.log1p(area.astype(np.float32)).reshape(len(stretches), size)
    values = model.rarity.take(terms.indices)
    again = np.flatnonzero(terms.data > 1)
    values[again] *= 1 + np.log(terms.data[again])
    squares = np.concatenate([[0.0], np.cumsum(values * values, dtype=np.float64)])
    values *= np.repeat(_shorten(np.diff(squares[terms.indptr])), np.diff(terms.indptr))
    values[words] = often * _shorten(np.bincount(owners, often * often, minlength=len(stretches)))[owners]
    terms.data = values
    return terms, area / (np.linalg.norm(area, axis=1, keepdims=True) + 0.5)


def describe_texts(texts: Sequence[str], model: Classifier) -> tuple[sparse.csr_matrix, np.ndarray]:
    passages = read_passages(texts, model)
    return describe(passages, whole_texts(passages), model)


def score_stretches(passages: Passages, stretches: Stretches, model: Classifier) -> np.ndarray:
    """What each stretch says for each code, without bias and forms: scores of parts add up to a context's."""
    terms, areas = describe(passages, stretches, model)
    return terms @ model.by_term + areas @ model.by_area


def lean(passages: Passages, stretches: Stretches, model: Classifier) -> np.ndarray:
    """What speaks for each code before any word is read: the bias, and the form of the text."""
    return describe_forms(passages, stretches) @ model.by_form + model.bias


def _shorten(squares: np.ndarray) -> np.ndarray:
    """By what rows are multiplied to have length 1."""
    return (1 / np.maximum(np.sqrt(squares), 1e-6)).astype(np.float32)


def _count_terms(passages: Passages, stretches: Stretches, model: Classifier) -> sparse.csr_matrix:
    """How often each n-gram and each word stands in the stretches, each of them as if it were a text that begins with START."""
    starts = passages.begins[stretches.text] + stretches.first
    ends = passages.begins[stretches.text] + stretches.last
    rows, numbers = _find_words(passages, stretches, starts, ends, model)
    size = len(passages.layout.owner)
    shift = np.cumsum([0, size, size - 1])
    low = passages.before[starts[:, None] + shift].ravel()
    behind = np.maximum(ends[:, None] - np.arange(LONGEST), starts[:, None])
    inside, places = spread(low, passages.before[behind + shift].ravel())
    opening = np.uint64(pack(START))
    one, two = passages.layout.windows[:2]
    long = np.flatnonzero(ends - starts > 1)
    fronts = [np.full(len(starts), opening, np.uint64), opening << np.uint64(16) | one[starts], opening << np.uint64(32) | two[starts[long]]]
    found = table_of(model.grams).find(np.concatenate(fronts))
    known = np.flatnonzero(found >= 0)
    owners = np.concatenate([np.arange(len(starts)), np.arange(len(starts)), long])[known]
    columns = np.concatenate([passages.known.take(places), found[known], numbers + len(model.grams)])
    return count_pairs(np.concatenate([inside // LONGEST, owners, rows]), columns, (len(starts), len(model.rarity)))


def _find_words(passages: Passages, stretches: Stretches, starts: np.ndarray, ends: np.ndarray,
                model: Classifier) -> tuple[np.ndarray, np.ndarray]:
    """The words inside the stretches (row, word). Where a border cuts a word, what is left is searched anew: 市场|监管局."""
    first, last, numbers = passages.words
    low = np.searchsorted(first, starts)
    rows, places = spread(low, np.searchsorted(first, ends))
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
    marks = hints.one.take(codes)
    marks[:-1] |= hints.two.take(opening_of(passages.layout.windows[1]))
    marked = np.flatnonzero(marks)
    edges = np.searchsorted(marked, np.stack([starts, ends], axis=1))
    possible = np.bitwise_or.reduceat(np.append(marks[marked], np.uint16(0)), edges.ravel())[::2]
    possible[edges[:, 0] == edges[:, 1]] = 0
    ending = codes[ends - 1]
    before = np.where(hints.closing[ending], hints.last[codes[ends - 2]], 0)  # of one lone character that stands before the text: no harm
    possible = (possible | hints.unmarked) & hints.first[codes[starts]] & (hints.last[ending] | before)
    found = np.zeros((len(stretches), len(FORMS)), np.float32)
    found[:, -1] = ends - starts <= SHORT
    rows = np.flatnonzero(possible & TRIED)
    for row, bits in zip(rows.tolist(), possible[rows].tolist(), strict=True):
        text = passages.texts[stretches.text[row]][stretches.first[row]:stretches.last[row]]
        for number, form in enumerate(FORMS[:-1]):
            if bits >> number & 1 and form.pattern.search(text):
                found[row, number] = 1
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

