"""Pictures of pages → glyphs with boxes and ruling lines (optional extra `ocr`), read like any other page from there."""

from __future__ import annotations

import functools
import importlib.util
import io
import logging
import re
from typing import Any

import numpy as np

from analyzer.errors import UnreadableDocument, UnsupportedFormat
from analyzer.ingest.bitmap import cell_crops, deskew, erase_rules, find_rules, has_per_mille, ink_threshold, is_blank
from analyzer.ingest.page import Glyph, Page
from analyzer.ingest.refusals import broken, too_many_pages
from analyzer.ingest.sandbox import DEFAULT_LIMITS, Limits, report_progress, run_limited
from analyzer.records import Document

DPI = 200
A4_WIDTH = 595.0  # points: what an image without a believable resolution is taken for
LEAST_SCORE = 0.5
MEMORY_ADDRESS = re.compile(r" <_io\.BytesIO object at 0x[0-9a-f]+>")
WIDE_PUNCTUATION = str.maketrans({",": "，", ";": "；", ":": "：", "?": "？", "!": "！", "(": "（", ")": "）"})


def read_image(data: bytes, name: str, *, limits: Limits = DEFAULT_LIMITS) -> Document:
    """A scan (PNG, JPEG, TIFF with one or more pages, BMP, GIF, WEBP) as a Document, read in a child process.

    Raises UnsupportedFormat without the extra `ocr`, UnreadableDocument for broken and oversized pictures.
    """
    return run_limited(parse_image, data, name, limits, name=name, limits=limits)


def parse_image(data: bytes, name: str, limits: Limits = DEFAULT_LIMITS) -> Document:
    """`read_image` in this very process."""
    from analyzer.ingest.pages import pages_to_document

    if not is_available():
        raise missing_extra(name)
    pages = []
    for number, (picture, scale) in enumerate(_frames(data, name, limits), 1):
        pages.append(recognise(picture, number, scale))
        report_progress()
    return pages_to_document(pages, name, "image", [OCR_NOTE])


OCR_NOTE = "text recognised from a picture; check figures against it / 文字由图像识别得到，请对照原件核对数据"


@functools.cache
def is_available() -> bool:
    """Whether the extra is installed; of its parts only cv2 is loaded, which may lack a system library."""
    try:
        import cv2  # noqa: F401
    except ImportError:
        return False
    return bool(importlib.util.find_spec("onnxruntime") and importlib.util.find_spec("rapidocr"))


def missing_extra(name: str) -> UnsupportedFormat:
    return UnsupportedFormat(
        f'{name}: a scan without text; reading it needs OCR: pip install "policy-analyzer[ocr]"',
        f'{name}：扫描件，没有文字层；识别需要安装 OCR 组件：pip install "policy-analyzer[ocr]"')


def recognise(picture: np.ndarray, number: int, scale: float) -> Page:
    """A grey picture as a page; `scale` is points a pixel. Slight skew and quarter turns are mended."""
    if is_blank(picture):
        return Page(number, picture.shape[1] * scale, picture.shape[0] * scale, source="ocr")
    picture, quarter = _straighten(picture)
    rules = find_rules(picture)
    clean = erase_rules(picture, rules)
    glyphs = _read_glyphs(clean, scale)
    height, width = picture.shape[:2]
    page = Page(number, width * scale, height * scale, glyphs,
                [(x0 * scale, y0 * scale, x1 * scale, y1 * scale) for x0, y0, x1, y1 in rules],
                turn=quarter, source="ocr")
    _read_lone_cells(page, clean, scale)
    return page


def _straighten(picture: np.ndarray) -> tuple[np.ndarray, int]:
    picture, quarter = _upright(picture)
    return deskew(picture), quarter


@functools.cache
def _engine() -> Any:
    logging.disable(logging.WARNING)
    from rapidocr import RapidOCR

    return RapidOCR(params={"Global.log_level": "critical", "Global.use_cls": False, "Global.max_side_len": 2400,
                            "EngineConfig.onnxruntime.intra_op_num_threads": 2})


def _upright(picture: np.ndarray) -> tuple[np.ndarray, int]:
    """The picture turned so that its lines run from left to right, and by how many quarter turns (anticlockwise)."""
    boxes = _detect(picture)
    tall = sum(height for width, height in boxes if height > 2 * width)
    wide = sum(width for width, height in boxes if width > 2 * height)
    if tall <= 1.5 * wide:
        return picture, 0
    best, score = 0, -1.0
    for quarter in (1, 3):
        turned = np.ascontiguousarray(np.rot90(picture, quarter))
        value = _mean_score(turned)
        if value > score:
            best, score = quarter, value
    return np.ascontiguousarray(np.rot90(picture, best)), best


def _detect(picture: np.ndarray) -> list[tuple[float, float]]:
    """Widths and heights of text boxes on a small copy: enough to see which way the lines run."""
    import cv2

    factor = 900 / max(picture.shape[:2])
    small = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA) if factor < 1 else picture
    found = _engine()(_color(small), use_det=True, use_cls=False, use_rec=False)
    if found.boxes is None:
        return []
    return [(float(np.ptp(box[:, 0])), float(np.ptp(box[:, 1]))) for box in found.boxes]


def _mean_score(picture: np.ndarray) -> float:
    """How sure recognition is of the quarter of the picture with the most ink."""
    window = max(1, picture.shape[0] // 4)
    ink = np.cumsum((picture < ink_threshold(picture)).sum(axis=1))
    start = int(np.argmax(ink[window:] - ink[:-window])) if len(ink) > window else 0
    found = _engine()(_color(picture[start:start + window]), use_det=True, use_cls=False, use_rec=True)
    lengths = [len(text) for text in found.txts or ()]
    return float(np.average(found.scores, weights=lengths)) if sum(lengths) else 0.0


def _color(picture: np.ndarray) -> np.ndarray:
    return np.repeat(picture[:, :, None], 3, axis=2) if picture.ndim == 2 else picture


def _read_glyphs(picture: np.ndarray, scale: float) -> list[Glyph]:
    found = _engine()(_color(picture), use_det=True, use_cls=False, use_rec=True, return_word_box=True)
    glyphs: list[Glyph] = []
    if found.boxes is None or found.word_results is None:
        return glyphs
    for box, text, score, words in zip(found.boxes, found.txts, found.scores, found.word_results, strict=True):
        if score >= LEAST_SCORE:
            line = _line_to_glyphs(np.asarray(box), text, words, scale)
            _tell_per_mille(line, picture, scale)
            glyphs += line
    return glyphs


def _tell_per_mille(line: list[Glyph], picture: np.ndarray, scale: float) -> None:
    """‰ where recognition, whose alphabet lacks it, has %: a tenth of the value must not pass in silence."""
    for at, (char, left, top, right, bottom) in enumerate(line):
        if char in "%％" and at and line[at - 1][0].isdigit():
            start = (line[at - 1][1] + line[at - 1][3]) / 2  # cuts the digit: half a 0 has no hole
            end = line[at + 1][1] if at + 1 < len(line) else right + (bottom - top) / 2
            em = bottom - top
            crop = picture[max(0, int((top - 0.2 * em) / scale)):int((bottom + 0.2 * em) / scale), int(start / scale):int(end / scale)]
            if crop.size and has_per_mille(crop):
                line[at] = ("‰", left, top, right, bottom)


def _line_to_glyphs(box: np.ndarray, text: str, words: Any, scale: float) -> list[Glyph]:
    """One recognised line as glyphs as high as they are wide, on the middle of its box."""
    chars: list[tuple[str, float, float]] = []
    for word, _, corners in words:
        left, right = float(min(c[0] for c in corners)), float(max(c[0] for c in corners))
        step = (right - left) / max(len(word), 1)
        chars += [(char, left + place * step, left + (place + 1) * step) for place, char in enumerate(word)]
    if "".join(char for char, _, _ in chars).replace(" ", "") != text.replace(" ", ""):
        left, right = float(box[:, 0].min()), float(box[:, 0].max())
        step = (right - left) / max(len(text), 1)
        chars = [(char, left + place * step, left + (place + 1) * step) for place, char in enumerate(text)]
    chars = [(char, left, right) for char, left, right in chars if not char.isspace()]
    if not chars:
        return []
    start, end = float(box[:, 0].min()), float(box[:, 0].max())
    chars[0] = (chars[0][0], min(chars[0][1], start), chars[0][2])
    chars[-1] = (chars[-1][0], chars[-1][1], max(chars[-1][2], end))
    middle = float(box[:, 1].mean())
    weight = sum(1.0 if char > "\u2e80" or char in "“”‘’—…" else 0.55 for char, _, _ in chars)
    em = (chars[-1][2] - chars[0][1]) / weight if weight > 2 else 0.8 * float(np.ptp(box[:, 1]))
    em = min(em, 1.05 * float(np.ptp(box[:, 1])))
    _close_gaps(chars, text, 0.7 * em)
    line = _mend_punctuation("".join(char for char, _, _ in chars))
    return [(char, left * scale, (middle - em / 2) * scale, right * scale, (middle + em / 2) * scale)
            for char, (_, left, right) in zip(line, chars, strict=True)]


def _close_gaps(chars: list[tuple[str, float, float]], text: str, most: float) -> None:
    """Lets characters touch unless the recognised text has a blank there: boxes are too rough to tell words apart."""
    words = text.split()
    ends, length = set(), 0
    for word in words[:-1]:
        length += len(word)
        ends.add(length - 1)
    for at in range(len(chars) - 1):
        char, left, right = chars[at]
        following = chars[at + 1][1]
        if at not in ends and 0 < following - right < most:
            chars[at] = (char, left, following)


def _mend_punctuation(line: str) -> str:
    """Half-width marks beside Chinese characters as the full-width ones that they are; one for one.

    At the ends of a line the neighbour is on another line; most likely it is Chinese, too.
    """
    marks = list(line)
    for place, char in enumerate(line):
        if char not in ",;:?!()":
            continue
        before = line[place - 1] if place else ""
        after = line[place + 1] if place + 1 < len(line) else ""
        at_end = (not before and char == "(") or (not after and char in "),;:")
        if (before > "\u2e80" or after > "\u2e80" or at_end) and not (before.isdigit() and after.isdigit()):
            marks[place] = char.translate(WIDE_PUNCTUATION)
    mended = "".join(marks)
    for opening, closing in (("(", "）"), ("（", ")")):
        start = mended.find(opening)
        while start >= 0:
            end = mended.find(closing, start)
            if end > start and not any(mark in mended[start + 1:end] for mark in "()（）"):
                mended = f"{mended[:start]}（{mended[start + 1:end]}）{mended[end + 1:]}"
            start = mended.find(opening, start + 1)
    return mended


def _read_lone_cells(page: Page, picture: np.ndarray, scale: float) -> None:
    """Single digits in cells are too small for text detection: such cells are read one by one."""
    from analyzer.ingest.pdf_tables import page_to_grids

    grids, _, _ = page_to_grids(page)
    threshold = ink_threshold(picture)
    boxes = [cell.box for grid in grids for cell in grid.cells if not cell.lines]
    for (left, top, right, bottom), crop in cell_crops(picture, boxes, scale, threshold):
        if bottom - top < 3 and right - left > 4 * (bottom - top):
            text = "—"
        else:
            found = _engine()(_color(crop), use_det=False, use_cls=False, use_rec=True)
            text = "".join(found.txts or ()).strip()
            if not text or min(found.scores or (0,)) < LEAST_SCORE:
                continue
        step = (right - left) / len(text)
        page.glyphs += [(char, left + place * step, top, left + (place + 1) * step, bottom)
                        for place, char in enumerate(text)]


def read_frame(data: bytes, number: int, name: str, limits: Limits = DEFAULT_LIMITS) -> tuple[np.ndarray, float]:
    """Picture `number` (from 1) of an image file in grey, straight as its text was read, and its points a pixel.

    Raises UnreadableDocument.
    """
    for at, (picture, scale) in enumerate(_frames(data, name, limits), 1):
        if at == number:
            return (picture if is_blank(picture) else _straighten(picture)[0]), scale
    raise UnreadableDocument(f"{name}: has no page {number}", f"{name}：没有第 {number} 页")


def _frames(data: bytes, name: str, limits: Limits) -> Any:
    """(grey picture at about 200 dpi, points a pixel) of each page of an image file."""
    from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = None  # our own limit is checked before any pixel is decoded
    try:
        image = Image.open(io.BytesIO(data))
        frames = getattr(image, "n_frames", 1)
        if frames > limits.pages:
            raise too_many_pages(name, frames, limits.pages)
        for frame in ImageSequence.Iterator(image):
            width, height = frame.size
            if width * height > limits.pixels:
                raise UnreadableDocument(
                    f"{name}: {width}×{height} pixels, at most {limits.pixels:,} are read; scan at 200–300 dpi",
                    f"{name}：图像为 {width}×{height} 像素，最多读取 {limits.pixels:,} 像素；请以 200–300 dpi 扫描")
            dpi = frame.info.get("dpi", (0, 0))[0]
            grey = _flatten(ImageOps.exif_transpose(frame))
            yield _normalise(np.asarray(grey), float(dpi or 0))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise broken(name, MEMORY_ADDRESS.sub("", str(error))) from None


def _flatten(frame: Any) -> Any:
    """A frame in grey on white paper."""
    from PIL import Image

    if frame.mode in ("RGBA", "LA", "PA") or "transparency" in frame.info:
        frame = frame.convert("RGBA")
        paper = Image.new("RGBA", frame.size, "white")
        return Image.alpha_composite(paper, frame).convert("L")
    if frame.mode.startswith("I;16") or frame.mode in ("I", "F"):
        values = np.asarray(frame, dtype=np.float32)
        top = float(values.max()) or 1.0
        return Image.fromarray((values * (255.0 / top)).astype(np.uint8))
    return frame.convert("L")


def _normalise(picture: np.ndarray, dpi: float) -> tuple[np.ndarray, float]:
    import cv2

    height, width = picture.shape
    short = min(height, width)
    scale = 72.0 / dpi if 90 <= dpi <= 1300 and 300 < short * 72.0 / dpi < 1800 else A4_WIDTH / short
    factor = scale * DPI / 72.0
    if factor < 0.85 or 1.3 < factor < 6:
        factor = min(factor, 4000 / max(height, width))
        way = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
        picture = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=way)
        scale /= factor
    return picture, scale
