"""Numbers alone in a table's cells: their row and column heads say what is measured, in what unit, when, and whether it binds.

Real tables come with cells; a table that was flattened to one cell a line is put back in rows by its 序号 head, or row by
row where a name with its unit in brackets is followed by numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from analyzer.pipeline.layers import Quantity
from analyzer.pipeline.reading import Reading
from analyzer.pipeline.table_cells import (
    BRACKET,
    RATE_HEAD,
    VALUE,
    cell_to_quantity,
    find_unit,
    read_factor,
    strip_unit,
    with_change,
)
from analyzer.pipeline.table_columns import (
    BASE_HEAD,
    STANDARD_HEAD,
    TARGET_HEAD,
    TASK_NAME,
    WHOLE,
    YEAR,
    Columns,
    find_columns,
    plain,
    read_period,
    read_rate_period,
    span_of,
)
from analyzer.pipeline.table_facts import BINDING, TableFacts, name_to_facts
from analyzer.pipeline.table_grids import GridCell, Row, find_grids
from analyzer.pipeline.table_lines import read_loose_rows, read_unit_rows
from analyzer.records import Block

COLUMN_OF_STATE = re.compile("|".join(pattern.pattern for pattern in (YEAR, TARGET_HEAD, BASE_HEAD, RATE_HEAD)))
LONGEST_CELL = 60


def read_tables(reading: Reading, blocks: Sequence[Block], quantities: list[Quantity], *,
                year: int | None = None) -> tuple[list[Quantity], dict[int, TableFacts]]:
    """The quantities with those that tables vouch for, and the facts by the start of each of these.

    `year` is the document's: a column of an earlier year is the base of the later ones.
    """
    facts: dict[int, TableFacts] = {}
    added: dict[int, Quantity] = {}
    for head, rows, caption in find_grids(reading, blocks):
        for quantity, fact in read_grid(head, rows, caption, year):
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


def read_grid(head: list[str], rows: list[Row], caption: str = "", year: int | None = None) -> Iterator[tuple[Quantity, TableFacts]]:
    """The figures of a table whose columns hold values; `caption` is the unit that stands above all of it."""
    columns = find_columns(head, rows, caption)
    if columns is None:
        return
    united = [_with_unit_beside(head, column) for column in range(len(head))]
    above = ""
    last = max((int(match[1]) for i in columns.values for match in YEAR.finditer(head[i])), default=None)
    for row in rows:
        name = _row_name(row, columns)
        unit_text = _text(row, columns.unit)
        if name is None or unit_text and read_factor(unit_text) == (None, 1):
            continue  # a row that lost a cell
        above = above if name.text.startswith("其中") else name.text
        named = name.text if find_unit(name.text) or above == name.text else above  # 其中：第一产业 counts as the row above does
        for column in columns.values:
            cell = row[column]
            if cell is None or cell.text == name.text:
                continue
            quantity = cell_to_quantity(cell, united[column], unit_text, named, caption)
            if quantity is not None:
                span = span_of(name.text if columns.rows == "years" else _text(row, columns.span))
                when = read_period(head[column], last, span, year)
                if when[0] is None and RATE_HEAD.search(head[column]):
                    when = read_rate_period(head, column, last, year) or when
                yield _with_facts(quantity, name, head, columns, row, when, column)


def _with_unit_beside(head: list[str], column: int) -> str:
    """A column's head; 其中：中央资金 with the unit of the column to which it belongs."""
    beside = next((words for words in reversed(head[:column]) if not words.startswith("其中")), "")
    bracket = BRACKET.search(beside) if head[column].startswith("其中") and not find_unit(head[column]) else None
    return head[column] + bracket[0] if bracket else head[column]


def _with_facts(quantity: Quantity, name: GridCell, head: list[str], columns: Columns, row: Row, when: tuple[str | None, str | None],
                column: int) -> tuple[Quantity, TableFacts]:
    """What is measured is the row's name, or the column's where rows are places or years."""
    period, status = when
    if status is None and STANDARD_HEAD.search(head[column]):
        status = "standard"
    binding = next((value for word, value in BINDING.items() if word in _text(row, columns.kind)), None)
    if columns.rows == "places":
        region = None if WHOLE.match(name.text) else name.text
        return quantity, TableFacts(strip_unit(head[column]).removeprefix("其中："), None, (), period, status, binding, region)
    if columns.rows == "years":
        return quantity, TableFacts(strip_unit(head[column]).removeprefix("其中："), None, (), period, None, binding)
    if columns.across:
        return with_change(quantity, name.text), replace(name_to_facts(name, None, period, status, binding), region=head[column])
    of_column = None if COLUMN_OF_STATE.search(head[column]) else BRACKET.sub("", head[column]).strip().removeprefix("其中：")
    if of_column and WHOLE.match(name.text):  # 合计: what the column sums up
        return quantity, TableFacts(of_column, None, (), period, status, binding)
    tasks = TASK_NAME.fullmatch(plain(head[columns.names[-1]])) is not None
    turn = VALUE.fullmatch(row[column].text)  # type: ignore[union-attr]
    return with_change(quantity, name.text), name_to_facts(name, of_column or turn and turn["turn"], period, status, binding, tasks=tasks)


def _row_name(row: Row, columns: Columns) -> GridCell | None:
    """The innermost name: of 类别 | 指标 the second."""
    for column in reversed(columns.names):
        cell = row[column]
        if cell and len(cell.text) <= LONGEST_CELL and (columns.rows == "years" or not VALUE.fullmatch(cell.text)):
            return cell
    return None


def _text(row: Row, column: int | None) -> str:
    cell = row[column] if column is not None and column < len(row) else None
    return cell.text if cell else ""
