"""Tables that were flattened to one cell a line: put together again where every row fits, else left as lines."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from analyzer.ingest.outline import find_numbering
from analyzer.ingest.tables import HEAD_WORDS
from analyzer.records import Block, Cell

LONGEST_HEAD, MOST_COLUMNS, MOST_HEAD_LINES, LEAST_ROWS = 16, 12, 16, 2
NUMBERED = re.compile(r"(?:序\s*号|编\s*号|No\.?|序)$")
FIRST = re.compile(r"(?:序\s*号|编\s*号|序|(?:主要)?指\s*标(?:名称)?|类\s*别|"
                   r"项\s*目(?:名称)?|名\s*称|任\s*务(?:名称)?|工作任务|重点任务|地\s*区|区\s*域|年\s*份|事\s*项)$")
BINDING = re.compile(r"[（(]?(?:约束性|预期性|约束|预期|引导性|指导性)[）)]?$")
AMOUNT = re.compile(r"(?:[\[〔【]?\s*(?:[<>≥≤＜＞约超达近±+\-—－―/*]|左右|以上|以内|下降|提高|增长|累计|不低于|不超过|不少于|控制在|"
                    r"完成|达到|稳定|持续|保持|国家下达|"
                    r"全覆盖|待定|若干)?\s*){0,4}(?:[\d,.，%％‰万亿千百个点分\s]+[^\d\s。；]{0,8}\s*)?[\]〕】]?$")
UNIT = re.compile(r"[^\d。；]{1,14}$|-|—")
ROW_NUMBER = re.compile(r"\d{1,3}[.、]?$")
CLOSED = "。！？；"


@dataclass(frozen=True, slots=True)
class Found:
    """A table among the lines: which lines make each head (a broken one has two), and which lines each row."""

    heads: tuple[tuple[int, ...], ...]
    rows: tuple[tuple[int, ...], ...]
    each: int = 0  # of a head on two levels: how many columns each of its groups has


def rebuild_tables(text: str, blocks: Sequence[Block]) -> list[Block]:
    """The blocks with flattened tables as table blocks; a table is rebuilt whole or not at all."""
    lines = [text[block.start:block.end].strip() if block.kind == "paragraph" else "\0" for block in blocks]
    rebuilt: list[Block] = []
    at = inside = 0  # lines before `inside` are heads of a numbered table whose rows differ; no other table begins there
    while at < len(blocks):
        found = None
        if at >= inside and FIRST.match(lines[at]):
            numbered = NUMBERED.match(lines[at]) is not None
            found = (find_numbered(lines, at) if numbered else None) or find_typed(lines, at)
            if numbered and not found:
                inside = _first_number(lines, at) or inside
        if found:
            rebuilt.append(_table(blocks, found))
            at = found.rows[-1][-1] + 1
        else:
            rebuilt.append(blocks[at])
            at += 1
    return rebuilt


def find_numbered(lines: Sequence[str], at: int) -> Found | None:
    """A table with 序号: every line down to the first number is a head, every number begins a row of as many lines."""
    first = _first_number(lines, at)
    if first is None:
        return None
    group = int(_names_group(lines[first - 1]) and first - at > 2)  # 一、提升产业化 before the first number
    for merge in (False, True):
        rows = numbered_rows(lines, at, first, group)
        width = max((len(row) for row in rows), default=0)
        heads = _fit_heads(lines, range(at, first - group), width, merge) if width > 1 else None
        if heads:
            return Found(heads, tuple(tuple(row) for row in rows))
    each = _repeated_heads(lines, range(at, first - group), width) if width > 1 else 0
    if each:
        return Found(tuple((place,) for place in range(at, first - group)), tuple(tuple(row) for row in rows), each)
    return None


def _first_number(lines: Sequence[str], at: int) -> int | None:
    """The line below the heads that holds the first row's number, None where heads do not lead to one."""
    first = at + 1
    while first < min(len(lines), at + MOST_HEAD_LINES) and not ROW_NUMBER.match(lines[first]):
        if not _may_head(lines[first]) and not _names_group(lines[first]):
            return None
        first += 1
    return first if first < len(lines) and ROW_NUMBER.match(lines[first]) else None


def numbered_rows(lines: Sequence[str], at: int, first: int, group: int) -> list[list[int]]:
    """The rows from line `first` on, [] if they differ in length: with merged cells nothing is sure.

    Where the head was printed again on each page, the pages before the first one with such a row are taken.
    """
    stretches = _stretches(lines, first, lines[at:first - group])
    paged = next((place for place, (_, _, again) in enumerate(stretches) if again), len(stretches) - 1)
    width = min((end - begin for begin, end, _ in stretches[:paged + 1] if end > begin), default=0)
    rows: list[list[int]] = [[first - 1]] if group else []
    whole = 0  # rows of whole pages
    for begin, end, again in stretches:
        following = str(int(lines[begin].rstrip(".、")) + 1)
        if end == begin:  # the last row: as long as the others
            end = begin + width
            if end > len(lines) or any(lines[place].rstrip(".、") == following for place in range(begin, end)):
                return _enough(rows[:whole])
        titled = end - begin == width + 1 and _names_group(lines[end - 1])
        if width < 2 or end - begin - titled != width or "\0" in lines[begin:end]:
            return _enough(rows[:whole])
        rows.append(list(range(begin, end - titled)))
        if titled:
            rows.append([end - 1])
        whole = len(rows) if again else whole
    return _enough(rows)


def _enough(rows: list[list[int]]) -> list[list[int]]:
    return rows if sum(len(row) > 1 for row in rows) >= LEAST_ROWS else []


def _stretches(lines: Sequence[str], first: int, heads: Sequence[str]) -> list[tuple[int, int, bool]]:
    """From each row's number to the next one, and whether the head was printed again between them; the last one is open."""
    found: list[tuple[int, int, bool]] = []
    place = first
    while True:
        number = str(int(lines[place].rstrip(".、")) + 1)
        following = next((ahead for ahead in range(place + 1, min(len(lines), place + 2 * MOST_COLUMNS + len(heads)))
                          if lines[ahead].rstrip(".、") == number), None)
        if following is None:
            return [*found, (place, place, False)]
        before = following - len(heads)
        again = before > place and list(lines[before:following]) == list(heads)
        found.append((place, before if again else following, again))
        place = following


def _fit_heads(lines: Sequence[str], heads: range, width: int, merge: bool) -> tuple[tuple[int, ...], ...] | None:
    """As many heads as a row has cells: a line that begins with a bracket belongs to the head before it (总投资/（亿元）)."""
    fitted: list[tuple[int, ...]] = [(place,) for place in heads]
    if merge and len(fitted) > width:
        joined: list[tuple[int, ...]] = []
        for place in heads:
            if joined and lines[place][0] in "（(":
                joined[-1] = (*joined[-1], place)
            else:
                joined.append((place,))
        short = [index for index, parts in enumerate(joined[:-1]) if index and len(lines[parts[0]]) <= 2 and len(parts) == 1
                 and not NUMBERED.match(lines[parts[0]])]
        if len(joined) == width + 1 and len(short) == 1:  # 建设/周期（年）
            index = short[0]
            joined[index:index + 2] = [joined[index] + joined[index + 1]]
        fitted = joined
    return tuple(fitted) if len(fitted) == width else None


def _repeated_heads(lines: Sequence[str], heads: range, width: int) -> int:
    """C级 | D级 | 户数 | 资金 | 户数 | 资金: how many columns each of the groups has, 0 if the last heads do not repeat."""
    groups = len(heads) - width
    for each in range(2, 5):
        below = [lines[place] for place in heads[-groups * each:]]
        if groups > 1 and len(heads) > groups * (each + 1) and below == below[:each] * groups and len(set(below)) == each:
            return each
    return 0


def find_typed(lines: Sequence[str], at: int) -> Found | None:
    """A table without numbers; the first row's name may look like a head (城镇化率), so shorter heads are tried too."""
    for head in range(head_at(lines, at), 2, -1):
        rows = typed_rows(lines, at, head)
        if sum(len(row) > 1 for row in rows) >= LEAST_ROWS:
            return Found(tuple((place,) for place in range(at, at + head)), tuple(tuple(row) for row in rows))
    return None


def head_at(lines: Sequence[str], at: int) -> int:
    """How many lines from `at` on are the heads of columns, 0 if none begin there."""
    end = at + 1
    while end < min(len(lines), at + MOST_COLUMNS) and _is_head(lines[end]):
        end += 1
    return end - at if end - at >= 3 else 0


def _may_head(line: str) -> bool:
    return len(line) <= LONGEST_HEAD and line[-1] not in CLOSED + "：:，、" and line != "\0"


def _is_head(line: str) -> bool:
    return 1 < len(line) <= LONGEST_HEAD and line[-1] not in CLOSED + "：:，、" and not re.fullmatch(r"[\d.,%]+", line) and \
        bool(HEAD_WORDS.search(line) or re.search(r"值$|数$|率$|量$|名$|人$|额$|年$|情况$|方式$|依据$|来源$|说明$|要点$", line))


def _names_group(line: str) -> bool:
    """Whether a line between numbered rows names those below it: it has a number of its own, or it might be a cell's second line."""
    return _is_group(line) and bool(find_numbering(line))


def _is_group(line: str) -> bool:
    return len(line) <= 40 and line[-1] not in CLOSED and bool(re.match("[（(一-鿿“]", line))


def typed_rows(lines: Sequence[str], at: int, head: int) -> list[list[int]]:
    """Rows without numbers: units, years and 属性 must stand below their heads in every row."""
    heads = lines[at:at + head]
    kinds = [_kind(each) for each in heads]
    if kinds.count("amount") + kinds.count("binding") < 1:
        return []
    rows: list[list[int]] = []
    place = at + head

    def fits(begin: int) -> bool:
        return begin + head <= len(lines) and all(_fits(kind, line) for kind, line in zip(kinds, lines[begin:begin + head], strict=True))

    while place < len(lines):
        if fits(place):
            rows.append(list(range(place, place + head)))
            place += head
        elif list(lines[place:place + head]) == list(heads) and fits(place + head):  # repeated on the next page
            place += head
        elif lines[place] != "\0" and _is_group(lines[place]) and fits(place + 1):  # 总体发展水平: a group of rows
            rows.append([place])
            place += 1
        else:
            break
    return rows


@functools.cache
def _kind(head: str) -> str:
    if re.search(r"(?:19|20)\d\d|年均|目标值|预期值|现状值|基期|数值|增速|累计|十[一二三四五]五", head):
        return "amount"
    if re.search(r"属\s*性", head):
        return "binding"
    return "unit" if re.fullmatch(r"(?:计量)?单\s*位", head) else "words"


def _fits(kind: str, line: str) -> bool:
    if line == "\0":
        return False
    if kind == "amount":
        return len(line) <= 24 and bool(AMOUNT.match(line))
    if kind == "binding":
        return bool(BINDING.match(line)) or line in "-—/"
    if kind == "unit":
        return bool(UNIT.match(line))
    return len(line) <= 60 and line[-1] not in CLOSED and not re.fullmatch(r"[\d.,%％\s]+", line)


def _table(blocks: Sequence[Block], found: Found) -> Block:
    cells = _two_levels(blocks, found) if found.each else [
        Cell(blocks[parts[0]].start, blocks[parts[-1]].end, 0, column, header=True) for column, parts in enumerate(found.heads)]
    width = max(cell.column for cell in cells) + 1
    for row, places in enumerate(found.rows, 2 if found.each else 1):
        for column, place in enumerate(places):
            cells.append(Cell(blocks[place].start, blocks[place].end, row, column, 1, width if len(places) == 1 else 1))
    cells.sort(key=lambda cell: cell.start)
    assert all(one.end <= other.start for one, other in pairwise(cells))
    return Block("table", cells[0].start, cells[-1].end, cells=tuple(cells))


def _two_levels(blocks: Sequence[Block], found: Found) -> list[Cell]:
    """The heads of a table whose last columns stand in groups: single heads span both rows, a group's spans its columns."""
    width = max(len(row) for row in found.rows)
    groups = len(found.heads) - width
    single = width - groups * found.each
    cells = []
    for number, (place,) in enumerate(found.heads):
        start, end = blocks[place].start, blocks[place].end
        if number < single:
            cells.append(Cell(start, end, 0, number, 2, 1, header=True))
        elif number < single + groups:
            cells.append(Cell(start, end, 0, single + (number - single) * found.each, 1, found.each, header=True))
        else:
            cells.append(Cell(start, end, 1, number - groups, header=True))
    return cells
