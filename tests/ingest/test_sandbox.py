"""A file that hangs, swells, crashes or lies costs one clear error; the next file is read as if nothing had been."""

import multiprocessing
import os
import signal
import threading
import time

import pytest

from analyzer.errors import UnreadableDocument, UnsupportedFormat
from analyzer.ingest import sandbox
from analyzer.ingest.sandbox import Limits, report_progress, run_limited
from analyzer.records import Block, Document


def echo(value):
    return value


def sleep(seconds):
    time.sleep(seconds)


def sleep_in_steps(steps, seconds):
    for _ in range(steps):
        time.sleep(seconds)
        report_progress()
    return "done"


def swell(size):
    return len(bytearray(size))


def crash():
    os.kill(os.getpid(), signal.SIGSEGV)


def die_once(mark):
    """As if somebody else killed the process the first time."""
    if not os.path.exists(mark):
        open(mark, "w").close()
        os.kill(os.getpid(), signal.SIGKILL)
    return "done"


def fail(kind):
    raise kind("no", "不")


def print_noise():
    print("noise")
    os.write(1, b"native noise")
    return "clean"


def dive(depth):
    return dive(depth + 1) + 1


class Trap:
    def __reduce__(self):
        return os.system, ("true",)


def return_trap():
    return Trap()


def work_in_daemon(queue):
    queue.put(run_limited(echo, "inside", name="a"))


@pytest.fixture(autouse=True)
def fresh_workers():
    """No worker here is near its last task because of what other tests asked of it."""
    sandbox._close_idle()


def test_a_document_comes_back_equal_and_the_worker_stays_warm():
    document = Document("文件.pdf", "一\n二", (Block("paragraph", 0, 1, page=1, box=(0.0, 1.0, 2.0, 3.0)),))
    assert run_limited(echo, document, name="a") == document
    first = run_limited(os.getpid, name="a")
    assert run_limited(os.getpid, name="a") == first != os.getpid()


def test_a_worker_is_replaced_after_its_last_task(monkeypatch):
    monkeypatch.setattr(sandbox, "TASKS_PER_WORKER", 2)
    pids = [run_limited(os.getpid, name="a") for _ in range(4)]
    assert pids[0] == pids[1] != pids[2] == pids[3]


@pytest.mark.parametrize(("function", "args", "limits", "english", "chinese"), [
    (sleep, (60,), Limits(seconds=0.5), "longer than 0.5 s", "超过 0.5 秒"),
    (swell, (1 << 33,), Limits(), "more than 4096 MB", "内存超过 4096 MB"),
    (swell, (1 << 30,), Limits(memory_bytes=1 << 30), "more than 1024 MB", "内存超过"),
    (crash, (), Limits(), "crashed", "崩溃"),
    (dive, (0,), Limits(), "nested too deeply", "嵌套过深"),
    (int, ("x",), Limits(), "damaged", "损坏"),
    (echo, ("x" * 5000,), Limits(result_bytes=1000), "more content than allowed", "超过上限"),
])
def test_what_goes_wrong_names_the_file_in_both_languages(function, args, limits, english, chinese):
    with pytest.raises(UnreadableDocument) as caught:
        run_limited(function, *args, name="坏文件.pdf", limits=limits)
    assert "坏文件.pdf" in caught.value.english and english in caught.value.english
    assert "坏文件.pdf" in caught.value.chinese and chinese in caught.value.chinese
    assert run_limited(echo, 1, name="next") == 1


def test_a_child_that_is_killed_is_replaced_and_asked_again(tmp_path):
    assert run_limited(die_once, str(tmp_path / "once"), name="a") == "done"
    assert (tmp_path / "once").exists()


def test_a_child_may_use_no_more_than_who_started_it(monkeypatch):
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_AS)
    try:
        resource.setrlimit(resource.RLIMIT_AS, (3 << 30, before[1]))
        with pytest.raises(UnreadableDocument, match="more than 3072 MB"):
            run_limited(swell, 7 << 29, name="a")
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def test_errors_of_readers_come_through_unchanged():
    with pytest.raises(UnsupportedFormat) as caught:
        run_limited(fail, UnsupportedFormat, name="a")
    assert (caught.value.english, caught.value.chinese) == ("no", "不")


def test_progress_renews_the_time_limit():
    assert run_limited(sleep_in_steps, 6, 0.3, name="a", limits=Limits(seconds=1.2)) == "done"


def test_what_libraries_print_does_not_mix_with_the_reply():
    assert run_limited(print_noise, name="a") == "clean"


def test_a_reply_cannot_run_code_in_the_parent():
    with pytest.raises(UnreadableDocument, match="crashed"):
        run_limited(return_trap, name="a")
    assert run_limited(echo, 1, name="a") == 1


def test_many_threads_share_the_workers():
    results = {}
    threads = [threading.Thread(target=lambda i=i: results.update({i: run_limited(echo, i, name=str(i))}))
               for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert results == {i: i for i in range(8)}


def test_it_works_inside_a_daemonic_pool_worker():
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    process = context.Process(target=work_in_daemon, args=(queue,), daemon=True)
    process.start()
    assert queue.get(timeout=30) == "inside"
    process.join(10)
