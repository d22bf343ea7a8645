"""Single pages by pdfplumber, where pdfium fails or knows no characters for the glyphs. Slow, and another opinion."""

from __future__ import annotations

import io
import logging
import re

from analyzer.ingest.page import Glyph, Page, Rule
from analyzer.ingest.pdf_text import ASCENT, DESCENT, RADICALS

UNKNOWN = re.compile(r"\(cid:\d+\)|[\ufffd\ue000-\uf8ff\x00]")


def read_page_slowly(data: bytes, index: int) -> Page | None:
    """Page `index` (from 0) of a PDF, or None where pdfplumber fails, too."""
    import pdfplumber

    logging.getLogger("pdfminer").setLevel(logging.CRITICAL)
    try:
        with pdfplumber.open(io.BytesIO(data), pages=[index + 1]) as pdf:
            source = pdf.pages[0]
            page = Page(index + 1, float(source.width), float(source.height))
            for char in source.dedupe_chars().chars:
                if not char["upright"]:
                    continue
                page.unmapped += bool(UNKNOWN.match(char["text"]))
                page.glyphs += _glyphs(char)
            page.rules = [_rule(edge) for edge in source.edges]
            page.pictures = [(float(image["x0"]), float(image["top"]), float(image["x1"]), float(image["bottom"]))
                             for image in source.images]
            return page
    except Exception:  # whatever a broken page makes pdfminer raise: there is no third opinion
        return None


def _glyphs(char: dict) -> list[Glyph]:
    text = char["text"].translate(RADICALS)
    if UNKNOWN.match(text):
        text = "\ufffd"
    size, middle = float(char["size"]), (char["top"] + char["bottom"]) / 2
    step = (char["x1"] - char["x0"]) / max(len(text), 1)
    return [(each, char["x0"] + place * step, middle - ASCENT * size + 0.36 * size, char["x0"] + (place + 1) * step,
             middle + DESCENT * size + 0.36 * size) for place, each in enumerate(text)]


def _rule(edge: dict) -> Rule:
    if edge["orientation"] == "h":
        return float(edge["x0"]), float(edge["top"]), float(edge["x1"]), float(edge["top"])
    return float(edge["x0"]), float(edge["top"]), float(edge["x0"]), float(edge["bottom"])
