"""The same file and version give the same bytes: on another day, in another place, with other hashes, with more workers."""

from __future__ import annotations

import ast
import contextlib
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
             ("yundu_livelihood_2026.html", "linjiang_task_table_2025.xlsx", "chuanyan_county_report_2025.txt", "yunzhou_education_plan_2025.pdf")]
SCRIPT = """
import json, locale, os, sys
from analyzer import analyze, read_document
from analyzer.ingest import parse_bytes, sniff
from analyzer.ingest.sandbox import DEFAULT_LIMITS
from analyzer.records import to_dict
sys.stdout.reconfigure(encoding="utf-8")
if os.environ.get("LOCPATH"):
    locale.setlocale(locale.LC_ALL, "")
    assert locale.localeconv()["decimal_point"] == ","
for path in sys.argv[1:]:
    document = read_document(path)
    print(json.dumps(to_dict(analyze(document, infer_departments=True)), ensure_ascii=False))
    data = open(path, "rb").read()
    here = parse_bytes(data, path, sniff(data), DEFAULT_LIMITS)  # without a child, under this process's locale
    assert (here.text, here.blocks, here.dates) == (document.text, document.blocks, document.dates), path
"""
SURROUNDINGS = {
    "here": ({"TZ": "UTC", "LANG": "C.UTF-8", "PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1"}, False),
    "Shanghai": ({"TZ": "Asia/Shanghai", "LANG": "zh_CN.GB18030", "LC_ALL": "zh_CN.GB18030", "PYTHONHASHSEED": "1"}, False),
    "plain C, far west, files in another order": (
        {"TZ": "Pacific/Honolulu", "LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONHASHSEED": "random"}, True),
}
ELSEWHERE = "decimal commas, four threads, relative paths from the documents' own folder"


def start(arguments: list[str], told: dict[str, str], folder: Path) -> subprocess.Popen:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG", "TZ", "PYTHON", "OMP_", "LOCPATH"))}
    told = {"PYTHONPATH": str(ROOT), **told}
    return subprocess.Popen([sys.executable, *arguments], env={**kept, **told}, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def comma_locale(folder: Path) -> dict[str, str]:
    """Settings under which 3.1 is written 3,1; {} where the system cannot make such a locale."""
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        subprocess.run(["localedef", "-i", "de_DE", "-f", "UTF-8", str(folder / "de_DE.UTF-8")], check=True, capture_output=True, timeout=60)
        return {"LC_ALL": "de_DE.UTF-8", "LOCPATH": str(folder)}
    return {}


@pytest.fixture(scope="module")
def outputs(tmp_path_factory) -> dict[str, list[bytes]]:
    """The lines of each run, in order of the documents' names; the runs are in parallel, two cores are enough for them."""
    folder = tmp_path_factory.mktemp("elsewhere")
    runs = {name: start(["-c", SCRIPT, *map(str, reversed(DOCUMENTS) if backwards else DOCUMENTS)], told, folder)
            for name, (told, backwards) in SURROUNDINGS.items()}
    there = {"PYTHONHASHSEED": "7", "OMP_NUM_THREADS": "4", "OPENBLAS_NUM_THREADS": "4", **comma_locale(folder)}
    runs[ELSEWHERE] = start(["-c", SCRIPT, *(path.name for path in DOCUMENTS)], there, DOCUMENTS[0].parent)
    lines = {}
    for name, run in runs.items():
        out, err = run.communicate(timeout=300)
        assert run.returncode == 0, err.decode(errors="replace")[-2000:]
        lines[name] = sorted(out.splitlines(keepends=True))
    return lines


@pytest.mark.parametrize("name", [*list(SURROUNDINGS)[1:], ELSEWHERE])
def test_time_zone_locale_hashes_threads_and_folder_change_no_byte(outputs, name):
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
        tree = ast.parse(path.read_text(encoding="utf-8"))
        seeded = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call) and len(node.args) == 1 and isinstance(node.args[0], ast.Constant)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and not (node.attr == "default_rng" and id(node) in seeded):
                owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
                assert (owner, node.attr) not in CLOCKS, f"{path.name}:{node.lineno}"
                assert owner != "random", f"{path.name}:{node.lineno}"

