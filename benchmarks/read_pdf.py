"""PDF: pages a processor second and same characters against pdfplumber, paragraphs and cells of printed samples.

    python benchmarks/read_pdf.py FOLDER_OF_PDFS [--scans]

One run measures all: this reader in its own process (text, tables, paragraphs, places), `pdfplumber.extract_text`, and
full pdfplumber (text, dedupe_chars, find_tables). Characters are compared as sets with counts, page by page, blanks
ignored and radicals mapped (in pdfplumber's glyphs before it removes doubles: it takes ⼈ over 人 for two glyphs);
`in order` counts pages where the sequence is the same, too. `--scans` adds OCR of rendered, tilted, blurred and noisy pages.
"""

from __future__ import annotations

import argparse
import logging
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "ingest"))
logging.disable(logging.ERROR)  # pdfminer's complaints about fonts

import pdf_samples  # noqa: E402
import pdfplumber  # noqa: E402

from analyzer.ingest.pdf import parse_pdf  # noqa: E402
from analyzer.ingest.pdf_lines import glyphs_to_lines  # noqa: E402
from analyzer.ingest.pdf_pages import page_picture  # noqa: E402
from analyzer.ingest.pdf_text import RADICALS, open_pdf, read_page  # noqa: E402
from analyzer.ingest.sandbox import DEFAULT_LIMITS  # noqa: E402
from analyzer.records import Document  # noqa: E402


def bare(text: str) -> str:
    return "".join(text.split()).translate(RADICALS)


def page_texts(data: bytes) -> list[str]:
    """What the reader has of each page, top to bottom, tables in place: comparable to extract_text."""
    pdf = open_pdf(data, "page")
    return [
        bare("".join(line.text for line in glyphs_to_lines(page.glyphs + page.strays, page.number)))
        for page in (read_page(pdf, index) for index in range(len(pdf)))
    ]


def document_texts(document: Document) -> list[Counter[str]]:
    """The characters of each page of a Document."""
    pages: list[Counter[str]] = [Counter() for _ in range(document.pages or 0)]
    for place in document.places:
        pages[place.page - 1].update(bare(document.text[place.start : place.end]))
    return pages


def compare_with_pdfplumber(folder: Path) -> None:
    spent = Counter[str]()
    pages = same = ordered = 0
    files = sorted(folder.glob("*.pdf"))
    if not files:
        print(f"{folder}: no PDF files here, nothing to compare with pdfplumber (the samples are printed all the same)")
        return
    for path in files:
        data = path.read_bytes()
        start = time.process_time()
        document = parse_pdf(data, path.name)
        spent["this reader"] += time.process_time() - start
        ours, lines = document_texts(document), page_texts(data)
        different = []
        with pdfplumber.open(path) as oracle:
            for page in oracle.pages:
                start = time.process_time()
                page.extract_text()
                spent["pdfplumber.extract_text"] += time.process_time() - start
        with pdfplumber.open(path) as oracle:
            for number, page in enumerate(oracle.pages):
                start = time.process_time()
                single = page.dedupe_chars()
                single.extract_text()
                single.extract_tables()
                spent["full pdfplumber"] += time.process_time() - start
                for char in page.chars:
                    char["text"] = char["text"].translate(RADICALS)
                truth = bare(page.dedupe_chars().extract_text())
                pages += 1
                same += Counter(truth) == ours[number]
                ordered += truth == lines[number]
                if Counter(truth) != ours[number]:
                    different.append(number + 1)
        print(
            f"  {path.name}: {document.pages} pages, {len(document.blocks)} blocks"
            + (f", other characters on pages {different}" if different else ""),
            flush=True,
        )
    for name, seconds in spent.items():
        print(f"{name}: {pages / seconds:.1f} pages per CPU second")
    print(
        f"ratio to full pdfplumber {spent['full pdfplumber'] / spent['this reader']:.1f}, "
        f"to extract_text {spent['pdfplumber.extract_text'] / spent['this reader']:.1f}"
    )
    print(f"same characters on {same} of {pages} pages ({same / pages:.1%}), in order on {ordered}")


def measure_samples() -> None:
    for seed in (7, 8):
        sample = pdf_samples.make_sample(seed=seed)
        for name, make in pdf_samples.PRODUCERS.items():
            document = parse_pdf(make(sample), name)
            paragraphs, cells, lost, missing = pdf_samples.score(document, sample)
            print(
                f"{name}, seed {seed}: {document.pages} pages, {paragraphs:.2%} of {len(sample.paragraphs) + 1} paragraphs intact, "
                f"{cells:.2%} of {sum(len(table.cells) for table in sample.tables)} cells exact",
                flush=True,
            )


def measure_scans() -> None:
    from rapidfuzz.distance import Levenshtein

    from analyzer.ingest.ocr import recognise
    from analyzer.ingest.pdf import pages_to_document

    sample = pdf_samples.make_sample(seed=9)
    wrong, whole, seconds, count = Counter[str](), Counter[str](), 0.0, 0
    for name, make in pdf_samples.PRODUCERS.items():
        data = make(sample)
        truth = parse_pdf(data, name)
        pdf = open_pdf(data, name)
        for number in range(3, len(pdf), len(pdf) // 4):
            picture, scale = page_picture(pdf, number, DEFAULT_LIMITS)
            wanted = _by_place(truth, number + 1)
            for kind, degraded in pdf_samples.degrade(picture).items():
                start = time.process_time()
                page = recognise(degraded, 1, scale)
                seconds += time.process_time() - start
                count += 1
                found = _by_place(pages_to_document([page], "scan", "image", [], DEFAULT_LIMITS), 1)
                wrong[kind] += Levenshtein.distance(wanted, found)
                whole[kind] += len(wanted)
    for kind in whole:
        print(f"OCR, {kind}: character error {wrong[kind] / whole[kind]:.2%} of {whole[kind]}")
    print(f"OCR: {seconds / count:.1f} CPU seconds a page")


def _by_place(document: Document, page: int) -> str:
    places = sorted(
        (place for place in document.places if place.page == page),
        key=lambda place: (round((place.box[1] + place.box[3]) / 12), place.box[0]),
    )
    return bare("".join(document.text[place.start : place.end] for place in places))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scans", action="store_true")
    options = parser.parse_args()
    compare_with_pdfplumber(options.folder)
    measure_samples()
    if options.scans:
        measure_scans()
