"""The whole set of hostile files through the command line and through batches: a clear error each, or read; nothing left behind, good ones unharmed."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from hostile_set import ENDLESS, GOOD, HEAVY, check_error, check_fate, hostile_cases, left_in, write_set

from analyzer import store as library

WHOLE = os.environ.get("POLICY_TEST_HOSTILE") == "all"
QUICK = [name for name in hostile_cases() if name not in ENDLESS and (WHOLE or name not in HEAVY)]
LIMITS = ["--timeout", "300", "--memory", "3000"]  # seconds enough for a machine that is busy with other things


def run(tmp_path, *arguments):
    """The command as a process with a folder of its own for temporary files and for the library; checks that it leaves none of the former."""
    places = {"TMPDIR": tmp_path / "temporary", "POLICY_ANALYZER_HOME": tmp_path / "home"}
    for place in places.values():
        place.mkdir(exist_ok=True)
    process = subprocess.run([sys.executable, "-m", "analyzer", *map(str, arguments)], capture_output=True, text=True, timeout=900,
                             env=os.environ | {name: str(place) for name, place in places.items()})
    assert "Traceback" not in process.stderr, process.stderr[-3000:]
    assert not left_in(places["TMPDIR"])
    return process


def errors_of(process, folder):
    """The message of each file that an error names, by its name."""
    told = {}
    for line in process.stderr.splitlines():
        if line.startswith("error: "):
            path = next(path for path in sorted(folder.iterdir(), key=lambda path: -len(path.name)) if line.startswith(f"error: {path}:"))
            assert path.name not in told, line
            told[path.name] = line
    return told


def test_the_command_line_extracts_what_it_can_and_names_the_rest(tmp_path):
    folder = write_set(tmp_path / "set", QUICK)
    process = run(tmp_path, "extract", folder, "--format", "jsonl", *LIMITS)
    told = errors_of(process, folder)
    check_fate({path.name: path.name not in told for path in folder.iterdir()})
    for name, message in told.items():
        check_error(name, message)
    records = [json.loads(line) for line in process.stdout.splitlines()]
    assert process.returncode == 1 and not {record["document"] for record in records} & set(told)
    for name in GOOD:
        assert [(record["quote"], record["value"], record["indicator"]) for record in records if record["document"] == name] \
            == [("31座", 31, "公园"), ("120个", 120, "老旧小区")]
    assert not left_in(tmp_path / "home")


def test_the_command_line_reads_what_it_can_and_names_the_rest(tmp_path):
    folder = write_set(tmp_path / "set", QUICK)
    process = run(tmp_path, "read", folder, "--format", "jsonl", *LIMITS)
    told = errors_of(process, folder)
    documents = {document["name"]: document for document in map(json.loads, process.stdout.splitlines())}
    assert process.returncode == 1 and set(told) | set(documents) == {path.name for path in folder.iterdir()} and not set(told) & set(documents)
    check_fate({name: name in documents for name in [*told, *documents]})
    for name, message in told.items():
        check_error(name, message)
    for document in documents.values():
        assert all(0 <= block["start"] <= block["end"] <= len(document["text"]) for block in document["blocks"])
    assert all("老旧小区120个" in documents[name]["text"] for name in GOOD)


def test_what_would_take_for_ever_is_stopped(tmp_path):
    """Each would take a minute and four gigabytes; what is behind them is read all the same."""
    folder = write_set(tmp_path / "set", ENDLESS)
    process = run(tmp_path, "read", *(folder / name for name in ENDLESS), folder / "000 good.txt", "--format", "text", "--timeout", "1", "--memory", "2000")
    told = errors_of(process, folder)
    assert list(told) == list(ENDLESS) and "老旧小区120个" in process.stdout
    for name, message in told.items():
        check_error(name, message)
        assert "longer than 1 s" in message or "memory" in message or "crashed" in message


@pytest.fixture(scope="module")
def batched(tmp_path_factory):
    """The whole set into a folder and a library at once."""
    place = tmp_path_factory.mktemp("batched")
    folder = write_set(place / "set", [name for name in hostile_cases() if name not in ENDLESS])
    command = ["batch", folder, "--out", place / "out", "--out", place / "library.sqlite", "--workers", "2", "--format", "jsonl", *LIMITS]
    return place, folder, command, run(place, *command)


def test_a_batch_tells_the_fate_of_each(batched):
    place, folder, _, process = batched
    outcomes = [json.loads(line) for line in process.stdout.splitlines()]
    assert process.returncode == 1 and sorted(outcome["path"] for outcome in outcomes) == sorted(map(str, folder.iterdir()))
    fates = {os.path.basename(outcome["path"]): outcome["status"] == "done" for outcome in outcomes}
    check_fate(fates)
    for outcome in outcomes:
        if outcome["status"] == "failed":
            check_error(os.path.basename(outcome["path"]), outcome["error"], outcome["error_zh"])
    assert set(errors_of(process, folder)) == {name for name, done in fates.items() if not done}
    report = json.loads((place / "out" / "report.json").read_text())
    assert {os.path.basename(each["path"]) for each in report["failed"]} == {name for name, done in fates.items() if not done}


def test_a_batch_leaves_nothing_but_results(batched):
    place, folder, _, process = batched
    done = [outcome for outcome in map(json.loads, process.stdout.splitlines()) if outcome["status"] == "done"]
    assert not [name for name in left_in(place / "out") if name.endswith(".part")]
    assert len(list((place / "out" / "results").glob("*/*.json"))) == len(done)
    store = library.open_store(f"sqlite:///{place / 'library.sqlite'}", home=place / "home")
    rows = library.list_documents(store)
    assert {row["sha256"] for row in rows} == {outcome["sha256"] for outcome in done}
    assert {path.name for path in (place / "home" / "files").glob("*/*")} == {row["sha256"] for row in rows}
    assert [row["figures"] for row in rows if row["name"] in GOOD] == [2] * len(GOOD)


def test_a_batch_knows_what_had_failed(batched):
    place, folder, command, process = batched
    before = (place / "out" / "journal.jsonl").read_bytes()
    failed = process.stdout.count('"status": "failed"')
    command = [*command[:command.index("--out")], "--out", place / "out"]
    again = run(place, *command)
    assert again.returncode == 1 and f"0 documents done, 0 failed; {len(list(folder.iterdir())) - failed} were done before, {failed} had failed" in again.stderr
    assert set(errors_of(again, folder)) == set(errors_of(process, folder)) and "--retry" in again.stderr
    assert (place / "out" / "journal.jsonl").read_bytes() == before
