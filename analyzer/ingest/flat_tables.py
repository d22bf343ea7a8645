"""Tables that were flattened to one cell a line: put together again where every row fits, else left as lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from analyzer.ingest.tables import HEAD_WORDS
from analyzer.records import Block, Cell

LONGEST_HEAD, MOST_COLUMNS, LEAST_ROWS = 16, 12, 2
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


def rebuild_tables(text: str, blocks: Sequence[Block]) -> list[Block]:
    """The blocks with flattened tables as table blocks; a table is rebuilt whole or not at all."""
    lines = [text[block.start:block.end].strip() if block.kind == "paragraph" else "\0" for block in blocks]
    rebuilt: list[Block] = []
    at = 0
    while at < len(blocks):
        head = head_at(lines, at)
        rows: list[list[int]] = []
        if head and NUMBERED.match(lines[at]):
            rows = numbered_rows(lines, at, head)
        for shorter in range(head, 2 if head and not rows else head, -1):  # the first row's name may look like a head: 城镇化率
            rows = typed_rows(lines, at, shorter)
            if len(rows) >= LEAST_ROWS:
                head = shorter
                break
        if len(rows) >= LEAST_ROWS:
            rebuilt.append(_table(blocks, [list(range(at, at + head)), *rows], head))
            at = rows[-1][-1] + 1
        else:
            rebuilt.append(blocks[at])
            at += 1
    return rebuilt


def head_at(lines: Sequence[str], at: int) -> int:
    """How many lines from `at` on are the heads of columns, 0 if none begin there."""
    if not FIRST.match(lines[at]):
        return 0
    end = at + 1
    while end < min(len(lines), at + MOST_COLUMNS) and _is_head(lines[end]):
        end += 1
    return end - at if end - at >= (2 if NUMBERED.match(lines[at]) else 3) else 0


def _is_head(line: str) -> bool:
    return 1 < len(line) <= LONGEST_HEAD and line[-1] not in CLOSED + "：:，、" and not re.fullmatch(r"[\d.,%]+", line) and \
        bool(HEAD_WORDS.search(line) or re.search(r"值$|数$|率$|量$|名$|人$|额$|年$|情况$|方式$|依据$|来源$|说明$|要点$", line))


def numbered_rows(lines: Sequence[str], at: int, head: int) -> list[list[int]]:
    """Rows that begin with 1, 2, 3 …: each must have as many lines as there are heads; a line more is a group's name."""
    first = at + head
    if first < len(lines) and not ROW_NUMBER.match(lines[first]) and _is_group(lines[first]):
        first += 1
    if first >= len(lines) or not ROW_NUMBER.match(lines[first]):
        return []
    rows: list[list[int]] = [[at + head]] if first > at + head else []
    number = int(lines[first].rstrip(".、"))
    heads = list(lines[at:at + head])
    place = first
    while place < len(lines) and lines[place].rstrip(".、") == str(number):
        end = place + head
        if end > len(lines) or "\0" in lines[place:end]:
            return []
        rows.append(list(range(place, end)))
        number += 1
        if lines[end:end + head] == heads:  # repeated at the top of a page
            end += head
        if lines[end + 1:end + 2] and lines[end + 1].rstrip(".、") == str(number) and _is_group(lines[end]):
            rows.append([end])
            end += 1
        later = next((ahead for ahead in range(end, min(len(lines), end + 2 * head)) if lines[ahead].rstrip(".、") == str(number)), None)
        if later is not None and later != end:  # a row with more or fewer cells than heads: merged cells, nothing is sure
            return []
        place = end
    if any(lines[cell].rstrip(".、") == str(number) for cell in rows[-1][1:]):  # the next row's number within this one
        return []
    return rows if sum(len(row) > 1 for row in rows) >= LEAST_ROWS else []


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
    while place + head <= len(lines) and all(_fits(kind, line) for kind, line in zip(kinds, lines[place:place + head], strict=True)):
        rows.append(list(range(place, place + head)))
        place += head
        if list(lines[place:place + head]) == list(heads):
            place += head
    return rows


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


def _table(blocks: Sequence[Block], rows: Sequence[Sequence[int]], head: int) -> Block:
    cells: list[Cell] = []
    for row, places in enumerate(rows):
        for column, place in enumerate(places):
            cells.append(Cell(blocks[place].start, blocks[place].end, row, column, 1, head if len(places) == 1 else 1, row == 0))
    cells.sort(key=lambda cell: cell.start)
    assert all(one.end <= other.start for one, other in pairwise(cells))
    return Block("table", cells[0].start, cells[-1].end, cells=tuple(cells))
