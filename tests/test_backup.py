"""A backup restored into an empty place is the same library: rows, files, search, codebook, undo."""

from __future__ import annotations

import json
import shutil
import threading
import zipfile
from dataclasses import replace

import pytest
import sqlalchemy as sa
from library_samples import TEXT, make_analysis, make_document
from test_store import postgres, store  # noqa: F401

from analyzer import store as library
from analyzer.__main__ import main
from analyzer.errors import AnalyzerError
from analyzer.store import Filters
from analyzer.store.backup import backup_library, restore_library
from analyzer.store.schema import metadata, writing


def fill(opened: library.Store) -> str:
    """Some of everything that a library can hold; returns the batch of a correction."""
    data = TEXT.encode()
    library.keep_file(opened, data)
    number = library.save_analysis(opened, make_analysis())
    rows = library.read_figures(opened, library.find(opened).ids)
    batch = library.edit_figures(opened, [rows[0]["key"]], {"value": 121.0}, who="甲")
    library.reject_figures(opened, [rows[1]["key"]], who="乙")
    library.edit_document(opened, number, {"title": "改过的标题"}, who="甲")
    library.save_view(opened, "看法", {"status": "planned"})
    library.save_setting(opened, "who", "甲")
    library.save_actual(opened, rows[0]["key"], 118.0, who="甲", period="2026", unit="个")
    library.add_job(opened, b"waits", "等候.txt")
    (opened.home / "codebook.yaml").write_text("- code: 甲\n", encoding="utf-8")
    assert batch
    return batch


def everything(opened: library.Store) -> dict:
    with opened.engine.connect() as connection:
        rows = {t.name: connection.execute(sa.select(t).order_by(*t.primary_key.columns)).all() for t in metadata.sorted_tables}
    files = {p.relative_to(opened.home).as_posix(): p.read_bytes() for p in (opened.home / "files").rglob("*") if p.is_file()}
    return {**rows, "files": files, "codebook": (opened.home / "codebook.yaml").read_bytes()}


def test_restored_into_an_empty_place_it_is_the_same_library(store, tmp_path):  # noqa: F811
    batch = fill(store)
    before, target = everything(store), tmp_path / "library.zip"
    if not store.sqlite and not shutil.which("pg_dump"):
        pytest.skip("pg_dump is not installed")
    made = backup_library(store, target)
    assert (made.documents, made.figures, made.jobs, made.files, made.corrections) == (1, 7, 1, 3, len(before["corrections"]))
    if store.sqlite:
        empty = library.open_store(home=tmp_path / "elsewhere")
    else:  # the same server, emptied
        with store.engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
        empty = library.open_store(store.engine.url.render_as_string(hide_password=False), home=tmp_path / "elsewhere")
    restored = restore_library(target, empty)
    assert (restored.documents, restored.created) == (1, made.created)
    assert everything(empty) == before
    assert library.find(empty, Filters(text="老旧小区")).total == library.find(store, Filters(text="老旧小区")).total > 0
    library.undo(empty, batch, who="丙")  # the log goes on
    with pytest.raises(sa.exc.DBAPIError), empty.engine.begin() as connection:  # and still cannot be rewritten
        connection.exec_driver_sql("DELETE FROM corrections")
    assert sorted(p.name for p in empty.home.iterdir() if p.name.startswith(".")) == []
    with pytest.raises(AnalyzerError, match="already"):
        restore_library(target, empty)
    with pytest.raises(AnalyzerError, match="exists already"):
        backup_library(store, target)
    empty.engine.dispose()


def test_a_backup_during_writing_is_one_moment(tmp_path):
    opened = library.open_store(home=tmp_path / "home")
    stop = threading.Event()

    def write() -> None:
        i = 0
        while not stop.is_set():
            document = make_document(TEXT + str(i), name=f"{i}.txt")
            library.keep_file(opened, document.text.encode())
            library.save_analysis(opened, make_analysis(document))
            i += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for n in range(3):
            backup_library(opened, tmp_path / f"{n}.zip")
    finally:
        stop.set()
        writer.join()
    for n in range(3):
        empty = library.open_store(home=tmp_path / f"place{n}")
        restore_library(tmp_path / f"{n}.zip", empty)
        rows = library.list_documents(empty)
        with empty.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        assert library.find(empty).total == 7 * len(rows)
        assert all(library.file_path(empty, row["sha256"]).is_file() for row in rows)


@pytest.fixture
def pack(tmp_path):
    opened = library.open_store(home=tmp_path / "home")
    fill(opened)
    backup_library(opened, tmp_path / "good.zip")
    return tmp_path / "good.zip"


def rewritten(pack, change):
    """The backup with its members changed: `change(name, data)` returns the pairs to write."""
    path = pack.with_name("bad.zip")
    with zipfile.ZipFile(pack) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            for other, data in change(name, old.read(name)):
                new.writestr(other, data)
    return path


def with_code(data: bytes, folder) -> bytes:
    import sqlite3

    path = folder / "evil.sqlite"
    path.write_bytes(data)
    connection = sqlite3.connect(path)
    connection.execute("CREATE TRIGGER evil AFTER INSERT ON documents BEGIN DELETE FROM figures; END")
    connection.commit()
    connection.close()
    return path.read_bytes()


@pytest.mark.parametrize("kind", ["a way out", "absolute", "cut off", "damaged file", "no manifest", "code", "newer", "no zip", "odd manifest"])
def test_a_broken_or_hostile_backup_changes_nothing(pack, tmp_path, kind):
    def change(name, data):
        if kind == "a way out" and name == "codebook.yaml":
            yield "../../x.yaml", data
        elif kind == "absolute" and name == "codebook.yaml":
            yield "/tmp/policy-analyzer-x.yaml", data
        elif kind == "damaged file" and name.startswith("files/"):
            yield name, data + b"!"
        elif kind == "newer" and name == "manifest.json":
            yield name, json.dumps({**json.loads(data), "schema": 99})
        elif kind == "odd manifest" and name == "manifest.json":
            yield name, json.dumps({"a": [1]})
        elif kind == "code" and name == "library.sqlite":
            yield name, with_code(data, tmp_path)
        elif not (kind == "no manifest" and name == "manifest.json"):
            yield name, data

    path = rewritten(pack, change)
    if kind == "cut off":
        path.write_bytes(pack.read_bytes()[:-200])
    if kind == "no zip":
        path.write_bytes(b"%PDF-1.4")
    empty = library.open_store(home=tmp_path / "empty")
    with pytest.raises(AnalyzerError) as caught:
        restore_library(path, empty)
    assert "bad.zip" in caught.value.english and "bad.zip" in caught.value.chinese
    assert not library.list_documents(empty) and not (tmp_path / "x.yaml").exists()
    assert [p for p in empty.home.rglob("*") if p.is_file() and not p.name.startswith("library.sqlite")] == []
    restore_library(pack, empty)  # and the good one still goes in
    assert library.find(empty).total == 6


def test_the_command_line(pack, tmp_path, capsys, monkeypatch):
    monkeypatch.delenv("POLICY_ANALYZER_DATABASE", raising=False)
    monkeypatch.setenv("POLICY_ANALYZER_HOME", str(tmp_path / "home"))
    assert main(["backup", str(tmp_path / "b.zip")]) == 0
    assert "1 documents, 7 figures" in capsys.readouterr().out
    assert main(["restore", str(tmp_path / "b.zip"), "--home", str(tmp_path / "new")]) == 0
    assert everything(library.open_store(home=tmp_path / "new")) == everything(library.open_store(home=tmp_path / "home"))
    capsys.readouterr()
    for arguments in (["restore", str(tmp_path / "b.zip")], ["backup", str(tmp_path / "b.zip")], ["restore", str(tmp_path / "none.zip")],
                      ["backup", str(tmp_path / "nowhere" / "b.zip")], ["backup", str(tmp_path / "c.zip"), "--home", str(tmp_path / "void")]):
        assert main(arguments) == 1, arguments
        assert capsys.readouterr().err.startswith("error: ")
    assert not (tmp_path / "void").exists()


def test_a_backup_holds_nothing_but_the_library(pack, tmp_path):
    """Caches, half-written files and strangers in the data folder stay out."""
    home = tmp_path / "home"
    for name in ("files/ab/notes.txt", "files/x.part", "cache/a.json", "models/a.pkl", "secret.txt"):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text("x")
    (home / "models" / "categories.npz").write_bytes(b"PK")
    backup_library(library.open_store(home=home), tmp_path / "b.zip")
    names = set(zipfile.ZipFile(tmp_path / "b.zip").namelist())
    assert {n for n in names if not n.startswith("files/")} == {"library.sqlite", "manifest.json", "codebook.yaml", "models/categories.npz"}
    assert all(len(n) == len("files/ab/") + 64 for n in names if n.startswith("files/"))


def test_documents_of_an_older_analysis_are_kept_as_they_were(pack, tmp_path):
    """A backup carries the version and the codebook of every analysis."""
    empty = library.open_store(home=tmp_path / "empty")
    library_version = replace(make_analysis(), version="0.0.1", codebook="old")
    home = library.open_store(home=tmp_path / "home")
    library.save_analysis(home, library_version)
    backup_library(home, tmp_path / "b.zip")
    restore_library(tmp_path / "b.zip", empty)
    number = library.list_documents(empty)[0]["id"]
    assert [(a["version"], a["codebook"]) for a in library.list_analyses(empty, number)] == [
        (a["version"], a["codebook"]) for a in library.list_analyses(home, number)]


def test_the_backup_of_an_older_library_is_lifted(tmp_path):
    old = library.open_store(home=tmp_path / "old")
    library.save_analysis(old, make_analysis())
    with writing(old) as connection:  # as the first version of the tables was
        connection.exec_driver_sql("ALTER TABLE commitments DROP COLUMN review")
        connection.execute(metadata.tables["meta"].update().where(metadata.tables["meta"].c.key == "schema").values(value="1"))
    backup_library(old, tmp_path / "old.zip")
    new = library.open_store(home=tmp_path / "new")
    restore_library(tmp_path / "old.zip", new)
    assert {row["review"] for row in library.read_commitments(new)} == {"open"}
