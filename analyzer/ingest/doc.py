"""DOC (Word 97–2003): the piece table gives the characters, paragraph properties the tables, character ones what is deleted."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass

import olefile

from analyzer.errors import UnsupportedFormat
from analyzer.ingest.building import Builder
from analyzer.ingest.doc_lists import read_lists
from analyzer.ingest.doc_runs import BTE_CHPX, BTE_PAPX, STYLE, TABLE_DEFINITION, read_modifiers, read_runs
from analyzer.ingest.doc_styles import read_styles
from analyzer.ingest.numbering import Numbering
from analyzer.ingest.raised import raise_digits
from analyzer.ingest.refusals import broken, encrypted, too_long
from analyzer.ingest.sandbox import DEFAULT_LIMITS, Limits
from analyzer.ingest.tables import GridCell, join_cell
from analyzer.records import Document

# Offsets in the file information block, and the single property modifiers that matter here ([MS-DOC]).
CCP_TEXT, CLX = 0x4C, 0x1A2
LIST, LIST_LEVEL = 0x460B, 0x260A
IN_TABLE, ROW_END, OUTLINE, JUSTIFIED, JUSTIFIED_80 = 0x2416, 0x2417, 0x2640, 0x2461, 0x2403
DELETED, HIDDEN, RAISED = 0x0800, 0x083C, 0x2A48
NEAR = 40  # twips: edges of columns nearer than this are one
WORD_97 = 0xC1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Text of a paragraph and what its properties say; `end` is its closing character: \\r, \\x07 or \\x0c."""

    text: str
    end: str
    in_table: bool = False
    row_end: bool = False
    outline: int | None = None
    centred: bool = False
    edges: tuple[int, ...] = ()
    merges: tuple[int, ...] = ()
    number: int = 0  # of its list, from 1
    depth: int = 0


def read_doc(data: bytes, name: str, limits: Limits = DEFAULT_LIMITS) -> Document:
    """The document's text and tables. Raises UnreadableDocument or UnsupportedFormat."""
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            main = _stream(ole, "WordDocument", name)
            table = "1Table" if len(main) > 0x0B and main[0x0B] & 0x02 else "0Table"
            tables = ole.openstream(table).read() if ole.exists(table) else b""
    except (OSError, olefile.olefile.OleFileError, ValueError, IndexError, struct.error) as error:
        raise broken(name, error) from error
    if len(main) < 0x200 or main[:2] not in (b"\xec\xa5", b"\xdc\xa5", b"\x31\xbe"):
        raise broken(name, "no Word document inside")
    if main[0x0B] & 0x01:
        raise encrypted(name)
    if struct.unpack_from("<H", main, 2)[0] < WORD_97:
        raise UnsupportedFormat(f"{name}: written by Word 95 or older; save it as DOCX and try again",
                                f"{name}：由 Word 95 或更早版本保存，请另存为 DOCX 后再试")
    try:
        text, positions = read_pieces(main, tables, name, limits)
        builder = Builder()
        lengths = struct.unpack_from("<7i", main, CCP_TEXT)  # text, footnotes, headers, macros, comments, endnotes, boxes
        lists = read_lists(main, tables)
        build(builder, split_paragraphs(text, positions, main, tables, 0, max(0, lengths[0])), lists)
        start = max(0, lengths[0])
        for kind, length in enumerate(lengths[1:], 1):
            if kind in (1, 5, 6) and length > 0:
                build(builder, split_paragraphs(text, positions, main, tables, start, start + length), lists)
            start += max(0, length)
    except (struct.error, IndexError, ValueError) as error:
        raise broken(name, error) from error
    return builder.to_document(name, "doc")


def _stream(ole: olefile.OleFileIO, path: str, name: str) -> bytes:
    if not ole.exists(path):
        raise broken(name, f"no stream {path}")
    return ole.openstream(path).read()


def read_pieces(main: bytes, tables: bytes, name: str, limits: Limits) -> tuple[str, list[int]]:
    """All characters in order, and where each stands in the WordDocument stream."""
    start, length = struct.unpack_from("<II", main, CLX)
    clx = tables[start:start + length]
    at = 0
    while at < len(clx) and clx[at] == 1:  # property lists of no interest
        at += 3 + struct.unpack_from("<H", clx, at + 1)[0]
    if at >= len(clx) or clx[at] != 2:
        raise broken(name, "no piece table")
    size = struct.unpack_from("<I", clx, at + 1)[0]
    plc = clx[at + 5:at + 5 + size]
    count = (len(plc) - 4) // 12
    ends = struct.unpack_from(f"<{count + 1}I", plc, 0)
    if ends[-1] > limits.characters:
        raise too_long(name, limits.characters)
    pieces: list[str] = []
    positions: list[int] = []
    for place in range(count):
        where = struct.unpack_from("<I", plc, 4 * (count + 1) + 8 * place + 2)[0]
        chars = max(0, ends[place + 1] - ends[place])
        if where & 0x40000000:
            begin = (where & 0x3FFFFFFF) // 2
            piece, step = main[begin:begin + chars].decode("cp1252", "replace"), 1
        else:
            begin = where
            piece, step = main[begin:begin + 2 * chars].decode("utf-16-le", "surrogatepass"), 2
            if len(piece) < chars and len(main) >= begin + 2 * chars:  # characters beyond the BMP are two units
                piece = "".join(chr(unit) for unit in struct.unpack_from(f"<{chars}H", main, begin))
        pieces.append(piece)
        positions.extend(range(begin, begin + step * len(piece), step))
    return "".join(pieces), positions


def split_paragraphs(text: str, positions: list[int], main: bytes, tables: bytes, start: int, end: int) -> Iterator[Paragraph]:
    """The paragraphs of characters `start`–`end`, without fields' codes and what is deleted or hidden."""
    paragraphs, characters = read_runs(main, tables, BTE_PAPX), read_runs(main, tables, BTE_CHPX)
    styles = read_styles(main, tables, read_modifiers)
    kept: list[str] = []
    depth: list[bool] = []  # of fields: whether we are in the code part
    for at in range(start, min(end, len(text))):
        char = text[at]
        if char in "\r\x07\x0c":
            own = paragraphs.at(positions[at])
            yield _paragraph("".join(kept), char, styles.get(int.from_bytes(own.get(STYLE, b"\0\0"), "little"), {}) | own)
            kept = []
        elif char == "\x13":
            depth.append(True)
        elif char == "\x14":
            if depth:
                depth[-1] = False
        elif char == "\x15":
            if depth:
                depth.pop()
        elif not any(depth):
            run = characters.at(positions[at])
            if run.get(DELETED, b"\0")[:1] == b"\1" or run.get(HIDDEN, b"\0")[:1] == b"\1":
                continue
            if char.isdecimal() and run.get(RAISED, b"\0")[:1] == b"\1":
                char = raise_digits(char, "".join(kept[-1:]))
            kept.append({"\x0b": "\n", "\x1e": "-", "\x1f": "", "\xa0": " "}.get(char, char if char >= " " or char == "\t" else ""))
    if "".join(kept).strip():
        yield Paragraph("".join(kept), "\r")


def _paragraph(text: str, end: str, properties: dict[int, bytes]) -> Paragraph:
    def flag(code: int) -> bool:
        return properties.get(code, b"\0")[:1] == b"\1"

    outline = properties.get(OUTLINE, b"\x09")[:1]
    justified = properties.get(JUSTIFIED, properties.get(JUSTIFIED_80, b"\0"))[:1]
    edges, merges = _row_layout(properties.get(TABLE_DEFINITION, b""))
    level = outline[0] if outline and outline[0] < 9 else None
    number = int.from_bytes(properties.get(LIST, b"")[:2], "little")
    depth = properties.get(LIST_LEVEL, b"\0")[:1]
    return Paragraph(text, end, flag(IN_TABLE), flag(ROW_END), level, justified == b"\1", edges, merges, number, depth[0] if depth else 0)


def _row_layout(definition: bytes) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Where a row's cells begin and end in twips, and the merge flags of its cells."""
    if len(definition) < 3:
        return (), ()
    cells = definition[2]
    if len(definition) < 3 + 2 * (cells + 1):
        return (), ()
    edges = struct.unpack_from(f"<{cells + 1}h", definition, 3)
    first = 3 + 2 * (cells + 1)
    flags = tuple(definition[first + 20 * cell] if first + 20 * cell < len(definition) else 0 for cell in range(cells))
    return edges, flags


def build(builder: Builder, paragraphs: Iterator[Paragraph], lists: Numbering) -> None:
    """Paragraphs → blocks; those in tables gather to cells, rows and a table."""
    rows: list[tuple[list[str], Paragraph]] = []
    cells: list[str] = []
    cell: list[str] = []
    for paragraph in paragraphs:
        if paragraph.row_end:
            rows.append((cells, paragraph))
            cells, cell = [], []
        elif paragraph.in_table or paragraph.end == "\x07":
            label = lists.next_label(str(paragraph.number), paragraph.depth) if paragraph.number else None
            cell.append((label or "").strip() + paragraph.text)
            if paragraph.end == "\x07":
                cells.append(join_cell(cell))
                cell = []
        else:
            _flush(builder, rows, cells, cell)
            rows, cells, cell = [], [], []
            text = paragraph.text.strip()
            label = lists.next_label(str(paragraph.number), paragraph.depth) if paragraph.number and text else None
            text = (label or "") + text
            heading = paragraph.outline is not None and len(text) <= 60 and "。" not in text[:-1]
            for line in text.split("\n"):
                kind = "heading" if heading else "list_item" if label == "" else "paragraph"
                level = paragraph.outline + 2 if heading and paragraph.outline is not None else None
                builder.add(line, kind, level, centred=paragraph.centred and len(text) <= 60)
    _flush(builder, rows, cells, cell)


def _flush(builder: Builder, rows: list[tuple[list[str], Paragraph]], cells: list[str], cell: list[str]) -> None:
    if rows:
        builder.add_table(rows_to_grid(rows))
    for text in [*cells, *cell]:
        builder.add(text)


def rows_to_grid(rows: list[tuple[list[str], Paragraph]]) -> list[GridCell]:
    """Cells with the spans that their edges and merge flags give them."""
    edges: list[int] = []
    for edge in sorted({edge for _, end in rows for edge in end.edges}):
        if not edges or edge - edges[-1] > NEAR:
            edges.append(edge)

    def column(edge: int) -> int:
        return min(range(len(edges)), key=lambda place: abs(edges[place] - edge))

    grid: list[GridCell] = []
    above: dict[int, int] = {}  # column → index in grid of a cell merged downwards
    for at, (texts, end) in enumerate(rows):
        places = [(column(left), column(right)) for left, right in zip(end.edges, end.edges[1:], strict=False)]
        for index, text in enumerate(texts):
            left, right = places[index] if index < len(places) else (index, index + 1)
            flags = end.merges[index] if index < len(end.merges) else 0
            width = max(1, right - left)
            if flags & 0x02 and grid and grid[-1].row == at:  # goes on from the cell at its left
                last = grid[-1]
                grid[-1] = GridCell(last.text, at, last.column, last.row_span, last.column_span + width)
            elif flags & 0x20 and not flags & 0x40 and left in above:
                upper = grid[above[left]]
                grid[above[left]] = GridCell(upper.text or text, upper.row, upper.column, at - upper.row + 1, upper.column_span)
            else:
                grid.append(GridCell(text, at, left, 1, width))
                above.pop(left, None)
                if flags & 0x20:
                    above[left] = len(grid) - 1
    return grid
