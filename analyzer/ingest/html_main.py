"""Which element of a page holds its main text: known containers of government sites, the body, or what readability finds."""

from __future__ import annotations

import lxml.html
from lxml import etree

from analyzer.ingest.html_walk import length_of

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


def find_container(root: etree._Element) -> etree._Element:
    """The element that holds the main text: a known one, else the body if it is no portal, else what readability finds."""
    known = [("//*[@id=$name]", name) for name in CONTAINER_IDS]
    known += [("//*[contains(concat(' ', normalize-space(@class), ' '), $name)]", f" {name} ") for name in CONTAINER_CLASSES]
    candidates = [(element, length_of(element)) for path, name in known for element in root.xpath(path, name=name)]
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
    return found if length_of(found) >= LEAST_TEXT else None


def _link_share(element: etree._Element) -> float:
    linked = sum(len((each.text_content() or "").strip()) for each in element.iter("a"))
    return linked / max(1, length_of(element))
