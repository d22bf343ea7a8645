"""What a page holds before anyone has read it: characters and ruling lines, from a PDF's text or from a picture."""

from __future__ import annotations

from dataclasses import dataclass, field

Glyph = tuple[str, float, float, float, float]
"""A character, left, top, right, bottom, in points from the top left corner of the page as a person turns it."""
Rule = tuple[float, float, float, float]
"""left, top, right, bottom of a horizontal (top == bottom) or vertical (left == right) ruling line."""


@dataclass(slots=True)
class Page:
    """`turn` quarter turns clockwise lead from the upright frame of the glyphs to the page as it is displayed."""

    number: int
    width: float
    height: float
    glyphs: list[Glyph] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    strays: list[Glyph] = field(default_factory=list)  # slanted or upside-down text: watermarks, stamps
    turn: int = 0
    source: str = "text"
    unmapped: int = 0  # glyphs without a known character
    pictures: list[Rule] = field(default_factory=list)  # boxes of images
    recognised: list[Rule] = field(default_factory=list)  # pictures whose glyphs came from OCR

    @property
    def pictured(self) -> float:
        """The share of the page that images cover, at most 1."""
        area = max(1.0, self.width * self.height)
        return min(1.0, sum((x1 - x0) * (y1 - y0) for x0, y0, x1, y1 in self.pictures) / area)


@dataclass(slots=True)
class Line:
    """One line of text: `edges` are its characters' left x coordinates and the last one's right one."""

    text: str
    edges: list[float]
    top: float
    bottom: float
    page: int
    source: str = "text"
    column: int = 0  # 1 or 2 on pages of two columns
    band: int = 0  # of such a page, from the top

    @property
    def left(self) -> float:
        return self.edges[0]

    @property
    def right(self) -> float:
        return self.edges[-1]

    @property
    def size(self) -> float:
        return self.bottom - self.top
