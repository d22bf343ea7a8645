"""Names and contents of strangers never become paths, formulas, HTML, SQL or code."""

from __future__ import annotations

import ast
import csv
import importlib
import io
import json
import os
import re
import tomllib
import zipfile
from pathlib import Path

import numpy as np
import pytest
from library_samples import make_analysis, make_document, make_figure

import analyzer
from analyzer import analyze, export
from analyzer import store as library
from analyzer.errors import AnalyzerError
from analyzer.ingest import read_bytes
from analyzer.lexicon import model_path
from analyzer.store import Filters

PACKAGE = Path(analyzer.__file__).parent
ALERT = "<script>alert(1)</script><img src=x onerror=alert(2)>"
NAMES = ["../../escaped.txt", "..\\..\\escaped.txt", "/tmp/policy-escaped.txt", "C:\\escaped.txt", "a\x00b.txt", "=cmd|' /C calc'!A1.txt", f"{ALERT}.txt",
         "'; DROP TABLE figures;--.txt", "CON.txt", "长" * 300 + ".txt", "\u202etxt.exe", ".", "..", ""]
TEXT = (f"松河市2026年工作要点\n一、{ALERT}\n今年建成=1+1公园12个。（责任单位：市财政局）\n"
        f"+cmd改造@SUM(A1)老旧小区1200个，'; DROP TABLE documents;-- 建设{ALERT}学校5所。\n-2+3建成“javascript:alert(3)”泵站8座。\n")


@pytest.fixture
def opened(tmp_path):
    store = library.open_store(home=tmp_path / "home")
    yield store
    store.engine.dispose()


def files_beside(store: library.Store, tmp_path: Path) -> list[str]:
    """What lies in the folder that is neither the library nor a file under its own SHA-256."""
    return [name for path in tmp_path.rglob("*") if path.is_file()
            if not re.fullmatch(r"home/(library\.sqlite(-wal|-shm)?|files/[0-9a-f]{2}/[0-9a-f]{64})", name := path.relative_to(tmp_path).as_posix())]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_kept_as_a_name_only(opened, tmp_path, name, monkeypatch):
    from analyzer.ui import queue

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(queue, "analyze_apart", lambda document, **_: analyze(document))
    library.add_job(opened, TEXT.encode(), name)
    assert queue.work_off(opened) == 1
    (job,) = library.list_jobs(opened)
    assert job["state"] == "done", job["error_en"]
    assert files_beside(opened, tmp_path) == []
    assert not Path("/tmp/policy-escaped.txt").exists() and not (tmp_path.parent / "escaped.txt").exists()
    row = library.read_document_row(opened, job["document_id"])
    assert row["name"].strip("\ufffd") or not name
    assert library.find(opened).total >= 3 and len(library.list_documents(opened)) == 1  # the tables are still there


@pytest.mark.parametrize("question", ["'\" OR *", "*", '"', "a\" OR rowid:*", "); DROP TABLE figures;--", "NEAR(住 房)", "%", "_", "\\", "住房' OR '1'='1",
                                      "\x00", "-", "^a", "a:b"])
def test_a_search_is_words_only(opened, question):
    library.save_analysis(opened, make_analysis())
    before = library.find(opened).total
    library.find(opened, Filters(text=question))
    for facet in ("category", "status", "department", "region", "unit", "period", "document", "review"):
        library.find(opened, Filters(**{facet: (question,)}))
    assert library.find(opened).total == before == 7


@pytest.fixture
def rows(opened):
    document = make_document(TEXT, name=f"=1+1{ALERT}.txt", title=f"=HYPERLINK(\"http://x\"){ALERT}", issuer="@SUM(1)", number="+1", region="-1+1",
                             url="javascript:alert(1)")
    figures = tuple(make_figure(document, quote, indicator=evil, unit="=1", action="@x", category=evil[:30], departments=(evil,), section=(evil,))
                    for quote, evil in (("12个", "=1+1"), ("1200个", ALERT), ("5所", "+cmd|' /C calc'!A0"), ("8座", "\t=1+1")))
    library.save_analysis(opened, make_analysis(document, figures))
    return library.read_figures(opened, library.find(opened).ids)


def documents_of(opened) -> list[dict]:
    return [library.read_document_row(opened, row["id"]) for row in library.list_documents(opened)]


def check_workbook(data: bytes) -> None:
    import openpyxl

    for sheet in openpyxl.load_workbook(io.BytesIO(data)):
        for line in sheet.iter_rows():
            for cell in line:
                assert cell.data_type != "f", f"{sheet.title}!{cell.coordinate} is a formula: {cell.value}"
                target = (cell.hyperlink.target or "") if cell.hyperlink else ""
                assert not target.lower().startswith(("javascript:", "file:", "data:")), target


def test_no_cell_is_a_formula(opened, rows):
    log = [{"at": "2026", "who": "=1+1", "action": "edit", "field": "value", "old": "=1", "new": "@x", "key": "+k", "batch": "b"}]
    for language in ("zh", "en"):
        check_workbook(export.rows_to_workbook(rows, log=log, documents=documents_of(opened), about=[("=1", "=1+1")], language=language,
                                               link=lambda row: f"http://127.0.0.1/doc?t={row['key']}"))
        table = csv.reader(io.StringIO(export.rows_to_csv(rows, language=language).decode("utf-8-sig")))
        for cell in (cell for line in table for cell in line):
            assert not cell.lstrip().startswith(("=", "+", "@", "＝")), cell
            assert not cell.startswith("-") or re.fullmatch(r"-\d+(\.\d+)?", cell), cell


def test_the_command_line_writes_no_formula(tmp_path, capsys):
    from analyzer.__main__ import main

    path = tmp_path / "=1+1.txt"
    path.write_text(TEXT, encoding="utf-8")
    assert main(["extract", str(path), "--format", "csv"]) == 0
    cells = [cell for line in csv.reader(io.StringIO(capsys.readouterr().out)) for cell in line]
    assert any("1+1" in cell for cell in cells)
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]


def no_markup(page: str) -> None:
    """Whatever a stranger wrote is text: no tag and no attribute of it is left."""
    assert "<script>alert" not in page and "<img src=x" not in page
    assert not re.search(r"""href=["']?\s*javascript:""", page, re.IGNORECASE)


def test_pages_and_bundles_hold_no_markup_of_strangers(opened, rows):
    from analyzer.export.evidence import document_to_html
    from analyzer.ui.source import fields_html, passage_html, path_html

    row = documents_of(opened)[0]
    pages = [document_to_html(rows, row["text"]), path_html([ALERT, "二"]), fields_html([(ALERT, ALERT)])]
    pages += [passage_html(row["text"], figure, rows) for figure in rows]
    bundle = zipfile.ZipFile(io.BytesIO(export.rows_to_evidence(
        rows, read_text=lambda number: row["text"], documents=documents_of(opened), about=[(ALERT, ALERT)])))
    for name in bundle.namelist():
        assert not name.startswith(("/", "..")) and "\\" not in name and "<" not in name
        if name.endswith(".html"):
            pages.append(bundle.read(name).decode())
        if name.endswith(".xlsx"):
            check_workbook(bundle.read(name))
    assert sum("alert(1)" in page for page in pages) >= 5  # it is shown, as text
    for page in pages:
        no_markup(page)


def test_a_brief_and_references_are_text(opened, rows):
    brief = zipfile.ZipFile(io.BytesIO(export.rows_to_brief(rows, documents=documents_of(opened), title=ALERT)))
    for name in brief.namelist():
        if name.endswith(".xml"):
            assert b"<script" not in brief.read(name) and b"w:instrText" not in brief.read(name)
    for write in (export.documents_to_bibtex, export.documents_to_ris, export.documents_to_csl):
        assert write(documents_of(opened))


def test_a_codebook_is_data(opened, tmp_path):
    from analyzer.categories import load_codebook
    from analyzer.ui.codebook import check_codebook, codebook_to_xlsx

    marker = tmp_path / "ran"
    for text in (f"!!python/object/apply:os.system ['touch {marker}']", f"- code: !!python/object/apply:os.system ['touch {marker}']\n  zh: 甲\n",
                 f"- code: a\n  zh: !!python/name:os.system {marker}\n"):
        path = tmp_path / "codebook.yaml"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(AnalyzerError):
            load_codebook(str(path))
        assert not marker.exists()
    rows = check_codebook([{"code": code, "zh": f"=1+{code}", "en": ALERT + code, "covers": "@x", "keywords": [f"+1{code}", ALERT + code]}
                           for code in "ab"])
    check_workbook(codebook_to_xlsx(rows))


class Evil:
    def __reduce__(self):
        return os.system, (f"touch {Evil.marker}",)

    marker = Path()


@pytest.mark.parametrize(("model", "module", "loader"), [
    ("categories", "categories", "load_classifier"), ("sentence_kinds", "pipeline.sentence_kinds", "load_model"),
    ("status", "pipeline.status", "load_model"), ("indicators", "pipeline.indicator_ranker", "load_ranker"),
    ("departments", "likely_departments", "read_model")])
def test_a_model_runs_no_code(tmp_path, model, module, loader):
    """Every array of the shipped model in its turn is one that would run a command when it is unpickled."""
    load = getattr(importlib.import_module(f"analyzer.{module}"), loader)
    Evil.marker = tmp_path / "ran"
    with np.load(model_path(f"{model}.npz"), allow_pickle=False) as real:
        arrays = {name: real[name] for name in real.files}
    path = tmp_path / f"{model}.npz"
    for name in arrays:
        np.savez(path, **{**arrays, name: np.array([Evil()], dtype=object)})
        with pytest.raises(AnalyzerError):
            load(path)
        assert not Evil.marker.exists()


FORBIDDEN = {"eval", "exec", "compile", "__import__"}


def calls() -> list[tuple[str, ast.Call, str]]:
    found = []
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                found.append((path.relative_to(PACKAGE).as_posix(), node, ast.unparse(node.func)))
    return found


def test_nothing_in_the_program_runs_what_it_reads():
    for file, node, name in calls():
        where = f"{file}:{node.lineno} {name}"
        assert name not in FORBIDDEN, where
        assert name not in ("os.system", "os.popen", "marshal.loads", "shelve.open", "joblib.load", "torch.load", "dill.load"), where
        assert not any(word.arg == "shell" for word in node.keywords), where
        if name.startswith(("pickle.", "cloudpickle.")):  # between our own processes, and back with plain records alone
            assert file in ("ingest/sandbox.py", "ingest/child.py", "batch.py") or file.startswith("batch"), where
        if name == "np.load":
            assert any(word.arg == "allow_pickle" and word.value.value is False for word in node.keywords), where
        if name == "yaml.load":
            assert "SafeLoader" in ast.unparse(node), where
        assert name not in ("yaml.unsafe_load", "yaml.full_load"), where
        if name.endswith("mktemp"):
            raise AssertionError(where)


GOES_OUT = r"^\s*(?:import|from) (?:requests|httpx|urllib\.request|http\.client|aiohttp|socket)\b"


def test_the_app_listens_here_alone_and_sends_nothing():
    told = tomllib.loads((PACKAGE.parent / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert told["server"]["address"] == "127.0.0.1" and told["browser"]["gatherUsageStats"] is False
    assert told["client"]["showErrorDetails"] == "none"
    for file in PACKAGE.rglob("*.py"):  # one module alone goes out, to the address that the user gave
        if re.search(GOES_OUT, file.read_text(encoding="utf-8"), re.MULTILINE):
            assert file.relative_to(PACKAGE).as_posix() in ("ingest/links.py", "store/jobs.py"), file
    for file in (PACKAGE / "ui").rglob("*"):  # and the pages load nothing from elsewhere
        if file.suffix in (".py", ".js", ".css", ".html"):
            assert not re.search(r"""(?:src|href)=["']https?://|@import|url\(["']?https?://""", file.read_text(encoding="utf-8")), file


@pytest.mark.parametrize("name", ["../../x.html", ALERT + ".html", "=1.html"])
def test_hostile_html_becomes_text(name):
    page = f"<html><head><title>{ALERT}</title><meta http-equiv=refresh content='0;url=http://x'></head><body>" \
           "<p>今年建成公园12个。</p><script>alert(9)</script><p onclick=alert(1)>改造小区5个。</p><iframe src=file:///etc/passwd></iframe><style>p{}</style></body></html>"
    document = read_bytes(page.encode(), name)
    assert "alert(9)" not in document.text and "root:" not in document.text
    assert json.dumps([figure.quote for figure in analyze(document).figures], ensure_ascii=False) == '["12个", "5个"]'
