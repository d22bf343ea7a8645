"""PDF → pages of characters and ruling lines, with pdfium; coordinates as a person sees the page, turned upright."""

from __future__ import annotations

import ctypes
import math
import unicodedata
from collections import Counter
from collections.abc import Callable
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from analyzer.ingest.page import Glyph, Page, Rule
from analyzer.ingest.pdf_drawings import IDENTITY, Matrix, read_drawings, walk_objects
from analyzer.ingest.refusals import broken, encrypted, too_many_pages
from analyzer.ingest.sandbox import DEFAULT_LIMITS, Limits

# Chromium and some Word fonts write ⼈ (a radical) for 人. Only these two blocks are mapped: NFKC would also turn
# ① into 1 and ㎡ into m2. Unicode has decompositions for the Kangxi block; for the supplement see its UCD file
# EquivalentUnifiedIdeograph.
_SUPPLEMENT = (
    "⺁厂⺂乛⺃乚⺄乙⺅亻⺆冂⺇几⺈刀⺉刂⺊卜⺌小⺍小⺎兀⺏尣⺐尢⺒巳⺓幺⺔彑⺖忄⺗㣺⺘扌⺙攵⺛旡⺜日⺝月⺞歺⺟母⺠民⺡氵⺢氺⺣灬⺤爫⺥爫⺦丬⺧牛⺨犭"
    "⺩王⺪疋⺫罒⺬示⺭礻⺮竹⺯糹⺰纟⺱罓⺲罒⺳㓁⺴网⺶羊⺷羊⺸羊⺹耂⺺肀⺻聿⺼肉⺽臼⺾艹⺿艹⻀艹⻁虎⻂衤⻃覀⻄西⻅见⻆角⻈讠⻉贝⻊足⻋车⻌辶⻍辶⻎辶⻏阝"
    "⻐钅⻑長⻒镸⻓长⻔门⻖阝⻗雨⻘青⻙韦⻚页⻛风⻜飞⻝食⻟飠⻠饣⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻫斉⻬齐⻭歯⻮齿⻯竜⻰龙⻱龜⻲亀⻳龟")
RADICALS = {code: ord(unicodedata.normalize("NFKC", chr(code))) for code in range(0x2F00, 0x2FD6)}
RADICALS |= {ord(radical): ord(plain) for radical, plain in zip(_SUPPLEMENT[::2], _SUPPLEMENT[1::2], strict=True)}
BULLETS = {0xF0B7: 0x2022, 0xF0A7: 0x25AA, 0xF06C: 0x25CF, 0xF06E: 0x25A0, 0xF075: 0x25C6, 0xF0D8: 0x27A2,
           0xF0FC: 0x2714, 0xF0B2: 0x2B1A}
DROPPED = {0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0xFFFE, 0xFFFF, *range(32), 0x7F}
BLANK = {0x20, 0xA0, 0x3000, *range(0x2000, 0x200B), 0x202F, 0x205F}
PLAIN = {code for radical, code in RADICALS.items()}

ASCENT, DESCENT = 0.86, 0.14  # of the size: where Chinese glyphs stand around the baseline


def open_pdf(data: bytes, name: str, limits: Limits = DEFAULT_LIMITS) -> pdfium.PdfDocument:
    """The open PDF. Raises UnreadableDocument for broken, encrypted and oversized files."""
    try:
        pdf = pdfium.PdfDocument(data)
        count = len(pdf)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD or "password" in str(error).lower():
            raise encrypted(name) from None
        raise broken(name, error) from None
    if count > limits.pages:
        raise too_many_pages(name, count, limits.pages)
    if not count:
        raise broken(name, "no pages")
    return pdf


def read_page(pdf: pdfium.PdfDocument, index: int) -> Page:
    """Page `index` (from 0): upright glyphs in stream order, and its ruling lines. Raises PdfiumError."""
    handle = pdf[index]
    try:
        bounds = raw.FS_RECTF()
        raw.FPDF_GetPageBoundingBox(handle, bounds)
        frame = (bounds.left, bounds.bottom, bounds.right, bounds.top)
        shown = raw.FPDFPage_GetRotation(handle) % 4
        glyphs, unmapped = _read_glyphs(handle, frame)
        angles = Counter(angle for angle, _ in glyphs)
        upright = angles.most_common(1)[0][0] if glyphs else shown * 90
        turn = round(upright / 90) % 4
        place = _placer(frame, turn)
        page = Page(index + 1, *_extent(frame, turn), turn=(shown - turn) % 4, unmapped=unmapped)
        for angle, (char, *box) in glyphs:
            placed: Glyph = (char, *place(*box))
            if placed[3] < 0 or placed[4] < 0 or placed[1] > page.width or placed[2] > page.height:
                continue  # outside the page: nobody sees it
            (page.glyphs if angle == upright else page.strays).append(placed)
        page.rules, page.pictures = read_drawings(handle, frame, place)
        return page
    finally:
        handle.close()


def _extent(frame: Rule, turn: int) -> tuple[float, float]:
    width, height = frame[2] - frame[0], frame[3] - frame[1]
    return (height, width) if turn % 2 else (width, height)


def _placer(frame: Rule, turn: int) -> Callable[[float, float, float, float], Rule]:
    """left, bottom, right, top in page space → left, top, right, bottom after `turn` quarter turns clockwise."""
    left, bottom, right, top = frame
    if turn == 0:
        return lambda x0, y0, x1, y1: (x0 - left, top - y1, x1 - left, top - y0)
    if turn == 1:
        return lambda x0, y0, x1, y1: (y0 - bottom, x0 - left, y1 - bottom, x1 - left)
    if turn == 2:
        return lambda x0, y0, x1, y1: (right - x1, y0 - bottom, right - x0, y1 - bottom)
    return lambda x0, y0, x1, y1: (top - y1, right - x1, top - y0, right - x0)


def _read_glyphs(handle: Any, frame: Rule) -> tuple[list[tuple[int, Glyph]], int]:
    """(angle in degrees, (character, left, bottom, right, top in page space)) and the number of unmapped ones."""
    text = raw.FPDFText_LoadPage(handle)
    if not text:
        return [], 0
    glyphs: list[tuple[int, Glyph]] = []
    unmapped = 0
    rect, x, y = raw.FS_RECTF(), ctypes.c_double(), ctypes.c_double()
    origin_of, size_of = raw.FPDFText_GetCharOrigin, raw.FPDFText_GetFontSize
    ems: dict[tuple[float, float], float] = {}
    unicode_of, box_of, angle_of = raw.FPDFText_GetUnicode, raw.FPDFText_GetLooseCharBox, raw.FPDFText_GetCharAngle
    generated, failed = raw.FPDFText_IsGenerated, raw.FPDFText_HasUnicodeMapError
    forms: dict[int, Matrix] | None = None
    high = 0
    try:
        for index in range(raw.FPDFText_CountChars(text)):
            code = unicode_of(text, index)
            if code in BLANK:
                if generated(text, index) == 1:
                    continue  # pdfium's guess; ours is by distance
                code = 0x3000 if code == 0x3000 else 0x20
            elif failed(text, index) == 1 or code == 0xFFFD:
                unmapped += 1
                code = 0xFFFD
            elif code in DROPPED:
                continue
            elif 0xD800 <= code < 0xDC00:
                high = code
                continue
            elif 0xDC00 <= code < 0xE000:
                code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00) if high else 0xFFFD
                high = 0
            elif 0xE000 <= code < 0xF900:
                code = BULLETS.get(code, code)
                unmapped += code < 0xF900 and code >= 0xE000
            box_of(text, index, rect)
            origin_of(text, index, x, y)
            degrees = -round(math.degrees(angle_of(text, index))) % 360  # pdfium counts clockwise
            if code in PLAIN:
                if forms is None:
                    forms = _texts_in_forms(handle)
                form = forms and _misplaced(text, index, x.value, y.value, forms)
                if form:
                    glyphs.append((degrees, (chr(code), *_box_in_form(text, index, x.value, y.value, form))))
                    continue
            left, right, size = rect.left, rect.right, (rect.top - rect.bottom, size_of(text, index))
            em = ems.get(size) or ems.setdefault(size, _measure_em(text, index, size))
            if degrees or abs(left - x.value) > 0.01 or not 0.5 < em < 500:  # pdfium knows no ascent, or text is turned
                left, bottom, right, top = _box_by_matrix(text, index, degrees, x.value, y.value)
            else:  # fonts differ in ascent: only the baseline tells what stands on one line
                bottom, top = y.value - DESCENT * em, y.value + ASCENT * em
            if math.isfinite(left + right + top + bottom):
                glyphs.append((degrees, (chr(RADICALS.get(code, code)), left, bottom, right, top)))
    finally:
        raw.FPDFText_ClosePage(text)
    return glyphs, unmapped


def _measure_em(text: Any, index: int, size: tuple[float, float]) -> float:
    """The size of a glyph in points; `size` is (height of its box, size of its font before the matrix)."""
    matrix = raw.FS_MATRIX()
    raw.FPDFText_GetMatrix(text, index, matrix)
    em = size[1] * math.hypot(matrix.a, matrix.b)
    return em if 0.5 * size[0] < em < 2 * size[0] else max(size[0], 0.01)


def _box_by_matrix(text: Any, index: int, degrees: int, x: float, y: float) -> Rule:
    """left, bottom, right, top of a glyph at origin x, y, from its ink along the line and its size across it."""
    ink = [ctypes.c_double() for _ in range(4)]
    raw.FPDFText_GetCharBox(text, index, *ink)
    left, right, bottom, top = (value.value for value in ink)
    matrix = raw.FS_MATRIX()
    raw.FPDFText_GetMatrix(text, index, matrix)
    em = raw.FPDFText_GetFontSize(text, index) * math.hypot(matrix.a, matrix.b)
    if not 0.5 < em < 500:
        em = max(right - left, top - bottom, 1.0)
    if degrees == 0:
        return left, y - DESCENT * em, right, y + ASCENT * em
    if degrees == 180:
        return left, y - ASCENT * em, right, y + DESCENT * em
    if degrees == 90:  # runs upwards
        return x - ASCENT * em, bottom, x + DESCENT * em, top
    if degrees == 270:
        return x - DESCENT * em, bottom, x + ASCENT * em, top
    return left, bottom, right, top


def _texts_in_forms(handle: Any) -> dict[int, Matrix]:
    """The addresses of the text objects in forms, with the matrix from their form to the page."""
    return {ctypes.addressof(item.contents): matrix for kind, item, matrix in walk_objects(handle)
            if kind == raw.FPDF_PAGEOBJ_TEXT and matrix != IDENTITY}


def _misplaced(text: Any, index: int, x: float, y: float, forms: dict[int, Matrix]) -> Matrix | None:
    """The form's matrix if pdfium forgot it: it does so for glyphs in a form that it turned from ⼀ into 一."""
    item = raw.FPDFText_GetTextObject(text, index)
    form = forms.get(ctypes.addressof(item.contents)) if item else None
    if form is None:
        return None
    sides = [ctypes.c_float() for _ in range(4)]
    if not raw.FPDFPageObj_GetBounds(item, *sides):
        return None
    left, bottom, right, top = (side.value for side in sides)
    margin = 0.6 * max(right - left, top - bottom)  # the sides are the ink's, the origin is the glyph's
    left, bottom, right, top = left - margin, bottom - margin, right + margin, top + margin
    a, b, c, d, e, f = form
    xs, ys = sorted((a * left + c * bottom + e, a * right + c * top + e)), sorted(
        (b * left + d * bottom + f, b * right + d * top + f))
    in_form = left <= x <= right and bottom <= y <= top
    return form if in_form and not (xs[0] <= x <= xs[1] and ys[0] <= y <= ys[1]) else None


def _box_in_form(text: Any, index: int, x: float, y: float, form: Matrix) -> Rule:
    a, b, c, d, e, f = form
    matrix = raw.FS_MATRIX()
    raw.FPDFText_GetMatrix(text, index, matrix)
    em = raw.FPDFText_GetFontSize(text, index) * math.hypot(matrix.a, matrix.b)
    left, baseline = a * x + c * y + e, b * x + d * y + f
    return left, baseline - DESCENT * em, left + em, baseline + ASCENT * em
