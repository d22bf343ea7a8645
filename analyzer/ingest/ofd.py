"""OFD (GB/T 33190): text objects and lines of each page → glyphs and rules, which the reader of pages makes a document of."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from analyzer.errors import UnreadableDocument
from analyzer.ingest.package import Package, attribute, child, local, whole_number
from analyzer.ingest.page import Page
from analyzer.ingest.pages import pages_to_document
from analyzer.ingest.refusals import broken, encrypted, too_long, too_many_pages
from analyzer.ingest.sandbox import DEFAULT_LIMITS, Limits, report_progress
from analyzer.records import Document

POINTS = 72 / 25.4  # OFD measures in millimetres
DEFAULT_PAGE = (0.0, 0.0, 210.0, 297.0)
ASCENT = 0.86  # of the em box, above the base line
THIN = 0.7  # mm: a filled rectangle not thicker is a ruling line
LEAST_GLYPHS, LEAST_PICTURE = 8, 0.3  # a page with fewer characters and a picture on so much of it is a scan
MOST_DEPTH = 12
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
Matrix = tuple[float, float, float, float, float, float]
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(slots=True)
class Drawing:
    """One page being read; `units` are the composite graphics by id, `size` the page's in millimetres."""

    page: Page
    units: dict[str, etree._Element]
    left: float
    top: float
    size: tuple[float, float]
    objects: int = 0
    pictures: list[tuple[float, str]] = field(default_factory=list)  # area in mm², resource id
    seen: set[str] = field(default_factory=set)


def read_ofd(data: bytes, name: str, limits: Limits = DEFAULT_LIMITS) -> Document:
    """The document with page and box of every line. Raises UnreadableDocument."""
    package = Package(data, name, limits)
    if package.has("Encryptions.xml") or any(part.lower().endswith("encryptions.xml") for part in package.parts()):
        raise encrypted(name)
    pages: list[Page] = []
    pictures: dict[int, str] = {}  # page number → the part that holds its largest picture
    glyphs = 0
    for body in package.xml("OFD.xml"):
        root = child(body, "DocRoot") if local(body) == "DocBody" else None
        if root is None or not (root.text or "").strip():
            continue
        for page, picture in read_pages(package, (root.text or "").strip().lstrip("/"), len(pages), limits):
            pages.append(page)
            if picture and len(page.glyphs) < LEAST_GLYPHS:
                pictures[page.number] = picture
            glyphs += len(page.glyphs)
            if glyphs > limits.characters:
                raise too_long(name, limits.characters)
    if not pages:
        raise broken(name, "no pages")
    warnings = _recognise(package, pages, pictures, limits) if pictures else []
    blank = [str(page.number) for page in pages if not page.glyphs and page.source == "text"]
    if blank:
        warnings.append(f"pages without text (pictures or outlines, not read): {', '.join(blank[:30])} / "
                        f"以下页没有文字（图片或矢量轮廓，未读取）：{'、'.join(blank[:30])}")
    return pages_to_document(pages, name, "ofd", warnings)


def _recognise(package: Package, pages: list[Page], pictures: dict[int, str], limits: Limits) -> list[str]:
    """Reads the pages that are pictures by OCR, where it is installed; returns what to tell."""
    from analyzer.ingest import ocr

    if not ocr.is_available():
        if not any(page.glyphs for page in pages):
            raise ocr.missing_extra(package.name)
        return []
    done: list[str] = []
    for number, part in pictures.items():
        try:
            picture, _ = ocr.read_frame(package.read(part), 1, package.name, limits)
        except UnreadableDocument:
            continue
        pages[number - 1] = ocr.recognise(picture, number, pages[number - 1].width / max(1, picture.shape[1]))
        done.append(str(number))
        report_progress()
    return [f"{ocr.OCR_NOTE}：{', '.join(done)}"] if done else []


def read_pages(package: Package, root: str, before: int, limits: Limits) -> Iterator[tuple[Page, str]]:
    """The pages of one document of the package, numbered on from `before`, each with the part of the picture that covers it, if one does."""
    document = package.xml(root)
    folder = posixpath.dirname(root)
    common = child(document, "CommonData")
    area = _numbers(_text(child(common, "PageArea", "PhysicalBox"))) or list(DEFAULT_PAGE)
    templates = {attribute(each, "ID") or "": attribute(each, "BaseLoc") or "" for each in (common if common is not None else ())
                 if local(each) == "TemplatePage"}
    units, media = _resources(package, common, folder)
    pages = child(document, "Pages")
    places = [attribute(each, "BaseLoc") or "" for each in (pages if pages is not None else ()) if local(each) == "Page"]
    if len(places) > limits.pages:
        raise too_many_pages(package.name, len(places), limits.pages)
    for number, place in enumerate(places, before + 1):
        path = _resolve(folder, place)
        element = package.xml(path)
        own = _numbers(_text(child(element, "Area", "PhysicalBox"))) or area
        left, top, width, height = (own + list(DEFAULT_PAGE)[len(own):])[:4]
        page = Page(number, width * POINTS, height * POINTS)
        drawing = Drawing(page, units, left, top, (max(width, 1.0), max(height, 1.0)))
        for template in element:
            if local(template) == "Template":
                base = templates.get(attribute(template, "TemplateID") or "", "")
                if base and package.has(_resolve(folder, base)):
                    _draw(child(package.xml(_resolve(folder, base)), "Content"), drawing, IDENTITY, 0)
        _draw(child(element, "Content"), drawing, IDENTITY, 0)
        share, largest = max(drawing.pictures, default=(0.0, ""))
        yield page, media.get(largest, "") if share > LEAST_PICTURE * drawing.size[0] * drawing.size[1] else ""


def _resources(package: Package, common: etree._Element | None, folder: str) -> tuple[dict[str, etree._Element], dict[str, str]]:
    """Composite graphics by id, and the parts of pictures by id."""
    units: dict[str, etree._Element] = {}
    media: dict[str, str] = {}
    for resource in common if common is not None else ():
        path = _resolve(folder, _text(resource))
        if local(resource) not in ("DocumentRes", "PublicRes") or not package.has(path):
            continue
        root = package.xml(path)
        base = _resolve(posixpath.dirname(path), attribute(root, "BaseLoc") or "")
        for element in root.iter():
            content = child(element, "Content")
            if local(element) == "CompositeGraphicUnit" and content is not None:
                units[attribute(element, "ID") or ""] = content
            elif local(element) == "MultiMedia" and (attribute(element, "Type") or "").lower() == "image":
                for part in (_resolve(base, _text(child(element, "MediaFile"))), _resolve(folder, _text(child(element, "MediaFile")))):
                    if package.has(part):
                        media.setdefault(attribute(element, "ID") or "", part)
    return units, media


def _draw(parent: etree._Element | None, drawing: Drawing, matrix: Matrix, depth: int) -> None:
    """Text, lines and pictures below an element; composite graphics are followed, never into themselves."""
    if parent is None or depth > MOST_DEPTH:
        return
    for element in parent:
        kind = local(element)
        if kind in ("Layer", "PageBlock", "Content"):
            _draw(element, drawing, matrix, depth + 1)
            continue
        if kind not in ("TextObject", "PathObject", "ImageObject", "CompositeObject") or attribute(element, "Visible") == "false":
            continue
        drawing.objects += 1
        if drawing.objects > 2_000_000:
            return
        box = _numbers(attribute(element, "Boundary") or "")
        if len(box) != 4:
            continue
        inner = _times(_matrix(attribute(element, "CTM")), _times((1, 0, 0, 1, box[0], box[1]), matrix))
        if kind == "TextObject":
            _read_text(element, drawing, inner)
        elif kind == "PathObject":
            _read_path(element, drawing, inner)
        elif kind == "ImageObject":
            drawing.pictures.append((box[2] * box[3] * abs(matrix[0] * matrix[3]), attribute(element, "ResourceID") or ""))
        else:
            key = attribute(element, "ResourceID") or ""
            if key in drawing.units and key not in drawing.seen:
                drawing.seen.add(key)
                _draw(drawing.units[key], drawing, inner, depth + 1)
                drawing.seen.discard(key)


def _read_text(element: etree._Element, drawing: Drawing, matrix: Matrix) -> None:
    size = float((_numbers(attribute(element, "Size") or "") or [3.0])[0])
    stretch = float((_numbers(attribute(element, "HScale") or "") or [1.0])[0]) or 1.0
    slanted = abs(matrix[1]) > 0.05 * abs(matrix[0]) or matrix[0] <= 0 or attribute(element, "ReadDirection") not in (None, "0")
    target = drawing.page.strays if slanted else drawing.page.glyphs
    x = y = 0.0
    for code in element:
        if local(code) != "TextCode":
            continue
        text = code.text or ""
        x = float((_numbers(attribute(code, "X") or "") or [x])[0])
        y = float((_numbers(attribute(code, "Y") or "") or [y])[0])
        right = _deltas(attribute(code, "DeltaX"), len(text))
        down = _deltas(attribute(code, "DeltaY"), len(text))
        for at, char in enumerate(text):
            wide = size * stretch * (1.0 if ord(char) > 0x2E7F else 0.5)
            step = right[at] if at < len(right) else (wide if not down else 0.0)
            if not char.isspace():
                far = step if 0 < step <= 1.3 * size * stretch else wide
                left, top = _apply(matrix, x, y - ASCENT * size)
                end, bottom = _apply(matrix, x + far, y + (1 - ASCENT) * size)
                target.append((char, *_place(drawing, left, top, end, bottom)))
            x += step
            y += down[at] if at < len(down) else 0.0


def _deltas(text: str | None, most: int) -> list[float]:
    """The steps between characters; `g 3 12.5` stands for three of 12.5."""
    steps: list[float] = []
    words = (text or "").split()
    at = 0
    while at < len(words) and len(steps) <= most:
        if words[at] == "g" and at + 2 < len(words):
            count = whole_number(words[at + 1])
            steps += [(_numbers(words[at + 2]) or [0.0])[0]] * min(count, most)
            at += 3
        else:
            steps += _numbers(words[at])[:1]
            at += 1
    return steps


def _read_path(element: etree._Element, drawing: Drawing, matrix: Matrix) -> None:
    """Straight level and upright strokes, and filled rectangles as thin as a line."""
    data = child(element, "AbbreviatedData")
    words = _text(data).split() if data is not None else []
    if not 6 <= len(words) <= 400:
        return
    points: list[tuple[float, float]] = []
    strokes: list[tuple[float, float, float, float]] = []
    at = 0
    while at < len(words):
        word = words[at]
        if word in ("M", "S", "L") and at + 2 < len(words):
            point = _apply(matrix, *(_numbers(f"{words[at + 1]} {words[at + 2]}") + [0.0, 0.0])[:2])
            if word == "L" and points:
                strokes.append((*points[-1], *point))
            points.append(point)
            at += 3
        elif word == "C":
            if len(points) > 2:
                strokes.append((*points[-1], *points[0]))
            at += 1
        elif word in ("Q", "B", "A"):  # a curve: a letter's outline or a seal
            return
        else:
            at += 1
    xs, ys = [x for x, _ in points], [y for _, y in points]
    if points and attribute(element, "Fill") == "true" and min(max(xs) - min(xs), max(ys) - min(ys)) <= THIN:
        strokes = [(min(xs), min(ys), max(xs), max(ys))]
    for x0, y0, x1, y1 in strokes:
        if abs(y0 - y1) <= THIN < abs(x0 - x1):
            left, top, right, _ = _place(drawing, min(x0, x1), (y0 + y1) / 2, max(x0, x1), y0)
            drawing.page.rules.append((left, top, right, top))
        elif abs(x0 - x1) <= THIN < abs(y0 - y1):
            left, top, _, bottom = _place(drawing, (x0 + x1) / 2, min(y0, y1), x0, max(y0, y1))
            drawing.page.rules.append((left, top, left, bottom))


def _place(drawing: Drawing, left: float, top: float, right: float, bottom: float) -> tuple[float, float, float, float]:
    return ((left - drawing.left) * POINTS, (top - drawing.top) * POINTS, (right - drawing.left) * POINTS, (bottom - drawing.top) * POINTS)


def _resolve(folder: str, place: str) -> str:
    place = place.strip().replace("\\", "/")
    return place.lstrip("/") if place.startswith("/") else posixpath.normpath(posixpath.join(folder, place))


def _text(element: etree._Element | None) -> str:
    return (element.text or "").strip() if element is not None else ""


def _numbers(text: str) -> list[float]:
    return [value for word in NUMBER.findall(text) if abs(value := float(word)) < 1e6]


def _matrix(text: str | None) -> Matrix:
    values = _numbers(text or "")
    return (values[0], values[1], values[2], values[3], values[4], values[5]) if len(values) == 6 else IDENTITY


def _times(first: Matrix, then: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    g, h, i, j, k, m = then
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def _apply(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f
