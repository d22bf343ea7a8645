"""The library keeps what was found and what people decided."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from library_samples import TEXT, make_analysis, make_document, make_figure

from analyzer import store as library
from analyzer.errors import AnalyzerError
from analyzer.store import CommitmentFilters, Filters, near, schema, search


@pytest.fixture(scope="module")
def postgres(tmp_path_factory):
    """The URL of a PostgreSQL server: POLICY_TEST_POSTGRES, else a small one of our own where the programs are installed."""
    pytest.importorskip("psycopg", reason="PostgreSQL is not tested: psycopg is not installed")
    if url := os.environ.get("POLICY_TEST_POSTGRES"):
        yield url
        return
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("PostgreSQL is not tested: no server is installed and POLICY_TEST_POSTGRES names none")
    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))  # a socket's path must be short
    user: dict = {}
    if os.getuid() == 0:  # the server refuses to run as root
        user = {"user": "postgres", "group": "postgres"}
        shutil.chown(folder, **user)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def run(program: str, *arguments: str) -> None:
        command = [str(found[-1].with_name(program)), "-D", str(folder / "data"), *arguments]
        subprocess.run(
            command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60, cwd=folder, **user
        )

    try:
        run("initdb", "-A", "trust", "-U", "tester", "-E", "UTF8", "--no-locale", "--no-sync")
        run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", f"-p {port} -k {folder} -c fsync=off", "start")
    except (OSError, subprocess.SubprocessError) as error:
        pytest.skip(f"PostgreSQL is not tested: the server did not start ({error})")
    yield f"postgresql+psycopg://tester@127.0.0.1:{port}/postgres"
    run("pg_ctl", "-m", "immediate", "stop")
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request, tmp_path):
    url = None
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres")
        engine = sa.create_engine(url)
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
        engine.dispose()
    opened = library.open_store(url, home=tmp_path)
    yield opened
    opened.engine.dispose()


def _quotes(store, filters: Filters | None = None, **options) -> list[str]:
    return [row["quote"] for row in library.read_figures(store, library.find(store, filters, **options).ids)]


def _key(store, quote: str) -> str:
    rows = library.read_figures(
        store, library.find(store, Filters(review=("open", "accepted", "edited", "rejected"))).ids
    )
    return next(row["key"] for row in rows if row["quote"] == quote)


def test_what_is_kept_comes_back(store):
    number = library.save_analysis(store, make_analysis())
    row = library.read_figures(store, library.find(store).ids)[0]
    assert row["quote"] == "120个" and row["departments"][1]["name"] == "市财政局" and row["section"]
    assert library.read_document_row(store, number)["text"] == TEXT
    assert library.list_documents(store)[0]["figures"] == 7
    assert [c["action"] for c in library.read_commitments(store, [number])] == ["新开工改造", "惠及", "更新改造"]
    assert library.read_latest_analysis(store, number)["rejected"][0]["reason"] == "date"


@pytest.mark.parametrize(
    ("filters", "quotes"),
    [
        (Filters(category=("housing",)), ["1.2万套", "6000户"]),
        (Filters(category=("housing", "urban")), ["1.2万套", "6000户", "45个"]),  # values of one facet are alternatives
        (Filters(category=("housing",), unit=("户",)), ["6000户"]),  # facets narrow each other
        (Filters(department=("市财政局",)), ["120个", "4.5万户"]),
        (Filters(department=("",), status=("achieved",)), ["45个"]),  # none named
        (Filters(region=("松河市",), comparator=("ge",)), ["98%"]),  # the document's region where the figure has none
        (Filters(text="住房"), ["120个", "4.5万户", "1.2万套", "6000户"]),  # two characters, in sentence or department
        (Filters(text="旧小区"), ["120个", "4.5万户"]),  # a part of a word
        (Filters(text="园"), ["45个"]),  # one character, the last of its run too
        (Filters(text="燃气 整改"), ["380公里", "98%"]),  # both words
        (Filters(text="98%"), ["98%", "380公里"]),  # punctuation is passed over: the sentence has 98
        (Filters(text="不存在"), []),
        (Filters(text='"* OR'), []),  # query syntax is text
        (
            Filters(text="%_"),
            ["120个", "4.5万户", "380公里", "98%", "1.2万套", "6000户", "45个"],
        ),  # no word asks nothing
        (Filters(category=("nonsense",)), []),
        (Filters(document=("x", "999")), []),
    ],
)
def test_filters(store, filters, quotes):
    library.save_analysis(store, make_analysis())
    assert sorted(_quotes(store, filters)) == sorted(quotes)


def test_facets_count_what_the_other_filters_leave(store):
    library.save_analysis(store, make_analysis())
    found = library.find(store, Filters(category=("housing",)))
    assert dict(found.facets["category"]) == {"renewal": 2, "safety": 2, "housing": 2, "urban": 1}
    assert dict(found.facets["unit"]) == {"套": 1, "户": 1}
    assert dict(library.find(store).facets["department"]) == {"市住房城乡建设局": 2, "市财政局": 2}
    assert ("renewal", "市财政局", 2) in library.count_pairs(store)
    assert ("urban", "", 1) in library.count_pairs(store)


@pytest.mark.parametrize(
    ("sort", "first", "last"),
    [
        ("document", "120个", "45个"),
        ("value", "45个", "4.5万户"),
        ("-value", "4.5万户", "45个"),
        ("period", "45个", "6000户"),
        ("indicator", "1.2万套", "98%"),
    ],
)
def test_sorting(store, sort, first, last):
    library.save_analysis(store, make_analysis())
    quotes = _quotes(store, sort=sort)
    assert (quotes[0], quotes[-1]) == (first, last)


def test_a_second_reader_sees_changes_and_deletions(store, tmp_path):
    one = library.save_analysis(store, make_analysis())
    assert library.find(store).total == 7
    other = library.save_analysis(store, make_analysis(make_document(TEXT + "新增停车位900个。\n")))
    assert library.find(store).total == 14
    library.delete_document(store, one)
    assert library.find(store).total == 7
    assert library.find(store, Filters(document=(str(other),))).total == 7
    assert library.find(store, Filters(text="燃气")).total == 2


def test_corrections_survive_a_new_analysis(store):
    analysis = make_analysis()
    number = library.save_analysis(store, analysis)
    key = _key(store, "120个")
    library.edit_figures(store, [key], {"value": 125, "departments": [{"name": "省厅", "role": "lead"}]}, who="甲")
    library.reject_figures(store, [_key(store, "45个")], who="甲")
    # the next analysis finds another figure before the corrected one, and loses one
    more = make_figure(analysis.document, "2026", 2026, None, indicator="年", start=TEXT.index("2026年，"))
    assert (
        library.save_analysis(store, replace(analysis, figures=(more, *analysis.figures[:3], *analysis.figures[4:])))
        == number
    )
    row = library.read_figure(store, key)
    assert (row["quote"], row["value"], row["review"]) == ("120个", 125, "edited")
    assert row["departments"][0]["name"] == "省厅"
    assert "45个" not in _quotes(store) and "2026" in _quotes(store)
    assert _quotes(store, Filters(gone=True)) == ["98%"]
    assert _quotes(store, Filters(text="省厅")) == ["120个"]
    library.save_analysis(store, analysis)  # found again
    assert _quotes(store, Filters(gone=True)) == ["2026"] and "98%" in _quotes(store)


def test_the_log_says_who_when_old_and_new_and_undo_is_a_new_line(store):
    library.save_analysis(store, make_analysis())
    key = _key(store, "380公里")
    batch = library.edit_figures(store, [key], {"value": 400.0}, who="李")
    line = next(entry for entry in library.read_log(store, key=key) if entry["field"] == "value")
    assert (line["who"], line["old"], line["new"], line["quote"]) == ("李", 380.0, 400.0, "380公里")
    assert line["at"].startswith("20")
    assert library.last_batch(store)["batch"] == batch
    assert library.undo(store, batch, who="李") == 2
    row = library.read_figure(store, key)
    assert (row["value"], row["review"]) == (380, "open")
    assert library.undo(store, batch, who="李") == 0 and library.last_batch(store) is None
    assert [entry["action"] for entry in library.read_log(store, key=key)] == ["undo", "undo", "edit", "edit"]


def test_an_earlier_step_can_be_undone_and_later_ones_stay(store):
    library.save_analysis(store, make_analysis())
    key = library.read_figures(store, library.find(store).ids)[0]["key"]
    before = library.read_figure(store, key)
    steps = [library.edit_figures(store, [key], {field: value}, who="甲") for field, value in (("unit", "户"), ("value", 5.0), ("unit", "栋"))]
    assert library.undo(store, steps[0], who="乙") == 2  # the unit and that it was reviewed
    row = library.read_figure(store, key)
    assert (row["unit"], row["value"], row["review"]) == ("栋", 5.0, "edited")
    library.undo(store, steps[2], who="乙")
    row = library.read_figure(store, key)
    assert (row["unit"], row["value"], row["review"]) == (before["unit"], 5.0, "edited")
    assert library.undo(store, steps[2], who="乙") == 0  # once
    library.undo(store, steps[1], who="乙")
    row = library.read_figure(store, key)
    assert (row["unit"], row["value"], row["review"]) == (before["unit"], before["value"], "open")
    library.save_analysis(store, make_analysis())
    assert library.read_figure(store, key)["unit"] == before["unit"]


def test_an_undone_correction_does_not_bind_the_next_analysis(store):
    analysis = make_analysis()
    library.save_analysis(store, analysis)
    library.undo(store, library.edit_figures(store, [_key(store, "120个")], {"unit": "片"}, who="甲"), who="甲")
    library.save_analysis(
        store, replace(analysis, figures=(replace(analysis.figures[0], unit="处"), *analysis.figures[1:]))
    )
    assert library.read_figure(store, _key(store, "120个"))["unit"] == "处"


def test_nobody_can_rewrite_the_log(store):
    library.save_analysis(store, make_analysis())
    library.accept_figures(store, [_key(store, "120个")], who="甲")
    for statement in ("UPDATE corrections SET who = 'x'", "DELETE FROM corrections"):
        with pytest.raises(sa.exc.DBAPIError, match="append-only"), store.engine.begin() as connection:
            connection.exec_driver_sql(statement)


def test_bulk_steps_are_one_batch(store):
    library.save_analysis(store, make_analysis())
    keys = [row["key"] for row in library.read_figures(store, library.find(store, Filters(category=("housing",))).ids)]
    batch = library.edit_figures(store, keys, {"category": "welfare"}, who="甲")
    assert library.find(store, Filters(category=("welfare",))).total == 2
    assert library.edit_figures(store, keys, {"category": "welfare"}, who="甲") is None  # nothing to change
    library.undo(store, batch, who="甲")
    assert library.find(store, Filters(category=("housing",))).total == 2


def test_a_figure_added_by_hand(store):
    number = library.save_analysis(store, make_analysis())
    start = TEXT.index("2026年，")
    key = library.add_figure(
        store,
        number,
        {
            "start": start,
            "end": start + 5,
            "quote": "2026年",
            "value": 5.0,
            "sentence": "停车泊位",
            "sentence_start": start,
            "sentence_end": start + 9,
        },
        who="甲",
    )
    assert _quotes(store, Filters(text="泊位")) == ["2026年"]
    library.edit_figures(store, [key], {"value": 6}, who="甲")
    library.save_analysis(store, make_analysis())
    assert library.read_figure(store, key)["value"] == 6 and library.read_figure(store, key)["review"] == "added"
    added = next(entry for entry in library.read_log(store, key=key) if entry["action"] == "add")
    library.undo(store, added["batch"], who="甲")
    assert library.find(store, Filters(review=("added",))).total == 0


def test_fields_that_cannot_be_edited_are_refused(store):
    library.save_analysis(store, make_analysis())
    with pytest.raises(AnalyzerError, match="'sentence' cannot be edited"):
        library.edit_figures(store, [_key(store, "120个")], {"sentence": "x"}, who="甲")


def test_what_is_said_of_a_document_survives_a_new_analysis(store):
    analysis = make_analysis()
    number = library.save_analysis(store, analysis)
    library.edit_document(store, number, {"title": "新标题", "region": "北河市"}, who="甲")
    library.save_analysis(store, analysis)
    assert library.read_document_row(store, number)["title"] == "新标题"
    assert library.find(store, Filters(region=("北河市",))).total == 7


def test_a_library_of_the_first_version_learns_to_review_commitments(tmp_path):
    store = library.open_store(home=tmp_path)
    library.save_analysis(store, make_analysis())
    with schema.writing(store) as connection:  # as it was before the column
        connection.exec_driver_sql("ALTER TABLE commitments DROP COLUMN review")
        connection.execute(schema.meta.update().where(schema.meta.c.key == "schema").values(value="1"))
    store = library.open_store(home=tmp_path)
    assert {row["review"] for row in library.read_commitments(store)} == {"open"}


def test_corrected_commitments_survive_a_new_analysis(store):
    library.save_analysis(store, make_analysis())
    first, second = library.read_commitments(store)[:2]
    assert library.edit_figures(store, [first["key"]], {"category": "housing", "period": "2027"}, who="甲", subject="commitment")
    assert library.reject_figures(store, [second["key"]], who="甲", subject="commitment")
    with pytest.raises(AnalyzerError, match="cannot be edited"):
        library.edit_figures(store, [first["key"]], {"text": "x"}, who="甲", subject="commitment")
    before = library.count_commitments(store)
    analysis = make_analysis()
    library.save_analysis(store, analysis)
    rows = {row["key"]: row for row in library.read_commitments(store)}
    assert (rows[first["key"]]["category"], rows[first["key"]]["period"], rows[first["key"]]["review"]) == ("housing", "2027", "edited")
    assert second["key"] not in rows and library.count_commitments(store) == before == len(rows)
    library.save_analysis(store, replace(analysis, commitments=()))  # the next version finds none of them
    assert library.count_commitments(store) == 0 and library.read_commitment(store, first["key"])["gone"] == 1
    library.save_analysis(store, analysis)
    assert library.read_commitment(store, first["key"])["gone"] == 0


def test_steps_on_commitments_are_logged_and_undone(store):
    number = library.save_analysis(store, make_analysis())
    row = library.read_commitments(store)[0]
    library.edit_figures(store, [row["key"]], {"object": "别的"}, who="甲", subject="commitment")
    line = library.read_log(store)[0]
    assert line["quote"] == row["text"] and line["document"] == row["document"] and line["subject"] == "commitment"
    library.undo(store, library.last_batch(store)["batch"], who="甲")
    back = library.read_commitment(store, row["key"])
    assert (back["object"], back["review"]) == (row["object"], "open")
    added = library.add_commitment(store, number, {"text": "建成口袋公园", "start": 1, "end": 7}, who="甲")
    assert library.read_commitment(store, added)["review"] == "added"
    library.save_analysis(store, make_analysis())
    assert library.read_commitment(store, added)["gone"] == 0
    library.undo(store, library.last_batch(store)["batch"], who="甲")
    assert library.read_commitment(store, added)["gone"] == 1


def test_commitments_are_found_by_facets_and_words(store):
    library.save_analysis(store, make_analysis())
    rows = library.read_commitments(store)
    facets = library.count_commitment_facets(store)
    assert sum(count for _, count in facets["category"]) == sum(count for _, count in facets["figures"]) == len(rows)
    for name, wanted in (("category", rows[0]["category"]), ("department", rows[0]["departments"][0]["name"] if rows[0]["departments"] else ""),
                         ("document", str(rows[0]["document_id"])), ("review", "open")):  # fmt: skip
        found = library.find_commitments(store, CommitmentFilters(**{name: (wanted or "",)}))
        assert rows[0]["id"] in found and len(found) == dict(facets[name])[wanted or ""]
    word = rows[0]["text"][:4]
    assert [row["id"] for row in rows if word in row["text"]] == sorted(library.find_commitments(store, CommitmentFilters(text=word)))
    assert library.find_commitments(store, CommitmentFilters(text="100%_")) == []


def test_documents_of_one_title_are_told_apart(store):
    one = library.save_analysis(store, make_analysis())
    assert library.document_titles(store)[str(one)] == make_document().title
    library.save_analysis(store, make_analysis(make_document(TEXT + "二", name="副本.docx")))
    assert set(library.document_titles(store).values()) == {f"{make_document().title}（{name}）" for name in (make_document().name, "副本.docx")}


def test_views_and_actuals(store):
    library.save_view(store, "住房", {"category": ["housing"]})
    library.save_view(store, "住房", {"category": ["housing"], "q": "租赁"})
    assert library.list_views(store) == {"住房": {"category": ["housing"], "q": "租赁"}}
    library.delete_view(store, "住房")
    assert library.list_views(store) == {}
    library.save_actual(store, "k", 9.5, who="甲", period="2026", source="统计公报")
    assert library.list_actuals(store, "k")[0]["value"] == 9.5


def test_jobs_know_duplicates_and_come_back_after_a_crash(store):
    first = library.add_job(store, b"text", "甲.txt")
    library.add_job(store, b"text", "../../etc/passwd")
    assert library.count_jobs(store) == {"queued": 1, "duplicate": 1}
    assert library.take_job(store)["id"] == first and library.take_job(store) is None
    with store.engine.begin() as connection:
        connection.execute(
            schema.jobs.update().where(schema.jobs.c.id == first).values(owner=f"{os.uname().nodename} 999999999")
        )
    assert library.free_jobs(store) == 1 and library.take_job(store)["id"] == first
    assert library.free_jobs(store) == 0  # ours, alive
    library.end_job(store, first, error=AnalyzerError("broken", "坏了"))
    assert {job["state"] for job in library.list_jobs(store)} == {"failed", "duplicate"}
    assert not list(Path(store.home).rglob("passwd"))


@pytest.mark.parametrize("evil", ["\x00甲", "\ud800乙", "=1+1", "'; DROP TABLE figures;--", "<script>"])
def test_any_text_can_be_kept(store, evil):
    document = make_document(f"{evil}建成公园12个。")
    number = library.save_analysis(store, make_analysis(document, (make_figure(document, "12个", indicator=evil),)))
    row = library.figures_of(store, number)[0]
    assert library.read_document_row(store, number)["text"][row["start"] : row["end"]] == "12个"
    assert library.find(store, Filters(text="公园")).total == 1


def test_a_newer_library_is_refused_and_an_older_one_lifted(tmp_path, monkeypatch):
    library.open_store(home=tmp_path)
    now = schema.SCHEMA_VERSION
    monkeypatch.setattr(schema, "SCHEMA_VERSION", now + 1)
    monkeypatch.setitem(schema.MIGRATIONS, now + 1, ["ALTER TABLE documents ADD COLUMN shelf TEXT"])
    with library.open_store(home=tmp_path).engine.connect() as connection:
        assert "shelf" in {column["name"] for column in sa.inspect(connection).get_columns("documents")}
    monkeypatch.setattr(schema, "SCHEMA_VERSION", now)
    with pytest.raises(AnalyzerError, match=f"version {now + 1}"):
        library.open_store(home=tmp_path)


def test_a_place_that_cannot_be_written_is_a_clear_error(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(AnalyzerError, match="cannot be opened"):
        library.open_store(home=tmp_path / "file" / "below")


@settings(max_examples=40, deadline=None)
@given(text=st.text("老旧小区改造a1 。，", max_size=30), word=st.text("老旧小区改造a1", min_size=1, max_size=5))
def test_search_finds_exactly_what_reading_finds(text, word):
    engine = sa.create_engine("sqlite://")
    with engine.begin() as connection:
        connection.exec_driver_sql(schema._SQLITE_EXTRAS[0])
        search.put_body(connection, 1, text)
        assert (search.search_numbers(connection, word).tolist() == [1]) == (word in text)


def test_near_duplicates_are_told(store):
    text = "".join(f"第{i}条工作任务由责任单位在{i * 7}日内完成并报告结果{i * 13}。" for i in range(60))
    one = library.save_analysis(store, make_analysis(make_document(text), ()))
    number, likeness = library.find_near(store, text.replace("第30条", "第三十条"))
    assert number == one and likeness > 0.9
    assert library.find_near(store, "".join(chr(0x4E00 + i * 7 % 9000) for i in range(900))) is None
    assert near.likeness(near.text_to_sketch("短"), near.text_to_sketch(text)) == 0


def test_kill_at_any_moment_loses_nothing_committed(tmp_path):
    """A writer says each key after its commit; killed at a random moment, the library holds every key it said."""
    library.open_store(home=tmp_path).engine.dispose()
    script = textwrap.dedent("""
        import sys
        from pathlib import Path
        from analyzer import store as library
        opened = library.open_store(home=Path(sys.argv[1]))
        print("ready", flush=True)
        for i in range(100000):
            name = f"{sys.argv[2]}-{i}"
            library.save_view(opened, name, {"i": i})
            print(name, flush=True)
    """)
    rounds = int(os.environ.get("POLICY_TEST_KILLS", "3"))
    said: list[str] = []
    for n in range(rounds):
        child = subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path), str(n)], stdout=subprocess.PIPE, text=True
        )
        assert child.stdout and child.stdout.readline() == "ready\n"
        time.sleep(random.uniform(0.02, 0.3))
        child.send_signal(signal.SIGKILL)
        said += [line for line in child.communicate()[0].splitlines(keepends=True) if line.endswith("\n")]
    kept = library.list_views(library.open_store(home=tmp_path))
    assert said and all(line.strip() in kept for line in said)


def test_failed_jobs_come_first_are_tried_again_and_go_with_their_files(store):
    failed, done = (library.add_job(store, text, f"{number}.txt") for number, text in enumerate((b"one", b"two")))
    library.end_job(store, failed, error=AnalyzerError("no", "不"))
    library.end_job(store, done, figures=0)
    assert [job["id"] for job in library.list_jobs(store)] == [failed, done] and library.count_jobs(store, samples=False) == {"failed": 1, "done": 1}
    assert library.retry_jobs(store) == 1
    job = library.take_job(store)
    assert job and job["id"] == failed and library.file_path(store, job["sha256"]).read_bytes() == b"one"
    library.end_job(store, failed, error=AnalyzerError("no", "不"))
    library.clear_jobs(store)
    assert not library.list_jobs(store) and not [path for path in (store.home / "files").rglob("*") if path.is_file()]
