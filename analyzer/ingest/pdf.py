"""PDF → Document: pdfium for the characters, geometry for lines, tables and paragraphs, OCR for pages without text."""

from __future__ import annotations

from typing import Any

from analyzer.errors import UnreadableDocument
from analyzer.ingest.page import Line, Page, Rule
from analyzer.ingest.pdf_furniture import find_furniture
from analyzer.ingest.pdf_lines import glyphs_to_lines, join_lines
from analyzer.ingest.pdf_merge import merge_tables
from analyzer.ingest.pdf_paragraphs import Element, build_elements
from analyzer.ingest.pdf_tables import Grid, page_to_grids
from analyzer.ingest.sandbox import DEFAULT_LIMITS, Limits, report_progress, run_limited
from analyzer.records import Block, Box, Cell, Document, Place

MIN_GLYPHS = 8  # fewer on a page that a picture covers: a scan with a stamped number
MOST_UNMAPPED = 0.05
MOST_STRAYS = 400


def read_pdf(data: bytes, name: str, *, limits: Limits = DEFAULT_LIMITS) -> Document:
    """The PDF as a Document, read in a child process. Raises UnreadableDocument, naming the file."""
    return run_limited(parse_pdf, data, name, limits, name=name, limits=limits)


def parse_pdf(data: bytes, name: str, limits: Limits = DEFAULT_LIMITS) -> Document:
    """`read_pdf` in this very process: for the child, tests and benchmarks."""
    from analyzer.ingest.pdf_text import open_pdf

    pdf = open_pdf(data, name, limits)
    try:
        pages, warnings = read_pages(pdf, name, limits)
    finally:
        pdf.close()
    return pages_to_document(pages, name, "pdf", warnings, limits)


def read_pages(pdf: Any, name: str, limits: Limits) -> tuple[list[Page], list[str]]:
    """All pages of an open PDF, those without usable text by OCR; what could not be read is told."""
    from pypdfium2 import PdfiumError

    from analyzer.ingest.pdf_text import read_page

    pages: list[Page] = []
    broken: list[int] = []
    glyphs = 0
    for index in range(len(pdf)):
        try:
            page = read_page(pdf, index)
        except PdfiumError:
            page = Page(index + 1, 595.0, 842.0)
            broken.append(index + 1)
        glyphs += len(page.glyphs)
        if glyphs > limits.characters:
            raise UnreadableDocument(f"{name}: more than {limits.characters} characters; split the file",
                                     f"{name}：超过 {limits.characters} 个字符，请拆分文件")
        pages.append(page)
    if len(broken) == len(pages):
        raise UnreadableDocument(f"{name}: none of its {len(pages)} pages can be read; the PDF is damaged",
                                 f"{name}：{len(pages)} 页均无法读取，PDF 已损坏")
    warnings = [f"damaged pages skipped / 已跳过损坏的页：{_numbers(broken)}"] if broken else []
    scanned = [index for index, page in enumerate(pages) if needs_ocr(page)]
    if scanned:
        warnings += _recognise_pages(pdf, pages, scanned, name, limits)
    return pages, warnings


def _recognise_pages(pdf: Any, pages: list[Page], scanned: list[int], name: str, limits: Limits) -> list[str]:
    """Replaces the pages `scanned` (from 0) by what OCR reads there; returns warnings."""
    from analyzer.ingest import ocr

    numbers = _numbers([index + 1 for index in scanned])
    if not ocr.is_available():
        if sum(len(page.glyphs) for index, page in enumerate(pages) if index not in set(scanned)) < MIN_GLYPHS:
            raise ocr.missing_extra(name)
        return [f'scanned pages not read (pip install "policy-analyzer[ocr]") / 扫描页未识别，'
                f'需安装 OCR 组件 pip install "policy-analyzer[ocr]"：{numbers}']
    for index in scanned:
        picture, scale = page_picture(pdf, index, limits)
        pages[index] = ocr.recognise(picture, index + 1, scale)
        report_progress()
    return [f"{ocr.OCR_NOTE}：{numbers}"]


def page_picture(pdf: Any, index: int, limits: Limits, dpi: int = 200) -> tuple[Any, float]:
    """Page `index` (from 0) as a grey bitmap, and the points of one pixel; huge pages get fewer pixels."""
    page = pdf[index]
    try:
        width, height = page.get_size()
        scale = min(dpi / 72, 6000 / max(width, height, 1), (limits.pixels / max(width * height, 1)) ** 0.5)
        return page.render(scale=scale, grayscale=True).to_numpy().copy(), 1 / scale
    finally:
        page.close()


def _numbers(pages: list[int]) -> str:
    """1, 3–7 …"""
    runs: list[list[int]] = []
    for number in pages:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    shown = ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in runs[:20])
    return shown + (" …" if len(runs) > 20 else "")


def needs_ocr(page: Page) -> bool:
    """Whether a page has no usable text but a picture, or text without known characters."""
    if len(page.glyphs) < MIN_GLYPHS:
        return page.picture > 0.3
    return page.unmapped > MOST_UNMAPPED * len(page.glyphs)


def pages_to_document(pages: list[Page], name: str, format: str, warnings: list[str], limits: Limits) -> Document:
    """Pages of glyphs and rules → the Document, whatever they were read from."""
    grids: list[list[Grid]] = []
    frames: list[list[Rule]] = []
    lines: list[list[Line]] = []
    for page in pages:
        tables, boxes, outside = page_to_grids(page)
        grids.append(tables)
        frames.append([box for box in boxes if box[3] - box[1] < 0.9 * page.height])
        lines.append(glyphs_to_lines(outside, page.number, page.source))
    spans = [(min((g.ys[0] for g in tables), default=float("inf")), max((g.ys[-1] for g in tables), default=-1.0))
             for tables in grids]
    furniture = find_furniture(lines, [page.height for page in pages], spans)
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
        from analyzer.ingest.outline import shape_outline

        blocks: list[Block] = []
        centred = set()
        body = 0
        for element in elements:
            block = self._write_table(element.grid) if element.grid else self._write_lines(element)
            self._put("\n")
            if block is None:
                continue
            if block.kind != "furniture":
                if element.centred:
                    centred.add(body)
                body += 1
            blocks.append(block)
        text = "".join(self.pieces)
        shaped = iter(shape_outline(text, [block for block in blocks if block.kind != "furniture"], frozenset(centred)))
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
        return Block(element.kind, start, end, page=first, box=box, source=element.lines[0].source)

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
        source = next((line.source for cell in order for line in cell.lines), "text")
        return Block("table", start, self.length, page=grid.page, box=self._shown(grid.box, grid.page),
                     cells=tuple(cells), source=source)
