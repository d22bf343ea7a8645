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
DONE_WELL = {"用好", "抓好", "办好", "管好", "建好", "守好", "做好"}
COVERB = re.compile(r"(?:以|依托|围绕|按照|根据|结合|通过|针对|面向|立足|在|为|与|由|从|瞄准|把握|坚持|每|对于|利用)")
RESULT = re.compile(r"打造|实现|注重|促进|提升|提高|增强|形成|带动|让|使|确保|保障")  # what a promise is for is no promise of its own
MOVED = re.compile(r"(?:将|把|对)(?P<object>.{2,30}?)$")
MODAL = re.compile(r"(?:要(?!求|素|点|道|害)|应当|必须|(?<!即|不)将|须|负责|会同.{2,20}?|牵头)")
COUNT = re.compile(r"(?:约|近|超过?|不少于|不低于|至少)?[\d.,０-９]+(?![\d.A-Za-z])(?:[-—～至][\d.]+)?[万亿千百余多]*"
                   r"(?:个百分点|平方米|平方公里|公里|%|[个项条家座处台套户件人名支所间批次只亩吨元米场期种类门对])?(?:以上|左右)?(?:的)?")
# What is governed reaches up to a number or a comparison; quotes are whole, and short brackets (区（市）, 社区（村）) belong to the name.
OBJECT = re.compile(r"(?:“[^”]{1,60}”|（[^）\d：]{1,10}）(?=[^，。；）])|\d{1,4}(?=[A-Za-z])|"
                    r"(?!\d|百分之|不低于|不少于|超过|达到|提高到|(?<!规模)以上|控制在|增长[到至约近超过达]{0,3}\d)[^（])*")
NOUN_END = ("的", "化", "值", "业", "者", "员")  # 服务业, 建设者 are no deeds
COMPARED = re.compile(r"[与和同]|[高低快慢]于")
NEAR_NUMBER = re.compile(r"[^，]{0,4}?[\d百]")
COMPLETED = re.compile(r"好(?!房|差|人(?!口|民|才)|家|作品|老师|学校|医生|项目|风)|了(?!解)|出(?!口|行|租|版|资|让|生|台)")  # 组织好…, 培育出…
LIGHT = frozenset(["开展", "推进", "推动", "实施", "加强", "深化", "促进", "强化", "完善", "推行"])  # 开展整合试点 is no pair of verbs
AND = ("和", "与", "及", "并")
PLACE_ONLY = re.compile(r"(?:力争)?(?:到)?(?:[全我本][省市县区国州]|全社会|全系统|各[市县区])(?:共|累计|要|将)?$")
EFFORT = re.compile(r"在(?P<deed>.{3,40}?)(?:上|方面|中)(?:狠?下(?:更大|大)?(?:功夫|气力|力气)|(?:聚焦|持续|精准)?发力|用力|求实效|求突破|"
                    r"见实效|见成效|出实招|做文章|走在前列?|当先锋|作示范|取得[^，。；]*|实现[^，。；]*)$")
# What is done to a thing that stands before the verb: 把区域协调发展作为内在要求 speaks of 作为.
DISPOSED = re.compile(r"(?P<object>.{2,40}?)(?P<verb>作为|纳入|列入|融入|贯穿|落实到|转化|打造成|建设成|建成|变为|变成|摆在|放在|用于|延伸|控制在|压缩|缩短|"
                      r"提高到|降到|降低到|下放|移交|推向|拓展|覆盖)")


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
    for word in sorted({row["verb"] for row in rows if len(row["verb"]) > 1} | WEAK | DONE_WELL, key=len, reverse=True):
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
    if verb and not COVERB.match(words) and not words.startswith(NOUN_END, len(verb)):
        end = len(verb)
        if words.startswith(AND, end) and (second := action_at(words, end + 1)):  # 支持和辅导教师
            end += 1 + len(second)
        elif verb not in LIGHT and (second := action_at(words, end)) in done_words() and end + len(second) + 2 <= len(words):  # 建设筹集, 改造提升
            end += len(second)
        subject = _object(words[end:])
        if subject or end == len(words) or end > len(verb):
            return words[:end], subject
    if weak and words.startswith(AND) and (second := action_at(words, 1)):
        return weak + words[:1 + len(second)], _object(words[1 + len(second):])
    if weak and words:
        return weak, _object(words)
    return None


def _read_reach(words: str) -> tuple[str, str | None] | None:
    """信息化率达到85%: what is measured stands before the verb, the last one before the number; a place alone is not measured."""
    found = [verb for verb in reach_words().finditer(words, 2) if NEAR_NUMBER.match(words, verb.end())]
    if not found:
        return None
    verb = next((verb for verb in found if words[verb.end()].isdigit()), found[-1])
    subject = words[:verb.start()].strip(" 的")
    return verb[0], (_object(words[verb.end():]) if PLACE_ONLY.fullmatch(subject) else subject) or subject or None


def _read_inside(piece: str) -> tuple[str, str | None] | None:
    """将美育贯穿于全过程, 在…领域形成一批…: the verb behind what is moved to the front or behind a circumstance."""
    words = NUMBERING.sub("", piece.strip(), count=1)
    if moved := re.search(r"[将把]", words[:12]):
        disposed = DISPOSED.match(words, moved.end())
        if disposed:
            return disposed["verb"], disposed["object"]
    at = 0
    while at < len(words):
        verb = action_at(words, at)
        if verb and at > 1:
            moved = MOVED.match(words[:at])
            rest = words[at + len(verb):]
            measured = not moved and (not rest or COMPARED.match(rest)) and reach_words().fullmatch(verb)  # 收入增长与经济增长同步
            return verb, moved["object"] if moved else words[:at] if measured else _object(rest)
        at = words.find("”", at) + 1 or at + 1 if words[at] == "“" else at + (len(verb) if verb else 1)
    return None


def _strip(piece: str) -> tuple[str, str | None]:
    """The piece without its number, time and adverbs, and the last of these that can be a verb itself."""
    words = piece.strip()
    if effort := EFFORT.fullmatch(words):  # 在强化法治保障上下功夫
        words = effort["deed"]
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
    for front in (COMPLETED, COUNT):
        if found := front.match(words):
            words = words[found.end():]
    subject = OBJECT.match(words)
    return subject[0].strip(" 的了到为、（") or None if subject else None
