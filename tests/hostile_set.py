"""Every hostile file of the readers' tests, for the tests of what passes them on: the command line, a batch, the app."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "ingest"))

import hostile_office  # noqa: E402
import hostile_pdf  # noqa: E402
from office_samples import docx, p  # noqa: E402

READ, ERROR, EITHER = "read", "error", "either"
Case = tuple[Callable[[], bytes], str, str]
"""What makes the file, what becomes of it, and a word of the error."""

# Without a limit of time these take a minute and more; with one they take just that.
ENDLESS = ("PDF with a form that draws itself.pdf", "PDF with forms that draw forms, ten to the twelfth.pdf")
# A second and more each: passed through a batch, whose children share the work, and else where POLICY_TEST_HOSTILE=all asks for it.
HEAVY = ("PDF with a flate bomb for content.pdf", "PDF with a bomb in a bomb.pdf", "PDF with 120,000 ruling lines.pdf", "archive.mht", "many.docx",
         "line.txt", "heads.txt", "numbers.txt", "columns.xlsx", "merged.xlsx", "blanks.html")
GOOD_TEXT = "2026年新建公园31座，改造老旧小区120个。\n"
GOOD = {"000 good.txt": GOOD_TEXT.encode(), "good.docx": docx(p(GOOD_TEXT.strip())), "zzz good.html": f"<html><body><p>{GOOD_TEXT}</p></body></html>".encode()}
ADVICE = re.compile(r"again|anew|save|split|scan|delete|install|leave it out|check|give")


def hostile_cases() -> dict[str, Case]:
    cases: dict[str, Case] = {case.name: (case.make, ERROR if case.word else READ, case.word or "") for case in hostile_office.HOSTILE}
    cases |= {f"{name}.pdf": (make, ERROR, "") for name, make in hostile_pdf.REFUSED.items()}
    cases |= {f"{name}.pdf": (make, EITHER, "") for name, make in hostile_pdf.SURVIVED.items()}
    return cases | {"line.txt": (cases["line.txt"][0], EITHER, "")}  # it can be read, but has more figures than are analysed


def write_set(folder: Path, names: Iterable[str]) -> Path:
    """A folder with the hostile files of these names, and good ones before, among and behind them."""
    folder.mkdir(parents=True, exist_ok=True)
    cases = hostile_cases()
    for name in names:
        (folder / name).write_bytes(cases[name][0]())
    for name, data in GOOD.items():
        (folder / name).write_bytes(data)
    return folder


def check_error(name: str, english: str, chinese: str | None = None) -> None:
    """A clear error: it names the file, is no traceback, and says what to do, in each language."""
    word = hostile_cases()[name][2]
    assert name in english and word in english, (name, english)
    assert ADVICE.search(english.split(name, 1)[1]), english
    assert "Traceback" not in english and " object at 0x" not in english and len(english) < 700, english
    if chinese is not None:
        assert name in chinese and "请" in chinese, chinese


def check_fate(fates: dict[str, bool]) -> None:
    """Each hostile file is read, or not, as it should be; `fates` says for each name whether it was read. The good ones are."""
    cases = hostile_cases()
    wrong = [name for name, was_read in fates.items() if name in cases and cases[name][1] == (ERROR if was_read else READ)]
    assert not wrong
    assert all(fates[name] for name in GOOD)


def left_in(folder: Path) -> set[str]:
    """What files and folders are there, by their path in it."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*")} if folder.exists() else set()
