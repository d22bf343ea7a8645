"""Trains the model of categories from labelled sentences and figures, and scores it by cross-validation over documents.

Sources: JSONL, TSV, CSV or XLSX with a column `text` and the codes in `labels` (or `code`, and `second`), optionally
`document`; or a gold folder, whose `categories.jsonl`, `categories/*.jsonl` and annotated figures are all read. Where the
documents themselves are at hand, each sentence is learned from alone and in its place (see `category_contexts`).
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import sparse

from analyzer.categories import (
    NONE,
    Codebook,
    Part,
    classify,
    clause_around,
    figure_parts,
    load_codebook,
    neighbours,
    read_table,
    save_classifier,
    sentence_parts,
    words_alone,
)
from analyzer.category_contexts import Place, Topics, find_topics, read_places, read_sentences
from analyzer.category_features import (
    LONGEST_GRAM,
    Classifier,
    describe_texts,
)
from analyzer.errors import LexiconError, ModelError
from analyzer.pipeline.ngrams import common_grams, text_grams

FEWEST = 5  # labelled texts of a code, below which nothing can be learned for it
STRENGTH = 0.3  # C of the linear support vector machine
FIGURE_WEIGHT = 0.5
SECOND_WEIGHT = 0.3  # a second code that is as good teaches too, but less
PLACED_WEIGHT = 0.6  # of a sentence alone, and of the same sentence in its place, where both teach
TOPIC_WEIGHT = 2.5  # of a text's topics against its n-grams
COUNTS_WEIGHT = 0.1  # of the naive Bayes model that is added to the support vector machine


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled text with its context; `codes` are the right ones, the best first; `group` is its document."""

    parts: tuple[Part, ...]
    codes: tuple[str, ...]
    group: str
    weight: float = 1.0
    figure: bool = False


def train(sources: Sequence[Path], out: Path, *, codebook: Codebook | None = None, folds: int = 5,
          documents: Sequence[Path] = ()) -> dict[str, float]:
    """Trains on all sources, writes the weights to `out`, and returns the cross-validated scores.

    From the documents in folders among `sources`, and in `documents`, topics are learned, and sentences in their places
    (a label's `document` is the name of the file without its ending).

    Raises LexiconError for a source that cannot be read as labels or names a code that the codebook does not have,
    ModelError where a code has fewer than 5 labelled texts.
    """
    codebook = codebook or load_codebook()
    examples = [example for source in sources for example in read_examples(Path(source), codebook)]
    check_examples(examples, codebook)
    folds = min(folds, len({example.group for example in examples}))
    topics = None
    if places := read_places([*documents, *(Path(source) for source in sources if Path(source).is_dir())]):
        examples = place_examples(examples, places)
        topics = find_topics([text for place in places.values() for text in place.texts])
    scores, sharpness = cross_validate(examples, codebook, folds=folds, topics=topics)
    save_classifier(dataclasses.replace(fit(examples, codebook, topics=topics), sharpness=sharpness), out)
    return scores


def read_examples(source: Path, codebook: Codebook) -> list[Example]:
    """Labelled texts of a file, or of a gold folder with its figures."""
    if source.is_dir():
        files = {*source.rglob("categories*.jsonl"), *source.rglob("categories/*.jsonl")}
        labels = [example for file in sorted(files) for example in read_examples(file, codebook)]
        return labels + [example for file in sorted(source.glob("**/*.txt")) for example in read_figures(file)]
    examples = []
    for number, row in enumerate(read_table(source), 1):
        text = str(row.get("text") or "").strip()
        named = row.get("labels") or [row.get("code"), row.get("second")]
        if isinstance(named, str):
            named = named.replace("；", ",").replace(";", ",").replace("，", ",").split(",")
        codes = tuple(str(code).strip() for code in named if code and str(code).strip())
        if not text or not codes:
            raise LexiconError(f"{source.name} row {number}: needs a text and a code (columns text, code or labels)",
                               f"{source.name} 第 {number} 行：需要文本和代码（列 text、code 或 labels）")
        unknown = [code for code in codes if code not in (*codebook.codes, NONE)]
        if unknown:
            raise LexiconError(f"{source.name} row {number}: code {unknown[0]!r} is not in the codebook",
                               f"{source.name} 第 {number} 行：编码本中没有代码 {unknown[0]}")
        examples.append(Example(tuple(sentence_parts(text)), codes, str(row.get("document") or f"{source.name}:{number}")))
    return examples


def read_figures(text_file: Path) -> list[Example]:
    """The annotated figures beside a text file (NAME.jsonl beside NAME.txt) with clause, sentence and headings."""
    gold = text_file.with_suffix(".jsonl")
    if not gold.exists():
        return []
    reading, spans, title = read_sentences(text_file)
    places = [reading.to_source(span.start, span.end) for span in spans]
    examples = []
    for figure in read_table(gold):
        codes = tuple(dict.fromkeys([figure.get("category"), *(figure.get("category_alt") or [])]))
        inside = [number for number, place in enumerate(places) if place.start <= figure["start"] < place.end]
        if not inside or not codes[0]:
            continue
        span = spans[inside[0]]
        sentence = reading.text[span.start:span.end]
        at = int(np.searchsorted(np.frombuffer(reading.offsets, np.uint64)[span.start:span.end], figure["start"]))
        examples.append(Example(
            tuple(figure_parts(clause_around(sentence, at, at, 0, len(sentence)), indicator=figure.get("indicator"), sentence=sentence,
                               section=reading.lines[span.line].section, title=title)),
            codes, text_file.stem, FIGURE_WEIGHT, figure=True))
    return examples


def place_examples(examples: Sequence[Example], places: dict[str, Place]) -> list[Example]:
    """The same examples, sentences with the headings, neighbours and paragraph that they have in their documents."""
    result = []
    for example in examples:
        place = None if example.figure else places.get(example.group)
        text = example.parts[0][0]
        number = place.find(text) if place else None
        if place is None or number is None:
            result.append(example)
            continue
        near, paragraph = neighbours(place.texts, place.lines, number)
        parts = sentence_parts(text, section=place.sections[number], title=place.title, near=near, paragraph=paragraph)
        result.append(dataclasses.replace(example, parts=tuple(parts)))
    return result


def check_examples(examples: Sequence[Example], codebook: Codebook) -> None:
    """Raises ModelError where a code of the codebook has too few labelled texts, or all have the same code."""
    counts = Counter(example.codes[0] for example in examples)
    few = [code for code in codebook.codes if counts[code] < FEWEST]
    if few:
        told = ", ".join(f"{code} ({counts[code]})" for code in few)
        raise ModelError(
            f"too few labelled texts of: {told}; each code needs at least {FEWEST}. Add labels, or remove the code",
            f"以下代码的标注太少：{told}；每个代码至少需要 {FEWEST} 条。请补充标注，或从编码本中删去该代码")


def fit(examples: Sequence[Example], codebook: Codebook, *, topics: Topics | None = None) -> Classifier:
    """A linear support vector machine, one code against the others, and a naive Bayes model, added up to one set of weights.

    Topics are sums of n-grams, so that their weights are n-grams' weights too and cost nothing where the model is used.
    """
    frame = to_frame(examples, words_alone(codebook), topics)
    placed = [example for example in examples if not example.figure and len(example.parts) > 1 and any(text for text, _ in example.parts[1:])]
    ids = {id(example) for example in placed}
    alone = [dataclasses.replace(example, parts=example.parts[:1], weight=example.weight * PLACED_WEIGHT) if id(example) in ids else example
             for example in examples]
    taught = alone + [dataclasses.replace(example, weight=example.weight * PLACED_WEIGHT) for example in placed]
    rows = to_rows(taught, frame)
    learned, bias = _fit_margins(_with_topics(rows, frame, topics), taught, frame)
    if topics:
        size = rows.shape[1]
        learned, extra = learned[:size], learned[size:]
        learned[np.searchsorted(frame.grams, topics.grams)] += TOPIC_WEIGHT * (topics.axes.T @ extra)
    learned += COUNTS_WEIGHT * _fit_counts(rows[:len(alone)], examples, frame)
    by_term, by_area = np.split(learned, [len(frame.grams) + len(frame.words)])
    return dataclasses.replace(frame, by_term=by_term, by_area=by_area, bias=bias, sharpness=3.0)


def to_frame(examples: Sequence[Example], empty: Classifier, topics: Topics | None) -> Classifier:
    """A classifier with the n-grams that occur twice in the labelled texts, and those of the topics, but no weights."""
    texts = list(dict.fromkeys(text for example in examples for text, _ in example.parts[:2 if example.figure else 1] if text))
    grams = common_grams(texts, at_least=2, longest=LONGEST_GRAM)
    if topics:
        grams = np.union1d(grams, topics.grams)
    spread = np.asarray((text_grams(texts).count(grams, longest=LONGEST_GRAM) > 0).sum(axis=0)).ravel()
    rarity = (np.log((1 + len(texts)) / (1 + spread)) + 1).astype(np.float32)
    if topics:
        rarity[np.searchsorted(grams, topics.grams)] = topics.rarity
    return dataclasses.replace(empty, grams=grams, rarity=np.append(rarity, empty.rarity))


def _with_topics(rows: sparse.csr_matrix, frame: Classifier, topics: Topics | None) -> sparse.csr_matrix:
    if not topics:
        return rows
    values = rows[:, np.searchsorted(frame.grams, topics.grams)] @ topics.axes.T
    return sparse.hstack([rows, sparse.csr_matrix(TOPIC_WEIGHT * values)]).tocsr()


def _fit_margins(rows: sparse.csr_matrix, examples: Sequence[Example], frame: Classifier) -> tuple[np.ndarray, np.ndarray]:
    from sklearn.svm import LinearSVC

    seconds = [number for number, example in enumerate(examples) if len(example.codes) > 1]
    targets = [frame.codes.index(example.codes[0]) for example in examples]
    targets += [frame.codes.index(examples[number].codes[1]) for number in seconds]
    weights = [example.weight for example in examples] + [SECOND_WEIGHT * examples[number].weight for number in seconds]
    model = LinearSVC(C=STRENGTH)
    model.fit(sparse.vstack([rows, rows[seconds]]) if seconds else rows, targets, sample_weight=weights)
    size = len(frame.codes)
    learned = np.zeros((rows.shape[1], size), np.float32)
    bias = np.full(size, -3.0, np.float32)
    two = len(model.classes_) == 2  # then scikit-learn keeps one column for both
    learned[:, model.classes_] = np.vstack([-model.coef_, model.coef_]).T if two else model.coef_.T
    bias[model.classes_] = np.concatenate([-model.intercept_, model.intercept_]) if two else model.intercept_
    return learned, bias


def _fit_counts(rows: sparse.csr_matrix, examples: Sequence[Example], frame: Classifier) -> np.ndarray:
    """Weights of a complement naive Bayes model, each feature's centred over the codes."""
    from sklearn.naive_bayes import ComplementNB

    model = ComplementNB(alpha=0.3)
    model.fit(rows, [frame.codes.index(example.codes[0]) for example in examples], sample_weight=[example.weight for example in examples])
    learned = np.zeros((rows.shape[1], len(frame.codes)), np.float32)
    if len(model.classes_) > 2:
        learned[:, model.classes_] = model.feature_log_prob_.T
        learned[:, model.classes_] -= learned[:, model.classes_].mean(axis=1, keepdims=True)
    return learned


def to_rows(examples: Sequence[Example], frame: Classifier) -> sparse.csr_matrix:
    """The features of each example: its parts' features, weighed and added up."""
    texts = list(dict.fromkeys(text for example in examples for text, _ in example.parts if text))
    place = {text: number for number, text in enumerate(texts)}
    terms, areas = describe_texts(texts, frame)
    blocks = sparse.hstack([terms, sparse.csr_matrix(areas)]).tocsr()
    entries = [(row, place[text], weight) for row, example in enumerate(examples) for text, weight in example.parts if text]
    rows, columns, weights = zip(*entries, strict=True)
    return (sparse.csr_matrix((weights, (rows, columns)), shape=(len(examples), len(texts))) @ blocks).tocsr()


def cross_validate(examples: Sequence[Example], codebook: Codebook, *, folds: int = 5, seed: int = 0,
                   topics: Topics | None = None) -> tuple[dict[str, float], float]:
    """Scores of models that have not seen the document that they judge, and the sharpness that calibrates them.

    `sentences_…` are judged in their places where these are known, `lines_…` are the same sentences alone.
    """
    codes = (*codebook.codes, NONE)
    alone = [example if example.figure else dataclasses.replace(example, parts=example.parts[:1]) for example in examples]
    scores = np.zeros((2, len(examples), len(codes)), np.float32)
    for training, test in split_groups([example.group for example in examples], folds, seed=seed):
        model = fit([examples[number] for number in training], codebook, topics=topics)
        weights = np.vstack([model.by_term, model.by_area])
        for kind, items in enumerate((examples, alone)):
            scores[kind, test] = to_rows([items[number] for number in test], model) @ weights + model.bias
    found = score(examples, scores[0], codes)
    found |= {f"lines_{name.partition('_')[2]}": value for name, value in score(examples, scores[1], codes).items() if name.startswith("sent")}
    told = [number for number, example in enumerate(examples) if not example.figure] or list(range(len(examples)))
    return found, calibrate([examples[number] for number in told] * 2, scores[:, told].reshape(-1, len(codes)), codes)


def score(examples: Sequence[Example], scores: np.ndarray, codes: Sequence[str]) -> dict[str, float]:
    """Share of predictions among the right codes, and macro-F1, of sentences and of figures."""
    found = [codes[column] for column in scores.argmax(axis=1)]
    result: dict[str, float] = {}
    for name, figure in (("sentences", False), ("figures", True)):
        pairs = [(example, got) for example, got in zip(examples, found, strict=True) if example.figure is figure]
        if not pairs:
            continue
        result[f"{name}_right"] = sum(got in example.codes for example, got in pairs) / len(pairs)
        truth = [got if got in example.codes else example.codes[0] for example, got in pairs]
        gold, guess = Counter(truth), Counter(got for _, got in pairs)
        hits = Counter(right for right, (_, got) in zip(truth, pairs, strict=True) if right == got)
        result[f"{name}_macro_f1"] = float(np.mean([2 * hits[code] / (gold[code] + guess[code]) for code in gold]))
    return result


def calibrate(examples: Sequence[Example], scores: np.ndarray, codes: Sequence[str]) -> float:
    """The factor on the scores with which the stated probabilities are likeliest."""
    right = np.array([[code in example.codes for code in codes] for example in examples])
    best, most = 3.0, -np.inf
    for sharpness in np.arange(1.0, 10.0, 0.25):
        raised = np.exp((scores - scores.max(axis=1, keepdims=True)) * sharpness)
        likely = (raised * right).sum(axis=1) / raised.sum(axis=1)
        told = float(np.log(np.maximum(likely, 1e-6)).mean())
        if told > most:
            best, most = float(sharpness), told
    return best


def split_groups(groups: Sequence[str], folds: int, *, seed: int) -> list[tuple[list[int], list[int]]]:
    """Folds that never divide a document."""
    names = np.random.default_rng(seed).permutation(sorted(set(groups)))
    fold = {name: number % folds for number, name in enumerate(names)}
    return [([number for number, group in enumerate(groups) if fold[group] != part],
             [number for number, group in enumerate(groups) if fold[group] == part]) for part in range(folds)]


def label_lines(lines: Iterable[str], classifier: Classifier | None = None) -> list[dict[str, object]]:
    """What `classify FILE` prints for each line that is not empty."""
    texts = [line.strip() for line in lines if line.strip()]
    return [{"text": text, "code": found.code, "second": found.second, "probability": round(found.probability, 4),
             "words": list(found.words)}
            for text, found in zip(texts, classify(texts, classifier=classifier), strict=True)]
