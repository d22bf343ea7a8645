"""How fast the page of targets answers with a library of N figures, in a real browser; and the server's memory.

    python benchmarks/app.py 20000
"""

from __future__ import annotations

import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from store import fill

from analyzer import store as library

ROOT = Path(__file__).parents[1]
COUNT = "e => [...document.querySelectorAll('p')].map(p => p.innerText).find(t => t.includes('条数据'))"


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    home = Path(tempfile.mkdtemp())
    fill(library.open_store(home=home), count)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {**os.environ, "POLICY_ANALYZER_HOME": str(home), "POLICY_ANALYZER_CORPUS": str(home / "none")}
    start = time.perf_counter()
    server = subprocess.Popen([sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)], cwd=ROOT, env=env,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    try:
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1)
                break
            except OSError:
                time.sleep(0.05)
        print(f"server up after {time.perf_counter() - start:.2f} s")
        measure(f"http://127.0.0.1:{port}/targets", count)
        status = Path(f"/proc/{server.pid}/status").read_text()
        print("server's memory:", next(line.split(":")[1].strip() for line in status.splitlines() if line.startswith("VmRSS")))
    finally:
        server.terminate()
        server.wait(timeout=20)
        shutil.rmtree(home, ignore_errors=True)


def measure(address: str, count: int) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium") or "/usr/bin/chromium")
        page = browser.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900}).new_page()
        for name in ("first page of the server", "first page of another session"):
            start = time.perf_counter()
            page.goto(address)
            page.wait_for_selector(".dvn-scroller")
            print(f"{name}: {time.perf_counter() - start:.2f} s")
            page.wait_for_timeout(1500)
        times = []
        for i in range(2, 14):
            start = time.perf_counter()
            page.keyboard.press("j")
            page.wait_for_function(f"document.body.innerText.includes('{i} / {count}')")
            times.append(time.perf_counter() - start)
        tell("next record", times)
        times = []
        for i in (0, 1, 2, 3, 0, 1, 2, 3):
            before: Any = page.evaluate(COUNT)
            start = time.perf_counter()
            page.locator("[data-testid=stCheckbox]").nth(i).click()
            page.wait_for_function(f"b => {{ const now = ({COUNT})(); return now && now !== b; }}", arg=before)
            times.append(time.perf_counter() - start)
        tell("filter", times)
        browser.close()


def tell(name: str, times: list[float]) -> None:
    print(f"{name}: median {statistics.median(times) * 1000:.0f} ms, worst {max(times) * 1000:.0f} ms")


if __name__ == "__main__":
    main()
