"""A library of hand-made analyses in a folder of its own, and the app's pages under AppTest."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from library_samples import TEXT, make_analysis, make_document, make_figure  # noqa: E402

from analyzer import store as library  # noqa: E402
from analyzer.export.words import use_codebook  # noqa: E402

APP = Path(__file__).parents[2] / "app.py"


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An empty library; the app has no samples to load."""
    monkeypatch.setenv("POLICY_ANALYZER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("POLICY_ANALYZER_CORPUS", str(tmp_path / "nothing"))
    monkeypatch.delenv("POLICY_ANALYZER_DATABASE", raising=False)
    yield tmp_path / "home"
    use_codebook(None)


@pytest.fixture
def store(home):
    """Two documents: the sample with seven figures, and one whose text tries to be HTML, Markdown and formulas."""
    opened = library.open_store(home=home)
    library.save_analysis(opened, make_analysis())
    text = "<script>alert(1)</script>**粗**[链](http://x)=1+1建成12个。"
    document = make_document(text, name="=evil<b>.txt", title="<img src=x onerror=alert(1)> **标题** $x$ [a](b)")
    figure = make_figure(
        document, "12个", 12, indicator="<b>=1+1</b>", departments=("<i>局</i>",), category="none-such"
    )
    library.save_analysis(opened, make_analysis(document, (figure,)))
    return opened


@pytest.fixture
def page():
    """Opens a page by its address and parameters, and checks that nothing went wrong."""
    from streamlit.testing.v1 import AppTest
    from streamlit.util import calc_hash

    def open_page(address: str = "", **parameters: str):
        app = AppTest.from_file(str(APP), default_timeout=30)
        app._page_hash = calc_hash(address) if address else ""  # switch_page knows pages that are files only
        for name, value in parameters.items():
            app.query_params[name] = value
        return check(app.run())

    return open_page


def check(app):
    assert not app.exception, [f"{e.value}\n" + "\n".join(e.stack_trace) for e in app.exception]
    return app


__all__ = ["APP", "TEXT", "check"]
