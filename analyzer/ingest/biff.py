"""XLS: what calamine leaves out: which cells are shown as percentages, which rows and columns are hidden (BIFF8 records)."""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Iterator

import olefile

from analyzer.ingest.tables import Looks

BOF, END, FORMAT, XF, SHEET, NUMBER, RK, MULTIPLE_RK, FORMULA, ROW, COLUMNS = (
    0x0809, 0x000A, 0x041E, 0x00E0, 0x0085, 0x0203, 0x027E, 0x00BD, 0x0006, 0x0208, 0x007D)


def read_old_looks(data: bytes) -> dict[str, Looks]:
    """By sheet name; empty for what is no BIFF8 workbook."""
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            stream = next((ole.openstream(name).read() for name in ("Workbook", "Book") if ole.exists(name)), b"")
    except (OSError, olefile.olefile.OleFileError, ValueError, IndexError, struct.error):
        return {}
    formats, styles, sheets = {9: 0, 10: 2}, [], []
    for code, body in _records(stream, 0):
        if code == FORMAT and len(body) > 5:
            wide = body[4] & 1
            text = body[5:].decode("utf-16-le" if wide else "latin-1", "replace")
            if "%" in text:
                decimals = re.search(r"\.([0#?]+)\s*%", text)
                formats[struct.unpack_from("<H", body)[0]] = len(decimals[1]) if decimals else 0
        elif code == XF and len(body) >= 4:
            styles.append(struct.unpack_from("<H", body, 2)[0])
        elif code == SHEET and len(body) > 8:
            name = body[8:].decode("utf-16-le" if body[7] & 1 else "latin-1", "replace")[:body[6]]
            sheets.append((name, struct.unpack_from("<I", body)[0]))
        elif code == END:
            break
    percents = {place: formats[number] for place, number in enumerate(styles) if number in formats}
    return {name: _sheet(stream, start, percents) for name, start in sheets}


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    while at + 4 <= len(stream):
        code, size = struct.unpack_from("<HH", stream, at)
        yield code, stream[at + 4:at + 4 + size]
        at += 4 + size


def _sheet(stream: bytes, start: int, percents: dict[int, int]) -> Looks:
    look = Looks()
    for code, body in _records(stream, start):
        if code == END:
            break
        if code in (NUMBER, RK, FORMULA) and len(body) >= 6:
            row, column, style = struct.unpack_from("<HHH", body)
            if style in percents:
                look.percents[row, column] = percents[style]
        elif code == MULTIPLE_RK and len(body) >= 6:
            row, first = struct.unpack_from("<HH", body)
            for place in range((len(body) - 6) // 6):
                style = struct.unpack_from("<H", body, 4 + 6 * place)[0]
                if style in percents:
                    look.percents[row, first + place] = percents[style]
        elif code == ROW and len(body) >= 16 and body[12] & 0x20:
            look.hidden_rows.append(struct.unpack_from("<H", body)[0] + 1)
        elif code == COLUMNS and len(body) >= 10 and body[8] & 1:
            first, last = struct.unpack_from("<HH", body)
            look.hidden_columns += range(first + 1, min(last, first + 50) + 2)
    return look
