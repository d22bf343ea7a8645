"""DOC: the lists of the table stream ([MS-DOC] PlfLst and PlfLfo) → the numbering that the DOCX reader counts with."""

from __future__ import annotations

import struct

from analyzer.ingest.numbering import Level, Numbering

LISTS, OVERRIDES = 0x2E2, 0x2EA  # in the file information block
FORMATS = {0: "decimal", 1: "upperRoman", 2: "lowerRoman", 3: "upperLetter", 4: "lowerLetter", 10: "ideographDigital", 11: "japaneseCounting",
           14: "decimalFullWidth", 16: "japaneseLegal", 17: "japaneseDigitalTenThousand", 18: "decimalEnclosedCircle", 19: "decimalFullWidth2",
           22: "decimalZero", 23: "bullet", 26: "decimalEnclosedFullstop", 27: "decimalEnclosedParen", 28: "decimalEnclosedCircleChinese",
           29: "ideographEnclosedCircle", 30: "ideographTraditional", 31: "ideographZodiac", 33: "taiwaneseCounting",
           34: "ideographLegalTraditional", 35: "taiwaneseCountingThousand", 36: "taiwaneseDigital", 37: "chineseCounting",
           38: "chineseLegalSimplified", 39: "chineseCountingThousand", 255: "none"}
MOST_LISTS = 5000


def read_lists(main: bytes, tables: bytes) -> Numbering:
    """The numbering by list number (from 1, as paragraphs name it); empty where the structures are damaged."""
    numbering = Numbering()
    try:
        levels = _read_levels(main, tables)
        _read_overrides(main, tables, levels, numbering)
    except (struct.error, IndexError):
        return numbering
    return numbering


def _read_levels(main: bytes, tables: bytes) -> dict[int, dict[int, Level]]:
    start, length = struct.unpack_from("<II", main, LISTS)
    if not length:
        return {}
    count = min(struct.unpack_from("<H", tables, start)[0], MOST_LISTS)
    at = start + 2 + 28 * count
    found: dict[int, dict[int, Level]] = {}
    for place in range(count):
        entry = start + 2 + 28 * place
        identity = struct.unpack_from("<I", tables, entry)[0]
        levels: dict[int, Level] = {}
        for depth in range(1 if tables[entry + 26] & 1 else 9):
            levels[depth], at = _level(tables, at)
        found[identity] = levels
    return found


def _level(tables: bytes, at: int) -> tuple[Level, int]:
    """One level and where the next begins."""
    begin, form, flags = struct.unpack_from("<iBB", tables, at)
    follow = tables[at + 15]
    characters, paragraphs, limit = tables[at + 24], tables[at + 25], tables[at + 26]
    text_at = at + 28 + characters + paragraphs
    length = struct.unpack_from("<H", tables, text_at)[0]
    text = tables[text_at + 2:text_at + 2 + 2 * length].decode("utf-16-le", "replace")
    pattern = "".join(f"%{ord(char) + 1}" if ord(char) < 9 else char for char in text)
    if form == 23:
        pattern = ""
    level = Level(begin, FORMATS.get(form, "decimal"), pattern, "nothing" if follow == 2 else "tab", limit if flags & 0x08 else None, bool(flags & 0x04))
    return level, text_at + 2 + 2 * length


def _read_overrides(main: bytes, tables: bytes, levels: dict[int, dict[int, Level]], numbering: Numbering) -> None:
    start, length = struct.unpack_from("<II", main, OVERRIDES)
    if not length:
        return
    count = min(struct.unpack_from("<I", tables, start)[0], MOST_LISTS)
    at = start + 4 + 16 * count
    for place in range(count):
        entry = start + 4 + 16 * place
        identity = struct.unpack_from("<I", tables, entry)[0]
        key = str(place + 1)
        own = dict(levels.get(identity, {}))
        numbering.levels[key], numbering.family[key] = own, str(identity)
        at += 4
        for _ in range(tables[entry + 12]):
            begin, flags = struct.unpack_from("<iI", tables, at)
            at += 8
            if flags & 0x20:
                own[flags & 0x0F], at = _level(tables, at)
            elif flags & 0x10:
                numbering.overrides[key, flags & 0x0F] = begin
