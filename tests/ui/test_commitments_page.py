"""承诺 under AppTest: facets, one key a step, correction with its log and undo, adding from the text, hostile words."""

from __future__ import annotations

import io
import zipfile

import openpyxl
from conftest import check

from analyzer import store as library
from analyzer.ui.pages.exports import Task


def _chosen(app) -> str:
    return app.session_state["view-commitment"]["t"]


def test_facets_filter_and_the_address_says_so(store, page):
    app = page("commitments")
    everything = len(app.dataframe[0].value)
    app = check(app.checkbox(key="facet|category|renewal").check().run())
    assert 0 < len(app.dataframe[0].value) < everything and "renewal" in app.query_params["category"]
    again = page("commitments", category="renewal")
    assert len(again.dataframe[0].value) == len(app.dataframe[0].value)
    app = check(page("commitments", q="燃气").run())
    assert all("燃气" in text for text in app.dataframe[0].value["text"])
    page("commitments", department="<script>", sort="nonsense", page="9", document="x", t="nonsense", figures="~")


def test_a_key_decides_and_goes_on_and_undo_comes_back(store, page):
    app = page("commitments")
    first = library.read_commitments(store, ids=library.find_commitments(store)[:1])[0]
    app = check(app.button(key="accept").click().run())
    assert library.read_commitment(store, first["key"])["review"] == "accepted"
    second = _chosen(app)
    app = check(app.button(key="reject").click().run())
    assert library.read_commitment(store, second)["review"] == "rejected" and second != first["key"]
    app = check(app.button(key="undo").click().run())
    assert library.read_commitment(store, second)["review"] == "open" and _chosen(app) == second
    check(app.button(key="previous").click().run())


def test_a_correction_is_kept_logged_and_exported(store, page):
    key = library.read_commitments(store)[0]["key"]
    page("commitments", t=key)
    library.edit_figures(store, [key], {"object": "=1+1", "period": "2027"}, who="甲", subject="commitment")
    row = library.read_commitment(store, key)
    assert row["due"] == "2027-12-31"  # follows the period
    lines = library.read_log(store, key=key)
    assert {line["field"] for line in lines} == {"object", "period", "due", "review"}
    app = page("doc", c=key)
    assert app.title[0].value
    app = check(page("review").button_group(key="review_part").set_value("log").run())
    assert "=1+1" in set(app.dataframe[0].value["new"])


def test_the_workbook_and_the_bundle_lead_to_the_commitment(store):
    number = library.list_documents(store)[-1]["id"]
    task = Task.__new__(Task)
    task.store, task.filters, task.sort, task.lang, task.words, task.base = (
        store, library.Filters(document=(str(number),)), "document", "zh", [], "http://127.0.0.1:1")  # fmt: skip
    row = library.read_commitments(store, [number])[0]
    sheet = openpyxl.load_workbook(io.BytesIO(task.workbook()))["承诺表"]
    assert sheet.cell(2, sheet.max_column).hyperlink.target.endswith(f"doc?d={number}&c={row['key']}")
    with zipfile.ZipFile(io.BytesIO(task.evidence())) as bundle:
        page = next(name for name in bundle.namelist() if name.endswith(".html"))
        assert f'id="{row["key"]}"' in bundle.read(page).decode()


def test_words_marked_in_the_text_become_a_commitment(store, page):
    number = library.list_documents(store)[-1]["id"]
    text = library.read_document_row(store, number)["text"]
    start = text.index("燃气管道")
    app = page("doc", d=str(number))
    app.session_state["marked"] = (number, start, start + 13)
    app = check(app.run())
    app = check(app.button_group(key="add_kind").set_value("commitment").run())
    next(field for field in app.text_input if field.label == "对象").set_value("燃气管道")
    app = check(next(button for button in app.button if button.label == "添加").click().run())
    added = [row for row in library.read_commitments(store, [number]) if row["review"] == "added"]
    assert [(row["text"], row["object"], len(row["figures"])) for row in added] == [("燃气管道更新改造380公里", "燃气管道", 1)]
    app = check(page("commitments", review="added"))
    assert len(app.dataframe[0].value) == 1
