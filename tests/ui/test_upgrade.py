"""After an upgrade of the program: what would change is said first, and nothing changes before it is asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from conftest import check
from library_samples import TEXT, make_analysis, make_document

import analyzer
from analyzer import store as library
from analyzer.ui import codebook, queue


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
    old = replace(make_analysis(make_document(sha256=library.keep_file(store, TEXT.encode()))), codebook=queue.codebook_in_force(store))
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
    force = queue.codebook_in_force(upgraded)
    app = open_again(page)
    assert len(app.info) == 1  # the codebook is the same
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
    assert library.count_versions(upgraded) == {("0.0.1", force): 1}
    app.button(key="again_do").click()
    check(app.run())
    assert queue.work_off(upgraded) == 1
    after = everything(upgraded)
    assert len(after) == 6 and 121.0 in [row["value"] for row in after] and 99.0 in [row["value"] for row in after]
    assert library.count_versions(upgraded) == {(analyzer.__version__, force): 1}
    assert not open_again(page).info


@pytest.fixture
def resorted(home, monkeypatch):
    """A library that this very version filled, and then the user's own codebook, in which renewal is `old-town`."""
    monkeypatch.setattr(queue.Queue, "start", lambda self: None)
    store = library.open_store(home=home)
    analysis = make_analysis(make_document(sha256=library.keep_file(store, TEXT.encode())))
    analysis = replace(analysis, version=analyzer.__version__, codebook=queue.codebook_in_force(store))
    library.save_analysis(store, analysis)
    monkeypatch.setattr(queue, "read_file", lambda data, name: analysis.document)

    def analyze_again(document, *, codebook, infer):
        assert codebook
        figures = tuple(replace(figure, category="old-town" if figure.category == "renewal" else figure.category) for figure in analysis.figures)
        return replace(analysis, document=document, figures=figures, codebook=queue.codebook_in_force(store))

    monkeypatch.setattr(queue, "analyze_apart", analyze_again)
    return store


@pytest.mark.parametrize(("language", "words"), [("zh", "1 份文件按另一份类别表分析"), ("en", "1 documents were analysed with another codebook")])
def test_another_codebook_alone_is_said_before_it_changes_anything(resorted, page, language, words):
    app = page("settings", lang=language)
    app.segmented_control(key="settings_part").set_value("again")
    assert not check(app.run()).info
    rows = [{**row, "code": "old-town"} if row["code"] == "renewal" else row for row in codebook.load_codebook(resorted)]
    codebook.save_codebook(resorted, [{**row, "zh": row["zh"] + "类"} for row in codebook.load_codebook(resorted)])
    assert not check(app.run()).info  # names alone sort nothing anew
    codebook.save_codebook(resorted, rows)
    before, force = everything(resorted), queue.codebook_in_force(resorted)
    (said,) = [info.value for info in check(app.run()).info]
    assert words in said and force in said
    app.button(key="again_preview").click()
    check(app.run())
    assert queue.work_off(resorted) == 1 and everything(resorted) == before
    check(app.run())
    shown = next(frame.value for frame in app.dataframe if len(frame.value) == 1)
    moved = next(frame.value for frame in app.dataframe if "fields" in frame.value)
    assert int(shown["changed"].iloc[0]) == 2 and all("renewal → old-town" in line for line in moved["fields"])
    assert not [version for version, book in library.count_versions(resorted) if book == force]
    app.button(key="again_do").click()
    check(app.run())
    assert queue.work_off(resorted) == 1
    assert [row["category"] for row in everything(resorted)].count("old-town") == 2
    assert library.count_versions(resorted) == {(analyzer.__version__, force): 1}
    assert not check(app.run()).info


def test_a_broken_codebook_is_said_too(resorted, page):
    codebook.codebook_path(resorted).write_text("- code: [", encoding="utf-8")
    assert "codebook.yaml" in open_again(page).error[0].value
