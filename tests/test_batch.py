"""A batch that is killed, and documents that hang, crash or eat memory: every document is told once, none is lost."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import Future
from pathlib import Path

import pytest
from batch_samples import run, write_documents
from test_store import postgres  # noqa: F401

from analyzer import batch, sinks, store
from analyzer.errors import AnalyzerError
from analyzer.parquet import columns_to_parquet, read_columns

pa = pytest.importorskip("pyarrow.parquet")
KILLS = int(os.environ.get("POLICY_TEST_KILLS", "5"))


def journal(out):
    return [json.loads(line) for line in (out / "journal.jsonl").read_text(encoding="utf-8").splitlines()]


def test_each_poison_costs_its_own_document_alone(tmp_path):
    paths = write_documents(tmp_path / "in", 12)
    poisons = {"hang": "6 s", "abort": "-6", "memory": "MB of memory", "defect": "ZeroDivisionError: of ours", "refuse": "no"}
    for name in poisons:
        (tmp_path / "in" / f"{name}.txt").write_text(name, encoding="utf-8")
        paths.insert(3, str(tmp_path / "in" / f"{name}.txt"))
    paths.append(str(tmp_path / "absent.txt"))
    outcomes = run(paths, tmp_path / "out", seconds=6)
    assert Counter(outcome.path for outcome in outcomes) == Counter(paths)
    failed = {Path(outcome.path).stem: outcome for outcome in outcomes if outcome.status == "failed"}
    assert set(failed) == {*poisons, "absent"}
    for name, reason in poisons.items():
        assert reason in failed[name].error and failed[name].error_zh
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["documents"] == 12 and len(report["failed"]) == 6
    assert run(paths[:-1], tmp_path / "out") == []  # failures are known as well
    (tmp_path / "in" / "refuse.txt").write_text("refuse, but of another content now")
    again = run(paths[:-1], tmp_path / "out", seconds=2, retry=True)
    assert {Path(outcome.path).stem for outcome in again} == set(poisons)


def test_killed_at_random_moments_nothing_is_lost_or_done_twice(tmp_path):
    paths = write_documents(tmp_path / "in", 20 * KILLS)
    out = tmp_path / "out"
    code = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import batch_samples, pathlib; batch_samples.run({paths!r}, pathlib.Path({str(out)!r}))"
    chance, kills = random.Random(8), 0
    for _ in range(KILLS):
        process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL)
        began, known = time.monotonic(), len(journal(out)) if (out / "journal.jsonl").exists() else 0
        wanted = known + chance.randrange(1, 15)  # documents, not seconds: a slow machine is killed in the middle as well
        while process.poll() is None and time.monotonic() - began < 300:
            if (out / "journal.jsonl").exists() and (out / "journal.jsonl").read_bytes().count(b"\n") >= wanted:
                process.send_signal(signal.SIGKILL)
                kills += 1
                break
            time.sleep(0.002)
        process.wait()
    assert kills == KILLS
    with (out / "journal.jsonl").open("a") as cut:
        cut.write('{"path": "half a li')
    before = journal_whole(out)
    assert len(before) < len(paths)
    run(paths, out)
    assert Counter(line["path"] for line in journal(out)) == Counter(paths)
    assert journal(out)[:len(before)] == before
    assert len(list((out / "results").glob("*/*.json"))) == len(paths) and not list((out / "results").glob("*/*.part"))
    times = [len(Path(path).with_suffix(".times").read_text()) for path in paths]
    assert sum(times) - len(paths) <= 2 * kills  # at most the two documents that were being analysed at each kill


def journal_whole(out):
    data = (out / "journal.jsonl").read_text()
    return [json.loads(line) for line in data[:data.rfind("\n")].split("\n")]


def test_the_children_end_with_a_killed_parent(tmp_path):
    (tmp_path / "hang.txt").write_text("hang")
    code = (f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import batch_samples, pathlib; "
            f"batch_samples.run([{str(tmp_path / 'hang.txt')!r}], pathlib.Path({str(tmp_path / 'out')!r}))")
    process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE)
    time.sleep(1)
    for _ in range(100):
        children = descendants(process.pid)
        if len(children) >= 3:  # the fork server, the resource tracker, a child
            break
        time.sleep(0.1)
    assert children
    process.kill()
    deadline = time.monotonic() + 10
    while any(alive(child) for child in children) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(alive(child) for child in children)


def descendants(pid):
    if not Path("/proc").is_dir():
        pytest.skip("processes are looked up in /proc")
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(status.parent.name)] = int(status.read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """Six documents through the whole analysis, into both kinds of destination at once."""
    folder = tmp_path_factory.mktemp("real")
    paths = write_documents(folder / "in", 6)
    os.environ["POLICY_ANALYZER_HOME"] = str(folder / "home")
    sinks = [batch.open_sink(str(folder / name)) for name in ("out", "library.sqlite")]
    outcomes = batch.run_batch([*paths, paths[0]], sinks, workers=2)
    for sink in sinks:
        sink.close()
    yield folder, paths, outcomes
    del os.environ["POLICY_ANALYZER_HOME"]


def test_both_destinations_hold_the_same_records(real):
    folder, paths, outcomes = real
    assert [outcome.status for outcome in outcomes] == ["done"] * 6
    table = pa.read_table(folder / "out" / "figures.parquet").to_pylist()
    assert len(table) == 12 == sum(outcome.figures for outcome in outcomes)
    assert [(row["document"], row["value"]) for row in table[:2]] == [("000.txt", 0.0), ("000.txt", 7.0)]
    assert json.loads(table[0]["departments"])[0]["name"] == "市住房城乡建设局"
    assert len(pa.read_table(folder / "out" / "commitments.parquet")) == sum(outcome.commitments for outcome in outcomes)
    library = store.open_store(url=f"sqlite:///{folder / 'library.sqlite'}")
    assert {row["name"] for row in store.list_documents(library)} == {Path(path).name for path in paths}
    assert store.find(library).total == 12


def test_a_library_knows_its_documents_by_content(real, tmp_path):
    folder, paths, _ = real
    sink = batch.open_sink(str(folder / "library.sqlite"))
    copy = tmp_path / "copy of the first.txt"
    copy.write_bytes(Path(paths[0]).read_bytes())
    heard = []
    assert batch.run_batch([*paths, str(copy)], [sink], workers=1, report=heard.append) == []
    assert [outcome.status for outcome in heard] == ["known"] * 7


def test_one_batch_at_a_time_in_a_folder(tmp_path):
    pytest.importorskip("fcntl")
    first = batch.open_sink(str(tmp_path / "out"))
    with pytest.raises(AnalyzerError, match="another batch"):
        batch.open_sink(str(tmp_path / "out"))
    first.close()
    batch.open_sink(str(tmp_path / "out")).close()


def test_an_empty_folder_is_a_folder_with_columns(tmp_path):
    assert run([], tmp_path / "out") == []
    assert {"sha256", "quote", "value", "indicator"} <= set(pa.read_table(tmp_path / "out" / "figures.parquet").column_names)


def test_a_result_that_a_power_cut_emptied_is_made_again_and_a_damaged_one_is_told(tmp_path):
    paths = write_documents(tmp_path / "in", 4)
    out = tmp_path / "out"
    assert len(run(paths, out)) == 4
    results = sorted((out / "results").glob("*/*.json"))
    results[0].write_bytes(b"")
    results[1].unlink()
    results[2].write_bytes(results[2].read_bytes()[:-9])
    assert len(run(paths, out)) == 2
    report = json.loads((out / "report.json").read_text())
    assert report["documents"] == 3 and str(results[2]) in report["failed"][0]["error"] and "--retry" in report["failed"][0]["error_zh"]
    assert len(run(paths, out, retry=True)) == 1
    assert json.loads((out / "report.json").read_text())["documents"] == 4 and all(json.loads(path.read_text()) for path in results)


def test_a_server_takes_a_batch_that_was_killed(postgres, tmp_path, monkeypatch):  # noqa: F811
    paths = [*write_documents(tmp_path / "in", 40), str(tmp_path / "in" / "abort.txt")]
    Path(paths[-1]).write_text("abort", encoding="utf-8")
    monkeypatch.setenv("POLICY_ANALYZER_HOME", str(tmp_path / "home"))
    address = postgres.replace("postgresql+psycopg:", "postgresql:")  # as people write it
    library = store.open_store(url=postgres)
    code = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import batch_samples, pathlib; batch_samples.run({paths!r}, {address!r})"
    process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while len(store.list_documents(library)) < 10 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    process.kill()
    process.wait()
    before = len(store.list_documents(library))
    assert 10 <= before < 40
    run(paths, address)
    assert sorted(row["name"] for row in store.list_documents(library)) == sorted(Path(path).name for path in paths[:-1])
    versions = sum(len(store.list_analyses(library, row["id"])) for row in store.list_documents(library))
    assert versions <= 40 + 2  # only what was being written at the kill may have been done twice
    report = json.loads((tmp_path / "home" / "batch-report.json").read_text())
    assert [Path(failed["path"]).name for failed in report["failed"]] == ["abort.txt"]
    assert sum(path.is_file() for path in (tmp_path / "home" / "files").rglob("*")) == 40


def test_a_server_that_does_not_answer_is_told_without_its_password():
    pytest.importorskip("psycopg")
    with pytest.raises(AnalyzerError, match="cannot be opened") as told:
        batch.open_sink("postgresql://somebody:secret@127.0.0.1:9/library")
    assert "secret" not in f"{told.value}{told.value.chinese}"


def test_numbers_and_characters_that_parquet_does_not_take_as_they_are(tmp_path):
    (tmp_path / "odd.json").write_text(json.dumps({"figures": [{"value": 123456789012345678901, "value_max": 10 ** 400, "unit": "\ud800个", "rules": ["一"]}, {}],
                                                   "commitments": []}))
    assert columns_to_parquet(tmp_path, [read_columns([("0" * 64, tmp_path / "odd.json")])]) == []
    first, second = pa.read_table(tmp_path / "figures.parquet").to_pylist()
    assert (first["value"], first["value_max"], first["rules"]) == (123456789012345678901.0, float("inf"), '["一"]') and first["unit"].endswith("个")
    assert second["value"] is None and second["sha256"] == "0" * 64


def test_children_read_the_results_for_parquet_in_order_and_one_that_dies_loses_none(tmp_path, monkeypatch):
    paths = write_documents(tmp_path / "in", 9)
    run(paths, tmp_path / "out")
    for number, path in enumerate(sorted((tmp_path / "out" / "results").glob("*/*.json"))):
        result = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps({**result, "figures": [{"document": result["document"]["name"], "value": number}]}), encoding="utf-8")
    monkeypatch.setattr(sinks, "PART", 2)
    assert run(paths, tmp_path / "out") == []
    assert pa.read_table(tmp_path / "out" / "figures.parquet")["document"].to_pylist() == [Path(path).name for path in paths]
    lost = Future()
    lost.set_exception(OSError("died"))
    assert list(batch.spread(lambda function, part: lost, 2, len, ["a", "bc", "def"])) == [1, 2, 3]
