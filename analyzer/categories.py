"""Which policy area a sentence or a figure belongs to: a linear model over character n-grams and the codebook's words.

>>> classify(["新开工改造老旧小区1200个。"])[0].code  # doctest: +SKIP
'renewal'
"""

from __future__ import annotations

import csv
import functools
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import sparse

from analyzer import lexicon
from analyzer.errors import LexiconError, ModelError
from analyzer.pipeline.ngrams import find_words, pack_words, text_grams, unpack

NONE = "none"  # the label of a sentence that states no task or field; records carry None
MODEL = "categories.npz"
FORMAT = 2
ARRAYS = ("areas", "grams", "rarity", "by_gram", "by_word", "by_area", "by_form", "bias")
LONGEST = 3
FAINT = 0.05  # words that weigh less than this against the strongest one explain nothing
SECOND = 0.2  # a second code is named from this probability on
# How much each part of a context says, against the text itself with 1.
SECTION, TITLE, SENTENCE, CLAUSE = 0.1, 0.1, 0.5, 1.0
FIGURE_SECTION, FIGURE_TITLE = 0.3, 0.3
NEAR, PARAGRAPH = 0.2, 0.4  # all sentences up to two away together; all others of the paragraph together
# Forms of texts that state no task: bodies in brackets or lists, addressees, rhetoric, clauses on validity, definitions.
FORMS = tuple(re.compile(pattern) for pattern in (
    r"^[（(〔\[【](?=.*[）)〕\]】]$).*(?:牵头|责任|推进单位|配合|负责|考核|落实|支持单位|主办)",
    r"^(?>[^，。；、：（）()]{2,18}?(?:局|委|办|厅|部|部门|街道|集团|街镇|乡镇|中心|政府|公司|单位|会|院|行|署)[、，； ]?){2,}[。）)]?$",
    r"^(?:各|省|市|区|县).*(?:：|:)$",
    r"坚强领导|各族人民|不平凡|来之不易|攻坚克难|感谢|敬意|坚信|征程|新局面|伟大|关键时期|总书记.{0,20}(?:关怀|指引|亲自|重要讲话|考察)|成绩|信心|勇气|意志",
    r"认识到|实践表明|事实.{0,4}说明|意义|困难|挑战|形势|是.{0,12}(?:之年|时期|关键|道理|前提|结果)|我们面临|机遇",
    r"自.{0,8}(?:发布|印发|公布).{0,4}起|施行|有效期|负责解释|径向|联系电话|联系人|特此|现将|请认真|附件|反映。?$",
    r"(?:，|：|^.{2,12})是?指[^导标挥定示数明引南]|简称|所称",
    r"作出.{0,4}贡献|强化.{0,6}意识|真抓实干|抓落实|久久为功|咬定青山|以人民为中心|统筹兼顾|务求实效|尽力而为",
    r"^(?:[（(][一二三四五六七八九十\d]+[）)]|\d+[.．、]).*[的；]$",
    r"人类命运|和平|霸权|友谊|帝国主义|各国人民|世界人民",
    r"^.{1,14}$",
))
Part = tuple[str, float]
CLAUSE_ENDS = "，；：。！？"


@dataclass(frozen=True, slots=True)
class Category:
    """One code of a codebook with its names, what it covers and the words that speak for it."""

    code: str
    zh: str
    en: str
    covers: str
    keywords: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Codebook:
    categories: tuple[Category, ...]
    digest: str

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(category.code for category in self.categories)

    def keywords(self) -> list[tuple[str, int]]:
        """Every keyword with the number of its category, in the order of the codebook."""
        return [(word, number) for number, category in enumerate(self.categories) for word in category.keywords]


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
class Classified:
    """`code` is None where the text states no task or field; `words` are those that spoke for the code."""

    code: str | None
    second: str | None
    probability: float
    words: tuple[str, ...] = ()


def load_codebook(path: str | Path | None = None) -> Codebook:
    """The default codebook, or a user's own. Raises LexiconError, naming the row, where it contradicts itself."""
    place = Path(path) if path else lexicon.data_path("categories.yaml")
    try:
        rows = lexicon.read_yaml(place) if place.suffix.lower() in (".yaml", ".yml") else read_table(place)
    except OSError as error:
        raise LexiconError(f"{place}: cannot be read: {error.strerror}", f"{place}：无法读取：{error.strerror}") from error
    return check_codebook(rows, place)


def read_table(path: Path) -> list[dict]:
    """Rows of a JSONL, TSV, CSV or XLSX file (its first sheet) as dicts. Raises LexiconError for what is no such table."""
    kind = path.suffix.lower()
    try:
        if kind == ".jsonl":
            return [json.loads(line) for line in path.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
        if kind in (".tsv", ".csv"):
            with path.open(encoding="utf-8-sig", newline="") as lines:
                return list(csv.DictReader(lines, delimiter="\t" if kind == ".tsv" else ","))
        if kind == ".xlsx":
            from python_calamine import CalamineWorkbook

            head, *rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python() or [[]]
            return [dict(zip(map(str, head), row, strict=False)) for row in rows if any(row)]
    except Exception as error:  # the readers raise errors of their own for broken files; all mean the same to the user
        raise LexiconError(f"{path.name}: cannot be read as a table: {error}", f"{path.name}：无法作为表格读取：{error}") from error
    raise LexiconError(f"{path.name}: tables are JSONL, TSV, CSV or XLSX", f"{path.name}：表格应为 JSONL、TSV、CSV 或 XLSX")


def check_codebook(rows: object, path: Path) -> Codebook:
    """Rows of `code`, `zh`, `en`, `covers`, `keywords` as a codebook; `path` is named in messages."""
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows) or len(rows) < 2:
        raise LexiconError(f"{path.name}: a codebook is a list of at least two codes",
                           f"{path.name}：编码本应是至少含两个代码的列表")
    categories: list[Category] = []
    owner: dict[str, str] = {}
    for number, row in enumerate(rows, 1):
        code = str(row.get("code") or "").strip()
        if not code or code == NONE:
            raise lexicon.fault(path, number, f"code is empty or {NONE!r}", f"代码为空或为 {NONE}")
        if code in {category.code for category in categories}:
            raise lexicon.fault(path, number, f"duplicate code {code!r}", f"代码 {code} 重复")
        words = row.get("keywords") or []
        if isinstance(words, str):
            words = re.split(r"[、,，|;；\s]+", words)
        if not isinstance(words, list):
            raise lexicon.fault(path, number, "keywords must be a list", "关键词应为列表")
        words = tuple(dict.fromkeys(word for word in (str(word).strip() for word in words) if len(word) > 1))
        for word in words:
            if owner.setdefault(word, code) != code:
                raise lexicon.fault(path, number, f"keyword {word!r} already belongs to {owner[word]!r}",
                                    f"关键词 {word} 已属于 {owner[word]}")
        zh = str(row.get("zh") or code)
        categories.append(Category(code, zh, str(row.get("en") or code), str(row.get("covers") or ""), words))
    content = json.dumps([[c.code, c.zh, c.covers, *c.keywords] for c in categories], ensure_ascii=False)
    return Codebook(tuple(categories), hashlib.sha256(content.encode()).hexdigest()[:12])


def sentence_parts(text: str, *, section: Sequence[str] = (), title: str | None = None, near: Sequence[str] = (),
                   paragraph: Sequence[str] = ()) -> list[Part]:
    """What a sentence's category is judged by: itself, its headings, the sentences beside it and of its paragraph."""
    parts = [(text, 1.0), (" ".join(section[-1:]), SECTION), (title or "", TITLE)]
    parts += [(other, NEAR / len(near)) for other in near]
    return parts + [(other, PARAGRAPH / len(paragraph)) for other in paragraph]


def neighbours(texts: Sequence[str], lines: Sequence[int], number: int, *, reach: int = 8) -> tuple[list[str], list[str]]:
    """`near` and `paragraph` for sentence `number` of a document's sentences, `lines` telling which line each is of."""
    near = [texts[other] for other in range(max(0, number - 2), min(len(texts), number + 3)) if other != number]
    around = range(max(0, number - reach), min(len(texts), number + reach + 1))
    return near, [texts[other] for other in around if other != number and lines[other] == lines[number]]


def figure_parts(clause: str, *, indicator: str | None = None, sentence: str = "", section: Sequence[str] = (),
                 title: str | None = None) -> list[Part]:
    """What a figure's category is judged by: the indicator and its clause most, the sentence and the headings less."""
    return [(indicator or clause, 1.0), (clause, CLAUSE), (sentence, SENTENCE),
            (" ".join(section[-2:]), FIGURE_SECTION), (title or "", FIGURE_TITLE)]


def clause_around(text: str, start: int, end: int, first: int, last: int) -> str:
    """The words between the marks of punctuation around `start`–`end`, inside `first`–`last`: the same to learn from and to judge."""
    left = max(text.rfind(mark, first, start) for mark in CLAUSE_ENDS) + 1
    rights = [at for mark in CLAUSE_ENDS if (at := text.find(mark, end, last)) >= 0]
    return text[max(first, left):min(rights, default=last)]


def classify(items: Sequence[str | Sequence[Part]], *, classifier: Classifier | None = None,
             explain: bool = True, allow_none: bool = True) -> list[Classified]:
    """The category of each item, a text or a list of weighted parts (`sentence_parts`, `figure_parts`).

    Without a model, the codebook's words alone decide. `explain=False` leaves `words` empty and is faster;
    `allow_none=False` gives every item a code (a figure always belongs to a field).
    """
    classifier = classifier or load_classifier()
    if not items:
        return []
    parts = [[(item, 1.0)] if isinstance(item, str) else item for item in items]
    texts = list(dict.fromkeys(text for item in parts for text, _ in item if text))
    place = {text: number for number, text in enumerate(texts)}
    blocks = describe(texts, classifier)
    alone = blocks[0] @ classifier.by_gram + blocks[1] @ classifier.by_word + blocks[2] @ classifier.by_area
    mixing = _mixing(parts, place)
    scores = mixing @ alone + classifier.bias + describe_forms([item[0][0] for item in parts]) @ classifier.by_form
    if not allow_none:
        scores[:, classifier.codes.index(NONE)] = -np.inf
    chances = soften(scores * classifier.sharpness)
    order = np.argsort(-chances, axis=1)[:, :2]
    found = []
    two = np.take_along_axis(chances, order, axis=1)
    for item, (best, next_best), (chance, next_chance) in zip(parts, order.tolist(), two.tolist(), strict=True):
        code, second = classifier.codes[best], classifier.codes[next_best]
        other = second if next_chance >= SECOND and NONE not in (code, second) else None
        words = _explain(item[0][0], blocks, place[item[0][0]], best, classifier) if explain and code != NONE and item[0][0] else ()
        found.append(Classified(None if code == NONE else code, other, chance, words))
    return found


def describe(texts: Sequence[str], classifier: Classifier) -> tuple[sparse.csr_matrix, sparse.csr_matrix, np.ndarray]:
    """Each text as n-grams of length 1, codebook words of length 1, and how much each area's words weigh."""
    layout = text_grams(texts)
    counts = layout.count(classifier.grams, longest=LONGEST)
    counts.data = (1 + np.log(counts.data)) * classifier.rarity[counts.indices]
    words = find_words(layout, _packed(classifier.words))
    size = len(classifier.codes) - 1
    weights = words.data * _root_lengths(classifier.words)[words.indices]
    rows = np.repeat(np.arange(len(texts)), np.diff(words.indptr))
    area = np.bincount(rows * size + classifier.areas[words.indices], weights, minlength=len(texts) * size)
    area = np.log1p(area.astype(np.float32)).reshape(len(texts), size)
    area = area / (np.linalg.norm(area, axis=1, keepdims=True) + 0.5)
    return _unit(counts), _unit(words), area


def describe_forms(texts: Sequence[str]) -> np.ndarray:
    """Which of FORMS each text has."""
    return np.array([[form.search(text) is not None for form in FORMS] for text in texts], np.float32) * 0.5


def soften(scores: np.ndarray) -> np.ndarray:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def save_classifier(classifier: Classifier, path: Path) -> None:
    """Weights as arrays of half precision beside a JSON header: loading them runs no code."""
    header = {"format": FORMAT, "codes": classifier.codes, "names": classifier.names, "words": classifier.words,
              "sharpness": classifier.sharpness, "digest": classifier.digest}
    half = {name: getattr(classifier, name).astype(np.float16) for name in ("rarity", "by_gram", "by_word", "by_area", "by_form")}
    np.savez_compressed(path, header=np.frombuffer(json.dumps(header, ensure_ascii=False).encode(), np.uint8),
                        areas=classifier.areas, grams=classifier.grams, bias=classifier.bias, **half)


@functools.lru_cache(maxsize=4)
def load_classifier(path: Path | None = None) -> Classifier:
    """The shipped weights (or those of `path`); without them, the codebook's words alone.

    Raises ModelError for a file that is no such model.
    """
    place = path or lexicon.model_path(MODEL)
    if path is None and not place.exists():
        return words_alone(load_codebook())
    try:
        with np.load(place, allow_pickle=False) as file:
            arrays = {name: file[name] for name in ARRAYS}
            header = json.loads(bytes(file["header"]))
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"{place.name}: not a model of categories: {error}", f"{place.name}：不是类别模型：{error}") from error
    if header.get("format") != FORMAT:
        raise ModelError(f"{place.name}: made for another version; train it again", f"{place.name}：模型版本不符，请重新训练")
    for name in ARRAYS[2:]:
        arrays[name] = arrays[name].astype(np.float32)
    return Classifier(codes=tuple(header["codes"]), names=tuple(header["names"]), words=tuple(header["words"]),
                      sharpness=float(header["sharpness"]), digest=header["digest"], **arrays)


def words_alone(codebook: Codebook) -> Classifier:
    """A classifier that only counts the codebook's words: the baseline, and what works without any training."""
    pairs = codebook.keywords()
    size = len(codebook.codes) + 1
    by_area = np.eye(size - 1, size, dtype=np.float32)
    bias = np.zeros(size, np.float32)
    bias[-1] = 0.2
    return Classifier(
        codes=(*codebook.codes, NONE), names=(*(category.zh for category in codebook.categories), "无"),
        words=tuple(word for word, _ in pairs), areas=np.array([number for _, number in pairs], np.int32),
        grams=np.zeros(0, np.uint64), rarity=np.zeros(0, np.float32), by_gram=np.zeros((0, size), np.float32),
        by_word=np.zeros((len(pairs), size), np.float32), by_area=by_area,
        by_form=np.zeros((len(FORMS), size), np.float32), bias=bias, sharpness=4.0,
        digest=codebook.digest)


@functools.lru_cache(maxsize=4)
def _root_lengths(words: tuple[str, ...]) -> np.ndarray:
    return np.sqrt(np.array([len(word) for word in words], np.float32))


@functools.lru_cache(maxsize=4)
def _packed(words: tuple[str, ...]):
    return pack_words(words)


def _unit(matrix: sparse.csr_matrix) -> sparse.csr_matrix:
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    length = np.sqrt(np.bincount(rows, weights=matrix.data ** 2, minlength=matrix.shape[0]))
    matrix.data = (matrix.data / np.maximum(length, 1e-6)[rows]).astype(np.float32)
    return matrix


def _mixing(parts: Sequence[Sequence[Part]], place: dict[str, int]) -> sparse.csr_matrix:
    named = [[(place[text], weight) for text, weight in item if text] for item in parts]
    columns = np.array([column for item in named for column, _ in item], np.int32)
    weights = np.array([weight for item in named for _, weight in item], np.float32)
    indptr = np.zeros(len(parts) + 1, np.int32)
    np.cumsum([len(item) for item in named], out=indptr[1:])
    matrix = sparse.csr_matrix((weights, columns, indptr), shape=(len(parts), len(place)))
    matrix.sum_duplicates()
    return matrix


def _explain(text: str, blocks: tuple[sparse.csr_matrix, sparse.csr_matrix, np.ndarray], row: int, column: int,
             classifier: Classifier, *, most: int = 5) -> tuple[str, ...]:
    """The words of the text that raise this code most above the others: codebook words first, then n-grams."""
    grams, words, _ = blocks
    scored: dict[str, float] = {}
    for index in words.indices[words.indptr[row]:words.indptr[row + 1]]:
        word = classifier.words[index]
        weights = classifier.by_area[classifier.areas[index]] + classifier.by_word[index]
        scored[word] = float(weights[column] - weights.mean()) * len(word) ** 0.5
    own = slice(grams.indptr[row], grams.indptr[row + 1])
    indices, values = grams.indices[own], grams.data[own]
    lifts = values * (classifier.by_gram[indices, column] - classifier.by_gram[indices].mean(axis=1))
    for place in np.argsort(-lifts)[:4 * most]:
        gram = unpack(int(classifier.grams[indices[place]]))
        if len(gram) > 1 and gram.isalpha() and gram in text:
            scored[gram] = max(scored.get(gram, 0.0), float(lifts[place]))
    chosen: list[str] = []
    taken: set[int] = set()  # characters that a stronger word explains: n-grams across its border are no words
    enough = max(0.02, FAINT * max(scored.values(), default=0.0))
    for word, weight in sorted(scored.items(), key=lambda pair: -pair[1]):
        start = text.find(word)
        places = range(start, start + len(word))
        if weight > enough and start >= 0 and taken.isdisjoint(places):
            chosen.append(word)
            taken.update(places)
    return tuple(chosen[:most])
