"""kill -9 of a process that parses a file: the document is tried again or told as failed, the others are not touched, nothing outlives its parent."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from hostile_set import GOOD, GOOD_TEXT, docx, hostile_cases, p
from test_batch import alive, descendants

from analyzer import store as library
from analyzer.ingest.sandbox import _close_idle
from analyzer.ui import queue

ENDLESS = hostile_cases()["PDF with a form that draws itself.pdf"][0]
PATIENCE = 300  # seconds, of a machine that is busy with other things
HANG = "from analyzer.ingest.sandbox import run_limited; import time; run_limited(time.sleep, 600, name='a')"


def readers_of(pid: int) -> set[int]:
    """The processes below this one that parse files."""
    return {child for child in descendants(pid) if is_reader(child)}


def is_reader(pid: int) -> bool:
    try:
        return b"analyzer.ingest.child" in Path(f"/proc/{pid}/cmdline").read_bytes() and alive(pid)
    except OSError:
        return False


def wait_for(condition):
    end = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < end
        time.sleep(0.01)
    return found


def wait_until_gone(processes: set[int]) -> None:
    wait_for(lambda: not any(map(alive, processes)))


def kill_reader(pid: int, ended) -> bool:
    """Kills what parses for a process at a random moment; False if `ended` says before that there is nothing left to disturb."""
    while not ended():
        readers = readers_of(pid)
        if readers:
            time.sleep(random.uniform(0.05, 0.4))
            for reader in readers:
                if is_reader(reader):
                    os.kill(reader, signal.SIGKILL)
            wait_until_gone(readers)  # with much memory to give back one dies slowly, and shall not be killed twice
            return True
        time.sleep(0.01)
    return False


def start(tmp_path, *arguments) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-m", "analyzer", *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            env=os.environ | {"POLICY_ANALYZER_HOME": str(tmp_path / "home")})


@pytest.fixture
def files(tmp_path) -> dict[str, Path]:
    """One that is parsed without end, one that takes a while, good ones behind them."""
    folder = tmp_path / "in"
    folder.mkdir()
    contents = {"1 endless.pdf": ENDLESS(), "2 slow.docx": docx(p(GOOD_TEXT.strip()) + "<w:p/>" * 30_000), **GOOD}
    for name, data in contents.items():
        (folder / name).write_bytes(data)
    return {name: folder / name for name in contents}


def test_the_queue_of_the_app_goes_on(files, tmp_path):
    _close_idle()
    store = library.open_store(home=tmp_path / "home")
    for name, path in files.items():
        library.add_job(store, path.read_bytes(), name)
    queue.Queue(store).start()

    def is_done(number: int) -> bool:
        return library.list_jobs(store)[0]["state"] == "failed" if number == 1 else set(library.count_jobs(store)) <= {"done", "failed"}

    kills = 0
    while kill_reader(os.getpid(), lambda: is_done(1)):
        kills += 1
    assert kills >= 2  # once it is tried again, then it is told
    kill_reader(os.getpid(), lambda: is_done(2))
    wait_for(lambda: is_done(2))
    jobs = {job["name"]: job for job in library.list_jobs(store)}
    assert {name for name, job in jobs.items() if job["state"] == "failed"} == {"1 endless.pdf"}
    told = jobs["1 endless.pdf"]
    assert told["error_en"].startswith("1 endless.pdf: ") and "killed from outside" in told["error_en"] and "请重试" in told["error_zh"]
    assert [job["figures"] for job in jobs.values() if job["state"] == "done"] == [2] * 4
    assert Counter(row["name"] for row in library.list_documents(store)) == Counter({"2 slow.docx", *GOOD}) and library.find(store).total == 8


def test_the_command_line_goes_on(files, tmp_path):
    process = start(tmp_path, "extract", *files.values(), "--format", "jsonl")
    assert kill_reader(process.pid, lambda: process.poll() is not None) and kill_reader(process.pid, lambda: process.poll() is not None)
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1 and "Traceback" not in err
    assert [line.startswith(f"error: {files['1 endless.pdf']}: ") and "killed" in line for line in err.splitlines()] == [True]
    assert Counter(json.loads(line)["document"] for line in out.splitlines()) == Counter({"2 slow.docx": 2} | dict.fromkeys(GOOD, 2))


@pytest.mark.parametrize("whom", ["the reader", "the child that waits for it"])
def test_a_batch_goes_on(files, tmp_path, whom):
    out = tmp_path / "out"
    process = start(tmp_path, "batch", *files.values(), "--out", out, "--out", tmp_path / "library.sqlite", "--workers", "2", "--timeout", PATIENCE)
    journal = out / "journal.jsonl"
    wait_for(lambda: journal.exists() and journal.read_bytes().count(b"\n") == 4 and len(readers_of(process.pid)))  # all but the endless one
    orphans = readers_of(process.pid)
    if whom == "the reader":
        while kill_reader(process.pid, lambda: process.poll() is not None):
            pass
    else:
        for reader in busy(orphans):
            os.kill(parent_of(reader), signal.SIGKILL)
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1 and "Traceback" not in err, err
    lines = [json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()]
    assert Counter(line["path"] for line in lines) == Counter(map(str, files.values()))
    failed = [line for line in lines if line["status"] == "failed"]
    assert [line["path"] for line in failed] == [str(files["1 endless.pdf"])] and "killed from outside" in failed[0]["error"]
    store = library.open_store(f"sqlite:///{tmp_path / 'library.sqlite'}", home=tmp_path / "home")
    assert Counter(row["name"] for row in library.list_documents(store)) == Counter({"2 slow.docx", *GOOD}) and library.find(store).total == 8
    wait_until_gone(orphans)  # without the one who kept its time it would go on for ever


def busy(readers: set[int]) -> list[int]:
    """The one that uses the processor: the others wait for a file."""
    def used(pid: int) -> int:
        return sum(map(int, Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]))

    before = {reader: used(reader) for reader in readers}
    return wait_for(lambda: [reader for reader in readers if used(reader) > before[reader] + 20])[:1]


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])


def test_a_reader_ends_with_an_app_that_is_killed():
    process = subprocess.Popen([sys.executable, "-c", HANG])
    readers = wait_for(lambda: readers_of(process.pid))
    process.kill()
    process.wait()
    wait_until_gone(readers)
