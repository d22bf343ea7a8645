"""kill -9 and a full disk: what was committed stays, once; the library opens; the queue goes on."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from library_samples import TEXT, make_analysis, make_document

from analyzer import store as library
from analyzer.errors import AnalyzerError
from analyzer.store import Filters
from analyzer.ui import queue

ROUNDS = int(os.environ.get("POLICY_TEST_KILLS", "50"))
NURSERY = """
    import os, sys
    from pathlib import Path
    sys.path.insert(0, sys.argv[2])
    from library_samples import make_analysis, make_document
    from analyzer import store as library
    from analyzer.ui import queue

    # The reading and the analysis have their own tests; here it is about what is written when.
    queue.read_file = lambda data, name: make_document(data.decode(), name=name)
    queue.analyze_apart = lambda document, **_: make_analysis(document)

    def work(said):
        def say(*words):
            os.write(said, (" ".join(map(str, words)) + "\\n").encode())
        store = library.open_store(home=Path(sys.argv[1]))
        library.free_jobs(store, idle=True)
        say("ready")
        while job := library.take_job(store):
            queue.work_on(store, job)
            say("done", job["id"])
            number = library.find_document(store, job["sha256"])
            key = library.figures_of(store, number)[0]["key"]
            library.edit_figures(store, [key], {"value": 1000.0 + job["id"]}, who="test")
            say("edited", key, 1000.0 + job["id"])
        say("end")

    # All that is loaded once; each worker is forked from here and writes what it did into a file of its own.
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            work(os.open(line.strip(), os.O_WRONLY | os.O_CREAT | os.O_APPEND))
            os._exit(0)
        print(pid, flush=True)
        print(os.waitpid(pid, 0)[1], flush=True)
"""


@pytest.fixture
def nursery(tmp_path):
    code = textwrap.dedent(NURSERY)
    process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path), str(Path(__file__).parent)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    yield process
    process.kill()
    process.communicate()


def run_worker(nursery: subprocess.Popen, log: Path, most: int | None = None) -> list[str]:
    """What a worker said that was killed soon after `most` lines, or that ended its work."""
    assert nursery.stdin and nursery.stdout
    nursery.stdin.write(f"{log}\n")
    nursery.stdin.flush()
    pid = int(nursery.stdout.readline())
    while most is not None and (said := whole_lines(log))[-1:] != ["end"]:
        if len(said) >= most:
            time.sleep(random.uniform(0, 0.02))
            with contextlib.suppress(ProcessLookupError):  # it had ended its work by then
                os.kill(pid, signal.SIGKILL)
            break
        time.sleep(0.001)
    status = int(nursery.stdout.readline())
    said = whole_lines(log)
    assert status == 0 and said[-1] == "end" or status == signal.SIGKILL
    return said


def whole_lines(log: Path) -> list[str]:
    data = log.read_text() if log.exists() else ""
    return data[:data.rfind("\n") + 1].splitlines()


def check_library(home: Path, said: list[str]) -> library.Store:
    """Everything that was said to be done or edited is there; the database is sound."""
    store = library.open_store(home=home)
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    jobs = {job["id"]: job for job in library.list_jobs(store, limit=10_000)}
    figures = {row["key"]: row for row in library.read_figures(store, library.find(store, Filters(review=("open", "edited"))).ids)}
    for line in said:
        word, *rest = line.split()
        if word == "done":
            assert jobs[int(rest[0])]["state"] == "done", line
        elif word == "edited":
            assert figures[rest[0]]["value"] == float(rest[1]) and figures[rest[0]]["review"] == "edited", line
    assert len(figures) == 7 * len(library.list_documents(store))
    return store


def test_a_queue_that_is_killed_loses_and_doubles_nothing(tmp_path, nursery):
    said: list[str] = []
    killed = 0
    for turn in range(ROUNDS):
        store = check_library(tmp_path, said)
        for i in range(3):
            library.add_job(store, f"{TEXT}第{turn}轮第{i}份".encode(), f"{turn}-{i}.txt")
        store.engine.dispose()
        lines = run_worker(nursery, tmp_path / f"{turn}.log", random.randrange(8))
        killed += lines[-1:] != ["end"]
        said += lines
    assert killed > ROUNDS / 2, "the work was done before it was disturbed"
    said += run_worker(nursery, tmp_path / "last.log")
    count = 3 * ROUNDS
    store = check_library(tmp_path, said)
    assert library.count_jobs(store) == {"done": count}
    assert len(library.list_documents(store)) == count and library.find(store).total == 7 * count
    assert library.find(store, Filters(text="老旧小区")).total == count * sum("老旧小区" in f.sentence for f in make_analysis().figures)
    names = [row["name"] for row in library.list_documents(store)]
    assert len(set(names)) == count
    assert len([line for line in library.read_log(store, limit=10_000) if line["field"] == "value"]) >= sum(line.startswith("edited") for line in said)


def test_a_job_of_a_process_with_the_same_number_goes_on(tmp_path, monkeypatch):
    """The first process of a container always has the same number, also after a crash."""
    store = library.open_store(home=tmp_path)
    library.add_job(store, TEXT.encode(), "甲.txt")
    assert library.take_job(store) and library.take_job(store) is None
    assert library.free_jobs(store) == 0  # it may be a thread of ours
    monkeypatch.setattr(queue, "read_file", lambda data, name: make_document(data.decode(), name=name))
    monkeypatch.setattr(queue, "analyze_apart", lambda document, **_: make_analysis(document))
    queue.Queue(store).start()
    for _ in range(200):
        if library.count_jobs(store) == {"done": 1}:
            break
        time.sleep(0.05)
    assert library.count_jobs(store) == {"done": 1}


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 4 MB, where the system lets us have one."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)], capture_output=True, timeout=10).returncode == 0
    if not mounted:
        pytest.skip("a full disk is not tested: no small disk can be mounted here (needs root)")
    yield place
    subprocess.run(["umount", "-l", str(place)], capture_output=True, timeout=10)


def fill(place: Path) -> Path:
    """Uses up what is free and returns the file to delete."""
    ballast = place / "ballast"
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as out:
        while True:
            out.write(b"\0" * 4096)
    return ballast


def test_a_full_disk_is_a_clear_error_and_loses_nothing(small_disk, monkeypatch):
    monkeypatch.setattr(queue, "read_file", lambda data, name: make_document(data.decode(), name=name))
    monkeypatch.setattr(queue, "analyze_apart", lambda document, **_: make_analysis(document))
    store = library.open_store(home=small_disk / "home")
    first = library.save_analysis(store, make_analysis())
    key = library.figures_of(store, first)[0]["key"]
    library.edit_figures(store, [key], {"value": 7.0}, who="甲")
    library.add_job(store, (TEXT + "等候").encode(), "等候.txt")
    with store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    ballast = fill(small_disk)

    def save_many() -> None:
        for i in range(500):
            library.save_analysis(store, make_analysis(make_document(f"{TEXT}{i}" * 20, name=f"{i}.txt")))

    with pytest.raises(AnalyzerError, match="disk is full") as caught:
        save_many()
    assert "磁盘" in caught.value.chinese
    with pytest.raises(AnalyzerError, match="could not be kept"):
        library.add_job(store, os.urandom(100_000), "新.txt")
    assert not list((small_disk / "home" / "files").rglob("*.part"))
    saved = len(library.list_documents(store))
    assert library.read_figure(store, key)["value"] == 7.0  # reading goes on
    worker = queue.Queue(store)
    worker.start()  # it stumbles, and goes on when there is room again
    time.sleep(0.3)
    ballast.unlink()
    for _ in range(100):
        worker.wake()
        if library.count_jobs(store).get("done"):
            break
        time.sleep(0.1)
    states = library.count_jobs(store)
    assert states.get("done") == 1 or states.get("failed") == 1, states
    if states.get("failed"):
        assert "disk" in library.list_jobs(store)[0]["error_en"]
    assert len(library.list_documents(store)) == saved + states.get("done", 0)
    assert library.find(store).total == 7 * len(library.list_documents(store))
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


def test_a_backup_on_a_full_disk_is_a_clear_error(small_disk, tmp_path):
    from analyzer.store.backup import backup_library

    store = library.open_store(home=tmp_path / "home")
    library.keep_file(store, os.urandom(1_000_000))
    ballast = fill(small_disk)
    with pytest.raises(AnalyzerError, match="could not be written") as caught:
        backup_library(store, small_disk / "backup.zip")
    assert "备份无法写入" in caught.value.chinese
    assert [path.name for path in small_disk.iterdir()] == ["ballast"]
    ballast.unlink()
    assert backup_library(store, small_disk / "backup.zip").files == 1


def test_a_batch_on_a_full_disk_says_so_and_goes_on_later(small_disk, tmp_path):
    documents = []
    for i in range(3):
        documents.append(tmp_path / f"{i}.txt")
        documents[-1].write_text(TEXT.replace("120个", f"12{i}个"), encoding="utf-8")
    out = small_disk / "out"
    out.mkdir()
    ballast = fill(small_disk)
    command = [sys.executable, "-m", "analyzer", "batch", *map(str, documents), "--out", str(out), "--workers", "1"]
    full = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert full.returncode == 1 and "error" in full.stderr and "Traceback" not in full.stderr, full.stderr[-1500:]
    ballast.unlink()
    again = subprocess.run([*command, "--retry"], capture_output=True, text=True, timeout=120)
    assert again.returncode == 0, again.stderr[-1500:]
    assert len(list((out / "results").rglob("*.json"))) == 3 and not list(out.rglob("*.part"))


def test_counts_hold_while_documents_come_in(tmp_path, monkeypatch):
    """What was counted, and the rows it was counted in, are of one moment, although a batch writes between the two."""
    from analyzer.store import query

    store = library.open_store(home=tmp_path)
    library.save_analysis(store, make_analysis())
    real, number = query.fresh_columns, 0

    def and_one_more(opened):
        nonlocal number
        columns = real(opened)
        number += 1
        library.save_analysis(store, make_analysis(make_document(f"{TEXT}{number}", name=f"{number}.txt")))
        return columns

    monkeypatch.setattr(query, "fresh_columns", and_one_more)
    for turn in (1, 2, 3):
        assert sum(count for *_, count in library.count_table(store, "category", "due")) == 7 * (2 * turn - 1)
        assert sum(count for *_, count in library.count_pairs(store)) >= 7 * 2 * turn
