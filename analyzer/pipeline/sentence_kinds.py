"""What each sentence is: commitment, achievement, rule, background or heading.

Two small linear models, one behind the other: the first reads a sentence by itself (its characters, cue words, place,
section and genre), the second reads the first's opinions on the sentence, its neighbours, its paragraph and its whole
document, so that a review stays a review and a rule's paragraph a rule. Without weights the cue words alone decide.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import sparse

from analyzer import lexicon
from analyzer.errors import ModelError
from analyzer.pipeline.ngrams import START, Layout, pack, text_grams
from analyzer.pipeline.reading import Reading
from analyzer.pipeline.sentences import Span

KINDS = ("commitment", "achievement", "rule", "background", "heading")
MODEL = "sentence_kinds.npz"
FORMAT = 1
NUMBERED = re.compile(r"(?:第[一二三四五六七八九十百]+[章节条编]|[一二三四五六七八九十]{1,3}、|"
                      r"[（(][一二三四五六七八九十\d]{1,3}[）)]|\d{1,2}\s*[.、．](?!\d))")
BRACKET = re.compile(r"[（(〔\[【][^）)〕\]】]*[）)〕\]】；]?[。；]?$")
ORDER = re.compile(r"[一二三四五六七八九十]是")
FORWARD = re.compile(r"到20\d\d年|20\d\d年底?前|“十[四五六]五”|年底前|月底前|今年")
REWARD = re.compile(r"对.{2,60}的，|给予.{0,20}(?:奖|补|资助|支持)|(?:不超过|最高|按照?).{0,12}(?:元|%)")
MEANING = re.compile(r"^.{2,24}?(?:是指|，指|：指|指的是)|所称.{2,30}是指|"
                     r"本(?:办法|措施|政策|意见|条例|规定|细则|方案|通知)(?:自|由|适用|所称)")
FORBID = re.compile(r"不得|严禁|禁止|不予|方可|应当|应(?:同步|按|在|于|由|先|向|全面|纳入|达到|符合)|可以|可按|须")
THANKS = re.compile(r"感谢|敬意|慰问|祝福|来之不易|铭记|的结果|不竭动力")
JUDGE = re.compile(r"是(?<=[^正总就还都不要可]是)[^否]|在于(?<=[^正总就还都不要可]在于)[^否]|具有.{0,12}(?:意义|作用|地位)|"
                   r"才能|只有|如果|尚|势在必行|最根本的|关系到|离不开")
BODY = r"(?:[^，。；、：]{2,16}(?:局|委|办|厅|部|部门|街道|集团|街镇|乡镇|中心|政府|公司|单位|院|行|会|社))"
# Up to three bodies stand between two marks or blanks; each such part is taken whole, or 局局局… could be parted in 2^100 ways.
BODIES = re.compile(rf"(?:(?>{BODY}{{1,3}}[、，；\s])+{BODY}{{1,3}}|(?>{BODY}{{1,3}}[、，；\s]){{2,}}|{BODY}{{2,3}}[、，；]?)[。）]?")
BODY_ENDS = frozenset("局委办厅部门道团镇心府司位院行会社")
_CHARACTERS = np.arange(0x20000, dtype=np.uint32).view("U1")
DIGITS = frozenset(_CHARACTERS[np.char.isdigit(_CHARACTERS)].tolist())
MUST = re.compile(r"(?:^|，)(?:我们)?(?:要|必须|将|应)(?!求|素|点|害|道|件|领)")
NEAR = (1, 2)  # how far the second model looks to both sides
WIDE = 8  # sentences to both sides whose mean opinion is the part of the document that one stands in


@dataclass(frozen=True, slots=True)
class KindModel:
    """Weights of both models; `grams` is the sorted vocabulary, `rarity` each n-gram's weight."""

    grams: np.ndarray
    rarity: np.ndarray
    by_gram: np.ndarray
    by_feature: np.ndarray
    by_opinion: np.ndarray


def find_kinds(reading: Reading, sentences: Sequence[Span], *, title: str = "",
               model: KindModel | None = None) -> list[tuple[str, float]]:
    """The kind of each sentence and how likely it is right (0–1).

    >>> find_kinds(reading, split_sentences(reading))[0]  # doctest: +SKIP
    ('commitment', 0.98)
    """
    if not sentences:
        return []
    model = model or load_model()
    texts = [reading.text[span.start:span.end] for span in sentences]
    layout = text_grams(texts)
    features = describe(reading, sentences, texts, title=title, layout=layout)
    if model is None:
        opinion = features[:, :len(KINDS)] + 0.5 * features[:, len(KINDS):2 * len(KINDS)]
        chances = soften(opinion * 2)
    else:
        first = soften(weigh_grams(texts, model.grams, model.rarity, layout=layout) @ model.by_gram + features @ model.by_feature)
        chances = soften(look_around(first, features, sentences) @ model.by_opinion)
    chances = settle(chances, texts)
    best = chances.argmax(axis=1)
    return [(KINDS[kind], float(chances[row, kind])) for row, kind in enumerate(best)]


def weigh_grams(texts: Sequence[str], grams: np.ndarray, rarity: np.ndarray, *, layout: Layout | None = None) -> sparse.csr_matrix:
    """The n-grams of each text, rare ones weighing more, each text of length 1."""
    counts = (layout or text_grams(texts)).count(grams, longest=3)
    counts.data = np.log1p(counts.data) * rarity[counts.indices]
    length = np.sqrt(np.bincount(np.repeat(np.arange(len(texts)), np.diff(counts.indptr)),
                                 weights=counts.data ** 2, minlength=len(texts)))
    counts.data /= np.repeat(np.maximum(length, 1e-6), np.diff(counts.indptr)).astype(np.float32)
    return counts


def describe(reading: Reading, sentences: Sequence[Span], texts: Sequence[str], *, title: str = "",
             layout: Layout | None = None) -> np.ndarray:
    """One row of numbers a sentence: cues anywhere, cues in front, cues of headings and title, place and form."""
    cues = _cues()
    lines, sizes = np.unique([span.line for span in sentences], return_counts=True)
    broken = float(np.mean(sizes == 1))  # 1.0 where every sentence is a line of its own: then a short line is no heading
    anywhere = np.log1p(_count(cues.words, layout or text_grams(texts)))
    openings = [text[:4] for text in texts]
    front = np.minimum(_count(cues.first, text_grams(openings)), 1)
    sections = [reading.lines[span.line].section for span in sentences]
    order = {section: number for number, section in enumerate(dict.fromkeys(sections))}
    headings = _read_headings(list(order), cues)
    above = headings[[order[section] for section in sections]]
    genre = np.minimum(_count(cues.genre, text_grams([title])), 1)
    place = _describe_places(reading, sentences, texts, broken).astype(np.float32)
    genres = np.repeat(genre, len(texts), axis=0)
    return np.hstack([anywhere, front, above, genres, place, np.ones((len(texts), 1), np.float32)]).astype(np.float32)


def look_around(first: np.ndarray, features: np.ndarray, sentences: Sequence[Span]) -> np.ndarray:
    """What the second model reads: opinions here, beside, in the paragraph, in the part, and in the document."""
    opinion = np.log(np.maximum(first, 1e-4)) / 4
    columns = [opinion, first]
    for step in NEAR:
        empty = np.zeros((step, first.shape[1]), first.dtype)
        columns += [np.vstack([empty, first[:-step]])[:len(first)], np.vstack([first[step:], empty])[-len(first):]]
    lines = np.array([span.line for span in sentences])
    _, paragraph = np.unique(lines, return_inverse=True)
    body = first * (1 - first[:, -1:])  # headings say nothing about the part that they stand in
    columns += [_mean(body, paragraph), _around(body), np.repeat(body.mean(axis=0, keepdims=True), len(first), axis=0)]
    return np.hstack([*columns, features]).astype(np.float32)


def settle(chances: np.ndarray, texts: Sequence[str]) -> np.ndarray:
    """What needs no model: a row number or a list of bodies is no sentence, what ends in a comma is no heading."""
    chances = chances.copy()
    heading = KINDS.index("heading")
    for row, text in enumerate(texts):
        if not any(char.isalpha() for char in text) or is_list_of_bodies(text):
            chances[row] *= 0.02
            chances[row, heading] = 1 - (chances[row].sum() - chances[row, heading])
        elif text[-1] in "，,":
            chances[row, heading] *= 0.02
            chances[row] /= chances[row].sum()
    return chances


def soften(scores: np.ndarray) -> np.ndarray:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def save_model(model: KindModel, path: Path) -> None:
    """Weights as arrays of half precision beside a JSON header: loading them runs no code."""
    header = json.dumps({"format": FORMAT, "kinds": KINDS})
    np.savez_compressed(path, header=np.frombuffer(header.encode(), np.uint8), grams=model.grams,
                        rarity=model.rarity.astype(np.float16), by_gram=model.by_gram.astype(np.float16),
                        by_feature=model.by_feature.astype(np.float32), by_opinion=model.by_opinion.astype(np.float32))


@functools.lru_cache(maxsize=2)
def load_model(path: Path | None = None) -> KindModel | None:
    """The shipped weights, or None where there are none. Raises ModelError for a file of another version."""
    path = path or lexicon.model_path(MODEL)
    if not path.exists():
        return None
    try:
        with np.load(path, allow_pickle=False) as file:
            header = json.loads(bytes(file["header"]))
            arrays = {name: file[name] for name in ("grams", "rarity", "by_gram", "by_feature", "by_opinion")}
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"{path.name}: not a model of sentence kinds: {error}", f"{path.name}：不是句子类型模型：{error}") from error
    if header["format"] != FORMAT or tuple(header["kinds"]) != KINDS:
        raise ModelError(f"{path.name}: made for another version; train it again", f"{path.name}：模型版本不符，请重新训练")
    for name in ("rarity", "by_gram"):
        arrays[name] = arrays[name].astype(np.float32)
    return KindModel(**arrays)


@dataclass(frozen=True, slots=True)
class _Group:
    keys: np.ndarray
    groups: np.ndarray


@dataclass(frozen=True, slots=True)
class _Cues:
    words: _Group
    first: _Group
    section: _Group
    genre: _Group


@functools.cache
def _cues() -> _Cues:
    table = lexicon.cues()["sentence_kind"]
    return _Cues(_group(table["words"]), _group({key: [START + str(word)[:3] for word in words]
                                                 for key, words in table["first"].items()}),
                 _group(table["section"]), _group(table["genre"]))


def _group(table: dict[str, list[str]]) -> _Group:
    """The words of each group as sorted n-grams, and which group each belongs to."""
    pairs = sorted({(pack(str(word)[:4]), column) for column, words in enumerate(table.values()) for word in words})
    keys = np.array(sorted({key for key, _ in pairs}), np.uint64)
    groups = np.zeros((len(keys), len(table)), np.float32)
    for key, column in pairs:
        groups[np.searchsorted(keys, np.uint64(key)), column] = 1
    return _Group(keys, groups)


def _count(group: _Group, layout: Layout) -> np.ndarray:
    """How many words of each group stand in each text."""
    owners, places = layout.find(group.keys)
    counts = np.zeros((layout.texts, group.groups.shape[1]), np.float32)
    np.add.at(counts, owners, group.groups[places])
    return counts


def _read_headings(sections: Sequence[tuple[str, ...]], cues: _Cues) -> np.ndarray:
    """Cues of the outermost and of the innermost heading, and how many there are, for each section."""
    width = cues.section.groups.shape[1]
    texts = [text for section in sections for text in ((" ".join(section[:-1]) or section[0], section[-1]) if section else ("", ""))]
    found = np.minimum(_count(cues.section, text_grams(texts)), 2).reshape(len(sections), 2 * width)
    depth = np.array([[len(section) / 3] for section in sections], np.float32)
    return np.hstack([np.where(depth > 0, found, 0), depth]).astype(np.float32)


def _describe_places(reading: Reading, sentences: Sequence[Span], texts: Sequence[str], broken: float) -> np.ndarray:
    """Where each sentence stands and how it is made, column by column."""
    lines = [reading.lines[span.line] for span in sentences]
    starts, ends = np.array([span.start for span in sentences]), np.array([span.end for span in sentences])
    line_starts = np.array([line.start for line in lines])
    rows, size = np.arange(len(texts)), np.array([len(text) for text in texts])
    stop, half, colon, comma, pause = (np.array([text[-1] in marks for text in texts]) for marks in ("。！!", "；;", "：:", "，,", "。；"))
    heading, first, last = np.array([line.kind == "heading" for line in lines]), starts <= line_starts, ends >= np.array([line.end for line in lines])
    whole, open_end, below_30 = first & last, ~(stop | half | colon), size < 30
    numbered = np.array([NUMBERED.match(text) is not None for text in texts])
    row_number = first & np.array([_follows_number(reading, span) for span in sentences])

    def has(pattern: re.Pattern[str]) -> np.ndarray:
        return np.array([pattern.search(text) is not None for text in texts])

    return np.column_stack([
        heading, heading & first, np.array([line.kind == "list_item" for line in lines]),
        np.array([line.kind == "table" for line in lines]), first, last, whole, first & ~last & (size <= 22), whole & (size <= 22),
        np.array([(line.level or 0) / 3 for line in lines]),
        stop, half, colon, open_end, whole & open_end, size < 8, size < 16, below_30, size > 80, np.log(size) / 4,
        numbered, numbered & below_30, numbered & ~last, np.full(len(texts), broken), broken * (whole & below_30),
        broken * (first & below_30 & pause), (1 - broken) * (whole & below_30),
        comma, row_number, row_number & ~heading, np.array([is_list_of_bodies(text) for text in texts]),
        has(MEANING), has(FORBID), has(THANKS), has(JUDGE), np.array([BRACKET.fullmatch(text) is not None for text in texts]),
        np.array([text[0] in "（(〔[【" for text in texts]), rows < 8, rows < 3, np.minimum(rows / 200, 1.0), rows / len(texts),
        np.array([ORDER.match(text) is not None for text in texts]), has(FORWARD), has(REWARD), has(MUST),
        np.array([not DIGITS.isdisjoint(text) for text in texts]), np.array(["，" in text for text in texts]), starts - line_starts > 150,
    ])


def _follows_number(reading: Reading, span: Span) -> bool:
    """Whether the line before is nothing but a short number: the first cell of a table's row."""
    before = reading.lines[span.line - 1] if span.line else reading.lines[span.line]
    return before.end - before.start <= 3 and reading.text[before.start:before.end].strip(" .、").isdigit()


def is_list_of_bodies(text: str) -> bool:
    """Whether a sentence is nothing but the names of bodies: 市住建局、市财政局."""
    return not BODY_ENDS.isdisjoint(text[-3:]) and BODIES.fullmatch(text) is not None


def _mean(values: np.ndarray, group: np.ndarray) -> np.ndarray:
    sums = np.zeros((group.max() + 1, values.shape[1]), values.dtype)
    np.add.at(sums, group, values)
    return (sums / np.bincount(group)[:, None])[group]


def _around(values: np.ndarray) -> np.ndarray:
    total = np.vstack([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])
    row = np.arange(len(values))
    low, high = np.maximum(row - WIDE, 0), np.minimum(row + WIDE + 1, len(values))
    return (total[high] - total[low]) / (high - low)[:, None]
