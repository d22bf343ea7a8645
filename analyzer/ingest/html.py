"""HTML: saved pages of government sites → their main text, tables with spans, and what the 索引号 table says."""

from __future__ import annotations

import email
import email.policy
import re
import sys
from collections.abc import Iterator
from dataclasses import replace

import lxml.html
from lxml import etree

from analyzer.ingest.building import Builder
from analyzer.ingest.grid import table_to_grid
from analyzer.ingest.metadata import read_date
from analyzer.ingest.outline import find_numbering
from analyzer.ingest.plain import decode
from analyzer.ingest.refusals import broken, too_deep, too_long
from analyzer.ingest.sandbox import DEFAULT_LIMITS, Limits
from analyzer.records import Document

CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]{3,20})", re.IGNORECASE)
# Where the content management systems of government sites put the text, the surest first.
CONTAINER_IDS = ("UCAP-CONTENT", "zoomcon", "Zoom", "zoom", "ContentRegion", "js_content", "vsb_content", "vsb_content_2", "articleContent",
                 "article-content", "content_body", "NewsContent", "artibody", "xxgkContent", "mainText", "main-text", "fontzoom", "contentText",
                 "detailContent", "printContent", "textContent", "arcContent", "conN", "allZoom", "article_content",
                 "ivs_content", "cmsArticleContent", "con_con", "moe-detail-box", "j-show-body", "doc_left", "pageContent")
CONTAINER_CLASSES = ("TRS_Editor", "TRS_UEDITOR", "trs_editor_view", "trs_paper_default", "pages_content", "article-content", "article-content-body",
                     "article_content", "article-con", "article_con", "articleCon", "content_con", "news_content", "news-content", "detail-content",
                     "detail_content", "xxgk_content", "conTxt", "con_text", "wp_articlecontent", "bt-content", "info-content", "zw_content",
                     "main-txt", "text-content", "rich_media_content", "view-content", "newsCon", "zhengwen", "gov-content", "easysite-news-text",
                     "Article_content", "zw-content", "wip_art_con", "contText", "zwxl-article", "m-txt-article", "editor-content", "my_doccontent",
                     "article-text", "xl-content", "news_text", "con_content", "art_con")
ENOUGH_TEXT, LEAST_TEXT = 200, 40
DEEPEST = 9000
CHROME = re.compile(r"(?:^|[-_ ])(?:nav|menu|foot|footer|header|head|sidebar|side|breadcrumb|crumbs?|share|toolbar|tools|banner|copyright|search|login|"
                    r"related|reldocuments|pagination|qrcode|ewm|print|aria\w*|accessibility\w*)(?:$|[-_ ]|\d)", re.IGNORECASE)
SKIPPED = {"script", "style", "noscript", "template", "iframe", "select", "option", "button", "input", "textarea", "object", "embed", "svg", "math", "head",
           "link", "meta", "canvas", "audio", "video", "map", "rt", "rp"}
BLOCKS = {"p", "div", "section", "article", "main", "header", "footer", "nav", "aside", "blockquote", "pre", "ul", "ol", "li", "dl", "dt", "dd", "center",
          "form", "fieldset", "figure", "figcaption", "address", "hr", "td", "th", "tr", "tbody", "thead", "tfoot", "caption", "body", "html",
          "h1", "h2", "h3", "h4", "h5", "h6", "ucapcontent", "details", "summary"}
HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
CENTRED = re.compile(r"text-align\s*:\s*center", re.IGNORECASE)
INDEX_WORDS = re.compile(r"索\s*引\s*号|发\s*文\s*机\s*关|发\s*文\s*字\s*号|成\s*文\s*日\s*期|信息分类|公开方式|主\s*题\s*分\s*类")
SITE_LINE = re.compile(r"(?:发布|更新|公布)?(?:时间|日期)\s*[:：]?\s*(?:19|20)\d\d|(?:19|20)\d\d\s*[-年/.]\s*\d{1,2}\s*[-月/.]\s*\d{1,2}.{0,16}来\s*源")
BLANKS = re.compile("[ \\t\\r\\n\\xa0\\u200b\\ufeff]+")
CLOSED = "。！？；：.!?;:”）)"


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
    parts = [part.strip() for part in re.split(r"\s*[|_]\s*|\s+[-–—]+\s+|(?<=[一-鿿])-(?=[一-鿿]{2,12}(?:政府|网|门户|局|委|厅)$)", title) if part.strip()]
    return max(parts, key=len) if parts and len(max(parts, key=len)) >= 6 else None


def _begins_with(builder: Builder, title: str) -> bool:
    squeezed = re.sub(r"\W", "", title)
    begin = re.sub(r"\W", "", builder.text[:len(title) * 3 + 400])
    return squeezed[:60] in begin


def find_container(root: etree._Element) -> etree._Element:
    """The element that holds the main text: a known one, else the body if it is no portal, else what readability finds."""
    known = [("//*[@id=$name]", name) for name in CONTAINER_IDS]
    known += [("//*[contains(concat(' ', normalize-space(@class), ' '), $name)]", f" {name} ") for name in CONTAINER_CLASSES]
    candidates = [(element, _length(element)) for path, name in known for element in root.xpath(path, name=name)]
    for least in (ENOUGH_TEXT, LEAST_TEXT):
        for element, length in candidates:  # in order of trust; of several of one kind the longest
            if length >= least:
                same = [(other, size) for other, size in candidates if (other.get("id"), other.get("class")) == (element.get("id"), element.get("class"))]
                return max(same, key=lambda each: each[1])[0]
    body = root.find("body")
    body = body if body is not None else root
    if _link_share(body) < 0.3:
        return body
    readable = _readable(root)
    return readable if readable is not None else body


def _readable(root: etree._Element) -> etree._Element | None:
    from readability import Document as Readability
    from readability.readability import Unparseable

    try:
        summary = Readability(etree.tostring(root, encoding="unicode", method="html")).summary(html_partial=True)
        found = lxml.html.fragment_fromstring(summary, create_parent="div")
    except (Unparseable, etree.ParserError, ValueError, TypeError, AttributeError):
        return None
    return found if _length(found) >= LEAST_TEXT else None


def _length(element: etree._Element) -> int:
    return sum(len(text.strip()) for text in _texts(element))


def _texts(element: etree._Element) -> Iterator[str]:
    for each in element.iter():
        if isinstance(each.tag, str) and each.tag not in SKIPPED and each.text:
            yield each.text
        if each is not element and each.tail:
            yield each.tail


def _link_share(element: etree._Element) -> float:
    linked = sum(len((each.text_content() or "").strip()) for each in element.iter("a"))
    return linked / max(1, _length(element))


def _front_lines(root: etree._Element, container: etree._Element, builder: Builder) -> list[str]:
    """The 索引号 table (added as furniture with its cells) and the line with date and source beside the title."""
    inside, above = set(container.iter()), set(container.iterancestors())
    for table in root.iter("table"):
        if table not in inside and len(table.xpath(".//table")) == 0 and len(table.xpath(".//td|.//th")) <= 60:
            text = "".join(_texts(table))
            if INDEX_WORDS.search(text) and len(text) < 3000:
                builder.add_table(table_to_grid(table, cell_text), kind="furniture")
    lines: list[str] = []
    for element in root.iter("div", "p", "span", "ul", "dl", "td", "li", "h5", "h6", "em", "i"):
        if element in inside or element in above or _is_hidden(element):
            continue
        text = re.sub(r"\s+", " ", "".join(_texts(element))).strip()
        if not 6 <= len(text) <= 400 or any(text in line for line in lines):
            continue
        many = len(INDEX_WORDS.findall(text)) >= 2
        if many and element.tag in ("ul", "dl", "div") and element.xpath("ancestor::table") == []:
            lines += [piece for child in element if (piece := re.sub(r"\s+", " ", "".join(_texts(child))).strip())]
        elif len(text) <= 120 and SITE_LINE.search(text) and len(lines) < 6:
            lines.append(text)
    return lines[:30]


def _is_hidden(element: etree._Element) -> bool:
    return bool(HIDDEN.search(element.get("style") or "")) or element.get("hidden") is not None


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
            if tag and tag.lower() not in SKIPPED and not _is_hidden(child) and not _is_chrome(child):
                tag = tag.lower()
                own = centred or child.get("align", "").lower() == "center" or bool(CENTRED.search(child.get("style") or "")) or tag == "center"
                if tag == "br":
                    pieces.append("\n")
                elif tag == "table" and _is_data(child):
                    flush(centred)
                    caption = child.find("caption")
                    if caption is not None:
                        builder.add(_squeeze("".join(_texts(caption))), centred=True)
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
    return element.tag in ("nav", "footer", "aside") or (bool(CHROME.search(names)) and _length(element) < 600)


def _item(element: etree._Element) -> str:
    """The number that the browser shows before an item of an ordered list, "" for an unordered one."""
    parent = element.getparent()
    if parent is None or parent.tag != "ol" or find_numbering("".join(_texts(element)).strip()):
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
    return not (len(rows) <= 2 and max((_length(cell) for cell in table.xpath(".//td")), default=0) > 800)


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
            if tag and tag not in SKIPPED and not _is_hidden(child):
                if tag == "br" or tag in BLOCKS:
                    pieces.append("\n")
                visit(child)
                if tag in BLOCKS:
                    pieces.append("\n")
            if child.tail:
                pieces.append(_inline(child.tail))

    visit(cell)
    return [line for piece in "".join(pieces).split("\n") if (line := piece.strip())]
