"""A sentence that promises something → its clauses, each with the action and the object of the promise."""

from __future__ import annotations

import bisect
import functools
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from analyzer.lexicon import read_rows
from analyzer.pipeline.bodies import Assignment
from analyzer.pipeline.reading import Reading
from analyzer.pipeline.sentences import Span

PIECE = re.compile(r"(?:[^，,；：。！？\n“（]++|“[^”\n]{0,400}”|（[^）\n]{0,400}）|[“（])++")
NUMBERING = re.compile(r"(?:[（(]?[一二三四五六七八九十\d]{1,3}[）)、.．]\s*|[一二三四五六七八九十]是|--?|——)+")
TIME = re.compile(r"(?:力争)?(?:到|至)?(?:20\d\d(?:[-—]20\d\d)?年|“[^”]{3,5}”|今年|明年|年|[今未]后?[三五]年)(?:以?前|底前?|末|内|期间|时期|间|度|来)?[，,]?")
ADVERBS = re.compile(r"(?:进一步|加快|全面|深入|大力|积极|着力|稳步|有序|有效|扎实|切实|持续|不断|统筹|力争|确保|努力|继续|重点|充分|"
                     r"认真|严格|坚决|稳妥|主动|更好|"
                     r"高质量|高标准|高水平|高起点|因地制宜|分类|分批|率先|加紧|抓紧|尽快|合理|科学|逐步|广泛|创新|全力|牢牢|巩固|鼓励|支持|引导|要|应当|应|须|必须|将|再|年内|全年|每年)")
WEAK = {"加快", "统筹", "确保", "力争", "努力", "创新", "巩固", "鼓励", "支持", "引导", "全力", "持续"}  # verbs themselves where no verb follows
COVERB = re.compile(r"(?:以|依托|围绕|按照|根据|结合|通过|针对|面向|立足|在|为|与|由|从|瞄准|把握|坚持|每|对于|利用)")
RESULT = re.compile(r"打造|实现|注重|促进|提升|提高|增强|形成|带动|让|使|确保|保障")  # what a promise is for is no promise of its own
MOVED = re.compile(r"(?:将|把|对)(?P<object>.{2,30}?)$")
MODAL = re.compile(r"(?:要(?!求|素|点|道|害)|应当|必须|(?<!即|不)将|须|负责|会同.{2,20}?|牵头)")
COUNT = re.compile(r"(?:约|近|超过?|不少于|不低于|至少)?[\d.,０-９]+(?:[-—～至][\d.]+)?[万亿千百余多]*"
                   r"(?:个百分点|平方米|平方公里|公里|%|[个项条家座处台套户件人名支所间批次只亩吨元米场期种类门对])?(?:以上|左右)?(?:的)?")
OBJECT_END = re.compile(r"\d|百分之|不低于|不少于|超过|达到|提高到|以上|控制在|增长|（")


class Clause(NamedTuple):
    """A stretch of the reading that promises one thing."""

    start: int
    end: int
    action: str | None
    object: str | None


@functools.cache
def action_words() -> dict[str, list[str]]:
    """Verbs by their first two characters, longer ones first."""
    rows = [*read_rows("actions.csv", required=("verb", "kind")), *read_rows("verbs.csv", required=("verb",))]
    words: dict[str, list[str]] = {}
    for word in sorted({row["verb"] for row in rows if len(row["verb"]) > 1} | WEAK, key=len, reverse=True):
        words.setdefault(word[:2], []).append(word)
    return words


def action_at(text: str, at: int = 0) -> str | None:
    """The longest verb that begins at a place."""
    return next((word for word in action_words().get(text[at:at + 2], ()) if text.startswith(word, at)), None)


@functools.cache
def done_words() -> frozenset[str]:
    rows = read_rows("actions.csv", required=("verb", "kind"))
    return frozenset(row["verb"] for row in rows if row["kind"] == "do" and not row["nominal"]) - WEAK


@functools.cache
def reach_words() -> re.Pattern[str]:
    """Verbs behind what is measured: 信息化率达到80%, 规模以上工业增加值增长6%."""
    rows = read_rows("actions.csv", required=("verb", "kind"))
    words = {row["verb"] for row in rows if row["kind"] in ("reach", "change") and row["verb"] not in ("为", "是")}
    return re.compile("|".join(sorted(map(re.escape, words), key=len, reverse=True)))


def find_pieces(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The sentence `text[start:end]` cut at its commas, quotes and brackets left whole."""
    pieces = [match.span() for match in PIECE.finditer(text, start, end)]
    return [(first, last) for first, last in pieces if not text[first].isspace() or text[first:last].strip()]


def split_commitments(reading: Reading, sentence: Span, assignments: Sequence[Assignment],
                      codes: Mapping[int, str | None] | None = None) -> list[Clause]:
    """The sentence as one promise, or as several where the text gives its clauses to different bodies or areas.

    `codes` tells the category of a piece (`find_pieces`) by its start, None where it is unsure; a piece of another
    category than the one before begins a promise of its own if it begins with a verb.
    """
    text = reading.text
    first = bisect.bisect_right(assignments, sentence.start, key=lambda a: a.start)  # they come in order
    last = bisect.bisect_left(assignments, sentence.end, first, key=lambda a: a.start)
    borders = {a.start for a in assignments[first:last] if a.source == "explicit"}
    current: str | None = None
    for start, end in find_pieces(text, sentence.start, sentence.end) if codes else ():
        code = codes.get(start) if codes else None
        if code and current and code != current and opens_promise(text[start:end]):
            borders.add(start)
        current = code or current
    edges = [sentence.start, *sorted(borders), sentence.end]
    return [Clause(start, end, *find_action(text[start:end])) for start, end in zip(edges, edges[1:], strict=False)]


def opens_promise(piece: str) -> bool:
    """Whether the piece begins with a verb of its own, so that it can stand alone."""
    words, weak = _strip(piece)
    return bool(weak or action_at(words)) and not RESULT.match(words)


def find_action(sentence: str) -> tuple[str | None, str | None]:
    """The first verb that governs, and what it governs up to the next mark or number.

    >>> find_action("加快改造城镇老旧小区1200个。")
    ('改造', '城镇老旧小区')
    >>> find_action("到2027年，全州物流企业信息化率达到85%。")
    ('达到', '全州物流企业信息化率')
    """
    pieces = PIECE.findall(sentence)
    stripped: list[str] = []
    for piece in pieces:
        words, weak = _strip(piece)
        if found := _read_front(words, weak):
            return found
        stripped.append(words)
    found = next(filter(None, map(_read_reach, stripped)), None) or next(filter(None, map(_read_inside, pieces)), None)
    return found or (None, None)


def _read_front(words: str, weak: str | None) -> tuple[str, str | None] | None:
    """加快改造老旧小区, 市房屋管理部门要加强监管: a verb at the front, or behind a subject with a modal."""
    found = _from_verb(words, weak)
    if found is None:
        modal = MODAL.search(words, 1, 26)
        if modal:
            words, weak = _strip(words[modal.end():])
            found = _from_verb(words, weak)
    return found


def _from_verb(words: str, weak: str | None) -> tuple[str, str | None] | None:
    verb = action_at(words)
    if verb and not COVERB.match(words) and not words.startswith(("的", "化"), len(verb)):
        end = len(verb)
        second = action_at(words, end)
        if second in done_words() and end + len(second) + 2 <= len(words):  # 建设筹集, 改造提升
            end += len(second)
        subject = _object(words[end:])
        if subject or end == len(words) or end > len(verb):
            return words[:end], subject
    if weak and words:
        return weak, _object(words)
    return None


def _read_reach(words: str) -> tuple[str, str | None] | None:
    """信息化率达到85%: what is measured stands before the verb."""
    verb = reach_words().search(words, 2)
    if verb is None or not re.match(r"[^，]{0,4}?[\d百]", words[verb.end():]):
        return None
    return verb[0], words[:verb.start()].strip(" 的") or None


def _read_inside(piece: str) -> tuple[str, str | None] | None:
    """将美育贯穿于全过程, 在…领域形成一批…: the verb behind what is moved to the front or behind a circumstance."""
    words = NUMBERING.sub("", piece.strip(), count=1)
    at = 0
    while at < len(words):
        verb = action_at(words, at)
        if verb and at > 1:
            moved = MOVED.match(words[:at])
            return verb, moved["object"] if moved else _object(words[at + len(verb):])
        at += len(verb) if verb else 1
    return None


def _strip(piece: str) -> tuple[str, str | None]:
    """The piece without its number, time and adverbs, and the last of these that can be a verb itself."""
    words = piece.strip()
    weak = None
    for pattern in (NUMBERING, TIME):
        match = pattern.match(words)
        words = words[match.end():] if match else words
    while match := ADVERBS.match(words):
        weak = match[0] if match[0] in WEAK else weak
        words = words[match.end():]
    return words, weak


def _object(words: str) -> str | None:
    """What a verb governs: from the end of a count in front to the next number or comparison."""
    count = COUNT.match(words)
    if count:
        words = words[count.end():]
    end = OBJECT_END.search(words)
    subject = words[:end.start()] if end else words
    return subject.strip(" 的了到为、") or None
