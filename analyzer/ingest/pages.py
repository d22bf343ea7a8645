"""Pages of glyphs and rules → a Document, whatever they were read from (pdfium, pdfplumber or recognised pictures)."""

from __future__ import annotations

from analyzer.ingest.page import Line, Page, Rule
from analyzer.ingest.pdf_bare_tables import find_bare_tables
from analyzer.ingest.pdf_columns import split_columns
from analyzer.ingest.pdf_furniture import find_furniture
from analyzer.ingest.pdf_lines import glyphs_to_lines, join_lines
from analyzer.ingest.pdf_merge import merge_tables
from analyzer.ingest.pdf_paragraphs import Element, build_elements
from analyzer.ingest.pdf_tables import Grid, open_grid, page_to_grids
from analyzer.records import Block, Box, Cell, Document, Place

MOST_STRAYS = 400


def pages_to_document(pages: list[Page], name: str, format: str, warnings: list[str]) -> Document:
    """Pages of glyphs and rules → the Document, whatever they were read from."""
    grids: list[list[Grid]] = []
    frames: list[list[Rule]] = []
    lines: list[list[Line]] = []
    for page in pages:
        tables, boxes, outside = page_to_grids(page)
        rest = glyphs_to_lines(outside, page.number, page.source)
        above = grids[-1][-1] if grids and grids[-1] else None
        for bare in find_bare_tables(rest, above=above.xs if above and above.is_open else ()):
            tables.append(open_grid(page.number, bare.xs, bare.ys, bare.cells))
            held = {id(line) for line in bare.lines}
            rest = [line for line in rest if id(line) not in held]
        grids.append(tables)
        frames.append([box for box in boxes if box[3] - box[1] < 0.9 * page.height])
        lines.append(rest)
    spans = [(min((g.ys[0] for g in tables), default=float("inf")), max((g.ys[-1] for g in tables), default=-1.0))
             for tables in grids]
    furniture = find_furniture(lines, [page.height for page in pages], spans)
    for number, tables in enumerate(grids):
        parted = split_columns([line for line in lines[number] if id(line) not in furniture], [grid.box for grid in tables])
        lines[number] = [line for line in lines[number] if id(line) in furniture] + parted
    elements = merge_tables(build_elements(lines, grids, frames, furniture), _head_depth)
    for page in pages:
        for line in glyphs_to_lines(page.strays[:MOST_STRAYS], page.number, page.source):
            elements.append(Element("furniture", [line], aside=True))
    return _Writer(pages).write(elements, name, format, warnings)


def _head_depth(grid: Grid) -> int:
    from analyzer.ingest.tables import GridCell, mark_headers

    marked = mark_headers([GridCell(cell.text, cell.row, cell.column, cell.row_span, cell.column_span, cell.header)
                           for cell in grid.cells])
    return max((cell.row + 1 for cell in marked if cell.header), default=0)


class _Writer:
    """The text in the making, with the place of every line."""

    def __init__(self, pages: list[Page]) -> None:
        self.pages = pages
        self.pieces: list[str] = []
        self.length = 0
        self.places: list[Place] = []

    def write(self, elements: list[Element], name: str, format: str, warnings: list[str]) -> Document:
        from analyzer.ingest.flat_tables import restore_tables
        from analyzer.ingest.outline import shape_outline

        blocks: list[Block] = []
        centred = set()
        for element in elements:
            block = self._write_table(element.grid) if element.grid else self._write_lines(element)
            self._put("\n")
            if block is not None:
                if element.centred:
                    centred.add(len(blocks))
                blocks.append(block)
        text = "".join(self.pieces)
        blocks, places = restore_tables(text, blocks, frozenset(centred))
        body = [number for number, block in enumerate(blocks) if block.kind != "furniture"]
        shaped = iter(shape_outline(text, [blocks[number] for number in body], frozenset(
            at for at, number in enumerate(body) if number in places)))
        blocks = [block if block.kind == "furniture" else next(shaped) for block in blocks]
        return Document(name, text, tuple(blocks), format=format, pages=len(self.pages), places=tuple(self.places),
                        warnings=tuple(warnings))

    def _put(self, text: str) -> int:
        start = self.length
        self.pieces.append(text)
        self.length += len(text)
        return start

    def _put_lines(self, lines: list[Line]) -> tuple[int, int]:
        start = self.length
        before = ""
        for line in lines:
            glue = join_lines(before, line.text) if before else ""
            self._put(glue)
            at = self._put(line.text)
            self.places.append(self._place(line, at))
            before = line.text
        return start, self.length

    def _place(self, line: Line, at: int) -> Place:
        box = self._shown((line.left, line.top, line.right, line.bottom), line.page)
        turned = self.pages[line.page - 1].turn
        return Place(at, at + len(line.text), line.page, box, () if turned else tuple(line.edges))

    def _shown(self, box: Rule, number: int) -> Box:
        """A box of the upright frame → the page as it is displayed."""
        page = self.pages[number - 1]
        left, top, right, bottom = box
        if page.turn == 1:
            left, top, right, bottom = page.height - bottom, left, page.height - top, right
        elif page.turn == 2:
            left, top, right, bottom = page.width - right, page.height - bottom, page.width - left, page.height - top
        elif page.turn == 3:
            left, top, right, bottom = top, page.width - right, bottom, page.width - left
        return round(left, 1), round(top, 1), round(right, 1), round(bottom, 1)

    def _write_lines(self, element: Element) -> Block | None:
        if not element.lines:
            return None
        start, end = self._put_lines(element.lines)
        first = element.lines[0].page
        own = [line for line in element.lines if line.page == first]
        box = self._shown((min(line.left for line in own), min(line.top for line in own),
                           max(line.right for line in own), max(line.bottom for line in own)), first)
        return Block(element.kind, start, end, page=first, box=box, source=self._source(element.lines[0]))

    def _write_table(self, grid: Grid) -> Block:
        from analyzer.ingest.tables import GridCell, mark_headers

        order = sorted(grid.cells, key=lambda cell: (cell.row, cell.column))
        marked = mark_headers([GridCell(cell.text, cell.row, cell.column, cell.row_span, cell.column_span, cell.header)
                               for cell in order])
        start = self.length
        cells: list[Cell] = []
        row = None
        for cell, mark in zip(order, marked, strict=True):
            if row is not None:
                self._put("\n" if cell.row != row else "\t")
            row = cell.row
            at, end = self._put_lines(cell.lines)
            cells.append(Cell(at, end, cell.row, cell.column, cell.row_span, cell.column_span, mark.header))
        source = next((self._source(line) for cell in order for line in cell.lines), "text")
        return Block("table", start, self.length, page=grid.page, box=self._shown(grid.box, grid.page),
                     cells=tuple(cells), source=source)

    def _source(self, line: Line) -> str:
        x, y = (line.left + line.right) / 2, (line.top + line.bottom) / 2
        areas = self.pages[line.page - 1].recognised
        return "ocr" if any(x0 < x < x1 and y0 < y < y1 for x0, y0, x1, y1 in areas) else line.source
