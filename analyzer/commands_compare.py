"""What the commands `compare` and `track` do."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from analyzer.errors import AnalyzerError
from analyzer.ingest import read_document
from analyzer.inputs import analyze_path, expand_paths, read_each
from analyzer.printing import fit, print_jsonl


def run_compare(args: argparse.Namespace) -> int:
    from analyzer import comparing
    from analyzer.compare import compare_sources, region_matrix, time_series
    from analyzer.texts import compare_texts

    if args.text:
        if len(args.paths) != 2:
            raise AnalyzerError("compare --text takes two documents", "compare --text 需要两份文件")
        passages = compare_texts(*(read_document(path) for path in args.paths))
        if args.format == "jsonl":
            print_jsonl(map(comparing.passage_to_record, passages))
        else:
            for passage in passages:
                if passage.kind != "same":
                    print(f"{fit(passage.kind, 18)} - {passage.before or ''}\n{' ' * 18} + {passage.after or ''}")
        return 0
    sources, failed = _read_sources(args.paths)
    statuses = ("planned", "achieved") if args.status == "all" else (args.status,)
    if args.series:
        _print_series(time_series(sources), args.format)
        return 1 if failed else 0
    lines = (region_matrix(sources, args.year, statuses=statuses) if args.year
             else compare_sources(sources, statuses=statuses, lone=not args.shared))
    if args.format == "jsonl":
        print_jsonl(comparing.line_to_record(line, [source.name for source in sources]) for line in lines)
    else:
        print(fit("indicator", 34) + "".join(fit(source.name, 25) + " " for source in sources) + "change")
        for line in lines:
            cells = "".join(fit(comparing.figure_to_words(cell.figure if cell else None), 25) + " " for cell in line.cells)
            print(fit(line.indicator, 33) + " " + cells + line.change + (f", {line.wording}" if line.wording else ""))
    return 1 if failed else 0


def _print_series(found: Iterable[Any], form: str) -> None:
    from analyzer import comparing

    if form == "jsonl":
        print_jsonl(map(comparing.series_to_record, found))
        return
    for series in found:
        points = ", ".join(f"{point.period} {comparing.figure_to_words(point.figure)} ({point.status})" for point in series.points)
        print(f"{fit(series.indicator, 33)} {points}")


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
            print_jsonl(rates)
        elif rates:
            print("".join(fit(name, 15) for name in rates[0]))
            for rate in rates:
                print("".join(fit("-" if cell is None else str(cell), 15) for cell in rate.values()))
    elif args.format == "jsonl":
        print_jsonl(map(comparing.follow_to_record, follows))
    else:
        print(fit("verdict", 15) + fit("indicator", 34) + fit("target", 20) + fit("result", 20) + "confidence")
        for follow in follows:
            result = follow.result
            reached = comparing.figure_to_words(result.figure) if result and result.figure else f"{result.value:g}{result.unit or ''}" if result else "—"
            print(fit(follow.verdict, 15) + fit(follow.indicator, 33) + " " + fit(comparing.figure_to_words(follow.target), 20)
                  + fit(reached, 20) + (f"{follow.confidence:.2f}" if result else ""))
    return 1 if failed or failed_too else 0


def _read_sources(paths: Iterable[str]) -> tuple[list[Any], bool]:
    """The documents as sources of figures, and whether one could not be read."""
    from analyzer.grouping import analysis_to_source

    failed: list[str] = []
    return [analysis_to_source(analysis) for _, analysis in read_each(expand_paths(paths), analyze_path, failed)], bool(failed)
