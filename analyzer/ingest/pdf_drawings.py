"""What a PDF page draws beside its text: ruling lines and pictures, through nested forms."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from typing import Any

import pypdfium2.raw as raw

from analyzer.ingest.page import Rule

THIN = 3.0  # a filled rectangle thinner than this many points is drawn for a line
NESTED_FORMS = 8
OBJECTS = 100_000  # drawing objects looked at for ruling lines, a page; a map has more, a table never
RULES = 6_000
Matrix = tuple[float, float, float, float, float, float]
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def read_drawings(handle: Any, frame: Rule, place: Callable[..., Rule]) -> tuple[list[Rule], list[Rule]]:
    """Horizontal and vertical ruling lines, and the boxes of pictures, in the upright frame."""
    rules: list[Rule] = []
    pictures: list[Rule] = []
    for kind, item, matrix in walk_objects(handle):
        if kind == raw.FPDF_PAGEOBJ_IMAGE:
            boxes, most = iter([_image_box(item, matrix)]), pictures
        elif kind == raw.FPDF_PAGEOBJ_PATH and len(rules) < RULES:
            boxes, most = _path_rules(item, matrix), rules
        else:
            continue
        for x0, y0, x1, y1 in boxes:
            x0, x1 = max(x0, frame[0]), min(x1, frame[2])
            y0, y1 = max(y0, frame[1]), min(y1, frame[3])
            if x1 >= x0 and y1 >= y0:
                most.append(place(x0, y0, x1, y1))
    return rules, pictures


def walk_objects(handle: Any) -> Iterator[tuple[int, Any, Matrix]]:
    """(kind, object, matrix to the page) of all drawing objects, those in nested forms too (which may hold themselves)."""
    budget = OBJECTS
    stack = [(raw.FPDFPage_GetObject(handle, index), 0, IDENTITY)
             for index in range(min(budget, raw.FPDFPage_CountObjects(handle)) - 1, -1, -1)]
    while stack and budget:
        budget -= 1
        item, depth, matrix = stack.pop()
        kind = raw.FPDFPageObj_GetType(item)
        if kind != raw.FPDF_PAGEOBJ_FORM:
            yield kind, item, matrix
        elif depth < NESTED_FORMS:
            inner = _multiply(_matrix(item), matrix)
            for index in range(min(budget, max(0, raw.FPDFFormObj_CountObjects(item))) - 1, -1, -1):
                stack.append((raw.FPDFFormObj_GetObject(item, index), depth + 1, inner))


def _matrix(item: Any) -> Matrix:
    m = raw.FS_MATRIX()
    return (m.a, m.b, m.c, m.d, m.e, m.f) if raw.FPDFPageObj_GetMatrix(item, m) else IDENTITY


def _multiply(first: Matrix, then: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def _image_box(item: Any, matrix: Matrix) -> Rule:
    """left, bottom, right, top in page space."""
    a, b, c, d, e, f = _multiply(_matrix(item), matrix)
    xs, ys = (e, e + a, e + c, e + a + c), (f, f + b, f + d, f + b + d)
    return min(xs), min(ys), max(xs), max(ys)


def _path_rules(item: Any, matrix: Matrix) -> Iterator[Rule]:
    """left, bottom, right, top (page space) of the straight lines that a path draws."""
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    if not raw.FPDFPath_GetDrawMode(item, fill, stroke):
        return
    stroked = bool(stroke.value) and not _is_white(item, raw.FPDFPageObj_GetStrokeColor)
    filled = bool(fill.value) and not _is_white(item, raw.FPDFPageObj_GetFillColor)
    if not (stroked or filled):
        return
    whole = _multiply(_matrix(item), matrix)
    for points in _subpaths(item, whole):
        xs, ys = [x for x, _ in points], [y for _, y in points]
        left, right, bottom, top = min(xs), max(xs), min(ys), max(ys)
        if right - left <= THIN or top - bottom <= THIN:  # a line, or a thin bar drawn for one
            if max(right - left, top - bottom) > THIN and (stroked or len(points) > 2):
                middle_x, middle_y = (left + right) / 2, (bottom + top) / 2
                yield (middle_x, bottom, middle_x, top) if right - left <= THIN else (left, middle_y, right, middle_y)
            continue
        if filled and not stroked and len(points) > 5:
            continue  # a drawing
        for (x0, y0), (x1, y1) in zip(points, points[1:], strict=False):
            if abs(x0 - x1) < 0.5 and abs(y0 - y1) > 1:
                yield x0, min(y0, y1), x0, max(y0, y1)
            elif abs(y0 - y1) < 0.5 and abs(x0 - x1) > 1:
                yield min(x0, x1), y0, max(x0, x1), y0


def _subpaths(item: Any, matrix: Matrix) -> Iterator[list[tuple[float, float]]]:
    """The points of each subpath without curves."""
    a, b, c, d, e, f = matrix
    x, y = ctypes.c_float(), ctypes.c_float()
    points: list[tuple[float, float]] = []
    curved = False
    for index in range(min(2000, raw.FPDFPath_CountSegments(item))):
        segment = raw.FPDFPath_GetPathSegment(item, index)
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            if len(points) > 1 and not curved:
                yield points
            points, curved = [], False
        elif kind == raw.FPDF_SEGMENT_BEZIERTO:
            curved = True
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        points.append((a * x.value + c * y.value + e, b * x.value + d * y.value + f))
        if raw.FPDFPathSegment_GetClose(segment) and len(points) > 2:
            points.append(points[0])
    if len(points) > 1 and not curved:
        yield points


def _is_white(item: Any, color_of: Any) -> bool:
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not color_of(item, red, green, blue, alpha):
        return False
    return alpha.value < 8 or min(red.value, green.value, blue.value) > 250
