"""Loads and checks the word lists of `analyzer/data/`; a list that contradicts itself is refused with file and row."""

from __future__ import annotations

import csv
import functools
import os
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from analyzer.errors import LexiconError


def data_path(name: str) -> Path:
    return Path(str(resources.files("analyzer") / "data" / name))


def model_path(name: str) -> Path:
    """Where a model's file is, or would be: POLICY_ANALYZER_MODELS, else `models/` beside the package, else inside it."""
    own = os.environ.get("POLICY_ANALYZER_MODELS")
    if own:
        return Path(own) / name
    package = Path(str(resources.files("analyzer")))
    for folder in (package.parent / "models", package / "models"):
        if (folder / name).exists():
            return folder / name
    return package.parent / "models" / name


def sample_path() -> Path:
    """The folder of the sample documents: `corpus/` beside the package, else inside it."""
    package = Path(str(resources.files("analyzer")))
    beside = package.parent / "corpus"
    return beside if (beside / "manifest.csv").exists() else package / "samples"


def read_rows(source: str | Path, *, required: tuple[str, ...]) -> list[dict[str, str]]:
    """Rows of a CSV file (a name in `analyzer/data/`, or a path), each with a `row` number for messages.

    Raises LexiconError for a missing column or an empty required cell.
    """
    path = data_path(source) if isinstance(source, str) else source
    with path.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(line for line in lines if not line.startswith("#"))
        missing = [column for column in required if column not in (reader.fieldnames or [])]
        if missing:
            raise fault(path, 1, f"missing column {', '.join(missing)}", f"缺少列 {'、'.join(missing)}")
        rows = [{key: (value or "").strip() for key, value in row.items() if key} for row in reader]
    for number, row in enumerate(rows, 2):
        row["row"] = str(number)
        for column in required[:1]:
            if not row[column]:
                raise fault(path, number, f"empty {column}", f"{column} 为空")
    return rows


def read_yaml(source: str | Path) -> Any:
    path = data_path(source) if isinstance(source, str) else source
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        raise LexiconError(f"{path.name}: not valid YAML: {error}", f"{path.name}：不是有效的 YAML：{error}") from error


def fault(path: Path, row: int | str, english: str, chinese: str) -> LexiconError:
    return LexiconError(f"{path.name} row {row}: {english}", f"{path.name} 第 {row} 行：{chinese}")


def check_aliases(source: str, rows: list[dict[str, str]], *, key: str, aliases: str) -> dict[str, str]:
    """Each name and alias (separated by |) → its row's key. Raises LexiconError if one has two owners."""
    owner: dict[str, str] = {}
    keys: set[str] = set()
    for row in rows:
        if row[key] in keys:
            raise fault(data_path(source), row["row"], f"duplicate {key} {row[key]!r}", f"{key} {row[key]} 重复")
        keys.add(row[key])
        for name in split(row[aliases]):
            if owner.setdefault(name, row[key]) != row[key]:
                raise fault(data_path(source), row["row"], f"alias {name!r} already belongs to {owner[name]!r}",
                            f"别名 {name} 已属于 {owner[name]}")
    return owner


def split(cell: str) -> list[str]:
    return [part for part in cell.split("|") if part]


@functools.cache
def cues() -> dict[str, Any]:
    """`cues.yaml`: for each field, the words that speak for each of its values."""
    return read_yaml("cues.yaml")
