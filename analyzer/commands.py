"""What each command of the command line does; `__main__` knows their grammar."""

from __future__ import annotations

import argparse
import csv
import datetime
import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from analyzer.analysis import analyze
from analyzer.errors import AnalyzerError, UnreadableDocument
from analyzer.ingest import read_document
from analyzer.records import Analysis, Document, to_dict

NOT_DOCUMENTS = {".jsonl", ".json", ".py", ".yaml", ".yml", ".png", ".npz", ".sqlite"}
TABLE_COLUMNS = {"figures": (("quote", 14), ("indicator", 30), ("value", 14), ("unit", 8), ("comparator", 8), ("status", 9), ("period", 10),
                             ("category", 12), ("departments", 24)),
                 "commitments": (("text", 60), ("action", 10), ("object", 24), ("category", 12), ("period", 10), ("departments", 24)),
                 "sentences": (("kind", 12), ("text", 100)), "rejected": (("quote", 14), ("reason", 20), ("start", 8))}


def run_extract(args: argparse.Namespace) -> int:
    what = "commitments" if args.commitments else "sentences" if args.sentences else "rejected" if args.rejected else "figures"
    failed = False
    writer = _writer(args.format, what)
    for path in expand_paths(args.paths):
        try:
            analysis = _analyze_path(path, infer=args.infer_departments)
        except AnalyzerError as error:
            print(f"error: {error}", file=sys.stderr)
            failed = True
            continue
        for warning in analysis.document.warnings:
            print(f"warning: {analysis.document.name}: {warning}", file=sys.stderr)
        writer(to_dict(record) for record in getattr(analysis, what))
    return 1 if failed else 0


def _analyze_path(path: str, *, infer: bool = False) -> Analysis:
    return analyze(_read(path), infer_departments=infer)


def _read(path: str) -> Document:
    return read_document(path, accessed=datetime.date.today().isoformat())  # the day to cite a page with


def expand_paths(paths: Iterable[str]) -> Iterator[str]:
    """Files and addresses as they are, folders as the documents in them, in order of their names."""
    for path in paths:
        folder = Path(path)
        if folder.is_dir():
            inside = sorted(str(file) for file in folder.rglob("*")
                            if file.is_file() and file.suffix.lower() not in NOT_DOCUMENTS and not file.name.startswith("."))
            if not inside:
                print(f"warning: {path}: no documents in this folder", file=sys.stderr)
            yield from inside
        else:
            yield path


def _writer(form: str, what: str) -> Any:
    """A function that prints records in the format; the header of a CSV file or table is printed once."""
    if form == "jsonl":
        return _print_jsonl
    if form == "csv":
        sheet = csv.writer(sys.stdout, lineterminator="\n")
        head: list[str] = []

        def write_csv(records: Iterable[dict[str, Any]]) -> None:
            for record in records:
                if not head:
                    head.extend(record)
                    sheet.writerow(head)
                sheet.writerow([_cell(record[name]) for name in head])

        return write_csv
    columns = TABLE_COLUMNS[what]
    print("  ".join(_fit(name, width) for name, width in columns))

    def write_table(records: Iterable[dict[str, Any]]) -> None:
        for record in records:
            if record.get("value_max") is not None:
                record = {**record, "value": f"{_brief(record['value'])}—{_brief(record['value_max'])}"}
            print("  ".join(_fit(_brief(record[name]), width) for name, width in columns))

    return write_table


def _print_jsonl(records: Iterable[dict[str, Any]]) -> None:
    for record in records:
        print(json.dumps(record, ensure_ascii=False))


def _cell(value: Any) -> Any:
    """A cell for CSV: lists as JSON, text that a spreadsheet would run as a formula with an apostrophe before it."""
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")):
        return f"'{value}"
    return value


def _brief(value: Any) -> str:
    if isinstance(value, list):
        return "、".join(item["name"] if isinstance(item, dict) else str(item) for item in value)
    return "" if value is None else str(value)


def _fit(words: str, width: int) -> str:
    """Words cut or padded to a number of columns; a Chinese character takes two."""
    kept, used = "", 0
    for character in words.replace("\n", ""):
        size = 2 if ord(character) > 0x2E7F else 1
        if used + size > width:
            break
        kept, used = kept + character, used + size
    return kept + " " * (width - used)


def run_read(args: argparse.Namespace) -> int:
    failed = False
    for path in expand_paths(args.paths):
        try:
            document = _read(path)
        except AnalyzerError as error:
            print(f"error: {error}", file=sys.stderr)
            failed = True
            continue
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

    document = read_document(args.file)
    lines = [line.strip() for line in document.text.splitlines() if line.strip()]
    records = [{"text": line, "code": found.code or "none", "second": found.second, "probability": round(found.probability, 4),
                "words": list(found.words)} for line, found in zip(lines, classify(lines), strict=True)]
    if args.format == "jsonl":
        _print_jsonl(records)
    else:
        for record in records:
            print(f"{_fit(str(record['code']), 13)} {record['probability']:.2f}  {_fit(str(record['text']), 80)}")
    return 0


def run_evaluate(args: argparse.Namespace) -> int:
    from analyzer.evaluation import Tally, compare_runs, read_gold, score_document, tally_to_scores

    total = Tally()
    genres: dict[str, Tally] = {}
    for path, gold in read_gold(Path(args.gold)):
        analysis = _analyze_path(str(path))
        tally = score_document(path.stem, analysis.document.text, gold, analysis.figures)
        total.add(tally)
        genres.setdefault(analysis.genre, Tally()).add(tally)
    scores = {"all": tally_to_scores(total)} | {genre: tally_to_scores(tally) for genre, tally in sorted(genres.items())}
    last = Path(args.last) if args.last else cache_folder() / f"evaluation-{abs(hash_text(str(Path(args.gold).resolve())))}.json"
    before = set(json.loads(last.read_text(encoding="utf-8"))) if last.exists() else None
    if args.format == "jsonl":
        _print_jsonl({"genre": genre, **row} for genre, row in scores.items())
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
    print(_fit("", 22) + "".join(_fit(genre, 12) for genre in scores))
    for name in scores["all"]:
        cells = (scores[genre][name] for genre in scores)
        print(_fit(name, 22) + "".join(_fit("-" if cell is None else f"{cell:.4f}" if isinstance(cell, float) else str(cell), 12) for cell in cells))


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
    known = 0
    with tqdm(total=len(paths), unit="doc", file=sys.stderr, disable=None) as bar:
        def tell(outcome: batch.Outcome) -> None:
            nonlocal known
            bar.update()
            known += outcome.status == "known"
            if args.format == "jsonl" and outcome.status != "known":
                print(json.dumps(asdict(outcome)), flush=True)
            if outcome.status == "failed":
                bar.write(f"error: {outcome.error}", file=sys.stderr)

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
    print(f"{len(outcomes) - failed} documents done, {failed} failed, {known} were known before", file=sys.stderr)
    return 1 if failed else 0


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


def run_compare(args: argparse.Namespace) -> int:
    from analyzer import comparing
    from analyzer.compare import compare_sources, region_matrix, time_series
    from analyzer.texts import compare_texts

    if args.text:
        if len(args.paths) != 2:
            raise AnalyzerError("compare --text takes two documents", "compare --text 需要两份文件")
        passages = compare_texts(*(read_document(path) for path in args.paths))
        if args.format == "jsonl":
            _print_jsonl(map(comparing.passage_to_record, passages))
        else:
            for passage in passages:
                if passage.kind != "same":
                    print(f"{_fit(passage.kind, 18)} - {passage.before or ''}\n{' ' * 18} + {passage.after or ''}")
        return 0
    sources, failed = _read_sources(args.paths)
    statuses = ("planned", "achieved") if args.status == "all" else (args.status,)
    if args.series:
        _print_series(time_series(sources), args.format)
        return 1 if failed else 0
    lines = (region_matrix(sources, args.year, statuses=statuses) if args.year
             else compare_sources(sources, statuses=statuses, lone=not args.shared))
    if args.format == "jsonl":
        _print_jsonl(comparing.line_to_record(line, [source.name for source in sources]) for line in lines)
    else:
        print(_fit("indicator", 34) + "".join(_fit(source.name, 25) + " " for source in sources) + "change")
        for line in lines:
            cells = "".join(_fit(comparing.figure_to_words(cell.figure if cell else None), 25) + " " for cell in line.cells)
            print(_fit(line.indicator, 33) + " " + cells + line.change + (f", {line.wording}" if line.wording else ""))
    return 1 if failed else 0


def _print_series(found: Iterable[Any], form: str) -> None:
    from analyzer import comparing

    if form == "jsonl":
        _print_jsonl(map(comparing.series_to_record, found))
        return
    for series in found:
        points = ", ".join(f"{point.period} {comparing.figure_to_words(point.figure)} ({point.status})" for point in series.points)
        print(f"{_fit(series.indicator, 33)} {points}")


def run_track(args: argparse.Namespace) -> int:
    from analyzer import comparing
    from analyzer.track import fulfilment_rates, read_actuals, track_targets

    actuals = read_actuals(Path(args.actuals)) if args.actuals else []
    if not args.later and not actuals:
        raise AnalyzerError("track needs a later document or --actuals FILE", "track 需要后来的文件，或用 --actuals 给出实际值表")
    earlier, failed = _read_sources([args.earlier])
    later, failed_too = _read_sources([args.later] if args.later else [])
    follows = track_targets(earlier, later, actuals=actuals)
    if args.rates:
        rates = [comparing.rate_to_record(rate) for rate in fulfilment_rates(follows, by=args.rates)]
        if args.format == "jsonl":
            _print_jsonl(rates)
        elif rates:
            print("".join(_fit(name, 15) for name in rates[0]))
            for rate in rates:
                print("".join(_fit("-" if cell is None else str(cell), 15) for cell in rate.values()))
    elif args.format == "jsonl":
        _print_jsonl(map(comparing.follow_to_record, follows))
    else:
        print(_fit("verdict", 15) + _fit("indicator", 34) + _fit("target", 20) + _fit("result", 20) + "confidence")
        for follow in follows:
            result = follow.result
            reached = comparing.figure_to_words(result.figure) if result and result.figure else f"{result.value:g}{result.unit or ''}" if result else "—"
            print(_fit(follow.verdict, 15) + _fit(follow.indicator, 33) + " " + _fit(comparing.figure_to_words(follow.target), 20)
                  + _fit(reached, 20) + (f"{follow.confidence:.2f}" if result else ""))
    return 1 if failed or failed_too else 0


def _read_sources(paths: Iterable[str]) -> tuple[list[Any], bool]:
    """The documents as sources of figures, and whether one could not be read."""
    from analyzer.grouping import analysis_to_source

    sources, failed = [], False
    for path in expand_paths(paths):
        try:
            sources.append(analysis_to_source(_analyze_path(path)))
        except AnalyzerError as error:
            print(f"error: {error}", file=sys.stderr)
            failed = True
    return sources, failed


__all__ = ["UnreadableDocument", "expand_paths", "run_backup", "run_batch", "run_restore", "run_classify", "run_compare", "run_evaluate", "run_track",
           "run_extract", "run_read", "run_train"]
