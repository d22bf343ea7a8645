"""The way in: format by content, errors that name the file, hostile files that cost an error each and nothing else."""

from __future__ import annotations

import hashlib
import os
import pathlib

import pytest
from hostile_office import HOSTILE
from office_samples import docx, p, xlsx

from analyzer.errors import AnalyzerError, UnreadableDocument, UnsupportedFormat
from analyzer.ingest import read_bytes, read_document, sniff
from analyzer.ingest.sandbox import Limits

SHARED = pathlib.Path(os.environ.get("POLICY_SHARED") or pathlib.Path(__file__).parents[2] / ".." / "shared")


@pytest.mark.parametrize("case", HOSTILE, ids=lambda case: case.name)
def test_a_hostile_file_costs_a_clear_error_or_is_read(case):
    data = case.make()
    limits = Limits(seconds=30, memory_bytes=2 * 1024 ** 3)
    if case.word is None:
        assert read_bytes(data, case.name, limits=limits).text
        return
    with pytest.raises(AnalyzerError) as caught:
        read_bytes(data, case.name, limits=limits)
    assert case.name in caught.value.english and case.word in caught.value.english
    assert case.name in caught.value.chinese and any("一" <= char <= "鿿" for char in caught.value.chinese)


def test_there_are_enough_hostile_kinds():
    assert len({case.name for case in HOSTILE}) == len(HOSTILE) >= 70


def test_after_all_that_reading_still_works():
    assert read_bytes(docx(p("改造小区120个。")), "a.docx").text == "改造小区120个。\n"


@pytest.mark.parametrize(("data", "kind"), [
    (b"%PDF-1.7\n", "pdf"), (b"\n\n%PDF-1.4", "pdf"), (b"\x89PNG\r\n\x1a\n", "image"), (b"\xff\xd8\xff\xe0", "image"),
    (b"<!DOCTYPE html><html>", "html"), (b"  <HTML><body>", "html"), (b"<?xml version='1.0'?><html xmlns='x'>", "html"),
    (b"<div><p>a</p></div>", "html"), ("普通文字 <b>".encode(), "txt"), (b"# Heading\n", "txt"),
    (docx(p("文字")), "docx"), (xlsx(lambda book: book.add_worksheet()), "xlsx"),
])
def test_the_content_tells_the_format(data, kind):
    assert sniff(data) == kind


def test_missing_folder_and_oversized(tmp_path):
    with pytest.raises(UnreadableDocument, match="no such file"):
        read_document(tmp_path / "没有.txt")
    with pytest.raises(UnreadableDocument, match="folder"):
        read_document(tmp_path)
    path = tmp_path / "大.txt"
    path.write_text("文字" * 100, encoding="utf-8")
    with pytest.raises(UnreadableDocument, match="limit"):
        read_document(path, limits=Limits(file_bytes=100))
    with pytest.raises(UnreadableDocument, match="21 paragraphs and cells, more than the limit of 20"):
        read_bytes("第一句。\n\n".encode() * 21, "a.txt", limits=Limits(pieces=20))


def test_an_unsupported_one_says_what_can_be_read():
    with pytest.raises(UnsupportedFormat, match="DOCX") as caught:
        read_bytes(b"{\\rtf1 a}", "信.rtf")
    assert "信.rtf" in caught.value.chinese


def test_the_hash_is_that_of_the_file(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes("一、任务\r\n改造小区120个。".encode("gb18030"))
    document = read_document(path)
    assert document.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert document.text == "一、任务\r\n改造小区120个。" and document.name == "a.txt"


@pytest.mark.skipif(not (SHARED / "corpus" / "documents").is_dir(), reason="needs the shared corpus of real documents")
def test_real_files_of_every_office_format_are_read():
    found = [path for path in sorted((SHARED / "corpus" / "documents").iterdir())
             if path.suffix in (".doc", ".docx", ".html", ".ofd", ".xlsx", ".md")]
    assert len(found) > 50
    for path in found:
        document = read_document(path)
        assert document.blocks and document.text.strip()
        assert all(0 <= block.start < block.end <= len(document.text) for block in document.blocks)
        assert all(document.blocks[n].end <= document.blocks[n + 1].start for n in range(len(document.blocks) - 1))
