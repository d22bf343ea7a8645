"""After an upgrade of the program: what would change is said first, and nothing changes before it is asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from conftest import check
from library_samples import TEXT, make_analysis, make_document

import analyzer
from analyzer import store as library
from analyzer.ui import queue


def open_again(page):
    app = page("settings")
    app.segmented_control(key="settings_part").set_value("again")
    return check(app.run())


@pytest.fixture
def upgraded(home, monkeypatch):
    """A library of an older version, and a program that finds one figure less and another value."""
    monkeypatch.setattr(queue.Queue, "start", lambda self: None)
    store = library.open_store(home=home)
    library.keep_file(store, TEXT.encode())
    old = make_analysis(make_document(sha256=library.keep_file(store, TEXT.encode())))
    library.save_analysis(store, replace(old, version="0.0.1"))
    found = replace(old, version=analyzer.__version__, figures=(replace(old.figures[0], value=121.0), *old.figures[2:]))
    monkeypatch.setattr(queue, "read_file", lambda data, name: old.document)
    monkeypatch.setattr(queue, "analyze_apart", lambda document, **_: replace(found, document=document))
    return store


def everything(store):
    rows = library.read_figures(store, library.find(store, library.Filters(review=("open", "accepted", "edited", "rejected"))).ids)
    return [{name: value for name, value in row.items() if name not in ("revision", "analysis_id")} for row in rows]


def test_an_upgrade_says_what_changes_before_it_changes_it(upgraded, page):
    before = everything(upgraded)
    edited = library.edit_figures(upgraded, [before[3]["key"]], {"value": 99.0}, who="甲")
    before = everything(upgraded)
    app = open_again(page)
    said = app.info[0].value.replace("\\", "")  # its marks are no Markdown
    assert edited and "0.0.1" in said and analyzer.__version__ in said
    app.button(key="again_preview").click()
    check(app.run())
    assert queue.work_off(upgraded) == 1
    app = open_again(page)
    shown = next(frame.value for frame in app.dataframe if "changed" in frame.value)
    assert [int(shown[name].iloc[0]) for name in ("same", "new", "gone", "changed")] == [5, 0, 1, 1]
    lines = next(frame.value for frame in app.dataframe if "what" in frame.value)
    assert any("120" in line and "121" in line for line in lines["fields"])
    assert everything(upgraded) == before  # so far, nothing
    assert library.count_versions(upgraded) == {"0.0.1": 1}
    app.button(key="again_do").click()
    check(app.run())
    assert queue.work_off(upgraded) == 1
    after = everything(upgraded)
    assert len(after) == 6 and 121.0 in [row["value"] for row in after] and 99.0 in [row["value"] for row in after]
    assert library.count_versions(upgraded) == {analyzer.__version__: 1}
    assert not open_again(page).info
