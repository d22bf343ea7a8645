"""Bodies in the columns of task tables: real ones with merged cells, and those that lost their frame, one cell a line."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from analyzer.pipeline.bodies import Assignment, Body, is_body, read_bodies, read_groups, role_of
from analyzer.pipeline.reading import Line, Reading
from analyzer.records import Block, Cell

HEAD = re.compile(r"(?:市级|省级|区级|县级|州级|主要)?"
                  r"(?:总?牵头|责任|主责|负责|配合|协同|协办|参与|参加|推进|支撑|支持|落实|实施|承办|主办|主管|完成|业主|建设|承担|申报)"
                  r"(?:[（(][^（）()]{1,6}[）)])?(?:责任|实施|落实|推进|考核|评分)?(?:单位|部门|处室|科室|主体|机构)(?:[（(及和、][^，。；]{0,12})?")
VAGUE_HEAD = re.compile(r"^[^、，。；省市区县州各]{0,8}(?:单位|部门|分工)[^、，。；]{0,6}$")
OFFICE = re.compile(r"(?:自治区|省|市|区|县|州|盟|旗)[^、，]{0,12}(?:局|委|厅|办|部|政府|中心|管委会)$")
NO_NAME = re.compile(r"附[件表]|[\d\W_]+$|无$|同上$")
MOSTLY = 0.6
LONGEST_MERGED = 1500  # characters of rows below that one merged cell may hold for
NUMBER_CELL = re.compile(r"\d{1,3}[.、]?")
SHORT_LEVEL = re.compile(r"(?:自治区|省|市|区|县|州|盟|旗|各|团[省市区县]委|有关|相关)")
STOP = re.compile(r"附件|附表|第[一二三四五六七八九十]+[章部编]|[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[）)]")
YEAR = re.compile(r"(?:到|至)?(20\d\d)(?!\d*[-—–至])")
TITLES = re.compile(r"(?:主任|局长|厅长|书记|市长|县长|区长|秘书长|委员|组长|部长|科长|处长|经理|长)$")
SIGNED = re.compile(r"[^、，]{2,12}(?:省|自治区|市|区|县|州)(?:人民政府|政府)(?:办公[厅室])?$")

NAMED = re.compile(r"(?!(?:建设|打造|推进|加快|完善|设立|成立|推动|加强|优化|提升))"
                   r"(?>(?:{body}){1,3}[、，])*(?:{body}){1,3}".replace("{body}", r"[^，。；：、\s]{2,16}(?:局|委|办|厅|政府|支行|分行|公司|管委会|集团)"))


@dataclass(frozen=True, slots=True)
class _Group:
    """Lines of bodies in a row, `first` to `last` (indices of lines)."""

    first: int
    last: int
    bodies: tuple[Body, ...]


def find_in_tables(reading: Reading, blocks: Sequence[Block], *, taken: Sequence[tuple[int, int]] = ()) -> list[Assignment]:
    """Assignments by table row; `taken` are the places where brackets or label lines already assign."""
    found: list[Assignment] = []
    tables: dict[int, list[Line]] = {}
    for line in reading.lines:
        if line.kind == "table":
            tables.setdefault(line.block, []).append(line)
    known: dict[int, str] = {}
    width = 0
    for number, lines in tables.items():
        if number < len(blocks) and blocks[number].cells:
            pairs = _pair(reading, blocks[number], lines)
            columns = max(cell.column + cell.column_span for cell in blocks[number].cells)
            top, roles = _role_columns(reading, pairs)
            if not roles and columns == width:  # the table goes on over the page without its head
                roles = known
            known, width = roles, columns
            if roles:
                found += _table(reading, pairs, top, roles)
    return found + _flat(reading, taken)


def _role_columns(reading: Reading, pairs: list[tuple[Cell, Line]]) -> tuple[int, dict[int, str]]:
    """The first row below the head, and the columns that name bodies: by their head, or by what all their cells hold."""
    roles: dict[int, str] = {}
    top = 0
    for cell, line in pairs:
        words = re.sub(r"\s", "", reading.text[line.start:line.end])
        if cell.row <= 3 and HEAD.fullmatch(words) and (role := role_of(words)):
            roles |= dict.fromkeys(range(cell.column, cell.column + cell.column_span), role)
            top = max(top, cell.row + cell.row_span)
    if roles:
        return top, roles
    roles = _columns_of_bodies(reading, pairs)
    headed = any(cell.column in roles and not cell.row and VAGUE_HEAD.search(reading.text[line.start:line.end]) for cell, line in pairs)
    return int(headed), roles


def _columns_of_bodies(reading: Reading, pairs: list[tuple[Cell, Line]]) -> dict[int, str]:
    """Columns behind the first whose cells are lists of bodies; a head that says nothing (部门, 分工) may stand above."""
    total: Counter[int] = Counter()
    named: Counter[int] = Counter()
    for cell, line in pairs:
        if cell.column:
            total[cell.column] += 1
            bodies = read_groups(reading.text[line.start:line.end], line.start)
            named[cell.column] += bool(bodies) and all(is_body(body.name) for body in bodies)
    return {column: "responsible" for column, count in named.items() if count >= 2 and count >= MOSTLY * total[column]}


def _table(reading: Reading, pairs: list[tuple[Cell, Line]], top: int, roles: dict[int, str]) -> list[Assignment]:
    """One real table: each cell gets the bodies of all rows that it spans."""
    by_row: dict[int, list[Body]] = {}
    for cell, line in pairs:
        if cell.column in roles and cell.row >= top:
            bodies = _cell_bodies(reading.text[line.start:line.end], line.start, roles[cell.column])
            for row in range(cell.row, cell.row + cell.row_span):
                by_row.setdefault(row, []).extend(bodies)
    found: list[Assignment] = []
    for cell, line in pairs:
        if cell.row < top or cell.column in roles:
            continue
        answering = tuple({(b.name, b.role): b for row in range(cell.row, cell.row + cell.row_span)
                           for b in by_row.get(row, ())}.values())
        if answering:
            found.append(Assignment(line.start, line.end, answering, "inherited", answering[0].start, answering[-1].end))
    return found


def _cell_bodies(words: str, start: int, role: str) -> list[Body]:
    own = read_groups(words, start) if re.search("[：:]|牵头|配合|负责", words) else []
    return [body for body in own or read_bodies(words, start, role) if not NO_NAME.match(body.name)]


def _pair(reading: Reading, block: Block, lines: list[Line]) -> list[tuple[Cell, Line]]:
    """Each cell that is not empty with its line of the reading."""
    pairs = []
    waiting = iter(lines)
    line = next(waiting, None)
    for cell in block.cells:
        while line is not None and reading.offsets[line.start] < cell.start:
            line = next(waiting, None)
        if line is not None and reading.offsets[line.start] < cell.end:
            pairs.append((cell, line))
    return pairs


def _flat(reading: Reading, taken: Sequence[tuple[int, int]]) -> list[Assignment]:
    """Tables of one cell a line: lines that hold nothing but bodies close the rows before them."""
    texts = ["" if line.kind == "table" else reading.text[line.start:line.end] for line in reading.lines]
    heads = [i for i, words in enumerate(texts) if len(words) <= 14 and HEAD.fullmatch(words.strip())]
    if heads and (grid := _grid(reading, texts, heads)):
        return grid
    groups = _groups(reading, texts, taken, companies=bool(heads))
    offices = sum(any(OFFICE.match(body.name) for body in group.bodies) for group in groups)
    if len(groups) < (1 if heads else 2) or not heads and 2 * offices < len(groups):
        return []
    shared = not any(re.search("业主|建设|申报", texts[i]) for i in heads)  # a project has an owner of its own
    return _rows(reading, texts, groups, _runs(texts, heads), shared=shared)


def _runs(texts: list[str], heads: list[int]) -> list[tuple[int, list[str]]]:
    """Heads that stand together, as the line of the first and the roles of their columns."""
    runs: list[tuple[int, list[str]]] = []
    last = -9
    for head in heads:
        role = role_of(texts[head]) or "responsible"
        if head - last <= 2:
            runs[-1][1].append(role)
        else:
            runs.append((head, [role]))
        last = head
    return runs


def _grid(reading: Reading, texts: list[str], heads: list[int]) -> list[Assignment]:
    """A regular table: 序号 and its fellows name the columns, each row has as many lines as there are columns."""
    numbers = [i for i, words in enumerate(texts) if NUMBER_CELL.fullmatch(words.strip())]
    for head in heads:
        first = next((i for i in range(head, max(-1, head - 12), -1) if texts[i].strip() == "序号"), None)
        if first is None:
            continue
        last = next((i for i in range(head, min(len(texts), first + 14)) if NUMBER_CELL.fullmatch(texts[i].strip())), None)
        if last is None or last - first < 3:
            continue
        width, columns = last - first, {h - first: role_of(texts[h]) for h in heads if first < h < last}
        rows = [i for i in numbers if _row_ends(texts, i, width)]
        if len(rows) >= max(3, MOSTLY * len(numbers)):
            return [a for row in rows for a in _grid_row(reading, texts, row, width, columns)]
    return []


def _row_ends(texts: list[str], i: int, width: int) -> bool:
    """Whether the row that starts at line `i` has `width` lines: there the next number, another head or the end stands."""
    if i + width > len(texts):
        return False
    if i + width == len(texts) or texts[i + width].strip() == "序号" or STOP.match(texts[i + width]):
        return True
    following = texts[i + width].strip(" .、")
    return following.isdigit() and int(following) == int(texts[i].strip(" .、")) + 1


def _grid_row(reading: Reading, texts: list[str], row: int, width: int, columns: dict[int, str | None]) -> list[Assignment]:
    bodies: list[Body] = []
    for column, role in columns.items():
        line = reading.lines[row + column]
        bodies += read_bodies(texts[row + column], line.start, role or "responsible")
    if not bodies:
        return []
    first, last = reading.lines[row], reading.lines[row + width - 1]
    return [Assignment(first.start, last.end, tuple(bodies), "inherited", bodies[0].start, bodies[-1].end)]


def _groups(reading: Reading, texts: list[str], taken: Sequence[tuple[int, int]], *, companies: bool) -> list[_Group]:
    starts = [line.start for line in reading.lines]
    assigning = {line for start, end in taken for line in starts[bisect_left(starts, start):bisect_left(starts, end)]}
    found: dict[int, list[Body]] = {}
    for i, (line, words) in enumerate(zip(reading.lines, texts, strict=True)):
        if line.kind in ("table", "heading") or line.start in assigning:
            continue
        if bodies := _body_line(words, line.start):
            found[i] = bodies
    if len(found) >= 2:  # among cells of bodies, 柯桥区政府 and 人行绍兴市中心支行 are cells too
        for i in range(min(found), max(found) + 4):
            if i not in found and i < len(texts) and NAMED.fullmatch(texts[i]) and reading.lines[i].kind == "paragraph" \
                    and (companies or not texts[i].endswith(("公司", "集团"))):
                found[i] = read_bodies(texts[i], reading.lines[i].start, "responsible")
    groups: list[_Group] = []
    for i in sorted(found):
        if groups and groups[-1].last == i - 1:
            groups[-1] = _Group(groups[-1].first, i, (*groups[-1].bodies, *found[i]))
        else:
            groups.append(_Group(i, i, tuple(found[i])))
    return groups


def _body_line(words: str, start: int) -> list[Body]:
    """The bodies of a line that holds nothing else; a signature (沈阳市人民政府办公室) is none."""
    if not 3 <= len(words) <= 150 or words[-1] in "。：:；;，！" or not SHORT_LEVEL.match(words) or SIGNED.fullmatch(words):
        return []
    bodies = read_bodies(words, start, "responsible")
    return bodies if all(is_body(b.name) and len(b.name) <= 24 and not TITLES.search(b.name) for b in bodies) else []


def _rows(reading: Reading, texts: list[str], groups: list[_Group], runs: list[tuple[int, list[str]]], *,
          shared: bool) -> list[Assignment]:
    """Each row with the bodies below it; rows without any share those above them (`shared`: a merged cell)."""
    found: list[Assignment] = []
    above: _Group | None = None
    begin = 0
    for group in groups:
        stop = next((i for i in range(group.first - 1, begin - 1, -1) if _stops(reading, texts, i)), None)
        if stop is not None:
            if above and shared:
                found += _span(reading, texts, begin, _table_end(reading, texts, begin, stop), above, runs)
            begin, above = stop + 1, None
        row = next((i for i in range(group.first - 1, begin - 1, -1) if NUMBER_CELL.fullmatch(texts[i].strip())), None)
        if row is not None and above and shared:
            found += _span(reading, texts, begin, row, above, runs)
        found += _span(reading, texts, row if row is not None else begin, group.first, group, runs)
        begin, above = group.last + 1, group
    if above and shared:
        found += _span(reading, texts, begin, _table_end(reading, texts, begin, len(texts)), above, runs)
    return found


def _stops(reading: Reading, texts: list[str], i: int) -> bool:
    return bool(STOP.match(texts[i])) or reading.lines[i].kind == "table"


def _table_end(reading: Reading, texts: list[str], begin: int, end: int) -> int:
    """Where rows that inherit from above end: a heading, or a series of years that starts anew (another row's cell)."""
    year = 0
    for i in range(begin, end):
        if _stops(reading, texts, i) or reading.lines[i].end - reading.lines[begin].start > LONGEST_MERGED:
            return i
        found = YEAR.match(texts[i])
        if found:
            if int(found.group(1)) < year:
                return i
            year = int(found.group(1))
    return end


def _span(reading: Reading, texts: list[str], begin: int, end: int, group: _Group, runs: list[tuple[int, list[str]]]) -> list[Assignment]:
    if begin >= end:
        return []
    start, stop = reading.lines[begin].start, reading.lines[end - 1].end
    return [Assignment(start, stop, _with_roles(reading, group, runs), "inherited", group.bodies[0].start, group.bodies[-1].end)]


def _with_roles(reading: Reading, group: _Group, runs: list[tuple[int, list[str]]]) -> tuple[Body, ...]:
    """Roles by column of the head above, where the group has a line for each; a single line fills the first column."""
    roles = next((roles for head, roles in reversed(runs) if head < group.first), [])
    size = group.last - group.first + 1
    if not roles or size not in (1, len(roles)) and len(set(roles)) > 1:
        return group.bodies
    named = []
    for body in group.bodies:
        line = next(i for i in range(group.first, group.last + 1) if reading.lines[i].start <= body.start < reading.lines[i].end)
        named.append(replace(body, role=roles[min(line - group.first, len(roles) - 1)]))
    return tuple(named)
