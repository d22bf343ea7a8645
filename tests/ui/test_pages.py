"""Every page under AppTest: what it shows, what its buttons do, and that no input brings an exception box."""

from __future__ import annotations

import json
import subprocess
import tomllib

import pytest
from conftest import APP, check

from analyzer import store as library
from analyzer.__main__ import main
from analyzer.export import rows_to_csv
from analyzer.store import Filters

PAGES = ["", "import", "targets", "commitments", "review", "compare", "progress", "words", "export", "settings", "doc"]


def _key(store, quote: str) -> str:
    return next(r["key"] for r in library.read_figures(store, library.find(store).ids) if r["quote"] == quote)


def _texts(app) -> str:
    kinds = ("title", "markdown", "info", "caption", "warning", "success", "error", "subheader")
    return "\n".join(str(element.value) for kind in kinds for element in getattr(app, kind))


@pytest.mark.parametrize("address", PAGES)
def test_every_page_opens_with_an_empty_library(home, page, address):
    assert page(address).title


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("address", PAGES)
def test_every_page_opens_in_both_languages(store, page, address, language):
    app = page(address, lang=language, d="2")
    title = app.title[0].value
    if address not in ("doc", "") and language == "zh":
        assert any("\u4e00" <= c <= "\u9fff" for c in title)
    if address not in ("doc", "") and language == "en":
        assert title.isascii()


@pytest.mark.parametrize(
    "parameters",
    [
        {"q": "'\" OR *"},
        {"q": "住房" * 200},
        {"page": "99"},
        {"page": "-1"},
        {"page": "x" * 50},
        {"page": "9" * 40},
        {"sort": "nonsense"},
        {"t": "nonsense"},
        {"category": "<script>"},
        {"document": "999999"},
        {"document": "x"},
        {"period": "~"},
        {"lang": "xx"},
        {"department": "~"},
        {"region": "%"},
    ],
)
def test_no_address_brings_an_exception(store, page, parameters):
    page("targets", **parameters)


@pytest.mark.parametrize("parameters", [{"d": "x"}, {"d": "9" * 30}, {"t": "x"}, {"d": "1", "t": "x"}, {"d": "-1"}, {}])
def test_a_broken_link_to_a_source_says_so(store, page, parameters):
    page("doc", **parameters)


def test_targets_lists_all_and_marks_the_source(store, page):
    app = page("targets")
    assert len(app.dataframe[0].value) == 8
    html = (
        "".join(block.value for block in app.get("html"))
        if hasattr(app.get("html")[0], "value")
        else "".join(block.proto.body for block in app.get("html"))
    )
    assert '<mark class="q">' in html and "<script>alert" not in html


def test_a_facet_filters_and_the_address_says_so(store, page):
    app = page("targets")
    app.checkbox(key="facet|category|housing").check()
    check(app.run())
    assert len(app.dataframe[0].value) == 2
    assert app.query_params["category"] in (["housing"], "housing")
    again = page("targets", category="housing")
    assert list(again.dataframe[0].value["quote"]) == ["1.2万套", "6000户"]
    app.button(key="clear").click()
    assert len(check(app.run()).dataframe[0].value) == 8


def test_search_and_sort(store, page):
    app = page("targets")
    app.text_input(key="search-figure").set_value("燃气")
    check(app.run())
    assert list(app.dataframe[0].value["quote"]) == ["380公里", "98%"]
    app.selectbox(key="sort").set_value("value")
    assert list(check(app.run()).dataframe[0].value["quote"]) == ["98%", "380公里"]


def test_j_goes_to_the_next_record_and_the_choice_follows_the_record(store, page):
    app = page("targets", t=_key(store, "6000户"))
    app.button(key="next").click()
    check(app.run())
    assert app.query_params["t"] in ([_key(store, "45个")], _key(store, "45个"))
    app.checkbox(key="facet|category|urban").check()  # the record stands at another row now
    check(app.run())
    assert app.query_params["t"] in ([_key(store, "45个")], _key(store, "45个"))


def test_a_view_is_saved_and_opened(store, page):
    app = page("targets", category="housing")
    library.save_view(store, "安全", {"category": ["safety"], "q": "", "sort": "document"})
    check(app.run())
    app.button(key="view|安全").click()
    assert list(check(app.run()).dataframe[0].value["quote"]) == ["380公里", "98%"]


def test_accept_goes_on_and_undo_comes_back(store, page):
    app = page("review")
    first = app.session_state["review_t"]
    app.button(key="accept").click()
    check(app.run())
    assert library.read_figure(store, first)["review"] == "accepted" and app.session_state["review_t"] != first
    app.button(key="undo").click()
    check(app.run())
    assert library.read_figure(store, first)["review"] == "open" and app.session_state["review_t"] == first
    app.button(key="reject").click()
    check(app.run())
    assert library.read_figure(store, first)["review"] == "rejected"


def test_an_edit_is_kept_and_logged(store, page):
    key = _key(store, "380公里")
    app = page("review", t=key)
    next(i for i in app.text_input if i.label == "数值").set_value("4,00")
    next(i for i in app.text_input if i.label == "责任部门").set_value("市住房城乡建设局（牵头）、市财政局")
    app.button[[b.label for b in app.button].index("保存修改")].click()
    check(app.run())
    row = library.read_figure(store, key)
    assert (row["value"], row["review"], row["departments"][0]["role"]) == (400, "edited", "lead")
    app = page("review")
    app.segmented_control(key="review_part").set_value("log") if hasattr(
        app, "segmented_control"
    ) else app.button_group(key="review_part").set_value(["log"])
    check(app.run())
    assert "400" in list(app.dataframe[0].value["new"])


@pytest.mark.parametrize(
    ("label", "text"), [("数值", "许多"), ("期限", "明年"), ("数值", "1e999"), ("数值上限", "nan")]
)
def test_an_edit_that_is_no_value_is_refused_in_words(store, page, label, text):
    key = _key(store, "380公里")
    app = page("review", t=key)
    next(i for i in app.text_input if i.label == label).set_value(text)
    app.button[[b.label for b in app.button].index("保存修改")].click()
    check(app.run())
    assert app.error and text in app.error[0].value
    assert library.read_figure(store, key)["review"] == "open"


def _choose(app, key: str, value: str):
    app.session_state[key] = value
    return check(app.run())


def test_bulk_edit_of_what_a_filter_shows(store, page):
    app = page("targets", category="housing")
    app._page_hash = page("review")._page_hash
    check(app.run())
    _choose(app, "review_part", "bulk")
    app.selectbox(key="bulk_category").set_value("welfare")
    app.checkbox(key="bulk_sure").check()
    check(app.run())
    app.button(key="bulk_apply").click()
    check(app.run())
    assert library.find(store, Filters(category=("welfare",))).total == 2


def test_recall_audit_lists_the_numbers_left_out(store, page):
    app = _choose(page("review"), "review_part", "missed")
    app.selectbox(key="missed_document").set_value("1")
    app = check(app.run())
    assert not app.dataframe  # dates are not listed unless asked for
    app.toggle(key="missed_plain").set_value(True)
    frames = [f.value for f in check(app.run()).dataframe]
    assert frames[0]["quote"].tolist() == ["2026年"] and frames[0]["reason"].tolist() == ["日期"]


def test_settings_keep_a_codebook_and_refuse_a_broken_one(store, page):
    from analyzer.errors import LexiconError
    from analyzer.ui.codebook import codebook_to_xlsx, drop_codebook, load_codebook, save_codebook, xlsx_to_codebook

    for part in ("general", "codebook", "words", "again"):
        _choose(page("settings"), "settings_part", part)
    rows = [dict(row) for row in load_codebook(store)]
    rows[0]["zh"] = "居住"
    again = xlsx_to_codebook(codebook_to_xlsx(rows))
    assert again[0]["zh"] == "居住" and again[0]["keywords"] == list(rows[0]["keywords"])
    save_codebook(store, again)
    assert "居住" in _texts(page("doc", d="1", t=_key(store, "6000户"))) or load_codebook(store)[0]["zh"] == "居住"
    with pytest.raises(LexiconError, match="row 2"):
        save_codebook(store, [again[0], again[0]])
    drop_codebook(store)
    assert load_codebook(store)[0]["zh"] != "居住"


def test_metadata_of_a_document_can_be_corrected(store, page):
    app = page("import")
    assert "2" in app.subheader[-1].value
    library.edit_document(store, 1, {"title": "改过的标题"}, who="甲")
    assert "改过的标题" in list(check(app.run()).dataframe[0].value["title"])


def test_uploads_become_jobs_and_a_file_twice_is_told(home, page, monkeypatch):
    from analyzer.ui import queue

    monkeypatch.setattr(queue.Queue, "start", lambda self: None)  # the worker has its own test
    monkeypatch.setattr(queue.Queue, "wake", lambda self: None)
    app = page("import")
    app.file_uploader[0].upload("甲.txt", "建成公园12个。".encode())
    check(app.run())
    app.file_uploader[0].upload("../../乙.txt", "建成公园12个。".encode())
    check(app.run())
    opened = library.open_store(home=home)
    jobs = {job["name"]: job["state"] for job in library.list_jobs(opened)}
    assert jobs == {"甲.txt": "queued", "乙.txt": "duplicate"}


def test_figures_that_vanished_can_be_looked_at(store, page):
    from library_samples import make_analysis, make_document

    library.save_analysis(store, make_analysis(make_document(), make_analysis().figures[:5]))
    app = page("targets")
    assert len(app.dataframe[0].value) == 6
    app.checkbox(key="gone").check()
    assert list(check(app.run()).dataframe[0].value["quote"]) == ["6000户", "45个"]
    assert app.query_params["gone"] in (["1"], "1")


def test_every_export_of_the_page_is_a_file(store, monkeypatch):
    from analyzer import export
    from analyzer.ui.pages import exports

    monkeypatch.setattr(exports, "the_store", lambda: store)
    for filters in (Filters(), Filters(category=("housing",))):
        task = exports.Task(filters, "document", "zh", ["类别: 住房"], "http://127.0.0.1:8501")
        assert task.workbook()[:2] == task.evidence()[:2] == b"PK"
        assert task.table(export.rows_to_csv)().startswith(b"\xef\xbb\xbf")
        assert "城市更新工作要点" in task.references(export.documents_to_bibtex)().decode()
        assert dict(task.about(task.rows(), task.documents()))["数据条数"] == ("8" if filters == Filters() else "2")


@pytest.mark.parametrize("before", ["字" * 2000, "行\n" * 400, "字" * 700 + "\n" + "字" * 100, ""])
def test_the_sentence_is_in_sight_without_scrolling(before):
    from analyzer.ui.source import passage_html

    text = before + "建成公园12个。" + "后" * 3000
    figure = {
        "start": len(before) + 4,
        "end": len(before) + 7,
        "sentence_start": len(before),
        "sentence_end": len(before) + 8,
    }
    shown = passage_html(text, figure).split('<mark class="s">')[0]
    assert len(shown) < 300 and shown.count("\n") <= 5
    assert '<mark class="q">12个</mark>' in passage_html(text, figure)


@pytest.mark.parametrize("text", ["- code: a\n  zh: 甲\n- code: a\n  zh: 乙\n", "[", "5", "- 1"])
def test_a_broken_codebook_is_said_and_can_be_dropped(store, home, page, text):
    (home / "codebook.yaml").write_text(text, encoding="utf-8")
    assert page("targets").warning
    app = _choose(page("settings"), "settings_part", "codebook")
    next(b for b in app.button if b.label == "恢复默认类别表").click()
    check(app.run())
    assert not (home / "codebook.yaml").exists()


def test_a_codebook_is_imported_from_xlsx(store, page):
    from analyzer.ui.codebook import codebook_to_xlsx, load_codebook

    rows = [{**row, "zh": "改名" if row["code"] == "housing" else row["zh"]} for row in load_codebook(store)]
    app = _choose(page("settings"), "settings_part", "codebook")
    app.file_uploader[0].upload("codebook.xlsx", codebook_to_xlsx(rows))
    check(app.run())
    app.button(key="codebook_save").click()
    check(app.run())
    assert load_codebook(store)[0]["zh"] == "改名"
    app.file_uploader[0].upload("broken.xlsx", b"PK\x03\x04broken")
    assert "XLSX" in check(app.run()).error[0].value


def test_the_installed_command_starts_with_the_settings_of_the_checkout(monkeypatch):
    said: list[str] = []
    monkeypatch.setattr(subprocess, "call", lambda command: said.extend(command) or 0)
    assert main(["app"]) == 0
    settings = tomllib.loads((APP.parent / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    for section in ("runner", "client", "browser"):
        for name, value in settings[section].items():
            assert f"--{section}.{name}={str(value).lower() if isinstance(value, bool) else value}" in said


def test_what_binds_is_a_facet_a_column_and_a_field(store, page):
    key = _key(store, "98%")
    assert library.edit_figures(store, [key], {"binding": "约束性"}, who="甲")
    app = page("targets", binding="约束性")
    assert len(app.dataframe[0].value) == 1
    assert "约束性" in rows_to_csv(library.read_figures(store, library.find(store).ids)).decode("utf-8-sig")


def test_a_chosen_step_of_the_log_is_undone(store, page):
    key = _key(store, "98%")
    library.edit_figures(store, [key], {"unit": "个"}, who="甲")
    library.edit_figures(store, [key], {"period": "2030"}, who="甲")
    app = _choose(page("review"), "review_part", "log")
    lines = library.read_log(store)
    assert app.button(key="undo_one").disabled
    app.session_state[f"log-{len(lines)}"] = {"selection": {"rows": [], "columns": [], "cells": [(len(lines) - 1, "at")]}}
    app = check(app.run())
    check(app.button(key="undo_one").click().run())
    row = library.read_figure(store, key)
    assert (row["unit"], row["period"]) == ("%", "2030")


def test_the_overview_shows_who_does_what_in_two_ways(store, page):
    app = _choose(page(), "heat_form", "flows")
    spec = json.loads(app.get("echarts_chart")[0].proto.spec)
    links = {(link["source"].strip(), link["target"]): link["value"] for link in spec["series"][0]["links"]}
    assert links["市财政局", "城市更新"] == 2
