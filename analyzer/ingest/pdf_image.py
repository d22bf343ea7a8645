"""Pages as pictures, for showing where a figure stands."""

from __future__ import annotations

import io

from analyzer.errors import UnreadableDocument
from analyzer.ingest.sandbox import DEFAULT_LIMITS, Limits, run_limited

LONGEST = 5000  # pixels


def render_page(data: bytes, page: int, *, scale: float = 1.5, name: str = "document",
                limits: Limits = DEFAULT_LIMITS) -> bytes:
    """Page `page` (from 1) of a PDF or of an image file as PNG, `scale` pixels a point; rendered in a child process.

    A box of the document times `scale` is a box of the picture. Raises UnreadableDocument.
    """
    return run_limited(draw_page, data, page, scale, name, limits, name=name, limits=limits)


def draw_page(data: bytes, page: int, scale: float, name: str, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """`render_page` in this very process."""
    from PIL import Image

    if b"%PDF-" in data[:1024]:
        picture = _draw_pdf(data, page, scale, name, limits)
    else:
        from analyzer.ingest.ocr import read_frame

        grey, points = read_frame(data, page, name, limits)
        picture = Image.fromarray(grey)
        picture = picture.resize((max(1, round(picture.width * points * scale)), max(1, round(picture.height * points * scale))))
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _draw_pdf(data: bytes, page: int, scale: float, name: str, limits: Limits):
    from pypdfium2 import PdfiumError

    from analyzer.ingest.pdf_text import open_pdf

    pdf = open_pdf(data, name, limits)
    try:
        if not 1 <= page <= len(pdf):
            raise UnreadableDocument(f"{name}: has {len(pdf)} pages, no page {page}", f"{name}：共 {len(pdf)} 页，没有第 {page} 页")
        handle = pdf[page - 1]
        width, height = handle.get_size()
        return handle.render(scale=min(scale, LONGEST / max(width, height, 1))).to_pil()
    except PdfiumError as error:
        raise UnreadableDocument(f"{name}: page {page} cannot be drawn ({error})", f"{name}：第 {page} 页无法显示（{error}）") from None
    finally:
        pdf.close()
