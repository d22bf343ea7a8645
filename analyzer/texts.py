"""Two versions of a text paragraph by paragraph: what stayed, moved, changed, is new or was dropped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from rapidfuzz import fuzz, process

from analyzer.records import Document

CHANGED = 55.0
"""From which likeness (0–100) on two paragraphs are versions of one."""


@dataclass(frozen=True, slots=True)
class Passage:
    """One paragraph of the earlier text (`before`), the later one (`after`), or both as versions of one.

    `kind` is same, moved, changed, moved and changed, new or dropped; `pieces` are (kind, before, after) of a changed one.
    """

    kind: str
    before: str | None
    after: str | None
    before_at: int | None = None
    after_at: int | None = None
    likeness: float = 0.0
    pieces: tuple[tuple[str, str, str], ...] = ()


def compare_texts(earlier: Document, later: Document) -> list[Passage]:
    """The passages of the later text in its order, dropped ones where they stood."""
    return compare_paragraphs(paragraphs_of(earlier), paragraphs_of(later))


def paragraphs_of(document: Document) -> list[str]:
    """The paragraphs, headings and table rows of a document, without furniture."""
    blocks = [b for b in document.blocks if b.kind != "furniture"]
    texts = [document.text[b.start:b.end] for b in blocks] if blocks else document.text.splitlines()
    plain = ("".join(text.split()) if len(text) > 1 else text.strip() for text in texts)
    return [text for text in plain if text]


def compare_paragraphs(before: Sequence[str], after: Sequence[str]) -> list[Passage]:
    pairs = _match(before, after)
    kept_order = _longest_rising([pairs[j] for j in sorted(pairs)])
    steady = set(kept_order)
    passages: list[tuple[float, Passage]] = []
    place = -1.0
    matched = {i: j for j, i in pairs.items()}
    for j, text in enumerate(after):
        if j not in pairs:
            passages.append((j, Passage("new", None, text, None, j)))
            continue
        i = pairs[j]
        moved = i not in steady
        if before[i] == text:
            passages.append((j, Passage("moved" if moved else "same", before[i], text, i, j, 100.0)))
        else:
            kind = "moved and changed" if moved else "changed"
            passages.append((j, Passage(kind, before[i], text, i, j, fuzz.ratio(before[i], text), pieces_of(before[i], text))))
    for i, text in enumerate(before):
        if i in matched and i in steady:
            place = float(matched[i])
        elif i not in matched:
            place += 1e-4
            passages.append((place, Passage("dropped", text, None, i, None)))
    return [passage for _, passage in sorted(passages, key=lambda pair: pair[0])]


def _match(before: Sequence[str], after: Sequence[str]) -> dict[int, int]:
    """The paragraph of `before` for each of `after` that has one: equal ones first, then the most alike."""
    pairs: dict[int, int] = {}
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for block in matcher.get_matching_blocks():
        pairs.update({block.b + k: block.a + k for k in range(block.size)})
    free = [i for i in range(len(before)) if i not in set(pairs.values())]
    open_ = [j for j in range(len(after)) if j not in pairs]
    where: dict[str, list[int]] = {}
    for i in free:
        where.setdefault(before[i], []).append(i)
    for j in list(open_):
        if where.get(after[j]):
            pairs[j] = where[after[j]].pop(0)
    free = [i for i in free if i not in set(pairs.values())]
    open_ = [j for j in open_ if j not in pairs]
    if not free or not open_:
        return pairs
    table = process.cdist([before[i] for i in free], [after[j] for j in open_], scorer=fuzz.ratio, score_cutoff=CHANGED, workers=2)
    rising = sorted(((float(table[a, b]), -a, -b) for a, b in zip(*table.nonzero(), strict=True)), reverse=True)
    taken: set[int] = set()
    for _, a, b in rising:
        i, j = free[-a], open_[-b]
        if i not in taken and j not in pairs:
            pairs[j] = i
            taken.add(i)
    return pairs


def _longest_rising(numbers: Sequence[int]) -> list[int]:
    """A longest rising subsequence: the paragraphs that kept their order; the others moved."""
    from bisect import bisect_left

    tails: list[int] = []
    back: list[int] = []
    at: list[int] = []
    for k, number in enumerate(numbers):
        place = bisect_left(tails, number)
        if place == len(tails):
            tails.append(number)
            at.append(k)
        else:
            tails[place] = number
            at[place] = k
        back.append(at[place - 1] if place else -1)
    kept = []
    k = at[-1] if at else -1
    while k >= 0:
        kept.append(numbers[k])
        k = back[k]
    return kept[::-1]


def pieces_of(before: str, after: str) -> tuple[tuple[str, str, str], ...]:
    """(same | changed | new | dropped, before, after) of two versions of a paragraph, in order."""
    names = {"equal": "same", "replace": "changed", "insert": "new", "delete": "dropped"}
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    return tuple((names[tag], before[a:b], after[c:d]) for tag, a, b, c, d in matcher.get_opcodes())
