"""HTML: saved pages of government sites → their main text, tables with spans, and what the 索引号 table says."""

from __future__ import annotations

import email
import email.policy
import re
import sys
from dataclasses import replace

import lxml.html
from lxml import etree

from analyzer.ingest.building import Builder
from analyzer.ingest.grid import table_to_grid
from analyzer.ingest.html_main import find_container
from analyzer.ingest.html_walk import cell_text, is_hidden, mark_notes, texts_of, walk
from analyzer.ingest.metadata import read_date
from analyzer.ingest.plain import decode
from analyzer.ingest.refusals import broken, too_deep, too_long
from analyzer.ingest.sandbox import DEFAULT_LIMITS, Limits
from analyzer.records import Document

CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*+=\s*+[\"']?\s*+([\w-]{3,20})", re.IGNORECASE)
DEEPEST = 9000
SITE_NAME = re.compile(  # what parts a title from the name of the site
    r"(?:(?<!\s)\s+)?[|_]\s*|(?<!\s)\s+[-–—]+\s+"
    r"|(?<=[一-鿿])-(?=[一-鿿]{2,12}(?:政府|网|门户|局|委|厅)$)")
INDEX_WORDS = re.compile(r"索\s*引\s*号|发\s*文\s*机\s*关|发\s*文\s*字\s*号|成\s*文\s*日\s*期|信息分类|公开方式|主\s*题\s*分\s*类")
SITE_LINE = re.compile(r"(?:发布|更新|公布)?(?:时间|日期)\s*+[:：]?\s*+(?:19|20)\d\d|(?:19|20)\d\d\s*[-年/.]\s*\d{1,2}\s*[-月/.]\s*\d{1,2}.{0,16}来\s*源")


def read_mhtml(data: bytes, name: str, limits: Limits = DEFAULT_LIMITS) -> Document:
    """The page inside a web archive (MHT). Raises UnreadableDocument."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    for part in message.walk():
        if part.get_content_type() == "text/html":
            content = part.get_payload(decode=True)
            if isinstance(content, bytes) and content.strip():
                return read_html(content, name, limits)
    raise broken(name, "a web archive without a page")


def read_html(data: bytes, name: str, limits: Limits = DEFAULT_LIMITS) -> Document:
    """The page's main text. Raises UnreadableDocument."""
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(max(usual, DEEPEST))  # tags that nobody closed nest by the thousand
    try:
        return _read_page(data, name, limits)
    finally:
        sys.setrecursionlimit(usual)


def _read_page(data: bytes, name: str, limits: Limits) -> Document:
    root = parse_html(data, name)
    mark_notes(root)
    builder = Builder()
    meta = _meta(root)
    container = find_container(root)
    front = _front_lines(root, container, builder)
    for text in front:
        builder.add(text, "furniture")
    title = meta.get("articletitle") or _page_title(root)
    walk(container, builder)
    if builder.length > limits.characters:
        raise too_long(name, limits.characters)
    if title and not _begins_with(builder, title):
        builder.prepend(title)
    told = builder.blocks[:1] and re.search(r"发布[日时][期间]", builder.text[:3000]) or any(SITE_LINE.search(line) for line in front)
    date = None if told else read_date(meta.get("pubdate", ""))  # which is often when the page was built
    dates = {"published": date} if date else {}
    pictures = len(container.xpath(".//img"))
    warnings = (f"{pictures} pictures whose text was not read / 有 {pictures} 张图片，图中文字未读取",) \
        if pictures and builder.length < 200 else ()
    document = builder.to_document(name, "html", title=title, dates=dates, warnings=warnings)
    url = root.xpath("string(//link[@rel='canonical']/@href)")
    return replace(document, url=url) if isinstance(url, str) and url.startswith("http") else document


def parse_html(data: bytes, name: str) -> etree._Element:
    """The root element; the declared character set counts if the bytes agree with it."""
    declared = CHARSET.search(data[:4096])
    text = None
    if declared:
        encoding = declared[1].decode("ascii", "replace").lower()
        try:
            text = data.decode("gb18030" if encoding in ("gb2312", "gbk") else encoding)
        except (LookupError, UnicodeDecodeError):
            text = None
    if text is None:
        text, _ = decode(data, name)
    text = re.sub(r"^\ufeff?\s*<\?xml[^>]*\?>", "", text).replace("\x00", "")
    try:
        parser = lxml.html.HTMLParser(remove_comments=True, remove_pis=True, no_network=True, huge_tree=True)
        root = lxml.html.document_fromstring(text, parser=parser)
        if any("depth" in entry.message for entry in parser.error_log):
            raise too_deep(name)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError) as error:
        raise broken(name, error) from error
    if root.find("body") is None and not root.text_content().strip():
        raise broken(name, "no text")
    return root


def _meta(root: etree._Element) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in root.iter("meta"):
        key = (element.get("name") or element.get("property") or "").lower()
        if key and element.get("content"):
            found.setdefault(key, element.get("content", "").strip())
    return found


def _page_title(root: etree._Element) -> str | None:
    """The <title> without the name of the site."""
    title = re.sub(r"\s+", " ", root.xpath("string(//title)")).strip()
    parts = [part.strip() for part in SITE_NAME.split(title) if part.strip()]
    return max(parts, key=len) if parts and len(max(parts, key=len)) >= 6 else None


def _begins_with(builder: Builder, title: str) -> bool:
    squeezed = re.sub(r"\W", "", title)
    begin = re.sub(r"\W", "", builder.text[:len(title) * 3 + 400])
    return squeezed[:60] in begin


def _front_lines(root: etree._Element, container: etree._Element, builder: Builder) -> list[str]:
    """The 索引号 table (added as furniture with its cells) and the line with date and source beside the title."""
    inside, above = set(container.iter()), set(container.iterancestors())
    for table in root.iter("table"):
        if table not in inside and len(table.xpath(".//table")) == 0 and len(table.xpath(".//td|.//th")) <= 60:
            text = "".join(texts_of(table))
            if INDEX_WORDS.search(text) and len(text) < 3000:
                builder.add_table(table_to_grid(table, cell_text), kind="furniture")
    lines: list[str] = []
    for element in root.iter("div", "p", "span", "ul", "dl", "td", "li", "h5", "h6", "em", "i"):
        if element in inside or element in above or is_hidden(element):
            continue
        text = re.sub(r"\s+", " ", "".join(texts_of(element))).strip()
        if not 6 <= len(text) <= 400 or any(text in line for line in lines):
            continue
        many = len(INDEX_WORDS.findall(text)) >= 2
        if many and element.tag in ("ul", "dl", "div") and element.xpath("ancestor::table") == []:
            lines += [piece for child in element if (piece := re.sub(r"\s+", " ", "".join(texts_of(child))).strip())]
        elif len(text) <= 120 and SITE_LINE.search(text) and len(lines) < 6:
            lines.append(text)
    return lines[:30]
