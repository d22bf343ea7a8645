"""The same file and version give the same bytes: on another day, in another place, with other hashes, with more workers."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import analyzer
from analyzer.categories import load_classifier

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "corpus" / "documents" / name for name in
             ("yundu_livelihood_2026.html", "linjiang_task_table_2025.xlsx", "chuanyan_county_report_2025.txt")]
SCRIPT = """
import json, sys
from analyzer import analyze, read_document
from analyzer.records import to_dict
sys.stdout.reconfigure(encoding="utf-8")
for path in sys.argv[1:]:
    print(json.dumps(to_dict(analyze(read_document(path), infer_departments=True)), ensure_ascii=False))
"""
SURROUNDINGS = {
    "here": ({"TZ": "UTC", "LANG": "C.UTF-8", "PYTHONHASHSEED": "0"}, False),
    "Shanghai": ({"TZ": "Asia/Shanghai", "LANG": "zh_CN.GB18030", "LC_ALL": "zh_CN.GB18030", "PYTHONHASHSEED": "1"}, False),
    "plain C, far west, files in another order": (
        {"TZ": "Pacific/Honolulu", "LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONHASHSEED": "random"}, True),
}


def start(arguments: list[str], told: dict[str, str], folder: Path) -> subprocess.Popen:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG", "TZ", "PYTHON"))}
    return subprocess.Popen([sys.executable, *arguments], env={**kept, **told}, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


@pytest.fixture(scope="module")
def outputs(tmp_path_factory) -> dict[str, list[bytes]]:
    """The lines of each run, in order of the documents' names; the runs are in parallel, two cores are enough for them."""
    folder = tmp_path_factory.mktemp("elsewhere")
    runs = {name: start(["-c", SCRIPT, *map(str, reversed(DOCUMENTS) if backwards else DOCUMENTS)], told, folder)
            for name, (told, backwards) in SURROUNDINGS.items()}
    lines = {}
    for name, run in runs.items():
        out, err = run.communicate(timeout=120)
        assert run.returncode == 0, err.decode(errors="replace")[-2000:]
        lines[name] = sorted(out.splitlines(keepends=True))
    return lines


@pytest.mark.parametrize("name", list(SURROUNDINGS)[1:])
def test_time_zone_locale_and_hashes_change_no_byte(outputs, name):
    assert len(outputs["here"]) == len(DOCUMENTS)
    assert outputs[name] == outputs["here"]


def test_an_analysis_says_version_and_codebook(outputs):
    for line in outputs["here"]:
        analysis = json.loads(line)
        assert analysis["figures"] and analysis["commitments"] and analysis["sentences"]
        assert analysis["version"] == analyzer.__version__
        assert analysis["codebook"] == load_classifier().digest
        assert len(analysis["codebook"]) >= 8


def test_another_codebook_has_another_hash(tmp_path):
    from analyzer.categories import load_codebook, words_alone

    default = (Path(analyzer.__file__).parent / "data" / "categories.yaml").read_text(encoding="utf-8")
    other = tmp_path / "codebook.yaml"
    other.write_text(default.replace("老旧小区", "陈旧小区"), encoding="utf-8")
    assert "老旧小区" in default
    assert words_alone(load_codebook(str(other))).digest not in (words_alone(load_codebook()).digest, load_classifier().digest)


def records_alone(path: Path) -> bytes:
    """A document's result without how long it took."""
    result = json.loads(path.read_bytes())
    result.pop("outcome", None)
    return json.dumps(result, ensure_ascii=False).encode()


def test_one_worker_and_two_give_the_same_results(tmp_path):
    runs = {}
    for workers, paths in (("1", DOCUMENTS), ("2", DOCUMENTS[::-1])):
        out = tmp_path / workers
        runs[out] = start(["-m", "analyzer", "batch", *map(str, paths), "--out", str(out), "--workers", workers],
                          {"PYTHONHASHSEED": "random"}, ROOT)
    found = []
    for out, run in runs.items():
        _, err = run.communicate(timeout=120)
        assert run.returncode == 0, err.decode(errors="replace")[-2000:]
        results = {p.name: records_alone(p) for p in (out / "results").rglob("*.json")}
        tables = {p.name: p.read_bytes() for p in out.glob("*.parquet")}
        assert len(results) == len(DOCUMENTS) and {"figures.parquet", "commitments.parquet"} <= set(tables)
        found.append({**results, **tables})
    assert found[0] == found[1]
    for name, data in found[0].items():
        if name.endswith(".json"):
            result = json.loads(data)
            assert result["version"] == analyzer.__version__ and result["codebook"] == load_classifier().digest


CLOCKS = {("datetime", "now"), ("datetime", "today"), ("date", "today"), ("datetime", "utcnow"), ("time", "time"), ("time", "localtime")}


def test_nothing_on_the_way_to_a_record_reads_the_clock_or_rolls_dice():
    package = Path(analyzer.__file__).parent
    for path in [*package.glob("pipeline/*.py"), *package.glob("ingest/*.py"), *(package / f"{n}.py" for n in (
            "analysis", "assembly", "categories", "commitments", "departments", "likely_departments", "directory", "confidence", "numerals"))]:
        if path.stem.endswith("_training"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute):
                owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
                assert (owner, node.attr) not in CLOCKS, f"{path.name}:{node.lineno}"
                assert owner != "random", f"{path.name}:{node.lineno}"

