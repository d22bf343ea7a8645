"""Whatever a stranger can name, write or correct is text on every page and in every download: no formula, HTML, Markdown, path or code."""

from __future__ import annotations

import csv
import html.parser
import io
import json
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import check
from library_samples import make_analysis, make_document, make_figure
from test_pages import PAGES

from analyzer import store as library
from analyzer.ui import codebook, queue

ALERT = "<script>alert(1)</script><img src=x onerror=alert(2)>"
MARKDOWN = "![p](http://evil.example/p.png) [go](http://evil.example) $x$ :material/delete: **b** `c`"
EVIL = ["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-2+3", "\t=1+1", "\r=1+1", "＝1+1", ALERT, MARKDOWN, "../../x", "'; DROP TABLE figures;--", "\\input{x}^^5cinput", "javascript:alert(3)"]
TEXT = "".join(f"一、{ALERT}{MARKDOWN}\n今年建成{evil.strip()}公园{number}2个。\n" for number, evil in enumerate(EVIL, 1))


@pytest.fixture
def hostile(home, monkeypatch):
    """Two documents in which everything that has a name has a hostile one, corrected by a stranger with a codebook of his own."""
    monkeypatch.setattr(queue.Queue, "start", lambda self: None)
    store = library.open_store(home=home)
    rows = codebook.load_codebook(store)
    codebook.save_codebook(store, [{**row, "zh": f"{ALERT}{MARKDOWN}{row['zh']}", "en": f"=1+{row['code']}{ALERT}", "covers": "@x"} for row in rows])
    for turn in ("1", "2"):
        text = TEXT + turn
        document = make_document(text, name=f"../../=1+1{ALERT}{MARKDOWN}.txt", title=f"=HYPERLINK(\"http://evil.example\"){ALERT}{MARKDOWN}{turn}", issuer=f"@SUM(1){ALERT}",
                                 number=f"+1\\input{{x}}{ALERT}", region=f"-1+1{MARKDOWN}", url="javascript:alert(1)", accessed="2026-01-01")
        figures = tuple(make_figure(document, f"{number}2个", number, "个", indicator=evil + "指标", action=evil, category="renewal", departments=(evil, ALERT), section=(evil, MARKDOWN),
                                    region=evil, status="planned" if turn == "1" else "achieved", period="2026") for number, evil in enumerate(EVIL, 1))
        number = library.save_analysis(store, make_analysis(document, figures), genre="plan" if turn == "1" else "report")
        keys = [row["key"] for row in library.figures_of(store, number)]
        library.edit_figures(store, keys[:3], {"indicator": ALERT + MARKDOWN, "unit": "=1+1", "action": "@x", "region": "+1"}, who=f"=1{ALERT}{MARKDOWN}")
        library.save_actual(store, keys[4], 3, who=ALERT, unit="=1", source=f"=1+1{ALERT}{MARKDOWN}", note=MARKDOWN)
        library.accept_figures(store, keys[5:7], who=MARKDOWN)
    library.save_view(store, f"{ALERT}{MARKDOWN}", {"category": [ALERT], "q": "=1", "sort": "document"})
    library.add_job(store, b"PK\x03\x04broken", f"../../{ALERT}{MARKDOWN}.docx")
    queue.work_off(store)
    return store


class Tags(html.parser.HTMLParser):
    """What of a page's HTML would do something: tags that are none of ours, handlers, and links that lead elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        link = next((value or "" for name, value in attrs if name in ("href", "src", "action")), "")
        if tag in ("script", "img", "iframe", "object", "form", "input", "svg") or any(name.startswith("on") for name, _ in attrs):
            self.wrong.append(self.get_starttag_text() or tag)
        if re.match(r"\s*(?:javascript|data|file):|https?://(?!127\.0\.0\.1|localhost)|//", link):
            self.wrong.append(self.get_starttag_text() or tag)


def check_html(page: str) -> None:
    tags = Tags()
    tags.feed(page)
    assert not tags.wrong, tags.wrong[:3]


def check_markdown(words: str, where: str) -> None:
    """Text that Streamlit reads as Markdown: a stranger's image would be fetched from elsewhere, his link and formula be one."""
    assert not re.search(r"(?<!\\)\]\((?!doc\?|/|#)", words) and "![p](" not in words, f"{where}: {words[:300]}"
    assert not re.search(r"(?<!\\):material/delete:|(?<!\\)\$x\$", words), f"{where}: {words[:300]}"


def protos(block: Any) -> Iterator[tuple[str, Any]]:
    for child in block.children.values():
        if getattr(child, "children", None):
            yield from protos(child)
        if (proto := getattr(child, "proto", None)) is not None:
            yield child.type, proto


READ_AS_MARKDOWN = ("body", "label", "help", "caption", "placeholder_markdown")


def check_page(app: Any) -> str:
    """All that a page shows; fails where any of it is more than text."""
    shown = []
    for kind, proto in protos(app._tree):
        names = {field.name: value for field, value in proto.ListFields()} if hasattr(proto, "ListFields") else {}
        if kind == "html" or names.get("allow_html"):
            check_html(names.get("body", ""))
        else:
            for name in READ_AS_MARKDOWN:
                if isinstance(names.get(name), str) and kind not in ("code", "text"):
                    check_markdown(names[name], f"{kind}.{name}")
        if "columns" in names and isinstance(names["columns"], str):
            for column in json.loads(names["columns"] or "{}").values():
                assert (column.get("type_config") or {}).get("type") not in ("link", "image"), column
        shown.append(str(proto))
    return "\n".join(shown)


def check_download(name: str, data: bytes) -> None:
    assert not re.search(r"[/\\<>]|\.\.", name), name
    if name.endswith(".csv"):
        for cell in (cell for line in csv.reader(io.StringIO(data.decode("utf-8-sig"))) for cell in line):
            assert not cell.lstrip(" \u3000").startswith(("=", "+", "@", "＝", "\t", "\r")), cell
            assert not cell.startswith("-") or re.fullmatch(r"-\d+(\.\d+)?", cell), cell
    elif name.endswith((".xlsx", ".docx", ".zip")):
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            for part in package.namelist():
                inside = package.read(part)
                assert not part.startswith(("/", "..")) and "\\" not in part and "/../" not in part and "<" not in part
                if part.endswith((".xlsx", ".docx")):
                    check_download("inner.xlsx", inside)
                if part.endswith(".html"):
                    check_html(inside.decode())
                if name.endswith(".xlsx") and part.startswith("xl/worksheets/sheet"):
                    assert b"<f>" not in inside and b"<f " not in inside, part
                if part.endswith(".rels"):
                    assert not re.search(rb'Target="(?:javascript|file|data):|Target="https?://evil', inside), part
                if part.endswith("document.xml"):
                    assert b"instrText" not in inside and b"<script" not in inside
    elif name.endswith(".bib"):
        assert "\\input" not in data.decode() and "^^" not in data.decode()
    elif name.endswith((".jsonl", ".json")):
        for line in data.decode().splitlines() if name.endswith("l") else [data.decode()]:
            json.loads(line)


@pytest.fixture
def downloads(monkeypatch):
    """The name and the content of each download that a page offers."""
    import streamlit as st
    from streamlit.delta_generator import DeltaGenerator

    offered: list[tuple[str, Any]] = []

    def watch(real: Any) -> Any:
        def download_button(*args: Any, **options: Any) -> Any:
            offered.append((options.get("file_name") or "", options.get("data", args[-1])))
            return real(*args, **options)
        return download_button

    monkeypatch.setattr(DeltaGenerator, "download_button", watch(DeltaGenerator.download_button))
    monkeypatch.setattr(st, "download_button", watch(st.download_button))
    return offered


@pytest.mark.parametrize(("language", "addresses"), [("zh", PAGES[:6]), ("zh", PAGES[6:]), ("en", PAGES)])
def test_every_page_shows_text_and_offers_text(hostile, page, downloads, language, addresses):
    shown = []
    for address in addresses:
        shown.append(check_page(page(address, lang=language, **({"d": "1"} if address == "doc" else {}))))
    assert any("alert" in words for words in shown)
    assert len(dict(downloads)) >= (9 if "export" in addresses else 1)
    for name, data in dict(downloads).items():
        content = data() if callable(data) else data
        check_download(name, content.encode() if isinstance(content, str) else bytes(content))
    assert library.find(hostile).total == 2 * len(EVIL) and len(library.list_documents(hostile)) == 2


@pytest.mark.parametrize(("address", "key", "value"), [
    ("settings", "settings_part", "codebook"), ("settings", "settings_part", "words"), ("settings", "settings_part", "again"), ("review", "review_part", "log"),
    ("review", "review_part", "bulk"), ("review", "review_part", "missed")])
def test_every_part_of_a_page_shows_text(hostile, page, downloads, address, key, value):
    app = page(address)
    app.segmented_control(key=key).set_value(value)
    check_page(check(app.run()))
    for name, data in downloads:
        check_download(name, data() if callable(data) else data)


def test_an_error_names_a_file_without_showing_it(hostile, page):
    app = page("settings")
    app.segmented_control(key="settings_part").set_value("codebook")
    check(app.run())
    app.file_uploader[0].upload(f"{MARKDOWN}.xlsx", b"PK\x03\x04broken")
    assert "evil" in check(app.run()).error[0].value
    check_page(app)
