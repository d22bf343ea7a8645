"""What each command of the command line does; `__main__` knows their grammar."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from analyzer.commands_compare import run_compare, run_track
from analyzer.commands_words import run_words
from analyzer.errors import AnalyzerError
from analyzer.inputs import analyze_path, expand_paths, given_limits, name_path, read_each, read_path
from analyzer.printing import fit, open_writer, print_jsonl
from analyzer.records import Document, to_dict


def run_extract(args: argparse.Namespace) -> int:
    what = "commitments" if args.commitments else "sentences" if args.sentences else "rejected" if args.rejected else "figures"
    failed: list[str] = []
    paths, limits = list(expand_paths(args.paths)), given_limits(args)
    write = open_writer(args.format, what, many=len(paths) > 1)
    for path, analysis in read_each(paths, lambda path: analyze_path(path, infer=args.infer_departments, limits=limits), failed):
        for warning in analysis.document.warnings:
            print(f"warning: {path}: {warning}", file=sys.stderr)
        write(to_dict(record) for record in getattr(analysis, what))
    return 1 if failed else 0


def run_read(args: argparse.Namespace) -> int:
    failed: list[str] = []
    limits = given_limits(args)
    for _, document in read_each(expand_paths(args.paths), lambda path: read_path(path, limits), failed):
        if args.format == "text":
            print(document.text)
        else:
            print(json.dumps(document_to_dict(document), ensure_ascii=False, indent=2 if args.format == "json" else None))
    return 1 if failed else 0


def document_to_dict(document: Document) -> dict[str, Any]:
    """The Document as `read` prints it: blocks in reading order, a table's rows as lists of cell texts."""
    from analyzer.ingest.tables import rows_of

    fields = ("name", "format", "title", "issuer", "number", "dates", "region", "level", "sha256", "pages", "url", "accessed", "warnings", "text")
    result = {name: getattr(document, name) for name in fields}
    result["blocks"] = []
    for block in document.blocks:
        entry = {name: getattr(block, name) for name in ("kind", "level", "start", "end", "page", "box", "source")}
        if block.cells:
            entry["rows"] = rows_of(document, block)
            entry["header_rows"] = sorted({cell.row for cell in block.cells if cell.header})
            entry["merged"] = [[cell.row, cell.column, cell.row_span, cell.column_span] for cell in block.cells
                               if cell.row_span > 1 or cell.column_span > 1]
        result["blocks"].append(entry)
    return result


def run_classify(args: argparse.Namespace) -> int:
    from analyzer.categories import classify

    document = read_path(args.file)
    lines = [line.strip() for line in document.text.splitlines() if line.strip()]
    records = [{"text": line, "code": found.code or "none", "second": found.second, "probability": round(found.probability, 4),
                "words": list(found.words)} for line, found in zip(lines, classify(lines), strict=True)]
    if args.format == "jsonl":
        print_jsonl(records)
    else:
        for record in records:
            print(f"{fit(str(record['code']), 13)} {record['probability']:.2f}  {fit(str(record['text']), 80)}")
    return 0


def run_evaluate(args: argparse.Namespace) -> int:
    from analyzer.evaluation import Tally, compare_runs, read_gold, score_document, tally_to_scores

    total = Tally()
    genres: dict[str, Tally] = {}
    for path, gold in read_gold(Path(args.gold)):
        analysis = analyze_path(str(path))
        tally = score_document(path.stem, analysis.document.text, gold, analysis.figures)
        total.add(tally)
        genres.setdefault(analysis.genre, Tally()).add(tally)
    scores = {"all": tally_to_scores(total)} | {genre: tally_to_scores(tally) for genre, tally in sorted(genres.items())}
    last = Path(args.last) if args.last else cache_folder() / f"evaluation-{abs(hash_text(str(Path(args.gold).resolve())))}.json"
    before = set(json.loads(last.read_text(encoding="utf-8"))) if last.exists() else None
    if args.format == "jsonl":
        print_jsonl({"genre": genre, **row} for genre, row in scores.items())
    else:
        _print_scores(scores)
    for kind, rows in total.errors.items():
        for row in rows[:args.errors]:
            print(f"{kind}: {row}", file=sys.stderr)
    if before is not None:
        gained, lost = compare_runs(before, total.right)
        print(f"since the last run: {len(gained)} fields gained, {len(lost)} lost", file=sys.stderr)
        for sign, rows in (("+", gained), ("-", lost)):
            for row in rows[:40]:
                print(f"  {sign} {row}", file=sys.stderr)
    last.parent.mkdir(parents=True, exist_ok=True)
    last.write_text(json.dumps(sorted(total.right), ensure_ascii=False), encoding="utf-8")
    return 0


def _print_scores(scores: dict[str, dict[str, Any]]) -> None:
    print(fit("", 22) + "".join(fit(genre, 12) for genre in scores))
    for name in scores["all"]:
        cells = (scores[genre][name] for genre in scores)
        print(fit(name, 22) + "".join(fit("-" if cell is None else f"{cell:.4f}" if isinstance(cell, float) else str(cell), 12) for cell in cells))


def hash_text(text: str) -> int:
    """The same number for the same text in every process, unlike `hash`."""
    import zlib

    return zlib.crc32(text.encode("utf-8"))


def cache_folder() -> Path:
    home = os.environ.get("POLICY_ANALYZER_HOME")
    return Path(home) / "cache" if home else Path.home() / ".policy-analyzer" / "cache"


def run_batch(args: argparse.Namespace) -> int:
    from dataclasses import asdict

    from tqdm import tqdm

    from analyzer import batch

    paths = list(expand_paths(args.paths))
    sinks = [batch.open_sink(destination, retry=args.retry) for destination in args.out]
    known: list[batch.Outcome] = []
    with tqdm(total=len(paths), unit="doc", file=sys.stderr, disable=None) as bar:
        def tell(outcome: batch.Outcome) -> None:
            bar.update()
            if outcome.status == "known":
                known.append(outcome)
            elif args.format == "jsonl":
                print(json.dumps(asdict(outcome)), flush=True)
            if outcome.error:
                before = " (as before; --retry tries it again)" if outcome.status == "known" else ""
                bar.write(f"error: {name_path(outcome.path, outcome.error)}{before}", file=sys.stderr)

        options: dict[str, Any] = {"seconds": args.timeout, "megabytes": args.memory, "infer_departments": args.infer_departments, "report": tell}
        if args.scheduler:
            from analyzer import cluster

            with cluster.connect(args.scheduler) as executor:
                outcomes = cluster.run_on_executor(paths, sinks, executor, **options)
        else:
            outcomes = batch.run_batch(paths, sinks, workers=args.workers, **options)
    for sink in sinks:
        sink.close()
    failed = sum(outcome.status == "failed" for outcome in outcomes)
    failed_before = sum(bool(outcome.error) for outcome in known)
    print(f"{len(outcomes) - failed} documents done, {failed} failed; {len(known) - failed_before} were done before"
          + (f", {failed_before} had failed before: --retry tries them again" if failed_before else ""), file=sys.stderr)
    return 1 if failed or failed_before else 0


def run_app(args: argparse.Namespace) -> int:
    """Streamlit on the app's script, bound to this machine; what `.streamlit/config.toml` says in a checkout is said here."""
    import subprocess

    script = Path(__file__).parent / "ui" / "launch.py"
    options = {"server.address": "127.0.0.1", "server.port": str(args.port), "server.fileWatcherType": "none", "client.toolbarMode": "minimal",
               "client.showErrorDetails": "none", "client.disableDataExport": "true", "runner.postScriptGC": "false",
               "browser.gatherUsageStats": "false", "theme.primaryColor": "#b3261e",
               "theme.font": "Noto Sans CJK SC, Source Han Sans SC, PingFang SC, Microsoft YaHei, sans-serif"}
    flags = [f"--{name}={value}" for name, value in options.items()]
    return subprocess.call([sys.executable, "-m", "streamlit", "run", str(script), *flags])


def run_train(args: argparse.Namespace) -> int:
    from analyzer.training import train_models

    for line in train_models([Path(source) for source in args.sources], model=args.model, codebook=args.codebook, out=args.out):
        print(line, file=sys.stderr)
    return 0


def run_backup(args: argparse.Namespace) -> int:
    from analyzer.store import backup, default_home, open_store

    home = Path(args.home) if args.home else default_home()
    if not os.environ.get("POLICY_ANALYZER_DATABASE") and not (home / "library.sqlite").is_file():
        raise AnalyzerError(f"{home}: there is no library here; --home DIR names another folder", f"{home}：此处没有资料库；可用 --home 指定文件夹")
    _print_backup(backup.backup_library(open_store(home=home), Path(args.file)))
    return 0


def run_restore(args: argparse.Namespace) -> int:
    from analyzer.store import backup, default_home, open_store

    home = Path(args.home) if args.home else default_home()
    if not Path(args.file).is_file():
        raise AnalyzerError(f"{args.file}: there is no such file", f"{args.file}：文件不存在")
    _print_backup(backup.restore_library(Path(args.file), open_store(home=home)))
    open_store(home=home)  # lifts an older library at once
    return 0


def _print_backup(found: Any) -> None:
    print(f"{found.documents} documents, {found.figures} figures, {found.corrections} corrections, {found.jobs} jobs, {found.files} files; "
          f"{found.size / 1e6:.1f} MB, of {found.created} (version {found.version})")


__all__ = ["run_app", "run_backup", "run_batch", "run_classify", "run_compare", "run_evaluate", "run_extract", "run_read", "run_restore",
           "run_track", "run_train", "run_words"]
