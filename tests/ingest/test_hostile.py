"""Hostile and broken PDFs and pictures cost one clear error each, soon, and the next good file is read as if nothing had been."""

import time

import hostile_pdf
import pytest

from analyzer.errors import AnalyzerError
from analyzer.ingest import read_bytes
from analyzer.ingest.sandbox import Limits
from analyzer.records import Document

LIMITS = Limits(seconds=6.0, memory_bytes=2 << 30)
REFUSED = list(hostile_pdf.REFUSED.items())
SURVIVED = list(hostile_pdf.SURVIVED.items())


@pytest.mark.parametrize(("name", "make"), REFUSED, ids=[name for name, _ in REFUSED])
def test_broken_files_are_refused_with_a_clear_error(name, make):
    with pytest.raises(AnalyzerError) as caught:
        read_bytes(make(), f"{name}.bin", limits=LIMITS)
    assert name in caught.value.english and name in caught.value.chinese
    assert any("一" <= char <= "鿿" for char in caught.value.chinese)
    assert "Traceback" not in str(caught.value) and len(str(caught.value)) < 600


@pytest.mark.parametrize(("name", "make"), SURVIVED, ids=[name for name, _ in SURVIVED])
def test_hostile_files_do_no_harm(name, make):
    data = make()
    start = time.monotonic()
    try:
        document = read_bytes(data, f"{name}.bin", limits=LIMITS)
    except AnalyzerError as error:
        assert name in error.english and name in error.chinese
    else:
        assert isinstance(document, Document) and len(document.text) <= LIMITS.characters
        assert all(0 <= block.start <= block.end <= len(document.text) for block in document.blocks)
    assert time.monotonic() - start < LIMITS.seconds + 30  # the child was stopped, not waited for


def test_the_reader_works_after_all_that():
    assert "1200 tons" in read_bytes(hostile_pdf.good(), "good.pdf").text
