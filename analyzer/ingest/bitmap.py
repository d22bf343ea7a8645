"""Bitmaps of pages: skew, ruling lines, ink. Pixels with the origin at the top left."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

Segment = tuple[float, float, float, float]

MOST_SKEW = 5.0  # degrees
LEVEL_LENGTH, UPRIGHT_LENGTH = 0.06, 0.022  # of the picture's width and height: longer than strokes of characters


def ink_threshold(picture: np.ndarray) -> int:
    """The grey below which a pixel is ink (Otsu)."""
    import cv2

    value, _ = cv2.threshold(picture, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    return int(min(max(value, 60), 200))

LONG = 160  # pixels; shorter upright lines must end at level ones, which strokes of characters do not


def is_blank(picture: np.ndarray) -> bool:
    """Whether a page is empty paper (or one even shade): fewer dark pixels than one character has."""
    return bool((picture < np.percentile(picture, 90) - 60).sum() < 60)


def deskew(picture: np.ndarray) -> np.ndarray:
    """The picture turned by up to five degrees so that its lines are level."""
    import cv2

    angle = measure_skew(picture)
    if abs(angle) < 0.1:
        return picture
    height, width = picture.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    return cv2.warpAffine(picture, matrix, (width, height), flags=cv2.INTER_CUBIC,
                          borderValue=int(np.percentile(picture, 90)))


def measure_skew(picture: np.ndarray) -> float:
    """Degrees to turn anticlockwise: where the rows of ink and of paper differ most."""
    import cv2

    factor = 800 / max(picture.shape)
    small = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA) if factor < 1 else picture
    ink = (small < ink_threshold(small)).astype(np.uint8) * 255
    if ink.mean() < 0.5:
        return 0.0
    height, width = ink.shape

    def contrast(angle: float) -> float:
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
        rows = cv2.warpAffine(ink, matrix, (width, height), flags=cv2.INTER_LINEAR).sum(axis=1, dtype=np.float64)
        return float(((rows[1:] - rows[:-1]) ** 2).sum())

    best = max(np.arange(-MOST_SKEW, MOST_SKEW + 0.1, 0.5), key=contrast)
    best = max(np.arange(best - 0.4, best + 0.41, 0.1), key=contrast)
    return float(best) if contrast(best) > 1.02 * contrast(0.0) else 0.0


def find_rules(picture: np.ndarray) -> list[Segment]:
    """Ruling lines, level and upright, as centre lines."""
    import cv2

    height, width = picture.shape
    ink = cv2.adaptiveThreshold(picture, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 31, 12)
    ink[picture > ink_threshold(picture) + 40] = 0  # shadows and the edge of the sheet
    segments: list[Segment] = []
    across, down = max(40, int(LEVEL_LENGTH * width)), max(40, int(UPRIGHT_LENGTH * height))
    for kernel, level in (((across, 1), True), ((1, down), False)):
        # close small gaps first: scans break thin lines
        joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((1, 7) if level else (7, 1), np.uint8))
        thick = cv2.dilate(joined, np.ones((3, 1) if level else (1, 3), np.uint8))  # a last degree of skew
        lines = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones(kernel[::-1], np.uint8))
        count, _, stats, _ = cv2.connectedComponentsWithStats(lines, connectivity=8)
        for x, y, w, h, _ in stats[1:count].tolist():
            long, thin = (w, h) if level else (h, w)
            if thin > 16 or long < 4 * thin or not (level or h > LONG or _is_drawn(ink, x + w // 2, y, y + h)):
                continue
            segments.append((float(x), y + h / 2, float(x + w), y + h / 2) if level else
                            (x + w / 2, float(y), x + w / 2, float(y + h)))
    return _keep_grids(segments)


def _is_drawn(ink: np.ndarray, x: int, top: int, bottom: int) -> bool:
    """Whether a short upright line has ink all along and paper at its sides: strokes of characters have neither."""
    top, bottom = top + 5, bottom - 5  # where level lines cross it
    if bottom - top < 10:
        return False
    along = (ink[top:bottom, max(0, x - 3):x + 4] > 0).any(axis=1).mean()
    beside = max((ink[top:bottom, max(0, x - 11):max(1, x - 5)] > 0).any(axis=1).mean(),
                 (ink[top:bottom, x + 6:x + 12] > 0).any(axis=1).mean())
    return bool(along > 0.9 and beside < 0.6)


def _keep_grids(segments: list[Segment]) -> list[Segment]:
    """Lines that cross another one; single strokes and underlines tell nothing about tables."""
    level = [s for s in segments if s[1] == s[3]]
    upright = [s for s in segments if s[0] == s[2]]
    near = 8

    def crosses(h: Segment, v: Segment) -> bool:
        return h[0] - near <= v[0] <= h[2] + near and v[1] - near <= h[1] <= v[3] + near

    kept_level = [h for h in level if sum(crosses(h, v) for v in upright) > 1]
    kept_upright = [v for v in upright if sum(crosses(h, v) for h in kept_level) > 1 and (v[3] - v[1] > LONG or all(
        any(abs(h[1] - end) <= near and crosses(h, v) for h in kept_level) for end in (v[1], v[3])))]
    return kept_level + kept_upright if kept_upright else []


def erase_rules(picture: np.ndarray, rules: list[Segment]) -> np.ndarray:
    """A copy with paper where the rules were: a border beside a digit reads as 1."""
    if not rules:
        return picture
    copy = picture.copy()
    paper = int(np.percentile(picture, 90))
    for x0, y0, x1, y1 in rules:
        if y0 == y1:
            copy[max(0, int(y0) - 4):int(y0) + 5, int(x0):int(x1)] = paper
        else:
            copy[int(y0):int(y1), max(0, int(x0) - 4):int(x0) + 5] = paper
    return copy


def cell_crops(picture: np.ndarray, boxes: list[Segment], scale: float, threshold: int
               ) -> Iterator[tuple[Segment, np.ndarray]]:
    """(box of the ink in points, crop around it) of those cells that hold ink; `scale` is points a pixel."""
    for left, top, right, bottom in boxes:
        x0, y0, x1, y1 = (int(value / scale) for value in (left, top, right, bottom))
        inner = picture[y0 + 5:y1 - 4, x0 + 5:x1 - 4]
        if inner.size == 0:
            continue
        rows, columns = np.nonzero(inner < threshold)
        if len(rows) < 12:
            continue
        a, b, c, d = int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1
        if d - b > 90:
            continue
        pad = 8
        crop = inner[max(0, b - pad):d + pad, max(0, a - pad):c + pad]
        yield ((x0 + 5 + a) * scale, (y0 + 5 + b) * scale, (x0 + 5 + c) * scale, (y0 + 5 + d) * scale), np.ascontiguousarray(crop)


def has_per_mille(crop: np.ndarray) -> bool:
    """Whether a crop shows ‰: one ring above, two alike side by side below, to the right of it."""
    import cv2

    large = cv2.resize(crop, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
    height, width = large.shape
    _, paper = cv2.threshold(large, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    count, _, stats, centres = cv2.connectedComponentsWithStats(paper, connectivity=4)
    holes = sorted((float(centres[n][0]), float(centres[n][1]), int(stats[n][4])) for n in range(1, count)
                   if stats[n][4] >= 12 and stats[n][0] > 0 and stats[n][1] > 0
                   and stats[n][0] + stats[n][2] < width and stats[n][1] + stats[n][3] < height)
    if len(holes) != 3:
        return False
    (_, y0, _), (_, y1, a1), (_, y2, a2) = holes
    return abs(y1 - y2) < 0.1 * height and min(y1, y2) - y0 > 0.12 * height and max(a1, a2) < 2.5 * min(a1, a2)
