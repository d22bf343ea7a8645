"""What the commands are given: files, folders and addresses → Documents and Analyses, each within its limits."""

from __future__ import annotations

import argparse
import datetime
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from analyzer.apart import LIMITS, analyze_apart
from analyzer.errors import AnalyzerError
from analyzer.ingest import read_document
from analyzer.ingest.sandbox import Limits
from analyzer.records import Analysis, Document

NOT_DOCUMENTS = {".jsonl", ".json", ".py", ".yaml", ".yml", ".png", ".npz", ".sqlite"}
HIDDEN = (".", "~$")  # the latter lies beside a file that Word has open

Found = TypeVar("Found")


def expand_paths(paths: Iterable[str]) -> Iterator[str]:
    """Files and addresses as they are, folders as the documents in them, in order of their names."""
    for path in paths:
        folder = Path(path)
        if folder.is_dir():
            inside = sorted(str(file) for file in folder.rglob("*")
                            if file.is_file() and file.suffix.lower() not in NOT_DOCUMENTS
                            and not any(part.startswith(HIDDEN) for part in file.relative_to(folder).parts))
            if not inside:
                print(f"warning: {path}: no documents in this folder", file=sys.stderr)
            yield from inside
        else:
            yield path


def read_path(path: str, limits: Limits = LIMITS) -> Document:
    return read_document(path, limits=limits, accessed=datetime.date.today().isoformat())  # the day to cite a page with


def analyze_path(path: str, *, infer: bool = False, limits: Limits = LIMITS) -> Analysis:
    return analyze_apart(read_path(path, limits), infer=infer, name=path, limits=limits)


def read_each(paths: Iterable[str], read: Callable[[str], Found], failed: list[str]) -> Iterator[tuple[str, Found]]:
    """What `read` makes of each path; one that cannot be read is told on standard error and put into `failed`, and the next one is read."""
    for path in paths:
        try:
            found = read(path)
        except AnalyzerError as error:
            print(f"error: {name_path(path, str(error))}", file=sys.stderr)
            failed.append(path)
        else:
            yield path, found


def name_path(path: str, message: str) -> str:
    """The message for the user, which has to name the file as it was given."""
    return message if path in message else f"{path}: {message}"


def given_limits(args: argparse.Namespace) -> Limits:
    return replace(LIMITS, seconds=args.timeout, memory_bytes=args.memory << 20)
