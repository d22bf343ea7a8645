"""Real small files of each format with bytes flipped, cut, spliced and attributes changed: a Document that holds its contract, or one clear error."""

from __future__ import annotations

import io
import os
import re
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from office_samples import DATA, cell, docx, listed, numbering, ofd, ofd_text, p, pack, table, xlsx

from analyzer.errors import AnalyzerError
from analyzer.ingest import read_bytes
from analyzer.ingest.sandbox import Limits

EXAMPLES = int(os.environ.get("POLICY_TEST_EXAMPLES", "60")) // 4
DOCUMENTS = Path(__file__).parents[2] / "corpus" / "documents"
LIMITS = Limits(seconds=20, memory_bytes=2 << 30)


def fill(book) -> None:
    sheet, percent = book.add_worksheet(), book.add_format({"num_format": "0.0%"})
    for row, cells in enumerate([["指标", "2025年目标"], ["公园", 12], ["比例", 0.5]]):
        sheet.write_row(row, 0, cells, percent if row == 2 else None)
    sheet.set_row(1, None, None, {"hidden": True})


SEEDS = {
    "docx": docx(listed("改造老旧小区1200个") + p("第二段", '<w:outlineLvl w:val="1"/>')
                 + table(cell("指标") + cell("目标"), cell("公园12个", '<w:gridSpan w:val="2"/>')), numbering=numbering(("chineseCounting", "%1、"))),
    "xlsx": xlsx(fill),
    "ofd": ofd(ofd_text("今年改造老旧小区12个。", 10, 10)),
    "html": b"<html><head><meta charset=utf-8><title>t</title></head><body><h1>\xe4\xb8\x80</h1><ol start=3><li>12</ol><table><tr><td rowspan=2>a<td colspan=3>b</table></body></html>",
    "doc": (DATA / "plan.doc").read_bytes(), "xls": (DATA / "tasks.xls").read_bytes(),
    "pdf": (DOCUMENTS / "yunzhou_education_plan_2025.pdf").read_bytes(),
    "md": "# 要点\n\n| 指标 | 值 |\n|---|---|\n| 公园 | 12 |\n\n- 改造5个\n".encode(), "csv": "指标,值\n公园,12\n\"甲\n乙\",3\n".encode(), "gb": "今年建成公园12个。\n".encode("gb18030"),
}
VALUES = [b"", b"-1", b"0", b"99999999999", b"1e400", b"NaN", b"x", "²".encode(), b"%1%9", "一".encode(), b"../../x", b"0 0 -5 inf", b"9" * 5000]
BYTES = [b"\xff\xff\xff\xff", b"\x00\x00\x00\x00", b"\x7f\xff\xff\xff", b"<", b"&", b'"', b"\n", b"\xc0\x80"]
steps = st.lists(st.tuples(st.sampled_from(["flip", "cut", "splice", "put", "drop"]), st.floats(0, 1), st.floats(0, 1), st.integers(1, 200)), min_size=1, max_size=4)
changes = st.lists(st.tuples(st.sampled_from(["attribute", "twice", "gone", "other"]), st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=3)


def mutate(data: bytes, made: list[tuple[str, float, float, int]]) -> bytes:
    """Bytes changed step by step at places given as shares of the length."""
    changed = bytearray(data)
    for step, place, other, length in made:
        at, there = int(place * len(changed)), int(other * len(changed))
        if step == "flip" and at < len(changed):
            changed[at] ^= 1 << length % 8
        elif step == "cut":
            del changed[max(1, at):]
        elif step == "splice":
            changed[at:at + length] = changed[there:there + length]
        elif step == "put":
            word = BYTES[length % len(BYTES)]
            changed[at:at + len(word)] = word
        elif step == "drop":
            del changed[at:at + length]
    return bytes(changed)


def change_xml(xml: bytes, made: list[tuple[str, float, float]]) -> bytes:
    """Attributes with other values, elements twice, gone, or another in their place."""
    for step, place, other in made:
        found = list(re.finditer(rb'="([^"]*)"' if step == "attribute" else rb"<[\w:]+[^<>]*/?>", xml))
        if not found:
            continue
        one, two = (found[min(int(share * len(found)), len(found) - 1)] for share in (place, other))
        new = {"attribute": b'="' + VALUES[int(other * (len(VALUES) - 1))] + b'"', "twice": one[0] * 2, "gone": b"", "other": two[0]}[step]
        xml = xml[:one.start()] + new + xml[one.end():]
    return xml


def check(data: bytes, name: str) -> None:
    try:
        document = read_bytes(data, name, limits=LIMITS)
    except AnalyzerError as error:
        assert name in error.english and name in error.chinese and "Traceback" not in error.english
        own = re.search(r"\((\w+) in (\w+\.py):\d+", error.english)  # a reader of ours met what it did not foresee
        assert own is None or own[1] == "PanicException", error.english
        return
    size, last = len(document.text), 0
    for block in document.blocks:
        assert last <= block.start <= block.end <= size
        assert all(block.start <= each.start <= each.end <= block.end for each in block.cells or ())
        last = block.end


@pytest.mark.parametrize("kind", SEEDS)
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(made=steps)
def test_mutated_bytes(kind, made):
    check(mutate(SEEDS[kind], made), f"变.{kind}")


@pytest.mark.parametrize("kind", ["docx", "xlsx", "ofd"])
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(place=st.floats(0, 1), made=changes, raw=st.one_of(st.none(), steps), without=st.booleans())
def test_mutated_parts(kind, place, made, raw, without):
    with zipfile.ZipFile(io.BytesIO(SEEDS[kind])) as package:
        parts: dict[str, str | bytes] = {name: package.read(name) for name in package.namelist()}
    name = list(parts)[min(int(place * len(parts)), len(parts) - 1)]
    content = bytes(parts[name])
    parts[name] = change_xml(content, made) if raw is None else mutate(content, raw)
    if without and raw is None and len(parts) > 1:
        del parts[list(parts)[0 if name != list(parts)[0] else -1]]
    check(pack(parts), f"变.{kind}")
