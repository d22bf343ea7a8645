"""Where a document assigns work: brackets, lines of their own, sentences (由…牵头) and task tables, each with its scope.

>>> [body.name for body in find_assignments(reading)[0].bodies]  # 改造500个小区。（责任单位：市住建局、财政局）
['市住建局', '财政局']
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import replace

from analyzer.pipeline.bodies import Assignment, Body, is_body, read_bodies, read_groups, stands_alone
from analyzer.pipeline.glued_rows import find_in_glued_rows
from analyzer.pipeline.reading import Line, Reading
from analyzer.pipeline.sentences import last_mark
from analyzer.pipeline.task_tables import find_in_tables
from analyzer.records import Block

BRACKET = re.compile(r"[（(\[〔【](?:[^（(\[〔【）)\]〕】\n]|[（(\[〔][^（(\[〔）)\]〕\n]*[）)\]〕])*[）)\]〕】]"
                     r"|[（(\[〔【](?=[^\n：:]{0,4}(?:责任|牵头|配合)[^\n：:]{0,4}[：:])[^\n]*(?=\n|$)")
CUE = re.compile(r"单位|部门|牵头|负责|配合|主办|协办|责任|参与|参加|落实|处室")
LINE_LABEL = re.compile(r"[ \t]*[（(\[〔【]?[^\n：:，,。；;、（(]{0,6}(?:责任|牵头|配合|推进|支撑|主办|协办|落实|实施|参与|参加|承办|主管)"
                        r"[^\n：:，,。；;、（(]{0,4}(?:单位|部门|处室|科室|主体)[^\n：:，,。；;、（(]{0,3}[：:]")
INLINE = re.compile(r"(?<=[。；！])[ \t]*(?:牵头|责任|主办|配合|协办|负责)(?:责任|实施|落实)?(?:单位|部门)[：:][^。\n]*")
# 列第一位的为牵头单位，其余为配合单位: said once, holds for all lists of 责任单位 in the document.
FIRST_LEADS = re.compile(r"(?:首位|列首|排首|(?:列|排|名)第一|第一位|第一个|第一名|首个|最前|第一(?:责任)?(?:单位|部门))"
                         r"[^，。；\n]{0,12}(?:为|是)[^，。；\n]{0,6}牵头")
COMMA_LEADS = re.compile(r"逗号(?:之)?前(?:的)?(?:单位|部门)?(?:为|是)牵头")
REST_SUPPORTS = re.compile(r"(?:其余|其他|其它|后面)[^，。；\n]{0,6}(?:为|是)[^，。；\n]{0,4}(?:配合|协办|参与)")
NUMBER = re.compile(r"[ \t]*(?:(第[一二三四五六七八九十百]+[章部编篇])|(第[一二三四五六七八九十百]+节|[一二三四五六七八九十]{1,3}、|专栏)|"
                    r"([（(][一二三四五六七八九十]{1,3}[）)])|(\d{1,3}\s*[.、．](?!\d)|第[一二三四五六七八九十百]+条)|"
                    r"([（(]\d{1,3}[）)])|([①-⑳]|\d{1,2}[）)])|(——|--|—|●|•|◆|■|[-·*](?=\s*[\u4e00-\u9fff])))")
OFTEN = 3
SHORTEST_TASK = 8  # characters of a line that a bare list of bodies can close
FINEST_SECTION, DASH = 4, 7  # places of 1. and of —— in NUMBER
LONGEST_TITLE = 45
SENTENCE_END = "。！？；!?;"
NAMES = r"[^，。；：！？\n“”（）()]"
TOGETHER = rf"(?P<with>会同|联合|商)(?P<support>{NAMES}{{2,60}}?)(?=(?:组织|共同|负责|牵头|制定|研究|开展|具体|实施|推进|做好|[，。；\n]|$))"
THEN = TOGETHER.replace("with", "then").replace("support", "others")
BY = re.compile(rf"(?:由|责成|委托)(?P<bodies>{NAMES}{{2,40}}?)(?:(?P<verb>牵头|负责|主办|承办|落实)(?:[，,]?{THEN})?|{TOGETHER})")
SUBJECT = re.compile(rf"(?:^|(?<=[。；！，\n]))[ \t]*(?:[一二三四五六七八九十\d]+是)?(?P<bodies>[省市区县州各自团]{NAMES}{{1,40}}?)"
                     r"(?P<verb>牵头|负责|会同|要(?=[^求素点])|应(?=[^用急])|须)")


# Everybody's duty is nobody's task: 各级政府要… assigns no figure.
GENERAL = re.compile(r"各[^政府]*(?:学校|企业|公司|机构|平台|单位|院校|高校|场站)$|各级|各地|各(?:有关|相关|成员)?(?:部门|单位|方面)|"
                     r"县级以上|省级以上|有关|相关")


def find_assignments(reading: Reading, *, blocks: Sequence[Block] = ()) -> list[Assignment]:
    """All assignments of work in the order of the text; `blocks` are the document's, for the columns of its tables."""
    found = _brackets(reading) + _lines(reading)
    found.sort(key=lambda a: a.cue_start)
    found = [a for i, a in enumerate(found) if i == 0 or a.cue_start >= found[i - 1].cue_end]
    found = _scoped(reading, _joined(found, reading.text))
    found += find_in_tables(reading, blocks, taken=[(a.cue_start, a.cue_end) for a in found])
    found = _mark_first(found + find_in_glued_rows(reading), reading.text)
    found += _sentences(reading, [(a.cue_start, a.cue_end) for a in found])
    return sorted(found, key=lambda a: (a.start, a.end))


def _brackets(reading: Reading) -> list[Assignment]:
    text = reading.text
    found: list[Assignment] = []
    plain: list[Assignment] = []
    for match in BRACKET.finditer(text):
        content = match.group()[1:-1] if match.group()[-1] in "）)]〕】" else match.group()[1:]
        behind = None if CUE.search(content) else _closes(text, match.start(), match.end())
        if len(content) < 3 or behind == "":
            continue
        bodies = read_groups(content, match.start() + 1)
        if bodies:
            kept = plain if behind == "inside" else found
            kept.append(Assignment(match.start(), match.end(), tuple(bodies), "explicit", match.start(), match.end()))
    # 建公园500个（市城管局、各区政府）。 may be a gloss; a document that does it again and again assigns.
    return found + plain if len(plain) >= OFTEN else found


def _closes(text: str, start: int, end: int) -> str:
    """Where a bracket without a word of duty stands: behind a sentence, inside it at its end, or elsewhere ("")."""
    if end < len(text) and text[end] not in "\n。；" or start - text.rfind("\n", max(0, start - SHORTEST_TASK), start) < SHORTEST_TASK:
        return ""  # 张三（市政府） in a list of members
    return "behind" if text[start - 1:start] in ("。", "；", "\n", "!", "！") else "inside"


def _lines(reading: Reading) -> list[Assignment]:
    """Lines of their own (牵头部门：市教育局　　配合部门：市文广局), and the same behind the last sentence of a line."""
    found = []
    for match in INLINE.finditer(reading.text):
        bodies = read_groups(match.group(), match.start())
        if bodies:
            found.append(Assignment(match.start(), match.end(), tuple(bodies), "explicit", match.start(), match.end()))
    for line in reading.lines:
        words = reading.text[line.start:line.end]
        if LINE_LABEL.match(words) and words[0] not in "（([〔【":
            bodies = read_groups(words, line.start)
            if bodies:
                found.append(Assignment(line.start, line.end, tuple(bodies), "inherited", line.start, line.end))
    return found


def _joined(found: list[Assignment], text: str) -> list[Assignment]:
    """（牵头单位：A）（配合单位：B) and two label lines in a row are one assignment."""
    rows: list[list[Assignment]] = []
    for assignment in found:
        if rows and not text[rows[-1][-1].cue_end:assignment.cue_start].strip(" \n。，；"):
            rows[-1].append(assignment)
        else:
            rows.append([assignment])
    return [replace(row[0], end=row[-1].end, cue_end=row[-1].cue_end, bodies=tuple(body for one in row for body in one.bodies)) for row in rows]


def _scoped(reading: Reading, found: list[Assignment]) -> list[Assignment]:
    """Each assignment with the stretch of text that it closes (or, from a heading, opens)."""
    starts = [line.start for line in reading.lines]
    kinds = [_level(reading, line) for line in reading.lines]
    cues = [(a.cue_start, a.cue_end) for a in found]
    scoped = []
    for number, assignment in enumerate(found):
        before = cues[number - 1][1] if number else 0
        after = cues[number + 1][0] if number + 1 < len(cues) else len(reading.text)
        scoped.append(_scope(reading, assignment, bisect_right(starts, assignment.cue_start) - 1, kinds, before, after))
    return scoped


def _level(reading: Reading, line: Line) -> int | None:
    match = NUMBER.match(reading.text, line.start, line.end)
    return match.lastindex if match else None


def _scope(reading: Reading, a: Assignment, index: int, kinds: list[int | None], before: int, after: int) -> Assignment:
    text, line = reading.text, reading.lines[index]
    level = kinds[index]
    head = text[max(line.start, before):a.cue_start].strip(" 。；，")
    rest = text[a.cue_end:line.end].strip(" 。；，")
    if head:
        if level and before <= line.start and len(head) <= LONGEST_TITLE and not re.search("[。；！]", head):
            if rest and after >= line.end and len(rest) > len(head):  # （一）标题（责任单位：…）。正文
                return replace(a, start=line.start, end=line.end)
            around = text[a.cue_start - 1] + text[a.cue_end:a.cue_end + 1]
            if not rest and level < DASH and not any(mark in SENTENCE_END for mark in around):
                return replace(a, start=line.start, end=_section_end(reading, index, kinds), rank=1)
        start = max(line.start, before)
        if not rest and start == line.start and level is None:  # the last paragraph of item 3.
            item = _item_start(reading, index, kinds, before)
            start = item if _is_item(reading, item) else start
        return replace(a, start=start)
    if _heads(reading, index, kinds, before) and after >= line.end:
        return replace(a, end=min(_section_end(reading, index - 1, kinds), max(after, a.end)), source="inherited", rank=1)
    return replace(a, start=_item_start(reading, index, kinds, before, above=level), source="inherited")


def _is_item(reading: Reading, start: int) -> bool:
    match = NUMBER.match(reading.text, start)
    return bool(match and match.lastindex and FINEST_SECTION <= match.lastindex < DASH)


def _heads(reading: Reading, index: int, kinds: list[int | None], before: int) -> bool:
    """Whether a line of bodies stands under a bare heading, with the task below it."""
    if index == 0 or index + 1 >= len(reading.lines) or reading.lines[index - 1].start < before:
        return False
    above = reading.text[reading.lines[index - 1].start:reading.lines[index - 1].end]
    return bool(kinds[index - 1]) and len(above) <= 40 and above[-1] not in SENTENCE_END and kinds[index + 1] is None


def _item_start(reading: Reading, index: int, kinds: list[int | None], before: int, *,
                above: int | None = None) -> int:
    """The start of the numbered item that ends before line `index`, not behind the assignment before it.

    A line that is itself a numbered part (3.责任单位：…) closes the item `above` its own level.
    """
    start = reading.lines[index].start
    for number in range(index - 1, -1, -1):
        line = reading.lines[number]
        if line.end <= before or (line.kind == "heading" and (line.level or 9) <= 3):
            break
        start = max(line.start, before)
        level = kinds[number]
        if level is not None and level <= FINEST_SECTION and (above is None or level < above):
            break
    return start


def _section_end(reading: Reading, index: int, kinds: list[int | None]) -> int:
    level = kinds[index] or 9
    for number in range(index + 1, len(reading.lines)):
        other = kinds[number]
        if other is not None and other <= level:
            return reading.lines[number].start
    return len(reading.text)


def _mark_first(found: list[Assignment], text: str) -> list[Assignment]:
    """Roles by place in the list, where the document says once that the first body leads or all before the comma do."""
    first, comma = FIRST_LEADS.search(text), COMMA_LEADS.search(text)
    if not first and not comma:
        return found
    rest = "support" if comma or REST_SUPPORTS.search(text) else "responsible"
    marked = []
    for a in found:
        if a.bodies and all(body.role == "responsible" for body in a.bodies):
            head = a.bodies[0].end
            if comma:
                head = next((place for place in range(head, a.bodies[-1].end) if text[place] in "，,"), a.bodies[-1].end)
            a = replace(a, bodies=tuple(replace(body, role="lead" if body.end <= head else rest) for body in a.bodies))
        marked.append(a)
    return marked


SENTENCE_MARKS = "。！？；\n"
SENTENCE_MARK = re.compile(f"[{SENTENCE_MARKS}]")


def _sentences(reading: Reading, taken: list[tuple[int, int]]) -> list[Assignment]:
    """由省住房城乡建设厅牵头…: the sentence in which bodies are named as those who act; with several, each its part."""
    text = reading.text
    acting: list[tuple[int, int, tuple[Body, ...]]] = []
    is_taken = _cover(taken)
    for pattern in (BY, SUBJECT):
        for match in pattern.finditer(text):
            if is_taken(match.start("bodies")):
                continue
            groups = match.groupdict()
            verb = groups["verb"] or groups["with"]
            if verb in ("要", "应", "须") and text[match.start() - 1:match.start()] == "，":
                continue
            role = "lead" if verb in ("牵头", "主办", "会同", "联合", "商") else "responsible"
            bodies = read_bodies(groups["bodies"], match.start("bodies"), role)
            for key in ("support", "others"):
                if groups.get(key):
                    bodies += read_bodies(groups[key], match.start(key), "support")
            if bodies and all(is_body(body.name) and stands_alone(body) for body in bodies) \
                    and not all(GENERAL.match(body.name) for body in bodies):
                acting.append((match.start(), match.end(), tuple(bodies)))
    acting.sort(key=lambda one: one[:2])
    found = []
    for number, (start, end, named) in enumerate(acting):
        left, right = _sentence(text, start, end)
        if number and left <= acting[number - 1][0]:
            left = start
        if number + 1 < len(acting) and start < acting[number + 1][0] < right:
            right = acting[number + 1][0]
        found.append(Assignment(left, right, named, "explicit", start, end))
    return found


def _cover(intervals: list[tuple[int, int]]) -> Callable[[int], bool]:
    """Whether a place lies in one of the intervals, by binary search."""
    starts: list[int] = []
    ends: list[int] = []  # how far the intervals up to here reach
    for start, end in sorted(intervals):
        starts.append(start)
        ends.append(max(end, ends[-1] if ends else 0))

    def covers(place: int) -> bool:
        index = bisect_right(starts, place) - 1
        return index >= 0 and place < ends[index]

    return covers


def _sentence(text: str, start: int, end: int) -> tuple[int, int]:
    stop = SENTENCE_MARK.search(text, end)
    return last_mark(text, SENTENCE_MARKS, 0, start) + 1, stop.start() if stop else len(text)
