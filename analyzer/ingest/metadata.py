"""What a document says about itself: title, issuer, 发文字号, dates, region and level."""

from __future__ import annotations

from dataclasses import replace

from analyzer.records import Document


def describe(document: Document) -> Document:
    """The document with what its text says about it; what its reader already knows stays."""
    return replace(document)
