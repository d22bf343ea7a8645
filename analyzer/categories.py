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
from analyzer.category_features import (
    Classifier,
    describe,
    read_passages,
    whole_texts,
)
from analyzer.errors import LexiconError, ModelError
from analyzer.pipeline.ngrams import unpack

NONE = "none"  # the label of a sentence that states no task or field; records carry None
MODEL = "categories.npz"
FORMAT = 3
ARRAYS = ("areas", "grams", "rarity", "by_gram", "by_word", "by_area", "bias")
FAINT = 0.05  # words that weigh less than this against the strongest one explain nothing
SECOND = 0.2  # a second code is named from this probability on
# How much each part of a context says, against the text itself with 1.
SECTION, TITLE, SENTENCE, CLAUSE = 0.1, 0.1, 0.5, 1.0
FIGURE_SECTION, FIGURE_TITLE = 0.3, 0.3
NEAR, PARAGRAPH = 0.2, 0.4  # all sentences up to NEAREST away together; all others of the paragraph up to REACH away together
NEAREST, REACH = 2, 8
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
            from analyzer.ingest.workbook import read_first_sheet

            head, *rows = read_first_sheet(path, path.name) or [[]]
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


def neighbours(texts: Sequence[str], lines: Sequence[int], number: int) -> tuple[list[str], list[str]]:
    """`near` and `paragraph` for sentence `number` of a document's sentences, `lines` telling which line each is of."""
    near = [texts[other] for other in range(max(0, number - NEAREST), min(len(texts), number + NEAREST + 1)) if other != number]
    around = range(max(0, number - REACH), min(len(texts), number + REACH + 1))
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
    passages = read_passages(texts, classifier)
    terms, areas = describe(passages, whole_texts(passages), classifier)
    scores = _mixing(parts, place) @ (terms @ classifier.by_term + areas @ classifier.by_area) + classifier.bias
    if not allow_none:
        scores[:, classifier.codes.index(NONE)] = -np.inf
    chances = soften(scores * classifier.sharpness)
    order = np.argsort(-chances, axis=1)[:, :2]
    found = []
    two = np.take_along_axis(chances, order, axis=1)
    for item, (best, next_best), (chance, next_chance) in zip(parts, order.tolist(), two.tolist(), strict=True):
        code, second = classifier.codes[best], classifier.codes[next_best]
        other = second if next_chance >= SECOND and NONE not in (code, second) else None
        words = _explain(item[0][0], terms, place[item[0][0]], best, classifier) if explain and code != NONE and item[0][0] else ()
        found.append(Classified(None if code == NONE else code, other, chance, words))
    return found


def soften(scores: np.ndarray) -> np.ndarray:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def save_classifier(classifier: Classifier, path: Path) -> None:
    """Weights as arrays of half precision beside a JSON header: loading them runs no code."""
    header = {"format": FORMAT, "codes": classifier.codes, "names": classifier.names, "words": classifier.words,
              "sharpness": classifier.sharpness, "digest": classifier.digest}
    by_gram, by_word = np.split(classifier.by_term.astype(np.float16), [len(classifier.grams)])
    np.savez_compressed(path, header=np.frombuffer(json.dumps(header, ensure_ascii=False).encode(), np.uint8),
                        areas=classifier.areas, grams=classifier.grams, bias=classifier.bias, by_gram=by_gram, by_word=by_word,
                        rarity=classifier.rarity[:len(classifier.grams)].astype(np.float16), by_area=classifier.by_area.astype(np.float16))


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
    arrays["rarity"] = np.append(arrays["rarity"], np.zeros(len(header["words"]), np.float32))
    by_term = np.vstack([arrays.pop("by_gram"), arrays.pop("by_word")])
    return Classifier(by_term=by_term, codes=tuple(header["codes"]), names=tuple(header["names"]), words=tuple(header["words"]),
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
        grams=np.zeros(0, np.uint64), rarity=np.zeros(len(pairs), np.float32), by_term=np.zeros((len(pairs), size), np.float32), by_area=by_area,
        bias=bias, sharpness=4.0, digest=codebook.digest)


def _mixing(parts: Sequence[Sequence[Part]], place: dict[str, int]) -> sparse.csr_matrix:
    named = [[(place[text], weight) for text, weight in item if text] for item in parts]
    columns = np.array([column for item in named for column, _ in item], np.int32)
    weights = np.array([weight for item in named for _, weight in item], np.float32)
    indptr = np.zeros(len(parts) + 1, np.int32)
    np.cumsum([len(item) for item in named], out=indptr[1:])
    matrix = sparse.csr_matrix((weights, columns, indptr), shape=(len(parts), len(place)))
    matrix.sum_duplicates()
    return matrix


def _explain(text: str, terms: sparse.csr_matrix, row: int, column: int,
             classifier: Classifier, *, most: int = 5) -> tuple[str, ...]:
    """The words of the text that raise this code most above the others: codebook words first, then n-grams."""
    own = slice(terms.indptr[row], terms.indptr[row + 1])
    indices, values = terms.indices[own], terms.data[own]
    scored: dict[str, float] = {}
    for index in indices[indices >= len(classifier.grams)]:
        number = index - len(classifier.grams)
        word = classifier.words[number]
        weights = classifier.by_area[classifier.areas[number]] + classifier.by_term[index]
        scored[word] = float(weights[column] - weights.mean()) * len(word) ** 0.5
    indices, values = indices[indices < len(classifier.grams)], values[indices < len(classifier.grams)]
    lifts = values * (classifier.by_term[indices, column] - classifier.by_term[indices].mean(axis=1))
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
