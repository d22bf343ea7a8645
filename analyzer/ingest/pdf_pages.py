"""Which pages of a PDF are read how: pdfium, pdfplumber for a second opinion, OCR for scans and pictures of tables."""

from __future__ import annotations

from typing import Any

from analyzer.ingest import refusals
from analyzer.ingest.page import Glyph, Page, Rule
from analyzer.ingest.sandbox import Limits, report_progress

MIN_GLYPHS = 8  # fewer on a page that a picture covers: a scan with a stamped number
MOST_UNMAPPED = 0.05
LEAST_PICTURE, MOST_PICTURES = 0.06, 20  # share of the page; a smaller one is an emblem or a seal


def read_pages(pdf: Any, data: bytes, name: str, limits: Limits) -> tuple[list[Page], list[str]]:
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
        if index + 1 in broken or has_unknown_glyphs(page):
            page = _second_opinion(page, data, index)
            broken = [number for number in broken if number != index + 1 or not page.glyphs]
        glyphs += len(page.glyphs)
        if glyphs > limits.characters:
            raise refusals.too_long(name, limits.characters)
        pages.append(page)
    if len(broken) == len(pages):
        raise refusals.broken(name, f"none of its {len(pages)} pages can be read")
    warnings = [f"damaged pages skipped / 已跳过损坏的页：{_numbers(broken)}"] if broken else []
    scanned = [index for index, page in enumerate(pages) if needs_ocr(page)]
    if scanned:
        warnings += _recognise_pages(pdf, pages, scanned, name, limits)
    inset = [number for number in range(1, len(pages) + 1) if _recognise_pictures(pdf, pages[number - 1], limits)]
    if inset:
        warnings.append(f"pictures of tables or text recognised / 已识别图片中的表格或文字：{_numbers(inset)}")
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


def _recognise_pictures(pdf: Any, page: Page, limits: Limits) -> bool:
    """Adds what OCR reads in pictures of tables, or of most of a page, to a page that has text of its own."""
    if page.source != "text" or page.turn or not page.glyphs:
        return False
    area = page.width * page.height
    boxes = [box for box in page.pictures[:MOST_PICTURES] if (box[2] - box[0]) * (box[3] - box[1]) > LEAST_PICTURE * area
             and sum(_holds(box, glyph) for glyph in page.glyphs) < MIN_GLYPHS]
    if not boxes:
        return False
    from analyzer.ingest import ocr

    if not ocr.is_available():
        return False
    picture, scale = page_picture(pdf, page.number - 1, limits)
    for left, top, right, bottom in boxes:
        crop = picture[int(top / scale):int(bottom / scale), int(left / scale):int(right / scale)].copy()
        most_of_page = (right - left) * (bottom - top) > 0.5 * area and len(page.glyphs) < 200
        if min(crop.shape) < 60 or not (most_of_page or _is_ruled(crop)):
            continue
        found = ocr.recognise(crop, page.number, scale)
        report_progress()
        if found.turn == 0 and len(found.glyphs) >= 2 * MIN_GLYPHS:
            page.glyphs += [(char, x0 + left, y0 + top, x1 + left, y1 + top) for char, x0, y0, x1, y1 in found.glyphs]
            page.rules += [(x0 + left, y0 + top, x1 + left, y1 + top) for x0, y0, x1, y1 in found.rules]
            page.recognised.append((left, top, right, bottom))
    return bool(page.recognised)


def _is_ruled(picture: Any) -> bool:
    """Whether a grid of several columns and rows fills most of a picture: a table, not a diagram or a photograph."""
    from analyzer.ingest.bitmap import find_rules
    from analyzer.ingest.pdf_tables import rules_to_grids

    height, width = picture.shape
    return any(grid.columns > 1 and len(grid.ys) > 2 and len(grid.cells) > 3
               and (grid.box[2] - grid.box[0]) * (grid.box[3] - grid.box[1]) > 0.4 * width * height
               for grid in rules_to_grids(find_rules(picture), 1))


def _holds(box: Rule, glyph: Glyph) -> bool:
    return box[0] < (glyph[1] + glyph[3]) / 2 < box[2] and box[1] < (glyph[2] + glyph[4]) / 2 < box[3]


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
        return page.pictured > 0.3
    return has_unknown_glyphs(page)


def has_unknown_glyphs(page: Page) -> bool:
    """Whether so many glyphs have no known character that the text is no text."""
    return page.unmapped > max(3, MOST_UNMAPPED * len(page.glyphs))


def _second_opinion(page: Page, data: bytes, index: int) -> Page:
    from analyzer.ingest.pdf_fallback import read_page_slowly

    other = read_page_slowly(data, index)
    return other if other and other.glyphs and not has_unknown_glyphs(other) else page
