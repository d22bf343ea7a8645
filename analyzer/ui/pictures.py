"""Pages of PDFs and scans as pictures with boxes around the sentence and the figure; drawn in a supervised child process."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from analyzer import store as library
from analyzer.errors import AnalyzerError
from analyzer.ingest.places import boxes_of
from analyzer.ingest.sandbox import Limits, run_limited
from analyzer.records import Box, Document, Place
from analyzer.store import Store

_DPI = 110
_AROUND = 150  # points above and below
_SENTENCE, _FIGURE = (255, 214, 102, 70), (179, 38, 30, 255)


def page_picture(
    store: Store, row: dict[str, Any], figure: dict[str, Any], *, whole: bool = False
) -> Callable[[], bytes | None] | None:
    """A function that draws the figure's page (PNG), or None if the document has no pages to show.

    `whole` draws the whole page, else the strip of it around the sentence, which is legible in a narrow column.
    """
    if row["format"] not in ("pdf", "image") or not figure["page"] or not library.file_path(store, row["sha256"]).is_file():
        return None

    def draw() -> bytes | None:
        document = Document(row["name"], row["text"], places=_places(row))
        sentence = _on_page(boxes_of(document, figure["sentence_start"], figure["sentence_end"]), figure["page"])
        marked = _on_page(boxes_of(document, figure["start"], figure["end"]), figure["page"])
        if not marked and figure.get("box"):
            left, top, right, bottom = figure["box"]
            marked = ((left, top, right, bottom),)
        return _picture(str(library.file_path(store, row["sha256"])), figure["page"], sentence, marked, whole)

    return draw


def _places(row: dict[str, Any]) -> tuple[Place, ...]:
    return tuple(
        Place(p["start"], p["end"], p["page"], tuple(p["box"]), tuple(p.get("edges") or ())) for p in row["places"]
    )


def _on_page(boxes: list[tuple[int, Box]], page: int) -> tuple[Box, ...]:
    return tuple(box for number, box in boxes if number == page)


@st.cache_data(max_entries=60, show_spinner=False)
def _picture(path: str, page: int, sentence: tuple[Box, ...], marked: tuple[Box, ...], whole: bool) -> bytes | None:
    try:
        drawn = run_limited(draw_page, path, page, sentence, marked, whole, name=path, limits=Limits(seconds=30))
    except AnalyzerError:
        return None
    return drawn if isinstance(drawn, bytes) else None


def draw_page(path: str, page: int, sentence: tuple[Box, ...], marked: tuple[Box, ...], whole: bool = True) -> bytes:
    """PNG of a page (from 1) of a PDF or an image file with the sentence tinted and the figure framed; boxes in points from the top left."""
    from PIL import Image, ImageDraw

    picture, scale = _render(path, page)
    layer = Image.new("RGBA", picture.size, (0, 0, 0, 0))
    pen = ImageDraw.Draw(layer)
    for boxes, fill, line in ((sentence, _SENTENCE, None), (marked, None, _FIGURE)):
        for left, top, right, bottom in boxes:
            low, high = sorted((left, right)), sorted((top, bottom))
            pen.rectangle(
                (low[0] * scale - 2, high[0] * scale - 2, low[1] * scale + 2, high[1] * scale + 2),
                fill=fill,
                outline=line,
                width=3,
            )
    drawn = Image.alpha_composite(picture, layer).convert("RGB")
    every = [*sentence, *marked]
    if every and not whole:
        top = max(0, round((min(box[1] for box in every) - _AROUND) * scale))
        bottom = min(drawn.height, round((max(box[3] for box in every) + _AROUND) * scale))
        drawn = drawn.crop((0, top, drawn.width, bottom))
    out = io.BytesIO()
    drawn.save(out, "PNG", optimize=False)
    return out.getvalue()


def _render(path: str, page: int) -> tuple[Any, float]:
    """The page as an RGBA picture, and its pixels a point."""
    from PIL import Image

    with Path(path).open("rb") as file:
        printed = b"%PDF-" in file.read(1024)
    if not printed:
        from analyzer.ingest.ocr import read_frame

        grey, points = read_frame(Path(path).read_bytes(), page, path)
        return Image.fromarray(grey).convert("RGBA"), 1 / points
    import pypdfium2

    pdf = pypdfium2.PdfDocument(path)
    try:
        sheet = pdf[page - 1]
        scale = min(_DPI / 72, 2400 / max(sheet.get_size()))  # a poster must not fill the memory
        return sheet.render(scale=scale).to_pil().convert("RGBA"), scale
    finally:
        pdf.close()
