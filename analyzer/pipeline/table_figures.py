"""Numbers alone in a table's cells: their row and column heads say what is measured, in what unit, when, and whether it binds.

Real tables come with cells; a table that was flattened to one cell a line is put back in rows by its 序号 head, or row by
row where a name with its unit in brackets is followed by numbers.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from analyzer.lexicon import read_rows
from analyzer.numerals import ARABIC, MAGNITUDES, parse_arabic
from analyzer.pipeline.layers import Quantity
from analyzer.pipeline.quantities import read_unit
from analyzer.pipeline.reading import Reading
from analyzer.pipeline.table_grids import NUMBER_HEAD, GridCell, Row, find_grids
from analyzer.records import Block

VALUE = re.compile(
    rf"\s*+[〔\[［(（]?\s*+(?:累计|年均)?(?P<turn>下降|降低|减少|增长|提高|增加)?\s*+(?P<sign>≥|≤|>=|<=|>|<|＞|＜|不低于|不少于|不超过|超过|约|达到|低于|大于|小于|高于|[-－](?=\d))?\s*+"
    rf"(?P<low>{ARABIC})(?P<magnitude>万亿|亿|万)?(?P<unit>[%％‰]|[^\d\s〕\]］)）]{{0,5}}?)?(?:\s?(?:-|—|–|~|～|－|至)\s?(?P<high>{ARABIC})(?P<tail>[%％])?)?"
    r"\s*+[〕\]］)）]?\s*+(?P<after>以上|以下|左右|以内|及以上|及以下)?\s*+(?:\*+|\[注?\d*\])?\s*+")
SIGNS = {"≥": "ge", ">=": "ge", "不低于": "ge", "不少于": "ge", "≤": "le", "<=": "le", "不超过": "le", ">": "gt", "＞": "gt", "超过": "gt",
         "大于": "gt", "高于": "gt", "<": "lt", "＜": "lt", "低于": "lt", "小于": "lt", "约": "approx",
         "以上": "ge", "及以上": "ge", "以下": "le", "及以下": "le", "以内": "le", "左右": "approx"}
NAME_HEAD = re.compile(r"(?:主要|具体|核心|重点|年度|工作|二级|三级|分项){0,4}"
                       r"(?:指标|名称|项目|任务|目标|内容|类型|领域|事项)(?:名称|内容|任务|指标)?[^年]{0,4}")
SURE_NAME = re.compile(r"(?:主要|具体|核心|二级|三级|分项)?(?:指标|项目|名称)(?:名称)?|[^年]{0,4}名称")
TASK_NAME = re.compile(r"(?:主要|具体|核心|重点|年度|工作){0,4}(?:任务|事项|内容|目标)(?:名称|内容)?")
PLACE_HEAD = re.compile(
    r"地区|区域|省份|市州|市（州）|市|县|县区|区县|县（市、区）|县市区|市县|市（区）|州市|各?市（?地）?|地市|设区市|镇街|街道|乡镇|乡镇（街道）|街镇")
UNIT_HEAD = re.compile(r"(?:计量)?单位")
KIND_HEAD = re.compile(r"(?:指标)?(?:属性|性质)|类型")
SPAN_HEAD = re.compile(r"(?:建设|实施|起止)?(?:期限|年限|时间|时限|周期|年度|起止年限)(?:[（(]年[）)])?")
YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})\s*(?:年|$|[（(目现实基规预\s])")
YEARS = re.compile(r"((?:19|20)\d{2})\s*+年?\s*+(?:-|—|–|~|～|－|至)\s*+((?:19|20)?\d{2})")
BASE_HEAD = re.compile(r"现状|基期|基准|基础|现值|实际|完成|实绩|实现值|上年|目前")
TARGET_HEAD = re.compile(r"目标|规划|预期|预计|计划|任务数|年均|累计|末|指标值")
RATE_HEAD = re.compile(r"年均(?:增长|增速|递增|增幅)|增长率|增速|增幅|累计(?:提高|增加|增长|新增)|[〔\[](?:累计)?[+]")
DROP_HEAD = re.compile(r"(?:年均)?(?:下降|降低|减少)|降幅")
BRACKET = re.compile(r"[（(]([^（()）]{1,16})[）)]\s*$")
BINDING = {"约束性": "约束性", "约束": "约束性", "预期性": "预期性", "预期": "预期性", "预测性": "预期性", "指导性": "指导性"}
COLUMN_OF_STATE = re.compile("|".join(pattern.pattern for pattern in (YEAR, TARGET_HEAD, BASE_HEAD)))
CHANGE_BEHIND = re.compile("(?:年均|累计)?(?:增长|提高|增加|净增|下降|降低|减少)$")
NAME_GOES_ON = re.compile("率|工程|项目|面积|投资|规模|任务|资金|总|区|性|里程|数|量")
ROW_NUMBER = re.compile(r"^(?:\d{1,3}\s*[.．、]\s*(?!\d)|[（(]\d{1,3}[）)]\s*)(?=.{2})")
LONGEST_CELL = 60
DASHES = ("—", "-", "--", "——", "/", "－", "")


@dataclass(frozen=True, slots=True)
class TableFacts:
    """What the heads of a figure's row and column say; None where they say nothing."""

    indicator: str | None
    action: str | None
    pieces: tuple[tuple[int, int], ...]
    period: str | None
    status: str | None
    binding: str | None
    region: str | None = None


def read_tables(reading: Reading, blocks: Sequence[Block], quantities: list[Quantity], *,
                year: int | None = None) -> tuple[list[Quantity], dict[int, TableFacts]]:
    """The quantities with those that tables vouch for, and the facts by the start of each of these.

    `year` is the document's: a column of an earlier year is the base of the later ones.
    """
    facts: dict[int, TableFacts] = {}
    added: dict[int, Quantity] = {}
    for head, rows in find_grids(reading, blocks):
        for quantity, fact in read_grid(head, rows, year):
            added.setdefault(quantity.start, quantity)
            facts.setdefault(quantity.start, fact)
    for quantity, fact in (*read_unit_rows(reading, year), *read_loose_rows(reading)):
        if quantity.start not in added:
            added[quantity.start], facts[quantity.start] = quantity, fact
    if not added:
        return quantities, facts
    kept = [quantity for quantity in quantities if not any(quantity.start < other.end and other.start < quantity.end
                                                          for other in _near(added, quantity))]
    return sorted([*kept, *added.values()], key=lambda quantity: quantity.start), facts


def _near(added: dict[int, Quantity], quantity: Quantity) -> Iterator[Quantity]:
    for start in range(quantity.start - 12, quantity.end + 1):
        if start in added:
            yield added[start]


def read_grid(head: list[str], rows: list[Row], year: int | None = None) -> Iterator[tuple[Quantity, TableFacts]]:
    """The figures of a table whose columns hold values: by year, by 目标值, or with a unit in the head's bracket."""
    names = [i for i, words in enumerate(head) if NAME_HEAD.fullmatch(_plain(words)) and not KIND_HEAD.fullmatch(_plain(words))]
    places = [i for i, words in enumerate(head) if PLACE_HEAD.fullmatch(_plain(words))]
    by_place = bool(places) and not any(SURE_NAME.fullmatch(_plain(head[i])) for i in names)
    names = places[:1] if by_place else next(
        (found for rank in (SURE_NAME, TASK_NAME) if (found := [i for i in names if rank.fullmatch(_plain(head[i]))])), names[:1])
    values = [i for i, words in enumerate(head) if i not in names and _holds_values(words)]
    if not names or not values:
        return
    unit_column = next((i for i, words in enumerate(head) if UNIT_HEAD.fullmatch(_plain(words))), None)
    kind_column = next((i for i, words in enumerate(head) if re.search(r"属性|性质", words)), None)
    span_column = next((i for i, words in enumerate(head) if SPAN_HEAD.fullmatch(_plain(words))), None)
    last = max((int(match[1]) for i in values for match in YEAR.finditer(head[i])), default=None)
    for row in rows:
        name = _row_name(row, names)
        if name is None:
            continue
        unit_text = _text(row, unit_column)
        if unit_text and read_factor(unit_text) == (None, 1):
            continue  # a row that lost a cell
        binding = next((value for word, value in BINDING.items() if word in _text(row, kind_column)), None)
        span = _span_of(_text(row, span_column))
        for column in values:
            cell = row[column]
            if cell is None or cell.text == name.text:
                continue
            quantity = cell_to_quantity(cell, head[column], unit_text, name.text)
            if quantity is None:
                continue
            period, status = _when(head[column], last, span, year)
            if period is None and RATE_HEAD.search(head[column]):
                period, status = _when_of_rate(head, column, last, year) or (period, status)
            if by_place:  # rows are places, columns say what is measured
                yield quantity, TableFacts(strip_unit(head[column]), None, (), period, status or "planned", binding, name.text)
                continue
            of_column = None if COLUMN_OF_STATE.search(head[column]) else BRACKET.sub("", head[column]).strip()
            tasks = TASK_NAME.fullmatch(_plain(head[names[-1]])) is not None
            turn = VALUE.fullmatch(cell.text)
            yield _with_change(quantity, name.text), name_to_facts(name, of_column or turn and turn["turn"], period, status, binding, tasks=tasks)


def name_to_facts(name: GridCell, action: str | None, period: str | None, status: str | None, binding: str | None, *,
                  tasks: bool = False) -> TableFacts:
    """What a row's name says: an indicator as it stands, less its unit; of a task, 改造城镇老旧小区, what it is done to."""
    indicator = ROW_NUMBER.sub("", strip_unit(name.text))
    verb = leading_verb(indicator) if tasks else None
    if tasks:
        indicator = indicator.removeprefix(verb or "")
        indicator = CHANGE_BEHIND.sub("", indicator) or indicator
    start = name.start + name.text.index(indicator)
    return TableFacts(indicator, action or verb, ((start, start + len(indicator)),), period, status, binding)


def leading_verb(words: str) -> str | None:
    """The verbs that a row's name begins with, if something is left to be measured."""
    match = _verbs().match(words)
    return match[0] if match and len(words) - match.end() >= 2 and not NAME_GOES_ON.match(words, match.end()) else None


@functools.cache
def _verbs() -> re.Pattern[str]:
    rows = read_rows("actions.csv", required=("verb", "kind", "nominal"))
    verbs = [row["verb"] for row in rows if row["kind"] == "do" and (not row["nominal"] or row["verb"] in ("改造", "建设", "培育"))]
    return re.compile("(?:" + "|".join(sorted(map(re.escape, verbs), key=len, reverse=True)) + ")+")


def read_unit_rows(reading: Reading, year: int | None = None) -> Iterator[tuple[Quantity, TableFacts]]:
    """Rows of a flattened table that has a column of units: name, unit, then a value or a dash for each further column."""
    cells = [GridCell(line.start, line.end, reading.text[line.start:line.end].strip()) for line in reading.lines]
    columns: list[str] = []
    i = 0
    while i + 2 < len(cells):
        if UNIT_HEAD.fullmatch(_plain(cells[i].text)) and i and NAME_HEAD.fullmatch(_plain(cells[i - 1].text)):
            columns = _columns_behind(cells, i + 1)
            i += 1
            continue
        name, unit = cells[i], cells[i + 1].text
        if not columns or not _is_name(name.text) or len(unit) > 8 or read_factor(unit)[0] is None \
                or not (VALUE.fullmatch(cells[i + 2].text) or cells[i + 2].text in DASHES):
            i += 1
            continue
        row = cells[i + 2:i + 2 + len(columns)]
        last = max((int(match[1]) for head in columns for match in YEAR.finditer(head)), default=None)
        binding = next((BINDING[cell.text] for cell in cells[i + 2:i + 3 + len(columns)] if cell.text in BINDING), None)
        for head, cell in zip(columns, row, strict=False):
            quantity = None if cell.text in DASHES else cell_to_quantity(cell, head, unit, name.text)
            if quantity is not None:
                period, status = _when(head, last, None, year)
                yield _with_change(quantity, name.text), name_to_facts(name, None, period, status, binding)
        i += 2


def _columns_behind(cells: list[GridCell], at: int) -> list[str]:
    """The heads that follow 单位: years, targets, rates, and whether the target binds."""
    columns = []
    for cell in cells[at:at + 12]:
        words = cell.text
        if not (_holds_values(words) or KIND_HEAD.fullmatch(_plain(words)) or re.search(r"年均|累计|备注|属性", words)) or len(words) > 16:
            break
        columns.append(words)
    return columns


def _is_name(words: str) -> bool:
    return 2 <= len(words) <= 40 and words[-1] not in "。；：，" and not words.isdigit() and not VALUE.fullmatch(words) and words not in BINDING


def _with_change(quantity: Quantity, name: str) -> Quantity:
    """A row named 地区生产总值增长 holds by how much it grows."""
    if quantity.change == "level" and name.endswith(("增长", "提高", "增加", "净增")):
        return quantity._replace(change="increase")
    if quantity.change == "level" and name.endswith(("下降", "降低", "减少")):
        return quantity._replace(change="decrease")
    return quantity


def read_loose_rows(reading: Reading) -> Iterator[tuple[Quantity, TableFacts]]:
    """Rows without a head: `新增学位（个）` and numbers on the lines behind it, the last of them the target."""
    lines = [line for line in reading.lines if line.cell is None]
    for i, line in enumerate(lines):
        name = reading.text[line.start:line.end]
        bracket = BRACKET.search(name)
        if bracket and any(NUMBER_HEAD.fullmatch(reading.text[above.start:above.end].strip()) for above in lines[max(0, i - 12):i]):
            continue  # a column's head of a flattened table
        if not bracket or len(name) > 40 or read_unit(bracket[1].lstrip("万亿百千"), 0)[0] is None:
            continue
        values = []
        for following in lines[i + 1:i + 7]:
            cell = GridCell(following.start, following.end, reading.text[following.start:following.end])
            quantity = cell_to_quantity(cell, "", "", name) if len(cell.text) < 16 else None
            if quantity is None:
                break
            values.append(quantity)
        if len(values) > 2 and reading.text[values[-1].start:values[-1].end].isdigit():
            values.pop()  # the next row's number
        for quantity in values if len(values) > 1 else ():
            status = "planned" if quantity is values[-1] else "reference"
            yield _with_change(quantity, name), name_to_facts(GridCell(line.start, line.end, name), None, None, status, None)


def cell_to_quantity(cell: GridCell, head: str, unit_text: str, name: str) -> Quantity | None:
    """A cell that holds one value, with the unit of the cell, the head's bracket, the unit column or the row's name."""
    match = VALUE.fullmatch(cell.text)
    if match is None or re.fullmatch(r"(?:19|20)\d\d", match["low"]) and (match["unit"] == "年" or match["high"]):
        return None
    unit, factor = read_factor(match["unit"] or match["tail"] or "")
    if match["unit"] and unit is None and match["unit"] not in ("%", "％"):
        return None
    if unit is None:
        brackets = [found[1] for words in (head, name) if (found := BRACKET.search(words))]
        for words in (brackets[0] if BRACKET.search(head) else "", unit_text, *brackets):
            unit, other = read_factor(words.strip())
            if unit is not None or other != 1:
                factor *= other
                break
    factor *= MAGNITUDES.get(match["magnitude"] or "", 1)
    low, high = parse_arabic(match["low"]) * factor, match["high"]
    comparator = SIGNS.get(match["after"] or match["sign"] or "", "eq")
    if match["sign"] in ("-", "－"):
        low = -low
    change = "increase" if RATE_HEAD.search(head) else "decrease" if DROP_HEAD.search(head) else "level"
    if match["turn"]:
        change = "decrease" if DROP_HEAD.match(match["turn"]) else "increase"
    start = cell.start + match.start("low")
    ends = [match.end(group) for group in ("low", "magnitude", "unit", "high", "tail") if match[group]]
    return Quantity(start, cell.start + max(ends), low, parse_arabic(high) * factor if high else None, unit,
                    "range" if high else comparator, change, ("number:cell",))


def read_factor(words: str) -> tuple[str | None, Decimal]:
    """`万亩` → (亩, 10000); `%` → (%, 1); `亿元` → (元, 100000000)."""
    factor = Decimal(1)
    words = words.replace("％", "%")
    if words in ("%", "‰"):
        return "%", factor / (10 if words == "‰" else 1)
    if words in ("万亿", "亿", "万"):
        return None, Decimal(MAGNITUDES[words])
    for magnitude in ("万亿", "亿", "万", "千", "百"):
        if words.startswith(magnitude):
            unit, end = read_unit(words, len(magnitude))
            if unit and end == len(words):
                return unit, Decimal(MAGNITUDES[magnitude])
    unit, end = read_unit(words, 0)
    return (unit, factor) if unit and end == len(words) else (None, factor)


def strip_unit(name: str) -> str:
    """A row's name without its bracketed unit; other brackets belong to the name."""
    bracket = BRACKET.search(name)
    unit = bracket and read_factor(bracket[1].strip()) != (None, 1)
    return name[:bracket.start()].strip() or name if bracket and unit else name


def _holds_values(words: str) -> bool:
    bracket = BRACKET.search(words)
    return bool(YEAR.search(words) or RATE_HEAD.search(words) or re.search(r"目标值|现状值|基期值|规划值|目标|现状|数量|规模|指标值|完成值|预期值", words)
                or bracket and read_factor(bracket[1])[0] not in (None, "年") and not SPAN_HEAD.search(words))


def _row_name(row: Row, names: list[int]) -> GridCell | None:
    """The innermost name: of 类别 | 指标 the second."""
    for column in reversed(names):
        cell = row[column]
        if cell and len(cell.text) <= LONGEST_CELL and not VALUE.fullmatch(cell.text):
            return cell
    return None


def _when(head: str, last: int | None, span: str | None, now: int | None) -> tuple[str | None, str | None]:
    """The period of a column and whether it is looked ahead to: years before the document's (or the last one) are its base."""
    if years := YEARS.search(head):
        second = years[2] if len(years[2]) == 4 else years[1][:2] + years[2]
        return f"{years[1]}/{second}", "planned"
    year = YEAR.search(head)
    if year:
        earlier = int(year[1]) < (min(now, last) if now else last) if last else False
        base = BASE_HEAD.search(head) or earlier and not TARGET_HEAD.search(head)
        past = now is not None and int(year[1]) < now and not TARGET_HEAD.search(head)
        return year[1], "reference" if base else "achieved" if past else "planned"
    if span:
        return span, "planned"
    return None, "reference" if BASE_HEAD.search(head) else "planned" if TARGET_HEAD.search(head) else None


def _when_of_rate(head: list[str], column: int, last: int | None, now: int | None) -> tuple[str, str] | None:
    """A rate's column speaks of the year named last before it: 年均 of the years from the first one named to it, or of its five-year plan."""
    named = [(int(year[1]), words) for words in head[:column] if (year := YEAR.search(words))]
    if not named:
        return None
    end, words = named[-1]
    _, status = _when(words, last, None, now)
    if status not in ("planned", "achieved"):
        return None
    first = min(year for year, _ in named) + 1
    if not re.search("年均|累计", head[column]):
        return str(end), status
    if first > end and end % 5 == 0:
        first = end - 4
    return (f"{first}/{end}" if first < end else str(end)), status


def _span_of(words: str) -> str | None:
    if years := YEARS.fullmatch(words.strip()):
        second = years[2] if len(years[2]) == 4 else years[1][:2] + years[2]
        return f"{years[1]}/{second}"
    return words.strip(" 年") if re.fullmatch(r"(?:19|20)\d{2}年?", words.strip()) else None


def _plain(words: str) -> str:
    return re.sub(r"\s", "", BRACKET.sub("", words))


def _text(row: Row, column: int | None) -> str:
    cell = row[column] if column is not None and column < len(row) else None
    return cell.text if cell else ""


