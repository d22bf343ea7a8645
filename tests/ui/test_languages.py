"""No page speaks two languages at once: with an empty library every word on it is the app's own."""

from __future__ import annotations

import re
from typing import Any

import pytest

PAGES = ["", "import", "targets", "commitments", "review", "compare", "progress", "words", "export", "settings", "doc"]
SWITCH = {"语言 Language", "中文", "English"}
NAMES = r"policy-analyzer|XLSX|PDF|Word|MB|OCR|CSV|https?://\S+|\S*/\S*|sqlite:\S+|root"
"""What has no Chinese name: formats, addresses and paths."""


def _texts(node: Any) -> list[str]:
    found = [getattr(node, name, None) for name in ("label", "placeholder", "help")]
    if node.type in ("title", "subheader", "markdown", "caption", "info", "success", "warning"):
        found.append(node.value)
    found += getattr(node, "options", None) or []
    return [text for text in found if isinstance(text, str)] + [t for child in getattr(node, "children", {}).values() for t in _texts(child)]


@pytest.mark.parametrize("address", PAGES)
def test_english_is_english(home, page, address):
    assert not [text for text in _texts(page(address, lang="en")._tree) if re.search("[\u4e00-\u9fff]", text) and text not in SWITCH]


@pytest.mark.parametrize("address", PAGES)
def test_chinese_is_chinese(home, page, address):
    texts = [re.sub(NAMES, "", text) for text in _texts(page(address)._tree) if text not in SWITCH and "<style>" not in text]
    assert not [text for text in texts if re.search("[A-Za-z]{4,}", text)]
