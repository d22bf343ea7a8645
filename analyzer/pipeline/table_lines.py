"""Tables flattened to one cell a line that have no numbers of rows: name, unit and values, line by line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.pipeline.layers import Quantity
from analyzer.pipeline.quantities import read_unit
from analyzer.pipeline.reading import Reading
from analyzer.pipeline.table_cells import BRACKET, DASHES, VALUE, cell_to_quantity, read_factor, with_change
from analyzer.pipeline.table_columns import KIND_HEAD, NAME_HEAD, UNIT_HEAD, YEAR, holds_values, plain, read_period
from analyzer.pipeline.table_facts import BINDING, TableFacts, name_to_facts
from analyzer.pipeline.table_grids import NUMBER_HEAD, GridCell


def read_unit_rows(reading: Reading, year: int | None = None) -> Iterator[tuple[Quantity, TableFacts]]:
    """Rows of a flattened table that has a column of units: name, unit, then a value or a dash for each further column."""
    cells = [GridCell(line.start, line.end, reading.text[line.start:line.end].strip()) for line in reading.lines]
    columns: list[str] = []
    i = 0
    while i + 2 < len(cells):
        if UNIT_HEAD.fullmatch(plain(cells[i].text)) and i and NAME_HEAD.fullmatch(plain(cells[i - 1].text)):
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
                period, status = read_period(head, last, None, year)
                yield with_change(quantity, name.text), name_to_facts(name, None, period, status, binding)
        i += 2


def _columns_behind(cells: list[GridCell], at: int) -> list[str]:
    """The heads that follow 单位: years, targets, rates, and whether the target binds."""
    columns = []
    for cell in cells[at:at + 12]:
        words = cell.text
        if not (holds_values(words) or KIND_HEAD.fullmatch(plain(words)) or re.search(r"年均|累计|备注|属性", words)) or len(words) > 16:
            break
        columns.append(words)
    return columns


def _is_name(words: str) -> bool:
    return 2 <= len(words) <= 40 and words[-1] not in "。；：，" and not words.isdigit() and not VALUE.fullmatch(words) and words not in BINDING


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
            yield with_change(quantity, name), name_to_facts(GridCell(line.start, line.end, name), None, None, status, None)
