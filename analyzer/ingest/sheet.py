"""XLSX and XLS: each visible sheet's tables with merged ranges; percentages and dates as a reader sees them."""

from __future__ import annotations

import datetime
import functools
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

from lxml import etree
from python_calamine import CalamineWorkbook, SheetVisibleEnum

from analyzer.ingest.biff import read_old_looks
from analyzer.ingest.building import Builder
from analyzer.ingest.package import Package, attribute, child, local, refuse_dtd, whole_number
from analyzer.ingest.refusals import broken, encrypted, too_long, too_many_cells
from analyzer.ingest.sandbox import DEFAULT_LIMITS, Limits
from analyzer.ingest.tables import GridCell, Looks, mark_headers
from analyzer.records import Document

MOST_CELLS = 2_000_000
CELL = re.compile(r"([A-Z]{1,3})(\d{1,7})$")
NOTE = re.compile(r"(?:注|备注|说明|填表|制表|资料来源|数据来源|联系)")
PLAIN_NAME = re.compile(r"(?:Sheet|工作表|表)\s*\d*$", re.IGNORECASE)


def read_sheet(data: bytes, name: str, limits: Limits = DEFAULT_LIMITS) -> Document:
    """All visible sheets as table blocks. Raises UnreadableDocument."""
    looks = read_looks(Package(data, name, limits), name) if data.startswith(b"PK") else read_old_looks(data)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = workbook.sheets_metadata
    except Exception as error:  # calamine raises one class an error and some of Rust's
        if "password" in str(error).lower():
            raise encrypted(name) from error
        raise broken(name, error) from error
    builder = Builder()
    warnings: list[str] = []
    visible = [sheet for sheet in sheets if sheet.visible == SheetVisibleEnum.Visible]
    cells = 0
    for sheet in sheets:
        if sheet.visible != SheetVisibleEnum.Visible:
            warnings.append(f"hidden sheet {sheet.name!r} not read / 隐藏工作表“{sheet.name}”未读取")
            continue
        try:
            content = workbook.get_sheet_by_name(sheet.name)
            rows = content.to_python(skip_empty_area=False)
            merged = content.merged_cell_ranges or []
        except Exception as error:
            warnings.append(f"sheet {sheet.name!r} could not be read / 工作表“{sheet.name}”无法读取：{error}")
            continue
        look = looks.get(sheet.name, Looks())
        cells += sum(len(row) for row in rows)
        if cells > MOST_CELLS:
            raise too_many_cells(name, cells, MOST_CELLS)
        for kind, found in (("rows", look.hidden_rows), ("columns", look.hidden_columns)):
            if found:
                warnings.append(f"sheet {sheet.name!r}: hidden {kind} {ranges(found)} were read too / "
                                f"工作表“{sheet.name}”：隐藏{'行' if kind == 'rows' else '列'} {ranges(found)} 也已读取")
        if len(visible) > 1 and not PLAIN_NAME.match(sheet.name):
            builder.add(sheet.name, "heading", 1)
        add_sheet(builder, rows, merged, look)
        if builder.length > limits.characters:
            raise too_long(name, limits.characters)
    return builder.to_document(name, "xlsx" if data.startswith(b"PK") else "xls", warnings=tuple(warnings))


def add_sheet(builder: Builder, rows: Sequence[Sequence[Any]], merged: Iterable[Any], look: Looks) -> None:
    """A sheet's tables, parted at blank rows where a new head begins; lone cells above and below are paragraphs."""
    spans = {tuple(start): (end[0] - start[0] + 1, end[1] - start[1] + 1) for start, end in merged}
    width = max(map(len, rows), default=0)
    if sum(min(height, max(0, len(rows) - top)) * min(across, max(0, width - left)) for (top, left), (height, across) in spans.items()) > len(rows) * width:
        spans = {}  # ranges that overlap by the thousand merge nothing
    covered = {(row, column) for (top, left), (height, across) in spans.items()
               for row in range(top, min(top + height, len(rows)))
               for column in range(left, min(left + across, len(rows[row]))) if (row, column) != (top, left)}
    table: list[list[GridCell]] = []
    blank = False

    def flush() -> None:
        _add_table(builder, [cell for row in table for cell in row])
        table.clear()

    for at, row in enumerate(rows):
        cells = [GridCell(text, at, column, *spans.get((at, column), (1, 1))) for column, value in enumerate(row)
                 if (at, column) not in covered and (text := show(value, look.percents.get((at, column))))]
        if not cells:
            blank = blank or not any(at in range(cell.row, cell.row + cell.row_span) for each in table[-3:] for cell in each)
            continue
        lone = len(cells) == 1 and len(rows) > 1 and cells[0].row_span == 1
        if table and blank and (lone or any(cell.header for cell in mark_headers(
                cells + [GridCell("", at + 1, cell.column) for cell in cells]))):
            flush()
        blank = False
        if lone and (not table or NOTE.match(cells[0].text)) and (cells[0].column_span > 1 or len(row) < 2 or not table):
            flush()
            builder.add(cells[0].text, centred=cells[0].column_span > 1 and not table)
        else:
            table.append(cells)
    flush()


def _add_table(builder: Builder, cells: list[GridCell]) -> None:
    if not cells:
        return
    rows = {row: place for place, row in enumerate(sorted({cell.row for cell in cells}))}
    columns = {column: place for place, column in enumerate(sorted({
        column for cell in cells for column in range(cell.column, cell.column + min(cell.column_span, 500))}))}
    last = max(rows)
    placed = [GridCell(cell.text, rows[cell.row], columns[cell.column],
                       max(1, sum(row in rows for row in range(cell.row, min(cell.row + cell.row_span, last + 1)))),
                       min(cell.column_span, len(columns) - columns[cell.column]))
              for cell in cells]
    if len(placed) == 1:
        builder.add(placed[0].text)
    else:
        builder.add_table(placed)


def show(value: Any, decimals: int | None = None) -> str:
    """A cell as it is seen: 0.05 formatted as a percentage is 5%, 15767.0 is 15767, a date is 2025年12月31日."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        if decimals is not None:
            return f"{value * 100:.{decimals}f}%"
        return f"{value:.15g}" if abs(value) < 1e15 else f"{value:.0f}"
    if isinstance(value, datetime.datetime):
        clock = f" {value:%H:%M}" if (value.hour, value.minute) != (0, 0) else ""
        return f"{value.year}年{value.month}月{value.day}日{clock}"
    if isinstance(value, datetime.date):
        return f"{value.year}年{value.month}月{value.day}日"
    return re.sub(r"_x000D_|\r\n?", "\n", str(value)).strip()


def read_looks(package: Package, name: str) -> dict[str, Looks]:
    """By sheet name. Raises UnreadableDocument for hostile XML and for a range that no memory holds."""
    if not package.has("xl/workbook.xml"):  # xlsb
        return {}
    relations = package.relations("xl/workbook.xml")
    formats = _percent_formats(package.xml("xl/styles.xml")) if package.has("xl/styles.xml") else {}
    found: dict[str, Looks] = {}
    if package.has("xl/sharedStrings.xml"):
        refuse_dtd(package.read("xl/sharedStrings.xml"), name)
    for sheet in package.xml("xl/workbook.xml").iter():
        if local(sheet) != "sheet":
            continue
        _, path = relations.get(attribute(sheet, "id") or "", ("", ""))
        if path and package.has(path):
            found[attribute(sheet, "name") or ""] = _sheet_looks(package.read(path), name, formats)
    return found


def _percent_formats(styles: etree._Element) -> dict[int, int]:
    """Cell style → decimals, for the styles that show percentages."""
    codes = {9: 0, 10: 2}
    for form in styles.iter():
        if local(form) == "numFmt" and "%" in (attribute(form, "formatCode") or ""):
            decimals = re.search(r"\.([0#?]+)\s*%", attribute(form, "formatCode") or "")
            codes[whole_number(attribute(form, "numFmtId"))] = len(decimals[1]) if decimals else 0
    formats = child(styles, "cellXfs")
    return {place: codes[number] for place, form in enumerate(formats if formats is not None else ())
            if (number := whole_number(attribute(form, "numFmtId"))) in codes}


def _sheet_looks(data: bytes, name: str, formats: dict[int, int]) -> Looks:
    look = Looks()
    refuse_dtd(data, name)
    rows = columns = count = 0
    events = etree.iterparse(io.BytesIO(data), events=("end",), tag=("{*}c", "{*}row", "{*}col"), resolve_entities=False, no_network=True,
                             load_dtd=False, huge_tree=False)
    try:
        for _, element in events:
            kind = local(element)
            if kind == "c":
                place = CELL.match(element.get("r") or "")
                count += 1
                if place:
                    row, column = int(place[2]) - 1, column_number(place[1])
                    rows, columns = max(rows, row + 1), max(columns, column + 1)
                    style = whole_number(element.get("s"), -1)
                    if style in formats and element.get("t") in (None, "n"):
                        look.percents[row, column] = formats[style]
            elif kind == "row":
                if element.get("hidden") in ("1", "true") and (number := whole_number(element.get("r"))):
                    look.hidden_rows.append(number)
                element.clear()
            elif element.get("hidden") in ("1", "true"):
                first, last = whole_number(element.get("min"), 1), whole_number(element.get("max"), 1)
                look.hidden_columns += range(first, min(last, first + 50) + 1)
    except etree.XMLSyntaxError as error:
        raise broken(name, error) from error
    if rows * columns > MOST_CELLS:
        raise too_many_cells(name, rows * columns, MOST_CELLS)
    return look


@functools.cache
def column_number(letters: str) -> int:
    """A → 0, Z → 25, AA → 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def ranges(numbers: Sequence[int]) -> str:
    """2, 3, 4, 7 → 2–4, 7; at most ten of them."""
    parts: list[list[int]] = []
    for number in sorted(numbers):
        if parts and number == parts[-1][1] + 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ", ".join(str(low) if low == high else f"{low}–{high}" for low, high in parts[:10]) + (" …" if len(parts) > 10 else "")
