"""DOCX: a walk over document.xml that keeps what is seen: numbering, insertions, text boxes, notes, nested tables."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from analyzer.ingest.building import Builder
from analyzer.ingest.docx_styles import Style, read_styles
from analyzer.ingest.docx_text import Walk, newer_form, paragraph_text
from analyzer.ingest.numbering import read_numbering
from analyzer.ingest.package import Package, attribute, child, local, whole_number
from analyzer.ingest.refusals import broken
from analyzer.ingest.sandbox import DEFAULT_LIMITS, Limits
from analyzer.ingest.tables import GridCell, join_cell
from analyzer.records import Document

HEADING_STYLE = ("heading", "标题")
PAGE_NUMBER = re.compile(r"[—–\-\s\d第页共/]*")
LONGEST_HEADING = 80


def read_docx(data: bytes, name: str, limits: Limits = DEFAULT_LIMITS) -> Document:
    """The document as Word prints it. Raises UnreadableDocument."""
    package = Package(data, name, limits)
    main = next((path for kind, path in package.relations("").values() if kind == "officeDocument"), "word/document.xml")
    if not package.has(main):
        main = "word/document.xml"
    relations = package.relations(main)

    def part(kind: str) -> etree._Element | None:
        path = next((path for each, path in relations.values() if each == kind), "")
        return package.xml(path) if path and package.has(path) else None

    styles, style_lists = read_styles(part("styles"))
    walk = Walk(Builder(), styles, read_numbering(part("numbering"), style_lists))
    body = child(package.xml(main), "body")
    if body is None:
        raise broken(name, "no body")
    walk_blocks(body, walk)
    walk.builder.add(walk.unfinished)
    notes = {kind: _notes(part(kind)) for kind in ("footnotes", "endnotes") if walk.notes}
    for kind, key in walk.notes:
        for paragraph in notes.get(kind, {}).get(key, ()):
            walk_paragraph(paragraph, walk, note=True)
    for kind in ("header", "footer"):
        seen: set[str] = set()
        for path in sorted({path for each, path in relations.values() if each == kind and package.has(path)}):
            for text in _plain_paragraphs(package.xml(path), walk):
                if text not in seen and not PAGE_NUMBER.fullmatch(text):
                    seen.add(text)
                    walk.builder.add(text, "furniture")
    return walk.builder.to_document(name, "docx", warnings=tuple(_warnings(walk, package)))


def _warnings(walk: Walk, package: Package) -> Iterator[str]:
    if walk.hidden:
        yield f"{walk.hidden} characters of hidden text left out / 略去隐藏文字 {walk.hidden} 字"
    if walk.deleted:
        yield f"{walk.deleted} tracked deletions left out / 略去修订中的删除 {walk.deleted} 处"
    pictures = sum(path.startswith("word/media/") for path in package.parts())
    if pictures and walk.builder.length < 100:
        yield f"{pictures} pictures whose text was not read / 有 {pictures} 张图片，图中文字未读取"


def walk_blocks(parent: etree._Element, walk: Walk) -> None:
    """Paragraphs and tables below an element, through content controls, insertions and custom XML."""
    for element in parent:
        kind = local(element)
        if kind == "p":
            walk_paragraph(element, walk)
        elif kind == "tbl":
            walk_table(element, walk)
        elif kind == "sdt":
            content = child(element, "sdtContent")
            if content is not None:
                if "table of contents" in (attribute(child(element, "sdtPr", "docPartObj", "docPartGallery"), "val") or "").lower():
                    for text in _plain_paragraphs(content, walk):
                        walk.builder.add(text, "furniture")
                else:
                    walk_blocks(content, walk)
        elif kind == "AlternateContent":
            walk_blocks(newer_form(element), walk)
        elif kind in ("ins", "moveTo", "customXml", "smartTag", "body"):
            walk_blocks(element, walk)
        elif kind in ("del", "moveFrom"):
            walk.deleted += 1


def walk_paragraph(element: etree._Element, walk: Walk, *, note: bool = False) -> None:
    """One paragraph with its label, then the text boxes anchored in it."""
    text = (walk.unfinished + paragraph_text(element, walk)).strip()
    properties = child(element, "pPr")
    if child(properties, "rPr", "del") is not None and not note:  # the mark between two paragraphs was deleted
        walk.unfinished = text
        return
    walk.unfinished = ""
    boxes, walk.boxes = walk.boxes, []
    style = walk.styles.get(attribute(child(properties, "pStyle"), "val") or "", Style())
    if text:
        label = None if note else _label(properties, style, walk)
        if style.name.startswith("toc ") or style.name.startswith("目录"):
            walk.builder.add(text, "furniture")
        else:
            kind, level = _role(text, label, properties, style)
            walk.builder.add((label or "") + text, kind, level, centred=_is_centred(properties, style) and len(text) <= 60)
    for box in boxes:
        walk_blocks(box, walk)


def _role(text: str, label: str | None, properties: etree._Element | None, style: Style) -> tuple[str, int | None]:
    """heading with its level by style or outline level (lists of all text are made headings by some offices), or item."""
    own = attribute(child(properties, "outlineLvl"), "val")
    outline = style.outline if own is None else whole_number(own, 9)
    if len(text) <= LONGEST_HEADING and not any(mark in text[:-1] for mark in "。；") and text[-1] not in "；，、;,":
        if style.name in ("title", "标题") and text[-1] not in "。：":
            return "heading", 1
        if outline is not None and outline < 9 and not (text[-1] == "。" and len(text) > 40):
            return "heading", outline + 2
    return ("list_item", None) if label == "" else ("paragraph", None)


def _is_centred(properties: etree._Element | None, style: Style) -> bool:
    justified = attribute(child(properties, "jc"), "val")
    return justified == "center" if justified else style.centred


def _label(properties: etree._Element | None, style: Style, walk: Walk) -> str | None:
    own = child(properties, "numPr")
    number = attribute(child(own, "numId"), "val") or style.number
    depth = attribute(child(own, "ilvl"), "val")
    if not number or number == "0":
        return None
    return walk.numbering.next_label(number, whole_number(depth, style.depth))


def _plain_paragraphs(element: etree._Element, walk: Walk) -> list[str]:
    kept = walk.notes[:]
    texts = [paragraph_text(each, walk).strip() for each in element.iter() if local(each) == "p"]
    walk.notes[:], walk.boxes = kept, []
    return [text for text in texts if text]


def _notes(root: etree._Element | None) -> dict[str, list[etree._Element]]:
    found: dict[str, list[etree._Element]] = {}
    for note in root if root is not None else ():
        if local(note) in ("footnote", "endnote") and attribute(note, "type") in (None, "normal"):
            found[attribute(note, "id") or ""] = [each for each in note if local(each) == "p"]
    return found


def walk_table(table: etree._Element, walk: Walk) -> None:
    """A table with its spans; one of a single cell is a frame around paragraphs, and tables in cells follow behind."""
    rows = list(_rows(table))
    if len(rows) == 1:
        cells = list(_through(rows[0], "tc"))
        if len(cells) == 1:
            walk_blocks(cells[0], walk)
            return
    grid: list[GridCell] = []
    open_cells: dict[int, int] = {}  # column → index in grid of the cell that a vertical merge goes on with
    inner: list[etree._Element] = []
    for at, row in enumerate(rows):
        properties = child(row, "trPr")
        header = child(properties, "tblHeader") is not None and attribute(child(properties, "tblHeader"), "val") not in ("0", "false")
        column = min(whole_number(attribute(child(properties, "gridBefore"), "val")), 1000)
        for cell in _through(row, "tc"):
            width = max(1, min(whole_number(attribute(child(cell, "tcPr", "gridSpan"), "val"), 1), 1000))
            merge = child(cell, "tcPr", "vMerge")
            if merge is not None and attribute(merge, "val") != "restart" and column in open_cells:
                index = open_cells[column]
                above = grid[index]
                grid[index] = GridCell(above.text, above.row, above.column, at - above.row + 1, above.column_span, above.header)
            else:
                grid.append(GridCell(_cell_text(cell, walk, inner), at, column, 1, width, header))
                open_cells = {place: index for place, index in open_cells.items() if not column <= place < column + width}
                if merge is not None:
                    open_cells[column] = len(grid) - 1
            column += width
    walk.builder.add_table(grid)
    for each in inner:
        walk_table(each, walk)


def _rows(table: etree._Element) -> Iterator[etree._Element]:
    for row in _through(table, "tr"):
        if child(row, "trPr", "del") is None:
            yield row


def _through(parent: etree._Element, kind: str) -> Iterator[etree._Element]:
    """Children of a kind, also inside content controls and insertions."""
    for element in parent:
        name = local(element)
        if name == kind:
            yield element
        elif name in ("sdt", "sdtContent", "ins", "customXml", "moveTo"):
            yield from _through(element, kind)


def _cell_text(cell: etree._Element, walk: Walk, inner: list[etree._Element]) -> str:
    texts: list[str] = []

    def visit(parent: etree._Element) -> None:
        for each in parent:
            kind = local(each)
            if kind == "p":
                text = paragraph_text(each, walk).strip()
                properties = child(each, "pPr")
                style = walk.styles.get(attribute(child(properties, "pStyle"), "val") or "", Style())
                label = _label(properties, style, walk) if text or child(properties, "numPr") is not None else None
                texts.append((label or "").strip() + text if text else (label or "").strip())
                boxes, walk.boxes = walk.boxes, []
                for box in boxes:
                    visit(box)
            elif kind == "tbl":
                inner.append(each)
            elif kind in ("sdt", "sdtContent", "ins", "customXml", "moveTo"):
                visit(each)

    visit(cell)
    return join_cell(texts)
