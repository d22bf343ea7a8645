"""The command line: `python -m analyzer COMMAND`; results on standard output, progress and errors on standard error."""

from __future__ import annotations

import argparse
import errno
import sys
from collections.abc import Sequence

from analyzer import __version__

EPILOG = """examples:
  python -m analyzer extract report.docx --format table
  python -m analyzer extract *.txt --format jsonl > figures.jsonl
  python -m analyzer extract plan.pdf --commitments --infer-departments
  python -m analyzer evaluate corpus/gold
  python -m analyzer compare report-2025.docx report-2026.docx --shared
  python -m analyzer words report-2026.docx --against report-2025.docx
  python -m analyzer track report-2025.docx report-2026.docx --actuals actuals.csv
"""


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="policy-analyzer", formatter_class=argparse.RawDescriptionHelpFormatter, epilog=EPILOG,
        description="Read Chinese government policy documents and extract quantified targets, commitments, categories and departments.")
    parser.add_argument("--version", action="version", version=f"policy-analyzer {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    extract = commands.add_parser("extract", help="print the figures (or commitments, or sentences) of documents")
    extract.add_argument("paths", nargs="+", metavar="PATH", help="a file, a folder, or an http(s) address")
    extract.add_argument("--format", choices=("jsonl", "csv", "table"), default="table", help="default: table")
    what = extract.add_mutually_exclusive_group()
    what.add_argument("--commitments", action="store_true", help="print commitments instead of figures")
    what.add_argument("--sentences", action="store_true", help="print every sentence with its kind")
    what.add_argument("--rejected", action="store_true", help="print the numbers that did not become figures, with the reason")
    extract.add_argument("--infer-departments", action="store_true", help="add likely departments, marked source: inferred")
    add_limits(extract, 900)

    read = commands.add_parser("read", help="print what was read: text, blocks, tables, title, dates")
    read.add_argument("paths", nargs="+", metavar="PATH")
    read.add_argument("--format", choices=("json", "jsonl", "text"), default="json")
    add_limits(read, 900)

    classify = commands.add_parser("classify", help="classify each line of a text file into the codebook's categories")
    classify.add_argument("file", metavar="FILE")
    classify.add_argument("--format", choices=("jsonl", "table"), default="jsonl")

    evaluate = commands.add_parser("evaluate", help="score against gold data, by field and genre, with gains and losses")
    evaluate.add_argument("gold", metavar="GOLD_DIR", help="folder with NAME.txt and NAME.jsonl")
    evaluate.add_argument("--errors", type=int, default=0, metavar="N", help="print up to N examples of each kind of error")
    evaluate.add_argument("--last", metavar="FILE", help="where the last run is kept (default: in the user's cache folder)")
    evaluate.add_argument("--format", choices=("table", "jsonl"), default="table")

    batch = commands.add_parser("batch", help="analyse many documents, resumable, on all cores")
    batch.add_argument("paths", nargs="+", metavar="PATH")
    batch.add_argument("--out", required=True, action="append", metavar="DIR|DB",
                       help="a folder (JSON, Parquet, report), a .sqlite file, or a database URL; may be given twice")
    batch.add_argument("--workers", type=int, default=None, help="child processes (default: all cores)")
    batch.add_argument("--scheduler", metavar="ADDRESS", help="work on a Dask cluster: tcp://HOST:8786 or a scheduler file")
    add_limits(batch, 120)
    batch.add_argument("--retry", action="store_true", help="do again what failed in an earlier run")
    batch.add_argument("--infer-departments", action="store_true")
    batch.add_argument("--format", choices=("table", "jsonl"), default="table", help="jsonl: one line a document on standard output")

    compare = commands.add_parser("compare", help="set the same indicators of documents side by side")
    compare.add_argument("paths", nargs="+", metavar="PATH", help="two or more documents, the earlier ones first")
    compare.add_argument("--status", choices=("planned", "achieved", "all"), default="planned", help="which figures (default: planned)")
    compare.add_argument("--shared", action="store_true", help="only indicators that two or more of the documents have")
    compare.add_argument("--year", metavar="YEAR", help="regions × indicators for one year: figures of this period that two or more documents have")
    compare.add_argument("--series", action="store_true", help="each indicator over the years instead")
    compare.add_argument("--text", action="store_true", help="compare the texts of two versions paragraph by paragraph instead")
    compare.add_argument("--format", choices=("table", "jsonl"), default="table")

    track = commands.add_parser("track", help="what became of the targets of an earlier document")
    track.add_argument("earlier", metavar="EARLIER", help="the document (or folder) with the targets")
    track.add_argument("later", metavar="LATER", nargs="?", help="the document (or folder) that reports what was reached")
    track.add_argument("--actuals", metavar="FILE", help="CSV or XLSX with indicator, value, unit, period, region, source (or 指标, 实际值, 单位 …)")
    track.add_argument("--rates", choices=("category", "region"), help="print the rates of fulfilment by category or region instead")
    track.add_argument("--format", choices=("table", "jsonl"), default="table")

    words = commands.add_parser("words", help="count the words of documents, set one group against another, or show where a word stands")
    words.add_argument("paths", nargs="+", metavar="PATH", help="a file, a folder, or an http(s) address")
    words.add_argument("--against", nargs="+", metavar="PATH", help="documents to compare with: the words most typical of the first group come first")
    words.add_argument("--find", nargs="+", metavar="WORD", help="print every place where one of these words stands instead")
    words.add_argument("--top", type=int, default=50, metavar="N", help="how many words (default: 50; 0: all)")
    words.add_argument("--format", choices=("table", "jsonl"), default="table")
    add_limits(words, 900)

    train = commands.add_parser("train", help="train the models, from corpus/ or from your own labels")
    train.add_argument("sources", nargs="*", metavar="PATH", help="gold folders and label files (default: the samples in corpus/)")
    train.add_argument("--model", choices=("all", "categories", "indicators", "status", "sentence_kinds", "departments", "confidence"), default="all")
    train.add_argument("--codebook", metavar="FILE", help="your own codebook (YAML or XLSX) instead of the default one")
    train.add_argument("--out", metavar="DIR", help="where the weights go (default: models/)")

    app = commands.add_parser("app", help="start the app in the browser, on this machine alone")
    app.add_argument("--port", type=int, default=8501, help="default: 8501")

    backup = commands.add_parser("backup", help="keep the whole library of the app in one file")
    backup.add_argument("file", metavar="FILE", help="a new file, for example library-2026-01-31.zip")
    restore = commands.add_parser("restore", help="bring a backup back into an empty library")
    restore.add_argument("file", metavar="FILE")
    for command in (backup, restore):
        command.add_argument("--home", metavar="DIR", help="the data folder (default: POLICY_ANALYZER_HOME, else ~/.policy-analyzer)")
    return parser


def add_limits(command: argparse.ArgumentParser, seconds: float) -> None:
    command.add_argument("--timeout", type=float, default=seconds, metavar="SECONDS", help=f"for one document (default: {seconds:g})")
    command.add_argument("--memory", type=int, default=4096, metavar="MB", help="address space of the child that works on it (default: 4096)")


def main(arguments: Sequence[str] | None = None) -> int:
    args = build_parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")
    if args.command == "batch" and not args.scheduler:  # the children read words and models while this process reads the command
        from analyzer.children import start_warming

        start_warming(args.out)
    from analyzer import commands
    from analyzer.errors import AnalyzerError

    try:
        return getattr(commands, f"run_{args.command}")(args)
    except AnalyzerError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        print(f"error: the disk is full ({error.filename or error.strerror}); free some space and run the command again", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
