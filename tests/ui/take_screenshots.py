"""Takes a picture of every page in Chinese and English with the sample documents, to be looked at.

    python tests/ui/take_screenshots.py FOLDER

The two that the README shows (targets and overview, in Chinese) belong in tests/ui/screenshots.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = {"overview": "", "import": "import", "targets": "targets", "pdf": "targets", "commitments": "commitments", "review": "review", "missed": "review", "bulk": "review", "log": "review",
         "export": "export", "settings": "settings", "codebook": "settings", "source": "doc?d=1", "compare": "compare", "progress": "progress", "words": "words"}  # fmt: skip
CLICKS = {
    "missed": ("漏检审查", "Recall audit"),
    "bulk": ("批量修改", "Bulk edit"),
    "log": ("修改记录", "Audit log"),
    "codebook": ("类别表", "Codebook"),
    "pdf": ("页面", "Page"),
}


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home = tempfile.mkdtemp()
    env = {**os.environ, "POLICY_ANALYZER_HOME": home}
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    server = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        take(f"http://127.0.0.1:{port}", Path(home), folder)
    finally:
        server.terminate()
        server.wait(timeout=20)
        shutil.rmtree(home, ignore_errors=True)


def take(address: str, home: Path, folder: Path) -> None:
    from playwright.sync_api import sync_playwright

    from analyzer import store as library

    for _ in range(120):
        try:
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=1)
            break
        except OSError:
            time.sleep(0.25)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium") or "/usr/bin/chromium")
        page = browser.new_context(locale="zh-CN", viewport={"width": 1280, "height": 860}).new_page()
        page.goto(address)
        page.wait_for_selector("h1", timeout=60_000)
        store = library.open_store(home=home)
        started = time.monotonic()
        while (
            sum(library.count_jobs(store).get(state, 0) for state in ("queued", "running"))
            and time.monotonic() - started < 240
        ):
            time.sleep(0.5)
        print(
            f"samples read in {time.monotonic() - started:.1f} s:",
            library.count_jobs(store),
            library.find(store).total,
            "figures",
        )
        pdf = next((d["id"] for d in library.list_documents(store) if d["format"] == "pdf" and d["figures"] > 8), None)
        for number, language in enumerate(("zh", "en")):
            for name, path in PAGES.items():
                path = f"targets?document={pdf}" if name == "pdf" else path
                page.goto(f"{address}/{path}{'&' if '?' in path else '?'}lang={language}")
                page.wait_for_selector("h1", timeout=60_000)
                page.wait_for_timeout(2500)
                if name in CLICKS and page.get_by_text(CLICKS[name][number], exact=True).count():
                    page.get_by_text(CLICKS[name][number], exact=True).first.click()
                    page.wait_for_timeout(3000)
                page.screenshot(path=folder / f"{name}_{language}.png", full_page=name == "overview")
        browser.close()


if __name__ == "__main__":
    main()
