"""The command line, as a user calls it."""

import csv
import io
import json
import subprocess
import sys

import pytest

from analyzer import __version__
from analyzer.__main__ import main

TEXT = ("2025年甘肃省政府工作报告\n——2025年1月18日在甘肃省人民代表大会上\n三、2025年重点工作\n"
        "今年改造城镇老旧小区1200个，森林覆盖率达到45%以上。（责任单位：省住房城乡建设厅）\n")
CONTRACT = ["document", "quote", "start", "end", "value", "value_max", "unit", "comparator", "change", "indicator", "action", "status", "period",
            "region", "category", "departments", "sentence", "section", "page", "box", "due", "confidence", "rules"]


@pytest.fixture
def report(tmp_path):
    path = tmp_path / "报告.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def run(capsys, *arguments):
    status = main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_extract_keeps_the_contract(report, capsys):
    status, out, _ = run(capsys, "extract", report, "--format", "jsonl")
    records = [json.loads(line) for line in out.splitlines()]
    assert status == 0
    assert [record["quote"] for record in records] == ["1200个", "45%"]
    for record in records:
        assert set(CONTRACT) <= set(record)
        assert TEXT[record["start"]:record["end"]] == record["quote"]
        assert record["document"] == "报告.txt"
    first, second = records
    assert (first["value"], first["unit"], first["status"], first["period"], first["due"]) == (1200, "个", "planned", "2025", "2025-12-31")
    assert first["departments"][0]["name"] == "省住房城乡建设厅"
    assert (second["comparator"], second["indicator"]) == ("ge", "森林覆盖率")


def test_commitments_sentences_and_rejected(report, capsys):
    _, out, _ = run(capsys, "extract", report, "--commitments", "--format", "jsonl")
    (commitment,) = [json.loads(line) for line in out.splitlines()]
    assert len(commitment["figures"]) == 2
    assert {"action", "object", "category", "period", "due", "region", "departments", "section", "page", "box", "confidence"} <= set(commitment)
    _, out, _ = run(capsys, "extract", report, "--sentences", "--format", "jsonl")
    kinds = {json.loads(line)["kind"] for line in out.splitlines()}
    assert kinds <= {"commitment", "achievement", "rule", "background", "heading"}
    _, out, _ = run(capsys, "extract", report, "--rejected", "--format", "jsonl")
    assert "date" in {json.loads(line)["reason"] for line in out.splitlines()}


def test_csv_has_one_header_and_no_formula(report, capsys, tmp_path):
    other = tmp_path / "b.txt"
    other.write_text("建设公园30个。\n", encoding="utf-8")
    _, out, _ = run(capsys, "extract", report, other, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [row["quote"] for row in rows] == ["1200个", "45%", "30个"]


def test_table(report, capsys):
    _, out, _ = run(capsys, "extract", report)
    assert "森林覆盖率" in out
    assert "1200个" in out


def test_a_bad_file_does_not_stop_the_others(report, tmp_path, capsys):
    empty = tmp_path / "空.txt"
    empty.write_bytes(b"")
    status, out, err = run(capsys, "extract", tmp_path / "没有.txt", empty, report, "--format", "jsonl")
    assert status == 1
    assert len(out.splitlines()) == 2
    assert "没有.txt" in err
    assert "空.txt" in err
    assert "Traceback" not in err


def test_a_folder_is_read_whole(report, capsys):
    _, out, _ = run(capsys, "extract", report.parent, "--format", "jsonl")
    assert len(out.splitlines()) == 2


def test_inferred_departments_are_marked(tmp_path, capsys):
    path = tmp_path / "a.txt"
    path.write_text("今年改造老旧小区1200个。\n", encoding="utf-8")
    _, out, _ = run(capsys, "extract", path, "--infer-departments", "--format", "jsonl")
    bodies = json.loads(out)["departments"]
    assert bodies
    assert all(body["source"] == "inferred" and 0 < body["probability"] <= 1 for body in bodies)


def test_read_prints_the_document(report, capsys):
    status, out, _ = run(capsys, "read", report)
    document = json.loads(out)
    assert status == 0
    assert document["text"] == TEXT
    assert len(document["sha256"]) == 64
    assert {"kind", "level", "start", "end", "page", "box"} <= set(document["blocks"][0])
    assert document["level"] == "provincial"


def test_classify_prints_a_line_for_a_line(tmp_path, capsys):
    path = tmp_path / "lines.txt"
    path.write_text("改造城镇老旧小区1200个。\n\n新建高速公路300公里。\n", encoding="utf-8")
    _, out, _ = run(capsys, "classify", path)
    records = [json.loads(line) for line in out.splitlines()]
    assert [record["code"] for record in records] == ["renewal", "transport"]
    assert set(records[0]) == {"text", "code", "second", "probability", "words"}


def test_evaluate_tells_gains_and_losses(tmp_path, capsys):
    gold = tmp_path / "gold"
    gold.mkdir()
    (gold / "a.txt").write_text("今年新建公园30个。\n", encoding="utf-8")
    (gold / "a.jsonl").write_text(json.dumps({
        "quote": "30个", "start": 6, "end": 9, "value": 30, "value_max": None, "unit": "个", "comparator": "eq", "change": "level",
        "indicator": "公园", "head": "公园", "status": "planned", "period": None, "region": None, "category": "urban", "departments": []},
        ensure_ascii=False), encoding="utf-8")
    last = tmp_path / "last.json"
    status, out, err = run(capsys, "evaluate", gold, "--last", last)
    assert status == 0
    assert "detection F1" in out
    assert "since" not in err
    last.write_text(json.dumps(["a:6 value", "a:99 value"]), encoding="utf-8")
    _, _, err = run(capsys, "evaluate", gold, "--last", last)
    assert "1 lost" in err


def test_help_and_version_need_no_models():
    code = "import sys; from analyzer.__main__ import build_parser; build_parser().format_help(); print(int('spacy' in sys.modules or 'jieba' in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "0"
    version = subprocess.run([sys.executable, "-m", "analyzer", "--version"], capture_output=True, text=True, check=True)
    assert __version__ in version.stdout


def test_a_table_tells_documents_apart_and_is_empty_where_nothing_was_read(report, tmp_path, capsys):
    other = tmp_path / "b.txt"
    other.write_text("建设公园30个。\n", encoding="utf-8")
    _, out, _ = run(capsys, "extract", report, other)
    head, *rows = out.splitlines()
    assert head.startswith("document") and [row.split()[0] for row in rows] == ["报告.txt", "报告.txt", "b.txt"]
    _, out, _ = run(capsys, "extract", other)
    assert out.startswith("quote")
    for form in ("table", "csv", "jsonl"):
        assert run(capsys, "extract", tmp_path / "没有.txt", "--format", form)[1] == ""
    plain = tmp_path / "c.txt"
    plain.write_text("没有数字。\n", encoding="utf-8")
    assert run(capsys, "extract", plain, "--format", "csv")[1].startswith("document,quote,start")


def test_what_cannot_be_read_is_named_as_it_was_given(report, tmp_path, capsys):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "空.txt").write_bytes(b"")
    (folder / "~$报告.docx").write_bytes(b"")  # Word has it open
    _, _, err = run(capsys, "read", folder, "file:///x", "ftp://a/b")
    told = err.splitlines()
    assert [line.split(": ", 2)[1] for line in told] == [f"{folder}/空.txt", "file:///x", "ftp://a/b"]
    assert "empty" in told[0] and "give a file by its path" in told[1]


def test_nothing_in_a_table_steers_a_terminal():
    from analyzer.printing import fit

    assert fit("公园\x1b[2J\x07\u202e　a\n", 12) == "公园[2J　a  "


def test_a_document_of_too_many_figures_is_refused(tmp_path, capsys, monkeypatch):
    from analyzer import analyze
    from analyzer.errors import UnreadableDocument
    from analyzer.ingest import text_to_document
    from analyzer.pipeline import flow

    monkeypatch.setattr(flow, "MOST_FIGURES", 3)
    with pytest.raises(UnreadableDocument, match="a.txt: more than 3 figures"):
        analyze(text_to_document("建设公园30个。" * 4, "a.txt"))
    assert len(analyze(text_to_document("建设公园30个。" * 3, "a.txt")).figures) == 3
