"""The visible characters of a DOCX paragraph, and what a pass through the document notes on its way."""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

from analyzer.ingest.building import Builder
from analyzer.ingest.docx_styles import Style
from analyzer.ingest.numbering import Numbering
from analyzer.ingest.package import attribute, child, local
from analyzer.ingest.raised import raise_digits

# What is not on the printed page: deletions, field codes, phonetic guides, comments, the older twin of a drawing.
UNSEEN = {"del", "moveFrom", "delText", "instrText", "delInstrText", "rt", "Fallback", "commentReference", "annotationRef", "rPr", "pPr",
          "sdtPr", "tblPr", "trPr", "tcPr", "sectPr", "proofErr", "fldData"}
BREAKS = {"br": "\n", "cr": "\n", "tab": "\t", "ptab": "\t", "noBreakHyphen": "-"}


@dataclass(slots=True)
class Walk:
    """The state of one pass through a document."""

    builder: Builder
    styles: dict[str, Style]
    numbering: Numbering
    hidden: int = 0
    deleted: int = 0
    unfinished: str = ""
    notes: list[tuple[str, str]] = field(default_factory=list)
    boxes: list[etree._Element] = field(default_factory=list)
    nested: list[etree._Element] = field(default_factory=list)


def paragraph_text(element: etree._Element, walk: Walk) -> str:
    """The visible characters of a paragraph; boxes, notes and hidden text are noted in `walk`."""
    pieces: list[str] = []

    def visit(node: etree._Element) -> None:
        for each in node:
            kind = local(each)
            if kind == "t":
                pieces.append(each.text or "")
            elif kind in BREAKS:
                if kind != "br" or attribute(each, "type") not in ("page", "column"):
                    pieces.append(BREAKS[kind])
            elif kind == "sym":
                pieces.append(_symbol(each))
            elif kind in ("footnoteReference", "endnoteReference"):
                walk.notes.append((kind.removesuffix("Reference") + "s", attribute(each, "id") or ""))
            elif kind == "txbxContent":
                walk.boxes.append(each)
            elif kind == "AlternateContent":
                visit(newer_form(each))
            elif kind in UNSEEN:
                walk.deleted += kind in ("del", "moveFrom")
            elif kind == "r" and _is_hidden(each):
                walk.hidden += sum(len(part.text or "") for part in each if local(part) == "t")
            elif kind == "r" and _is_raised(each):
                start = len(pieces)
                visit(each)
                words = "".join(pieces[start:])
                pieces[start:] = [raise_digits(words, "".join(pieces[:start][-1:])) if words.isdecimal() else words]
            elif kind == "sdt" and child(each, "sdtPr", "showingPlcHdr") is not None:
                continue
            elif isinstance(each.tag, str):
                visit(each)

    visit(element)
    return "".join(pieces)


def newer_form(element: etree._Element) -> etree._Element:
    """The newer form of a drawing where it holds one, else the older one."""
    chosen = child(element, "Choice")
    if chosen is None or not len(chosen):
        fallback = child(element, "Fallback")
        return fallback if fallback is not None else element
    return chosen


def _symbol(element: etree._Element) -> str:
    code = attribute(element, "char") or ""
    try:
        value = int(code, 16)
    except ValueError:
        return ""
    return "" if 0xE000 <= value <= 0xF8FF or not 0x20 <= value < 0xFFFE else chr(value)


def _is_hidden(run: etree._Element) -> bool:
    vanish = child(run, "rPr", "vanish")
    return vanish is not None and attribute(vanish, "val") not in ("0", "false", "off")


def _is_raised(run: etree._Element) -> bool:
    return attribute(child(run, "rPr", "vertAlign"), "val") == "superscript"
