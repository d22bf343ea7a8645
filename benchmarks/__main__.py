"""Everything that has a peer, side by side in one run: `python -m benchmarks [TEXTS] [--pdf FOLDER] [--only NAME ...]`.

TEXTS is a folder of plain texts (default: ../shared/corpus/bulk if there is one, else the samples). Ratios are the peer's
time through ours: above 1 we are quicker. Each part runs in a process of its own, so that memory is its own as well.
"""

from __future__ import annotations

import argparse
import datetime
import importlib.metadata
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BULK = ROOT.parent / "shared" / "corpus" / "bulk"
PDFS = ROOT.parent / "shared" / "corpus" / "documents"
PARTS = ("start", "text", "length", "batch", "pdf", "export")
PEERS = ("jieba", "rjieba", "jionlp", "recognizers-text-suite", "pdfplumber", "pandas", "openpyxl", "xlsxwriter", "spacy", "numpy")


def measure_text(texts: Path) -> None:
    """Characters a processor second, text to records, beside the segmenters and parsers that are installed; the best of three rounds."""
    from analyzer.analysis import analyze
    from analyzer.ingest import text_to_document
    from benchmarks.peers import ALL, find_peers

    read = [path.read_text(encoding="utf-8", errors="replace") for path in sorted(texts.glob("*.txt"))[:150]]
    documents = dict(zip(read, map(text_to_document, read), strict=True))
    ours = [("analyze", lambda text: analyze(documents[text]), ALL), ("read and analyze", lambda text: analyze(text_to_document(text)), ALL)]
    best: dict[str, float] = {}
    runners = [*ours, *find_peers()]
    for round_ in range(4):
        for name, function, count in runners:
            begun, size = time.process_time(), 0
            for text in read[:count if round_ else 10]:  # the first round is for what loads at the first use
                function(text)
                size += len(text)
            if round_ and (count == ALL or round_ == 1):
                best[name] = max(best.get(name, 0.0), size / (time.process_time() - begun))
    print(f"{len(read)} texts, {sum(map(len, read)):,} characters")
    for name, speed in best.items():
        print(f"{name:40} {speed:12,.0f} characters per CPU second; ratio {best['analyze'] / speed:.2f}")


def measure_length(texts: Path) -> None:
    """What a character costs in texts of 20,000 and of 2,000,000 characters with the same content, and memory."""
    import resource

    from analyzer.analysis import analyze
    from analyzer.ingest import text_to_document

    body = "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in sorted(texts.glob("*.txt")))
    while len(body) < 2_000_000:
        body += "\n" + body
    analyze(text_to_document(body[:20_000]))
    costs = []
    for size, count in ((20_000, 100), (2_000_000, 1)):
        documents = [text_to_document(body[number * size:(number + 1) * size]) for number in range(count)]
        begun = time.process_time()
        for document in documents:
            analyze(document)
        costs.append((time.process_time() - begun) / (size * count))
        print(f"{size:9,} characters: {costs[-1] * 1e6:.2f} µs a character, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at most")
    print(f"long text against short ones: {costs[1] / costs[0]:.2f} (bar: 1.2)")


def measure_start() -> None:
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / "short.txt"
        text.write_text("到2025年，改造城镇老旧小区1200个。\n", encoding="utf-8")
        for name, arguments in (("import analyzer", ["-c", "import analyzer"]), ("--help", ["-m", "analyzer", "--help"]),
                                ("first result", ["-m", "analyzer", "extract", str(text), "--format", "jsonl"])):
            times = []
            for _ in range(3):
                begun = time.perf_counter()
                subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
                times.append(time.perf_counter() - begun)
            print(f"{name}: {min(times):.2f} s (best of 3; worst {max(times):.2f})")


def measure_batch(texts: Path) -> None:
    """The whole command with one worker and with two, in turn, the best of three runs each; others' work falsifies the ratio."""
    from benchmarks.clock import time_command

    count, best = len(list(texts.glob("*.txt"))), {1: 1e9, 2: 1e9}
    for workers in (1, 2) * 3:
        with tempfile.TemporaryDirectory() as folder:
            wall, cpu, others = time_command([sys.executable, "-m", "analyzer", "batch", str(texts), "--out", f"{folder}/out", "--workers", str(workers)])
            size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file()) / 1e6
        best[workers] = min(best[workers], wall)
        print(f"{workers} workers: {count} documents in {wall:.1f} s, {cpu:.1f} s of CPU ({count / cpu * 3600:,.0f} documents per core-hour), {size:.1f} MB; "
              f"others took {others:.0%} of the machine")
    print(f"two workers against one: {best[1] / best[2]:.2f} (bar: 1.7)")


def make_rows(count: int) -> list[dict]:
    return [{"key": f"{i:024d}", "document": f"第{i // 200}号文件", "file": f"{i // 200}.txt", "sha256": "0" * 64, "start": i, "end": i + 4,
             "quote": f"{i}个", "value": float(i), "value_max": None, "unit": "个", "comparator": "ge", "change": "level",
             "indicator": f"老旧小区改造{i % 97}", "action": "改造", "status": "planned", "period": "2025", "due": "2025-12-31", "region": "全市",
             "category": "renewal", "departments": [{"name": "市住房城乡建设局", "role": "responsible", "source": "explicit"}],
             "sentence": f"今年改造城镇老旧小区{i}个，惠及居民若干户，责任到人、抓好落实。", "section": ["三、重点工作"], "page": None,
             "confidence": 0.9, "review": "open", "rules": ["number:arabic"], "issuer": "某市人民政府"} for i in range(count)]


def measure_export(peer: str | None, count: int = 100_000) -> None:
    """One way to write the rows, in this process; without a name all ways, each in its own."""
    import resource

    if peer is None:
        for name in ("ours", "pandas", "openpyxl"):
            subprocess.run([sys.executable, "-m", "benchmarks", "--only", "export", "--peer", name], check=True, cwd=ROOT)
        return
    rows = make_rows(count)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    begun, spent = time.perf_counter(), time.process_time()
    if peer == "ours":
        from analyzer.export import rows_to_workbook

        size = len(rows_to_workbook(iter(rows)))
    else:
        from analyzer.export.rows import flatten
        from analyzer.export.workbook import FIGURE_FIELDS

        flat = [flatten(row, FIGURE_FIELDS) for row in rows]
        with tempfile.TemporaryDirectory() as folder:
            target = Path(folder) / "out.xlsx"
            if peer == "pandas":
                import pandas

                pandas.DataFrame(flat).to_excel(target, index=False)
            else:
                import openpyxl

                book = openpyxl.Workbook(write_only=True)
                sheet = book.create_sheet()
                sheet.append(FIGURE_FIELDS)
                for row in flat:
                    sheet.append([row.get(field) for field in FIGURE_FIELDS])
                book.save(target)
            size = target.stat().st_size
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{count:,} figures to XLSX, {peer}: {time.perf_counter() - begun:.1f} s ({time.process_time() - spent:.1f} s of CPU), {peak:.0f} MB "
          f"at most ({before:.0f} MB of it the rows and Python), file {size / 1e6:.1f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("texts", nargs="?", type=Path, default=BULK if BULK.is_dir() else ROOT / "corpus" / "documents")
    parser.add_argument("--pdf", type=Path, default=PDFS if PDFS.is_dir() else ROOT / "corpus" / "documents")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--peer", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if len(options.only) > 1:
        versions = []
        for name in PEERS:
            try:
                versions.append(f"{name} {importlib.metadata.version(name)}")
            except importlib.metadata.PackageNotFoundError:
                continue
        machine = f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
        print(f"{datetime.date.today()}, {machine}; {', '.join(versions)}", flush=True)
        for part in options.only:
            print(f"\n## {part}", flush=True)
            subprocess.run([sys.executable, "-m", "benchmarks", str(options.texts), "--pdf", str(options.pdf), "--only", part], check=False, cwd=ROOT)
        return
    part = options.only[0]
    if part == "pdf":
        subprocess.run([sys.executable, str(ROOT / "benchmarks" / "read_pdf.py"), str(options.pdf)], check=True)
    elif part == "start":
        measure_start()
    elif part == "export":
        measure_export(options.peer)
    else:
        {"text": measure_text, "length": measure_length, "batch": measure_batch}[part](options.texts.resolve())


if __name__ == "__main__":
    main()
