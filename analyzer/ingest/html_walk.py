"""A page's elements → blocks in reading order: headings by tag, items with their numbers, tables, what is hidden or chrome left out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from analyzer.ingest.building import Builder
from analyzer.ingest.grid import table_to_grid
from analyzer.ingest.outline import find_numbering
from analyzer.ingest.raised import raise_digits

CHROME = re.compile(r"(?:^|[-_ ])(?:nav|menu|foot|footer|header|head|sidebar|side|breadcrumb|crumbs?|share|toolbar|tools|banner|copyright|search|login|"
                    r"related|reldocuments|pagination|qrcode|ewm|print|aria\w*|accessibility\w*)(?:$|[-_ ]|\d)", re.IGNORECASE)
SKIPPED = {"script", "style", "noscript", "template", "iframe", "select", "option", "button", "input", "textarea", "object", "embed", "svg", "math", "head",
           "link", "meta", "canvas", "audio", "video", "map", "rt", "rp"}
BLOCKS = {"p", "div", "section", "article", "main", "header", "footer", "nav", "aside", "blockquote", "pre", "ul", "ol", "li", "dl", "dt", "dd", "center",
          "form", "fieldset", "figure", "figcaption", "address", "hr", "td", "th", "tr", "tbody", "thead", "tfoot", "caption", "body", "html",
          "h1", "h2", "h3", "h4", "h5", "h6", "ucapcontent", "details", "summary"}
HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
CENTRED = re.compile(r"text-align\s*:\s*center", re.IGNORECASE)
BLANKS = re.compile("[ \\t\\r\\n\\xa0\\u200b\\ufeff]+")
CLOSED = "。！？；：.!?;:”）)"


def is_hidden(element: etree._Element) -> bool:
    return bool(HIDDEN.search(element.get("style") or "")) or element.get("hidden") is not None


def mark_notes(root: etree._Element) -> None:
    """Raised numbers become ¹²³, so that they join no number beside them."""
    for element in root.iter("sup"):
        before, parent = element.getprevious(), element.getparent()
        text = (parent.text if parent is not None else "") if before is None else before.tail or "".join(before.itertext())
        if "".join(element.itertext()).strip().isdecimal():
            for part in element.iter():
                part.text = part.text and raise_digits(part.text, text or "")


def walk(container: etree._Element, builder: Builder) -> None:
    """Blocks of the container in order; inline text gathers until a block ends."""
    pieces: list[str] = []
    labels: list[str] = []  # of the item that has begun, until its first words come
    shift = len(container.xpath(".//h1")) > 1  # then h1 heads the sections, and the title stands above them

    def flush(centred: bool = False, level: int | None = None) -> None:
        text = "".join(pieces)
        pieces.clear()
        for line in _lines(text):
            kind = "heading" if level else "list_item" if labels else "paragraph"
            builder.add((labels.pop() if labels else "") + line, kind, level, centred=centred)
            labels.clear()

    def visit(element: etree._Element, centred: bool) -> None:
        for child in element:
            tag = child.tag if isinstance(child.tag, str) else None
            if tag and tag.lower() not in SKIPPED and not is_hidden(child) and not _is_chrome(child):
                tag = tag.lower()
                own = centred or child.get("align", "").lower() == "center" or bool(CENTRED.search(child.get("style") or "")) or tag == "center"
                if tag == "br":
                    pieces.append("\n")
                elif tag == "table" and _is_data(child):
                    flush(centred)
                    caption = child.find("caption")
                    if caption is not None:
                        builder.add(_squeeze("".join(texts_of(caption))), centred=True)
                    builder.add_table(table_to_grid(child, cell_text))
                elif tag in BLOCKS or tag == "table":
                    flush(centred)
                    if tag == "li":
                        labels[:] = [_item(child)]
                    if child.text:
                        pieces.append(_inline(child.text))
                    visit(child, own)
                    level = int(tag[1]) + shift if re.fullmatch("h[1-6]", tag) and len("".join(pieces)) <= 80 else None
                    flush(own, level)
                    if tag == "li":
                        labels.clear()
                else:
                    if child.text:
                        pieces.append(_inline(child.text))
                    visit(child, own)
            if child.tail:
                pieces.append(_inline(child.tail))

    if container.text:
        pieces.append(_inline(container.text))
    visit(container, bool(CENTRED.search(container.get("style") or "")))
    flush()


def _is_chrome(element: etree._Element) -> bool:
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    return element.tag in ("nav", "footer", "aside") or (bool(CHROME.search(names)) and length_of(element) < 600)


def _item(element: etree._Element) -> str:
    """The number that the browser shows before an item of an ordered list, "" for an unordered one."""
    parent = element.getparent()
    if parent is None or parent.tag != "ol" or find_numbering("".join(texts_of(element)).strip()):
        return ""
    start = parent.get("start", "1")
    place = [each for each in parent if each.tag == "li"].index(element)
    return f"{(int(start) if start.isdigit() else 1) + place}. "


def _is_data(table: etree._Element) -> bool:
    """Whether a table holds data rather than the page's layout."""
    if table.xpath(".//table"):
        return False
    rows = table.xpath(".//tr")
    widest = max((len(row.xpath("./td|./th")) for row in rows), default=0)
    if widest < 2:
        return False
    return not (len(rows) <= 2 and max((length_of(cell) for cell in table.xpath(".//td")), default=0) > 800)


def _inline(text: str) -> str:
    """Source line breaks are blanks in HTML, and nothing between Chinese characters."""
    def close(blanks: re.Match[str]) -> str:
        broken = "\n" in blanks[0] or "\r" in blanks[0]
        return "" if broken and _is_wide(text[blanks.start() - 1:blanks.start()]) and _is_wide(text[blanks.end():blanks.end() + 1]) else " "

    return BLANKS.sub(close, text)


def _is_wide(char: str) -> bool:
    return "\u3000" <= char <= "鿿" or "\uff00" <= char <= "\uffef"


def _lines(text: str) -> list[str]:
    """The lines of one block, parted at <br>; one that was broken in mid-sentence goes on."""
    lines: list[str] = []
    for piece in text.split("\n"):
        piece = piece.rstrip()
        if not piece.strip():
            continue
        indented = piece.startswith(("\u3000", "  ", "\u2003"))
        if lines and not indented and len(lines[-1]) >= 30 and lines[-1][-1] not in CLOSED and not find_numbering(piece.strip()):
            lines[-1] += piece.strip()
        else:
            lines.append(piece)
    return [line.strip() for line in lines]


def _squeeze(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def cell_text(cell: etree._Element) -> list[str]:
    """The paragraphs of a cell."""
    pieces: list[str] = []

    def visit(element: etree._Element) -> None:
        if element.text:
            pieces.append(_inline(element.text))
        for child in element:
            tag = child.tag.lower() if isinstance(child.tag, str) else ""
            if tag and tag not in SKIPPED and not is_hidden(child):
                if tag == "br" or tag in BLOCKS:
                    pieces.append("\n")
                visit(child)
                if tag in BLOCKS:
                    pieces.append("\n")
            if child.tail:
                pieces.append(_inline(child.tail))

    visit(cell)
    return [line for piece in "".join(pieces).split("\n") if (line := piece.strip())]


def length_of(element: etree._Element) -> int:
    return sum(len(text.strip()) for text in texts_of(element))


def texts_of(element: etree._Element) -> Iterator[str]:
    for each in element.iter():
        if isinstance(each.tag, str) and each.tag not in SKIPPED and each.text:
            yield each.text
        if each is not element and each.tail:
            yield each.tail
