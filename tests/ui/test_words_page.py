"""用词: words counted over the chosen documents, set apart from others, and shown where they stand."""

from conftest import check


def _html(app) -> str:
    return "\n".join(str(element.proto.body) for element in app.get("html"))


def test_words_of_the_library_are_counted_and_shown_in_the_text(store, page):
    app = page("words")
    table = app.dataframe[0].value
    assert list(table.columns) == ["词语", "次数", "频率"]
    assert table["次数"].is_monotonic_decreasing
    assert table["词语"][0] in _html(app)
    assert "doc?d=" in _html(app)


def test_a_word_that_is_sought_is_found_in_the_texts_and_nothing_becomes_html(store, page):
    app = page("words")
    check(app.text_input(key="words_find").set_value("alert").run())
    assert ">alert</a>" in _html(app)
    assert "<script>" not in _html(app)


def test_with_others_the_table_tells_what_sets_the_documents_apart(store, page):
    app = page("words")
    numbers = app.multiselect(key="words_documents").value
    assert len(numbers) == 2
    app.multiselect(key="words_documents").set_value(numbers[:1])
    check(app.multiselect(key="words_against").set_value(numbers[1:]).run())
    assert "关键性" in app.dataframe[0].value.columns
    assert any("Dunning" in caption.value for caption in app.caption)


def test_a_stretch_that_the_address_names_is_marked_in_the_source(store, page):
    assert page("doc", d="1", at="3-6")
    assert page("doc", d="1", at="9-3")
    assert page("doc", d="1", at="<b>")
