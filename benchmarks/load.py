"""Twenty researchers browse a library of N figures while a batch of M documents is imported into it; on this machine alone.

    python benchmarks/load.py [N] [M] [SECONDS]

The sessions speak Streamlit's protocol (a WebSocket each), as a browser does, without drawing. A rerun is timed from the
request to the end of the script, with everything that it sent. LOAD_BROWSERS of them (3) are real ones, headless Chromium,
which click as people do; their times hold the drawing, on the same two cores. The documents come by the command `batch`, or
with LOAD_IMPORT=queue as uploads through the app's own queue. Afterwards the library must hold exactly what it should.
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from store import fill

from analyzer import store as library

ROOT = Path(__file__).parents[1]
SESSIONS = int(os.environ.get("LOAD_SESSIONS", "20"))
BROWSERS = int(os.environ.get("LOAD_BROWSERS", "3"))
WARM = float(os.environ.get("LOAD_WARM", "15"))  # seconds between the first visitor and the crowd
THINKS = (1.0, 4.0)  # seconds between two clicks of a person
STEPS = [  # page, query
    ("targets", ""), ("targets", "status=planned"), ("targets", "q=住房"), ("targets", "category=housing&sort=-value"), ("targets", "page=7"),
    ("targets", "region=地区3&period=2025"), ("targets", "q=老旧小区&status=planned"), ("", ""), ("review", ""), ("doc", "d=1"), ("settings", ""),
    ("targets", "department=省财政厅"), ("export", ""), ("import", ""), ("targets", "unit=套&comparator=ge"),
    ("commitments", ""), ("commitments", "q=老旧小区"),
]
VISITS = ["总览", "目标库", "校对", "导出", "对比"]
PLACES = ["松河市", "临江县", "云渡市", "平原区", "青源州"]


def write_documents(folder: Path, count: int) -> None:
    chance = random.Random(3)
    for i in range(count):
        lines = [f"{PLACES[i % 5]}2026年工作要点（第{i + 1}号）", "一、城市更新"]
        for number in range(12):
            lines.append(f"今年改造老旧小区{chance.randrange(5, 900)}个，新建公园{chance.randrange(2, 90)}处，"
                         f"污水集中处理率达到{chance.randrange(80, 99)}%以上。"
                         f"（责任单位：市财政局、市住房城乡建设局）第{number + 1}项到2027年完成投资{chance.randrange(1, 500)}亿元。")
        (folder / f"{i:04d}.txt").write_text("\n".join(lines), encoding="utf-8")


async def browse(address: str, number: int, until: float, times: list[tuple[str, float]], errors: list[str]) -> None:
    import websockets
    from streamlit.proto.BackMsg_pb2 import BackMsg
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

    chance = random.Random(number)
    async with websockets.connect(f"{address}/_stcore/stream", subprotocols=["streamlit"], max_size=None,  # type: ignore[list-item]
                                  open_timeout=60, ping_timeout=None) as line:
        while time.perf_counter() < until:
            page, query = chance.choice(STEPS)
            ask = BackMsg()
            ask.rerun_script.query_string, ask.rerun_script.page_name = query, page
            begun = time.perf_counter()
            await line.send(ask.SerializeToString())
            while True:
                told = ForwardMsg()
                told.ParseFromString(await asyncio.wait_for(line.recv(), 60))  # type: ignore[arg-type]
                kind = told.WhichOneof("type")
                if kind == "delta" and told.delta.new_element.WhichOneof("type") == "exception":
                    errors.append(f"{page}?{query}: {told.delta.new_element.exception.message[:200]}")
                if kind == "page_not_found":
                    errors.append(f"{page}: not found")
                if kind == "script_finished":
                    if told.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                        break
                    if told.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
                        errors.append(f"{page}: does not compile")
                        break
            times.append((page, time.perf_counter() - begun))
            await asyncio.sleep(chance.uniform(*THINKS))


async def browse_really(address: str, until: float, times: list[tuple[str, float]], errors: list[str]) -> None:
    """Real browsers: pages by the navigation, facets by a click, records by the keys; each until the app has come to rest."""
    from playwright.async_api import async_playwright

    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=shutil.which("chromium") or "/usr/bin/chromium")
        pages = [await (await browser.new_context(locale="zh-CN", viewport={"width": 1280, "height": 800})).new_page() for _ in range(BROWSERS)]
        await asyncio.gather(*(click_about(page, address, until, random.Random(number), times, errors) for number, page in enumerate(pages)))
        await browser.close()


async def click_about(page: Any, address: str, until: float, chance: random.Random, times: list[tuple[str, float]], errors: list[str]) -> None:
    async def rest() -> None:
        await page.wait_for_selector("h1", timeout=60_000)
        await page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]', timeout=60_000)

    async def facet() -> None:
        await page.locator("section[data-testid=stSidebar] [data-testid=stCheckbox]").nth(chance.randrange(4)).click(timeout=60_000)

    async def key() -> None:
        await page.keyboard.press("j")

    async def visit(name: str) -> None:
        await page.get_by_role("link", name=name, exact=True).first.click(timeout=60_000)

    await page.goto(f"{address}/targets")
    await rest()
    try:
        while time.perf_counter() < until:
            steps: list[tuple[str, Any]] = [("facet", facet), ("next record", key), ("next record", key), *((n, partial(visit, n)) for n in VISITS)]
            name, step = chance.choice(steps)
            if name == "facet" and "/targets" not in page.url:
                name, step = "目标库", partial(visit, "目标库")
            begun = time.perf_counter()
            await step()
            await page.wait_for_timeout(30)  # until the browser has asked
            await rest()
            times.append((f"browser: {name}", time.perf_counter() - begun - 0.03))
            errors.extend([f"{name}: {text}" for text in await page.locator("[data-testid=stException]").all_inner_texts()])
            await asyncio.sleep(chance.uniform(*THINKS))
    except Exception as error:
        errors.append(f"browser: {type(error).__name__}: {str(error)[:300]}")


async def browse_all(address: str, seconds: float, times: list[tuple[str, float]], errors: list[str]) -> None:
    until = time.perf_counter() + seconds

    async def one(number: int) -> None:
        await asyncio.sleep(number * 0.3)  # nobody comes at the same moment
        try:
            await browse(address, number, until, times, errors)
        except Exception as error:
            errors.append(f"session {number}: {type(error).__name__}: {error}")

    real = [browse_really(address.replace("ws://", "http://"), until, times, errors)] if BROWSERS else []
    await asyncio.gather(*(one(number) for number in range(SESSIONS - BROWSERS)), *real)


def memory_of(pid: int, field: str) -> float:
    return next(int(line.split()[1]) / 1024 for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith(field))


def seconds_of(pid: int) -> float:
    """The processor's time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def tell(name: str, times: list[float]) -> None:
    if times:
        times.sort()
        print(f"{name:22} {len(times):5} reruns, median {statistics.median(times):.2f} s, 95 % within {times[int(len(times) * 0.95)]:.2f} s, "
              f"worst {times[-1]:.2f} s")


def begin_import(home: Path, store: library.Store, env: dict[str, str]) -> subprocess.Popen[str] | None:
    if os.environ.get("LOAD_IMPORT") == "queue":
        for path in sorted((home / "documents").iterdir()):
            library.add_job(store, path.read_bytes(), path.name)
        return None
    return subprocess.Popen([sys.executable, "-m", "analyzer", "batch", str(home / "documents"), "--out", str(home / "library.sqlite"), "--workers", "1"],
                            cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)  # fmt: skip


def end_import(batch: subprocess.Popen[str] | None, store: library.Store) -> str:
    """Waits for the import to end, at most ten minutes, and returns what it said of itself."""
    if batch is not None:
        _, said = batch.communicate(timeout=600)
        return f"{batch.returncode} {said.strip().splitlines()[-1:]}"
    last = time.perf_counter() + 600
    while time.perf_counter() < last and any(library.count_jobs(store).get(state) for state in ("queued", "running")):
        time.sleep(0.5)
    return str(library.count_jobs(store))


def main() -> int:
    count, documents, seconds = (int(a) for a in (sys.argv[1:] + ["20000", "500", "90"][len(sys.argv) - 1:]))
    home = Path(tempfile.mkdtemp())
    (home / "documents").mkdir()
    write_documents(home / "documents", documents)
    store = library.open_store(home=home)
    fill(store, count)
    before = len(library.list_documents(store))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {**os.environ, "POLICY_ANALYZER_HOME": str(home), "POLICY_ANALYZER_CORPUS": str(home / "none")}
    server = subprocess.Popen([sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)], cwd=ROOT, env=env,
                              stdout=subprocess.DEVNULL, stderr=(home / "server.log").open("wb"))  # fmt: skip
    batch = None
    times: list[tuple[str, float]] = []
    errors: list[str] = []
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1)
                break
            except OSError:
                time.sleep(0.05)
        asyncio.run(browse(f"ws://127.0.0.1:{port}", SESSIONS, time.perf_counter() + 1, [], errors))  # the first visitor starts the server up
        time.sleep(WARM)
        begun = time.perf_counter()
        batch = begin_import(home, store, env)
        asyncio.run(browse_all(f"ws://127.0.0.1:{port}", seconds, times, errors))
        used = seconds_of(server.pid)
        done = library.list_documents(store)
        print(f"browsed {time.perf_counter() - begun:.0f} s; {len(done) - before} of {documents} documents were imported meanwhile")
        said = end_import(batch, store)
        print(f"the import ended after {time.perf_counter() - begun:.0f} s: {said}")
        for page in sorted({page for page, _ in times}):
            tell(page or "overview", [spent for name, spent in times if name == page])
        tell("protocol", [spent for name, spent in times if not name.startswith("browser")])
        tell("browsers", [spent for name, spent in times if name.startswith("browser")])
        tell("all", [spent for _, spent in times])
        print(f"the server used {used * 1000 / max(1, len(times)):.0f} ms of processor a rerun; load of the machine {os.getloadavg()[0]:.1f}")
        print(f"errors: {len(errors)} {errors[:5]}")
        if errors:
            print((home / "server.log").read_text(errors="replace")[-3000:], file=sys.stderr)
        print(f"the server's memory at most {memory_of(server.pid, 'VmHWM'):.0f} MB")
        right = check(store, before + documents)
    finally:
        for process in (server, batch):
            if process and process.poll() is None:
                process.terminate()
                process.wait(timeout=20)
        shutil.rmtree(home, ignore_errors=True)
    return 0 if right and not errors else 1


def check(store: library.Store, documents: int) -> bool:
    """Every document once, every figure found by its facets and by its words, the database sound."""
    with store.engine.connect() as connection:
        sound = connection.exec_driver_sql("PRAGMA integrity_check").scalar()
        rows = connection.execute(sa.text("SELECT count(*) FROM figures WHERE gone = 0")).scalar_one()
        told = connection.execute(sa.text("SELECT sum(figures) FROM analyses WHERE id IN (SELECT max(id) FROM analyses GROUP BY document_id)")).scalar_one()
        like = connection.execute(sa.text("SELECT count(*) FROM figures WHERE gone = 0 AND sentence LIKE '%老旧小区%'")).scalar_one()
    found, words = library.find(store).total, library.find(store, library.Filters(text="老旧小区")).total
    names = [row["sha256"] for row in library.list_documents(store)]
    print(f"integrity {sound}; {len(names)} documents of {documents}; {rows} figures, {found} found, {told} told; 老旧小区 {words} found, {like} read")
    return sound == "ok" and len(set(names)) == len(names) == documents and rows == found == told and words == like


if __name__ == "__main__":
    sys.exit(main())
