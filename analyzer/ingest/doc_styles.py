"""DOC: the style sheet ([MS-DOC] STSH): what each paragraph style says, inherited from the styles that it is based on."""

from __future__ import annotations

import struct
from collections.abc import Callable

STYLES, OUTLINE = 0xA2, 0x2640


def read_styles(main: bytes, tables: bytes, modifiers: Callable[[bytes], dict[int, bytes]]) -> dict[int, dict[int, bytes]]:
    """Property modifiers of each paragraph style by its index; empty where the style sheet is damaged."""
    try:
        raw = _read_raw(main, tables, modifiers)
    except (struct.error, IndexError):
        return {}
    styles: dict[int, dict[int, bytes]] = {}

    def resolve(index: int, trail: tuple[int, ...] = ()) -> dict[int, bytes]:
        if index not in raw or index in trail or len(trail) > 30:
            return {}
        if index not in styles:
            base, own = raw[index]
            styles[index] = resolve(base, (*trail, index)) | own
        return styles[index]

    for index in raw:
        resolve(index)
    return styles


def _read_raw(main: bytes, tables: bytes, modifiers: Callable[[bytes], dict[int, bytes]]) -> dict[int, tuple[int, dict[int, bytes]]]:
    start, length = struct.unpack_from("<II", main, STYLES)
    size = struct.unpack_from("<H", tables, start)[0]
    count, base_size = struct.unpack_from("<HH", tables, start + 2)
    at = start + 2 + size
    found: dict[int, tuple[int, dict[int, bytes]]] = {}
    for index in range(min(count, 4096)):
        if at + 2 > start + length:
            break
        bytes_ = struct.unpack_from("<H", tables, at)[0]
        entry = tables[at + 2:at + 2 + bytes_]
        at += 2 + bytes_
        if len(entry) < base_size or base_size < 10:
            continue
        first, second = struct.unpack_from("<HH", entry)
        if second & 0x0F != 1:  # a character, table or list style
            continue
        found[index] = (second >> 4, _paragraph_part(entry, base_size, modifiers) | _built_in(first & 0x0FFF))
    return found


def _built_in(identity: int) -> dict[int, bytes]:
    """Styles 1–9 of every Word are Heading 1–9, whatever their names."""
    return {OUTLINE: bytes([identity - 1])} if 1 <= identity <= 9 else {}


def _paragraph_part(entry: bytes, base_size: int, modifiers: Callable[[bytes], dict[int, bytes]]) -> dict[int, bytes]:
    """The modifiers of a paragraph style behind its name."""
    name = struct.unpack_from("<H", entry, base_size)[0]
    at = base_size + 2 + 2 * name + 2
    if at + 4 > len(entry):
        return {}
    size = struct.unpack_from("<H", entry, at)[0]
    return modifiers(entry[at + 4:at + 2 + size])
