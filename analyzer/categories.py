"""Which policy area a sentence or a figure belongs to: a linear model over character n-grams and the codebook's words.

>>> classify(["新开工改造老旧小区1200个。"])[0].code  # doctest: +SKIP
'renewal'
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import sparse

from analyzer import lexicon
from analyzer.errors import LexiconError, ModelError
from analyzer.pipeline.ngrams import START, find_words, pack_words, text_grams, unpack

NONE = "none"  # the label of a sentence that states no task or field; records carry None
MODEL = "categories.npz"
FORMAT = 1
LONGEST = 3
SECOND = 0.2  # a second code is named from this probability on
# How much each part of a context says, against the text itself with 1.
SECTION, TITLE, SENTENCE, CLAUSE = 0.3, 0.3, 0.5, 1.0
Part = tuple[str, float]


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
    source: str | Path = Path(path) if path else "categories.yaml"
    place = Path(path) if path else lexicon.data_path("categories.yaml")
    try:
        rows = lexicon.read_yaml(source)
    except OSError as error:
        raise LexiconError(f"{place}: cannot be read: {error.strerror}", f"{place}：无法读取：{error.strerror}") from error
    return check_codebook(rows, place)


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


def sentence_parts(text: str, *, section: Sequence[str] = (), title: str | None = None) -> list[Part]:
    """What a sentence's category is judged by."""
    return [(text, 1.0), (" ".join(section[-2:]), SECTION), (title or "", TITLE)]


def figure_parts(clause: str, *, indicator: str | None = None, sentence: str = "", section: Sequence[str] = (),
                 title: str | None = None) -> list[Part]:
    """What a figure's category is judged by: the indicator and its clause most, the sentence and the headings less."""
    return [(indicator or clause, 1.0), (clause, CLAUSE), (sentence, SENTENCE), (" ".join(section[-2:]), SECTION),
            (title or "", TITLE)]


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
    scores = mixing @ alone + classifier.bias
    if not allow_none:
        scores[:, classifier.codes.index(NONE)] = -np.inf
    chances = soften(scores * classifier.sharpness)
    order = np.argsort(-chances, axis=1)
    found = []
    for row, item in enumerate(parts):
        best, next_best = order[row, :2]
        code, second = classifier.codes[best], classifier.codes[next_best]
        other = second if chances[row, next_best] >= SECOND and NONE not in (code, second) else None
        words = _explain(item[0][0], best, classifier) if explain and code != NONE else ()
        found.append(Classified(None if code == NONE else code, other, float(chances[row, best]), words))
    return found


def describe(texts: Sequence[str], classifier: Classifier) -> tuple[sparse.csr_matrix, sparse.csr_matrix, np.ndarray]:
    """Each text as n-grams of length 1, codebook words of length 1, and how much each area's words weigh."""
    layout = text_grams(texts)
    counts = layout.count(classifier.grams, longest=LONGEST)
    counts.data = (1 + np.log(counts.data)) * classifier.rarity[counts.indices]
    words = find_words(layout, _packed(classifier.words))
    lengths = np.array([len(word) for word in classifier.words], np.float32)
    weighed = words.copy()
    weighed.data = weighed.data * np.sqrt(lengths[weighed.indices])
    areas = np.zeros((len(classifier.words), len(classifier.codes) - 1), np.float32)
    areas[np.arange(len(classifier.words)), classifier.areas] = 1
    area = np.log1p(weighed @ areas)
    area /= np.linalg.norm(area, axis=1, keepdims=True) + 0.5
    return _unit(counts), _unit(words), area


def soften(scores: np.ndarray) -> np.ndarray:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def save_classifier(classifier: Classifier, path: Path) -> None:
    """Weights as arrays of half precision beside a JSON header: loading them runs no code."""
    header = {"format": FORMAT, "codes": classifier.codes, "names": classifier.names, "words": classifier.words,
              "sharpness": classifier.sharpness, "digest": classifier.digest}
    half = {name: getattr(classifier, name).astype(np.float16) for name in ("rarity", "by_gram", "by_word", "by_area")}
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
            arrays = {name: file[name] for name in ("areas", "grams", "rarity", "by_gram", "by_word", "by_area", "bias")}
            header = json.loads(bytes(file["header"]))
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"{place.name}: not a model of categories: {error}", f"{place.name}：不是类别模型：{error}") from error
    if header.get("format") != FORMAT:
        raise ModelError(f"{place.name}: made for another version; train it again", f"{place.name}：模型版本不符，请重新训练")
    for name in ("rarity", "by_gram", "by_word", "by_area", "bias"):
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
        by_word=np.zeros((len(pairs), size), np.float32), by_area=by_area, bias=bias, sharpness=4.0,
        digest=codebook.digest)


@functools.lru_cache(maxsize=4)
def _packed(words: tuple[str, ...]):
    return pack_words(words)


def _unit(matrix: sparse.csr_matrix) -> sparse.csr_matrix:
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    length = np.sqrt(np.bincount(rows, weights=matrix.data ** 2, minlength=matrix.shape[0]))
    matrix.data = (matrix.data / np.maximum(length, 1e-6)[rows]).astype(np.float32)
    return matrix


def _mixing(parts: Sequence[Sequence[Part]], place: dict[str, int]) -> sparse.csr_matrix:
    rows, columns, weights = [], [], []
    for row, item in enumerate(parts):
        for text, weight in item:
            if text:
                rows.append(row)
                columns.append(place[text])
                weights.append(weight)
    return sparse.csr_matrix((np.array(weights, np.float32), (rows, columns)), shape=(len(parts), len(place)))


def _explain(text: str, column: int, classifier: Classifier, *, most: int = 5) -> tuple[str, ...]:
    """The words of the text that raise this code most above the others: codebook words first, then n-grams."""
    grams, words, _ = describe([text], classifier)
    scored: dict[str, float] = {}
    for index in words.indices:
        word = classifier.words[index]
        own = classifier.by_area[classifier.areas[index]] + classifier.by_word[index]
        scored[word] = float(own[column] - own.mean()) * len(word) ** 0.5
    for index, value in zip(grams.indices, grams.data, strict=True):
        gram = unpack(int(classifier.grams[index]))
        if len(gram) > 1 and gram[0] != START and gram in text:
            weights = classifier.by_gram[index]
            scored[gram] = max(scored.get(gram, 0.0), float(value * (weights[column] - weights.mean())))
    chosen: list[str] = []
    for word, weight in sorted(scored.items(), key=lambda pair: -pair[1]):
        if weight > 0.02 and not any(word in other or other in word for other in chosen):
            chosen.append(word)
    return tuple(chosen[:most])
