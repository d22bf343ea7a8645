"""Formatted runs of a DOC: stretches of characters or paragraphs with the property modifiers that hold for them ([MS-DOC])."""

from __future__ import annotations

import struct
from bisect import bisect_right
from dataclasses import dataclass, field

BTE_CHPX, BTE_PAPX, TABLE_DEFINITION = 0xFA, 0x102, 0xD608
STYLE = -1  # the index of the paragraph style, which is no modifier
OPERAND_BYTES = {0: 1, 1: 1, 2: 2, 3: 4, 4: 2, 5: 2, 7: 3}


@dataclass(slots=True)
class Runs:
    """Stretches of file positions with their property modifiers."""

    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    properties: list[dict[int, bytes]] = field(default_factory=list)

    def at(self, position: int) -> dict[int, bytes]:
        place = bisect_right(self.starts, position) - 1
        return self.properties[place] if place >= 0 and position < self.ends[place] else {}


def read_runs(main: bytes, tables: bytes, offset: int) -> Runs:
    """The formatted runs of paragraphs (BTE_PAPX) or characters (BTE_CHPX), from their 512-byte pages."""
    start, length = struct.unpack_from("<II", main, offset)
    plc = tables[start:start + length]
    count = max(0, (len(plc) - 4) // 8)
    pages = struct.unpack_from(f"<{count}I", plc, 4 * (count + 1)) if count else ()
    found: list[tuple[int, int, dict[int, bytes]]] = []
    for page in pages:
        begin = (page & 0x3FFFFF) * 512
        content = main[begin:begin + 512]
        if len(content) < 512:
            continue
        runs = content[511]
        if 4 * (runs + 1) > 511:
            continue
        borders = struct.unpack_from(f"<{runs + 1}I", content, 0)
        for run in range(runs):
            found.append((borders[run], borders[run + 1], _page_properties(content, runs, run, offset == BTE_PAPX)))
    found.sort(key=lambda each: each[0])
    return Runs([each[0] for each in found], [each[1] for each in found], [each[2] for each in found])


def _page_properties(page: bytes, runs: int, run: int, paragraphs: bool) -> dict[int, bytes]:
    place = 4 * (runs + 1) + run * (13 if paragraphs else 1)
    offset = 2 * page[place] if place < 511 else 0
    if not offset or offset >= 511:
        return {}
    size = page[offset]
    if not paragraphs:
        return read_modifiers(page[offset + 1:offset + 1 + size])
    begin, end = (offset + 2, offset + 2 + 2 * page[offset + 1]) if size == 0 else (offset + 1, offset + 2 * size)
    return {STYLE: page[begin:begin + 2]} | read_modifiers(page[begin + 2:end])


def read_modifiers(data: bytes) -> dict[int, bytes]:
    """Property modifiers by their codes."""
    found: dict[int, bytes] = {}
    at = 0
    while at + 2 <= len(data):
        code = data[at] | data[at + 1] << 8
        at += 2
        size = OPERAND_BYTES.get(code >> 13)
        if size is None:
            if at >= len(data):
                break
            if code == TABLE_DEFINITION and at + 2 <= len(data):
                size = (data[at] | data[at + 1] << 8) + 1
            else:
                size = data[at] + 1
        found[code] = data[at:at + size]
        at += max(1, size)
    return found
