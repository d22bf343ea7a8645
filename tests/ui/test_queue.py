"""The worker reads what waits, tells what is nearly the same, and writes down what goes wrong."""

from __future__ import annotations

import pytest
from library_samples import TEXT, make_analysis, make_document

from analyzer import store as library
from analyzer.errors import UnreadableDocument
from analyzer.ui import queue

LONG = TEXT + "".join(f"第{i}项任务由责任单位在{i * 7}日内完成并报告结果{i * 13}。\n" for i in range(60))


@pytest.fixture
def reading(monkeypatch):
    """Stands for the readers and the analysis, which have their own tests."""

    def read_file(data: bytes, name: str):
        if data.startswith(b"broken"):
            raise UnreadableDocument(f"{name}: is broken", f"{name}：文件损坏")
        if data.startswith(b"defect"):
            raise ZeroDivisionError("x")
        import hashlib

        return make_document(data.decode(), name=name, sha256=hashlib.sha256(data).hexdigest())

    monkeypatch.setattr(queue, "read_file", read_file)
    monkeypatch.setattr(queue, "analyze_apart", lambda document, **options: make_analysis(document))


def test_one_after_the_other(home, reading):
    store = library.open_store(home=home)
    library.add_job(store, LONG.encode(), "甲.txt", options={"title": "已知标题", "written": "2020-01-01"})
    library.add_job(store, LONG.replace("第9项", "第九项").encode(), "乙.txt")
    library.add_job(store, b"broken", "坏.pdf")
    library.add_job(store, b"defect", "错.txt")
    assert queue.work_off(store) == 4
    jobs = {job["name"]: job for job in library.list_jobs(store)}
    assert (jobs["甲.txt"]["state"], jobs["甲.txt"]["figures"]) == ("done", 7)
    assert jobs["乙.txt"]["near_of"] == jobs["甲.txt"]["document_id"]
    assert jobs["坏.pdf"]["error_zh"] == "坏.pdf：文件损坏" and "ZeroDivisionError" in jobs["错.txt"]["error_en"]
    row = library.read_document_row(store, jobs["甲.txt"]["document_id"])
    assert (row["title"], row["written"]) == ("已知标题", "2020-01-01")


def test_a_preview_changes_nothing(home, reading, monkeypatch):
    store = library.open_store(home=home)
    library.add_job(store, TEXT.encode(), "甲.txt")
    queue.work_off(store)
    full = make_analysis(make_document())
    from dataclasses import replace

    less = replace(full, figures=(replace(full.figures[0], value=1.0), *full.figures[2:]))
    monkeypatch.setattr(queue, "analyze_apart", lambda document, **options: replace(less, document=document))
    library.add_job(store, TEXT.encode(), "甲.txt", options={"preview": True})
    assert queue.work_off(store) == 1
    result = library.list_previews(store)[0]["options"]["result"]
    assert {k: result[k] for k in ("new", "gone", "changed", "same")} == {"new": 0, "gone": 1, "changed": 1, "same": 5}
    assert library.find(store).total == 7 and not [j for j in library.list_jobs(store) if j["sample"] == 2]


def test_samples_are_queued_once(home, tmp_path, monkeypatch, reading):
    folder = tmp_path / "corpus"
    (folder / "documents").mkdir(parents=True)
    (folder / "documents" / "a.txt").write_text(TEXT, encoding="utf-8")
    (folder / "manifest.csv").write_text(
        "file,title,issuer,region,level,genre,date,format,gold\n"
        "documents/a.txt,样例,某市,某市,municipal,工作要点,2026-01-15,txt,yes\n"
        "documents/missing.txt,无,,,,,,txt,no\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("POLICY_ANALYZER_CORPUS", str(folder))
    store = library.open_store(home=home)
    assert queue.add_samples(store) == 1 and queue.add_samples(store) == 0
    queue.work_off(store)
    row = library.list_documents(store)[0]
    assert (row["title"], row["genre"], row["written"], row["sample"]) == ("样例", "工作要点", "2026-01-15", 1)
    assert queue.add_samples(store, again=True) == 0  # it is there


def test_what_failed_can_be_tried_again_or_cleared_with_its_file(home, reading, monkeypatch):
    store = library.open_store(home=home)
    library.add_job(store, TEXT.encode(), "甲.txt")
    library.add_job(store, b"broken", "坏.pdf")
    library.add_job(store, b"defect", "错.txt")
    queue.work_off(store)
    assert [job["state"] for job in library.list_jobs(store)] == ["failed", "failed", "done"]  # before all that went well
    assert library.retry_jobs(store) == 2 and library.count_jobs(store) == {"queued": 2, "done": 1}
    monkeypatch.setattr(queue, "read_file", lambda data, name: make_document(data.decode(), name=name))
    queue.work_off(store)
    assert library.count_jobs(store) == {"done": 3}
    library.add_job(store, b"other", "丙.txt")
    queue.work_off(store)
    monkeypatch.setattr(queue, "read_file", lambda data, name: 1 / 0)
    number = library.add_job(store, b"nothing", "丁.txt")
    queue.work_off(store)
    failed = next(job for job in library.list_jobs(store) if job["id"] == number)
    assert library.file_path(store, failed["sha256"]).is_file()
    library.clear_jobs(store)
    assert not library.file_path(store, failed["sha256"]).exists() and not library.list_jobs(store)
    assert {path.name for path in (home / "files").glob("*/*")} == {row["sha256"] for row in library.list_documents(store)}


def test_a_document_goes_with_its_file_unless_a_job_needs_it(home, reading):
    store = library.open_store(home=home)
    library.add_job(store, TEXT.encode(), "甲.txt")
    queue.work_off(store)
    row = library.list_documents(store)[0]
    library.add_job(store, TEXT.encode(), "甲.txt", options={"again": True})
    library.delete_document(store, row["id"])
    assert library.file_path(store, row["sha256"]).is_file()  # it is to be read again
    queue.work_off(store)
    library.delete_document(store, library.list_documents(store)[0]["id"])
    assert not library.file_path(store, row["sha256"]).exists()


def test_a_link_that_nothing_came_of_leaves_no_file(home, reading, monkeypatch):
    store = library.open_store(home=home)
    monkeypatch.setattr(queue, "fetch_link", lambda job: (b"broken", "a.pdf", {"url": "https://a/"}))
    library.add_link(store, "https://a/")
    queue.work_off(store)
    assert library.count_jobs(store) == {"failed": 1} and not list((home / "files").rglob("*.*"))
    assert not [path for path in (home / "files").rglob("*") if path.is_file()]


def test_what_a_kill_left_half_written_is_swept(home):
    import os

    store = library.open_store(home=home)
    old, new = home / "files" / "ab" / "abc.1.part", home / "files" / "ab" / "abd.2.part"
    old.parent.mkdir(parents=True)
    for path in (old, new):
        path.write_bytes(b"x")
    (home / ".restore-x").mkdir()
    for path in (old, home / ".restore-x"):
        os.utime(path, (0, 0))
    library.sweep_files(store)
    assert not old.exists() and new.exists() and not (home / ".restore-x").exists()
