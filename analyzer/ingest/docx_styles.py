"""Paragraph styles of a DOCX with what they inherit."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from analyzer.ingest.package import attribute, child, local, whole_number


@dataclass(frozen=True, slots=True)
class Style:
    """What a paragraph style says, inherited through basedOn."""

    name: str = ""
    outline: int | None = None
    number: str | None = None
    depth: int = 0
    centred: bool = False


def read_styles(root: etree._Element | None) -> tuple[dict[str, Style], dict[str, str]]:
    """Paragraph styles by id with what they inherit, and the list that each numbering style defines."""
    raw = {attribute(each, "styleId") or "": each for each in (root if root is not None else ()) if local(each) == "style"}
    styles: dict[str, Style] = {}

    def resolve(key: str, trail: tuple[str, ...] = ()) -> Style:
        if key in styles:
            return styles[key]
        element = raw.get(key)
        if element is None or key in trail or len(trail) > 30:
            return Style()
        base = resolve(attribute(child(element, "basedOn"), "val") or "", (*trail, key))
        properties = child(element, "pPr")
        outline = attribute(child(properties, "outlineLvl"), "val")
        number = attribute(child(properties, "numPr", "numId"), "val")
        depth = attribute(child(properties, "numPr", "ilvl"), "val")
        name = (attribute(child(element, "name"), "val") or "").lower()
        level = base.outline if outline is None else whole_number(outline, 9)
        if outline is None and name.startswith("heading ") and name[8:9].isdigit():
            level = int(name[8]) - 1
        justified = attribute(child(properties, "jc"), "val")
        styles[key] = Style(name, level, number or base.number, whole_number(depth, base.depth),
                            justified == "center" if justified else base.centred)
        return styles[key]

    for key in raw:
        resolve(key)
    lists = {key: number for key, element in raw.items() if attribute(element, "type") == "numbering"
             and (number := attribute(child(element, "pPr", "numPr", "numId"), "val"))}
    return styles, lists
