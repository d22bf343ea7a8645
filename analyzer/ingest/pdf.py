"""PDF → Document: pdfium for the characters, geometry for lines, tables and paragraphs, OCR for pages without text."""

from __future__ import annotations

from analyzer.ingest.sandbox import DEFAULT_LIMITS, Limits, run_limited
from analyzer.records import Document


def read_pdf(data: bytes, name: str, *, limits: Limits = DEFAULT_LIMITS) -> Document:
    """The PDF as a Document, read in a child process. Raises UnreadableDocument, naming the file."""
    return run_limited(parse_pdf, data, name, limits, name=name, limits=limits)


def parse_pdf(data: bytes, name: str, limits: Limits = DEFAULT_LIMITS) -> Document:
    """`read_pdf` in this very process: for the child, tests and benchmarks."""
    from analyzer.ingest.pages import pages_to_document
    from analyzer.ingest.pdf_pages import read_pages
    from analyzer.ingest.pdf_text import open_pdf

    pdf = open_pdf(data, name, limits)
    try:
        pages, warnings = read_pages(pdf, data, name, limits)
    finally:
        pdf.close()
    return pages_to_document(pages, name, "pdf", warnings)
