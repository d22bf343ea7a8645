"""The sample documents and their gold data: complete, readable, and equal to what `corpus/build.py` makes of the sources."""

from __future__ import annotations

import collections
import csv
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

CORPUS = Path(__file__).parents[1] / "corpus"
sys.path.insert(0, str(CORPUS))

import build  # noqa: E402
import formats  # noqa: E402
import markup  # noqa: E402

sys.path.remove(str(CORPUS))

SAMPLES = {path.stem: markup.parse_source(path) for path in sorted((CORPUS / "sources").glob("*.txt"))}
MANIFEST = list(csv.DictReader((CORPUS / "manifest.csv").read_text(encoding="utf-8").splitlines()))
GOLD = sorted(name for name, sample in SAMPLES.items() if sample.head.get("gold") == "yes")


def read_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def squeeze(text: str) -> str:
    return re.sub(r"\s", "", text)


def file_text(path: Path, encoding: str) -> str:
    """The visible text of a sample file, read by a library other than the ones the analyzer reads with where there is one."""
    kind = path.suffix[1:]
    if kind in ("txt", "md"):
        return path.read_bytes().decode(encoding)
    if kind == "html":
        from lxml import html

        return str(html.fromstring(path.read_text(encoding="utf-8")).text_content())
    if kind == "docx":
        from docx import Document

        document = Document(str(path))
        cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
        return "\n".join([p.text for p in document.paragraphs] + cells)
    if kind == "xlsx":
        from openpyxl import load_workbook

        return "\n".join(str(value) for sheet in load_workbook(path) for row in sheet.iter_rows(values_only=True) for value in row if value is not None)
    import pypdfium2

    pdf = pypdfium2.PdfDocument(path)
    return re.sub(r"(?m)^— \d+ —\s*$", "", "\n".join(page.get_textpage().get_text_bounded() for page in pdf))


def test_manifest_lists_every_file_and_nothing_else() -> None:
    listed = [row["file"] for row in MANIFEST]
    assert sorted(listed) == sorted(f"documents/{path.name}" for path in (CORPUS / "documents").iterdir())
    assert len(listed) == len(set(listed))
    assert (CORPUS / "manifest.csv").read_text(encoding="utf-8") == build.manifest(list(SAMPLES.values()))
    for row in MANIFEST:
        assert all(row.values()), row
        assert row["level"] in ("national", "provincial", "municipal", "county")
        assert (CORPUS / row["file"]).stat().st_size < 300_000
    assert len(SAMPLES) >= 14
    assert {row["format"] for row in MANIFEST} == {"txt", "md", "docx", "pdf", "html", "xlsx"}


@pytest.mark.parametrize("row", MANIFEST, ids=lambda row: row["file"].removeprefix("documents/"))
def test_file_holds_the_text_of_its_source(row: dict[str, str]) -> None:
    path = CORPUS / row["file"]
    sample = SAMPLES[path.stem]
    shown = squeeze(file_text(path, sample.head.get("encoding", "utf-8")))
    for line in sample.lines:
        for piece in line.cells if line.role == "row" else [line.text]:
            if piece not in ("^^", "<<"):
                number = re.fullmatch(r"\d+\.0", piece)  # a cell of numbers may lose a zero
                assert number or squeeze(piece) in shown, piece


@pytest.mark.parametrize("kind", ["txt", "md", "html"])
def test_committed_text_files_are_what_the_builder_makes(kind: str, tmp_path: Path) -> None:
    for name, sample in SAMPLES.items():
        if kind in sample.head["format"].split(","):
            formats.write_document(sample, kind, tmp_path / name, build.sample_gold(sample)[0])
            assert (tmp_path / name).read_bytes() == (CORPUS / "documents" / f"{name}.{kind}").read_bytes(), name


def test_committed_gold_is_what_the_sources_say(tmp_path: Path) -> None:
    assert build.write_gold(list(SAMPLES.values()), tmp_path) == []
    for path in (CORPUS / "gold").iterdir():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes(), path.name
    assert {p.name for p in tmp_path.iterdir()} == {p.name for p in (CORPUS / "gold").iterdir()}


@pytest.mark.parametrize("name", GOLD)
def test_gold_figures_are_sound(name: str) -> None:
    text = (CORPUS / "gold" / f"{name}.txt").read_text(encoding="utf-8")
    figures = read_lines(CORPUS / "gold" / f"{name}.jsonl")
    flat = squeeze(text)
    assert [r["start"] for r in figures] == sorted({r["start"] for r in figures})
    for record in figures:
        assert text[record["start"]:record["end"]].replace("\n", "") == record["quote"]
        assert record["status"] in build.STATUSES and record["change"] in ("level", "increase", "decrease")
        assert record["comparator"] in markup.COMPARATORS
        assert (record["comparator"] == "range") == (record["value_max"] is not None), record
        assert {record["category"], *record.get("category_alt", [])} <= set(build.CATEGORIES)
        readings = [record["indicator"], *record.get("indicator_alt", [])]
        assert all(any(head in reading for reading in readings) for head in [record["head"], *record.get("head_alt", [])]), record
        assert set(squeeze("".join(readings))) <= set(flat), record
        assert all(body["role"] in ("lead", "support", "responsible") and squeeze(body["name"]) in flat for body in record["departments"])
        if record["status"] == "planned":
            assert record["period"] or record.get("period_alt"), record


def test_gold_is_large_enough() -> None:
    assert len(GOLD) >= 10
    figures = [r for name in GOLD for r in read_lines(CORPUS / "gold" / f"{name}.jsonl")]
    assert len(figures) >= 450
    assert {r["category"] for r in figures} == set(build.CATEGORIES)
    assert {r["comparator"] for r in figures} == markup.COMPARATORS


def test_txt_gold_is_the_decoded_file() -> None:
    for name in GOLD:
        path = CORPUS / "documents" / f"{name}.txt"
        if path.exists():
            text = path.read_bytes().decode(SAMPLES[name].head.get("encoding", "utf-8"))
            assert text == (CORPUS / "gold" / f"{name}.txt").read_text(encoding="utf-8"), name


def test_sentences_point_into_their_documents() -> None:
    sentences = read_lines(CORPUS / "gold" / "sentences.jsonl")
    texts = {name: (CORPUS / "gold" / f"{name}.txt").read_text(encoding="utf-8") for name in {s["document"] for s in sentences}}
    assert len(texts) >= 6
    for sentence in sentences:
        assert texts[sentence["document"]][sentence["start"]:sentence["end"]].replace("\n", "") == sentence["text"]
        assert sentence["kinds"] and set(sentence["kinds"]) <= set(markup.KIND.values())
    assert {s["kinds"][0] for s in sentences} == set(markup.KIND.values())


def test_categories_have_enough_sentences_of_every_code() -> None:
    records = read_lines(CORPUS / "gold" / "categories.jsonl")
    counts = collections.Counter(r["labels"][0] for r in records)
    assert set(counts) == {*build.CATEGORIES, "none"}
    assert min(counts.values()) >= 20
    assert min(counts[code] for code in ("construction", "renewal", "water", "energy")) >= 35
    assert len({r["text"] for r in records}) == len(records)


def test_hard_wrapped_page_breaks_a_number_from_its_unit() -> None:
    name = "liaohai_housing_2024"
    text = (CORPUS / "gold" / f"{name}.txt").read_text(encoding="utf-8")
    assert sum(len(line) > 40 for line in text.splitlines()) > 20
    assert any("\n" in text[r["start"]:r["end"]] for r in read_lines(CORPUS / "gold" / f"{name}.jsonl"))


def test_a_table_runs_over_two_pdf_pages() -> None:
    import pypdfium2

    pdf = pypdfium2.PdfDocument(CORPUS / "documents" / "yunzhou_plan_14th.pdf")
    rows = [line.cells[2] for line in SAMPLES["yunzhou_plan_14th"].lines if line.role == "row"]
    pages = [squeeze(page.get_textpage().get_text_bounded()) for page in pdf]
    assert len([page for page in pages if sum(squeeze(row) in page for row in rows) >= 3]) >= 2


@pytest.mark.parametrize(("quote", "value", "high", "unit", "comparator", "change"), [
    ("3.1万\n套", 31000, None, "套", "eq", "level"),  # hard break inside
    ("1.3万亿斤", 1.3e12, None, "斤", "eq", "level"),  # two magnitudes
    ("300多个", 300, None, "个", "gt", "level"),  # 多 inside
    ("5%—6%", 5, 6, "%", "range", "level"),  # unit on both sides
    ("3—5个", 3, 5, "个", "range", "level"),  # unit once
    ("6万—8万人", 60000, 80000, "人", "range", "level"),  # magnitude on both sides
    ("100-130万元", 1e6, 1.3e6, "元", "range", "level"),  # magnitude shared
    ("百分之六点二", 6.2, None, "%", "eq", "level"),  # spoken per cent
    ("三分之一", 33.3333, None, "%", "eq", "level"),  # fraction
    ("四成", 40, None, "%", "eq", "level"),
    ("翻两番", 4, None, "倍", "eq", "increase"),
    ("减半", 50, None, "%", "eq", "decrease"),
    ("零返黑", 0, None, None, "eq", "level"),  # zero outcome
    ("十二个", 12, None, "个", "eq", "level"),
    ("25元/平方米", 25, None, "元/平方米", "eq", "level"),
    ("第8位", 8, None, "位", "eq", "level"),
])
def test_amounts_are_read_from_their_quote(quote: str, value: float, high: float | None, unit: str | None, comparator: str, change: str) -> None:
    found = markup.read_amount(quote)
    assert (found["value"], found["value_max"], found["unit"]) == (value, high, unit)
    assert (found["comparator"], found["change"]) == (comparator, change)
