"""A real scheduler and two workers as processes of their own, one of them killed in the middle."""

import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from batch_samples import stand_in, write_documents

from analyzer import batch, cluster
from analyzer.errors import AnalyzerError

HERE = Path(__file__).parent


def start(*arguments):
    environment = dict(os.environ, PYTHONPATH=f"{HERE}{os.pathsep}{HERE.parent}", DASK_DISTRIBUTED__COMM__TIMEOUTS__TCP="20s")
    return subprocess.Popen([sys.executable, "-m", "dask", *map(str, arguments)], env=environment,
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.fixture
def processes(tmp_path):
    pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    file = tmp_path / "scheduler.json"
    started = [start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", file)]
    for _ in range(300):
        if file.exists():
            break
        time.sleep(0.1)
    started += [start("worker", "--scheduler-file", file, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1",
                      "--local-directory", tmp_path / str(number)) for number in range(2)]
    yield file, started
    for process in started:
        process.kill()
        process.wait()


def test_a_killed_worker_loses_nothing(processes, tmp_path):
    file, (_, victim, _) = processes
    paths = write_documents(tmp_path / "in", 120)
    for name in ("abort", "refuse"):
        (tmp_path / "in" / f"{name}.txt").write_text(name, encoding="utf-8")
        paths.insert(30, str(tmp_path / "in" / f"{name}.txt"))
    sink, told = batch.open_sink(str(tmp_path / "out")), []
    killed = threading.Event()

    def kill_in_the_middle(outcome):
        told.append(outcome)
        if len(told) > 25 and not killed.is_set():
            killed.set()
            victim.kill()

    with cluster.connect(str(file)) as executor:
        outcomes = cluster.run_on_executor(paths, [sink], executor, shard=5, analyze=stand_in, report=kill_in_the_middle)
    sink.close()
    assert killed.is_set()
    assert Counter(outcome.path for outcome in outcomes) == Counter(paths)
    assert {Path(outcome.path).stem for outcome in outcomes if outcome.status == "failed"} == {"abort", "refuse"}
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["documents"] == 120 and len(list((tmp_path / "out" / "results").glob("*/*.json"))) == 120


def test_any_executor_will_do_and_a_repeated_shard_takes_what_is_there(tmp_path):
    paths = write_documents(tmp_path / "in", 10)
    sink = batch.open_sink(str(tmp_path / "out"))
    jobs = [job for job in batch.list_jobs(paths, [sink]) if isinstance(job, tuple)]
    options = cluster.Options((str(tmp_path / "out"),), analyze=stand_in)
    first = cluster.run_shard(jobs[:4], options)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
        outcomes = cluster.run_on_executor(paths, [sink], executor, shard=4, analyze=stand_in)
    sink.close()
    assert sorted(outcome.path for outcome in outcomes) == paths
    assert set(first) <= set(outcomes)  # with the seconds of the first time: it was not done again
    assert all(len(Path(path).with_suffix(".times").read_text()) == 1 for path in paths)


def test_shards_end_at_a_number_of_documents_or_of_bytes(tmp_path, monkeypatch):
    paths = write_documents(tmp_path / "in", 9)
    Path(paths[2]).write_text("长" * 1000, encoding="utf-8")
    monkeypatch.setattr(cluster, "BYTES", 2500)
    shards = [[Path(path).stem for path, _ in shard] for shard in cluster._shards(paths, [batch.open_sink(str(tmp_path / "out"))], 4, None)]
    assert shards == [["000", "001", "002"], ["003", "004", "005", "006"], ["007", "008"]]


def test_a_file_that_machines_cannot_share_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("POLICY_ANALYZER_HOME", str(tmp_path))
    sink = batch.open_sink(str(tmp_path / "library.sqlite"))
    with pytest.raises(AnalyzerError, match="PostgreSQL"):
        cluster.run_on_executor([], [sink], None)


def test_a_missing_scheduler_is_told():
    pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    with pytest.raises(AnalyzerError, match="no Dask scheduler"), cluster.connect("/no/such/scheduler.json"):
        pass
