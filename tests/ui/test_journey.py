"""One journey through the real app in a real browser: upload, watch, filter, share, check, correct, export."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import openpyxl
import pytest
from conftest import APP

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
pytest.importorskip("playwright", reason="the browser journey needs the package playwright")
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="the browser journey needs Debian's chromium"),
]

ONE = """松河市2026年城乡建设工作要点
一、改善住房保障
2026年，筹集保障性租赁住房1.2万套，改造老旧小区120个。
二、完善设施
更新改造燃气管道380公里。新建口袋公园45个。
"""
TWO = """北河市2026年民生实事
2026年，改造老旧小区36个，新增停车泊位5200个。
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("server")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {**os.environ, "POLICY_ANALYZER_HOME": str(folder / "home"), "POLICY_ANALYZER_CORPUS": str(folder / "none")}
    command = [sys.executable, "-m", "streamlit", "run", str(APP), "--server.port", str(port)]
    with (folder / "log").open("w") as log:
        child = subprocess.Popen(command, cwd=APP.parent, env=env, stdout=log, stderr=log)
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(240):
            try:
                urllib.request.urlopen(f"{address}/_stcore/health", timeout=1)
                break
            except OSError:
                time.sleep(0.25)
        yield address
    finally:
        child.terminate()
        child.wait(timeout=20)


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM)
        yield chromium
        chromium.close()


@pytest.fixture
def tab(browser):
    """A page that notes what it asked of other hosts and what its console called an error."""
    context = browser.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900}, accept_downloads=True)
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.outside, page.errors = [], []
    page.on(
        "request",
        lambda r: page.outside.append(r.url) if not r.url.startswith(("http://127.0.0.1", "data:", "blob:")) else None,
    )
    # Streamlit looks for its own address below the page's path first; those two answers are meant to be 404.
    page.on("console", lambda m: page.errors.append(m.text) if m.type == "error" and "404" not in m.text else None)
    yield page
    context.close()


def _cell(page, column: int, row: int) -> str:
    return page.locator(f"#glide-cell-{column}-{row}").first.inner_text()


def _click_cell(page, row: int) -> None:
    """The grid is a canvas under a scroller; rows are 34 pixels high below a head of 35. It wants the mouse to come by."""
    page.wait_for_timeout(400)
    box = page.locator(".dvn-scroller").first.bounding_box()
    x, y = box["x"] + 80, box["y"] + 35 + 34 * row + 17
    page.mouse.move(x - 20, y - 5)
    page.mouse.move(x, y, steps=5)
    page.wait_for_timeout(200)
    page.mouse.click(x, y)


def test_the_journey(server, tab, browser, tmp_path):
    from playwright.sync_api import expect

    for name, text in (("要点.txt", ONE), ("实事.txt", TWO)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    tab.goto(f"{server}/import")
    tab.locator("input[type=file]").first.set_input_files([tmp_path / "要点.txt", tmp_path / "实事.txt"])
    expect(tab.get_by_text("文件（2）")).to_be_visible(timeout=120_000)  # the page follows the queue by itself
    tab.locator("input[type=file]").first.set_input_files([tmp_path / "要点.txt"])
    expect(tab.locator("#glide-cell-1-0", has_text="重复").first).to_be_attached()

    tab.goto(f"{server}/targets")
    expect(tab.get_by_text("条数据").first).to_be_visible()
    facet = tab.locator("[data-testid=stCheckbox]", has_text="城市更新").first
    count = facet.inner_text().split()[-1]
    assert int(count) >= 2  # the old estates of both files
    facet.click()
    tab.wait_for_url("**category=renewal**")
    expect(tab.get_by_text(f"{count} 条数据")).to_be_visible()
    other = browser.new_context(locale="zh-CN").new_page()
    other.goto(tab.url)
    expect(other.get_by_text(f"{count} 条数据")).to_be_visible()
    other.context.close()

    _click_cell(tab, 1)
    tab.wait_for_url("**t=**")
    quote = _cell(tab, 2, 1)
    expect(tab.locator(".pa-source mark.q")).to_have_text(quote)
    marked = "".join(tab.locator(".pa-source mark.s").all_inner_texts())
    assert marked in ONE + TWO and quote in marked
    tab.keyboard.press("k")
    expect(tab.locator(".pa-source mark.q")).to_have_text(_cell(tab, 2, 0))
    tab.keyboard.press("j")
    expect(tab.locator(".pa-source mark.q")).to_have_text(quote)

    tab.goto(f"{server}/review?" + tab.url.split("?")[1])
    value = tab.get_by_label("数值", exact=True)
    expect(value).to_be_visible()
    value.fill("99")
    value.press("Tab")
    tab.keyboard.press("Control+s")
    expect(tab.get_by_text("已保存").first).to_be_visible()
    tab.get_by_text("修改记录", exact=True).first.click()
    expect(
        tab.locator("#glide-cell-7-0", has_text="99").or_(tab.locator("#glide-cell-7-1", has_text="99")).first
    ).to_be_attached()

    tab.goto(f"{server}/export")
    with tab.expect_download() as waiting:
        tab.get_by_role("button", name="研究工作簿（XLSX）").click()
    waiting.value.save_as(tmp_path / "export.xlsx")
    book = openpyxl.load_workbook(tmp_path / "export.xlsx")
    sheet = book["目标表"]
    assert sheet.freeze_panes == "C2" and sheet.auto_filter.ref
    assert all(cell.data_type != "f" for page in book for cells in page.iter_rows() for cell in cells)
    heads = [cell.value for cell in sheet[1]]
    line = next(row for row in sheet.iter_rows(min_row=2) if row[heads.index("数值")].value == 99)
    tab.goto(line[-1].hyperlink.target)
    expect(tab.locator(".pa-text mark.q")).to_have_text(line[heads.index("原文数值")].value)
    assert "99" in {str(cell.value) for row in book["变更记录"].iter_rows() for cell in row}

    line_of_text = tab.locator(
        ".pa-text span"
    ).first.bounding_box()  # mark a few characters: the form to add a figure comes
    tab.mouse.move(line_of_text["x"] + 2, line_of_text["y"] + 8)
    tab.mouse.down()
    tab.mouse.move(line_of_text["x"] + 90, line_of_text["y"] + 8, steps=5)
    tab.mouse.up()
    expect(tab.get_by_role("heading", name="添加数据")).to_be_visible()
    assert tab.locator(".pa-source mark.q").inner_text() in ONE + TWO

    tab.get_by_text("English").first.click()
    expect(tab.get_by_text("Review", exact=True).first).to_be_visible()
    assert tab.locator("[data-testid=stException]").count() == 0
    assert tab.outside == [] and tab.errors == []
