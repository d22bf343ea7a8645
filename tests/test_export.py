"""Exports hold what the library holds, and nothing in them is ever alive."""

from __future__ import annotations

import csv
import datetime
import io
import json
import zipfile

import openpyxl
import pandas as pd
import pytest
from library_samples import make_analysis, make_document, make_figure

from analyzer import export
from analyzer import store as library
from analyzer.export import words
from analyzer.export.paint import paint
from analyzer.export.rows import flatten, harmless

EVIL = [
    "=1+1",
    "+86",
    "-x",
    "@SUM(A1)",
    "\t=1",
    "＝1+1",
    '=HYPERLINK("http://x","y")',
    "<script>alert(1)</script>",
    "a\x0bb\x00",
]


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    store = library.open_store(home=tmp_path_factory.mktemp("home"))
    library.save_analysis(store, make_analysis())
    text = "".join(f"{evil}有{10 + i}个。\n" for i, evil in enumerate(EVIL))
    document = make_document(text, name="=cmd.txt", title="=标题")
    figures = tuple(
        make_figure(document, f"{10 + i}个", -float(i), indicator=evil, departments=(evil,))
        for i, evil in enumerate(EVIL)
    )
    library.save_analysis(store, make_analysis(document, figures))
    yield library.read_figures(store, library.find(store).ids)
    store.engine.dispose()


@pytest.fixture(scope="module")
def documents(tmp_path_factory):
    return [
        {
            "id": 1,
            "name": "a.txt",
            "title": "关于城市更新的通知",
            "issuer": "松河市人民政府",
            "number": "松政发〔2026〕3号",
            "sha256": "0" * 64,
            "written": "2026-01-15",
            "published": "2026-01-20",
            "region": "松河市",
            "url": "https://example.org/a",
            "accessed": "2026-02-01",
        }
    ]


def test_csv_for_excel(rows):
    data = export.rows_to_csv(rows)
    assert data.startswith(b"\xef\xbb\xbf") and b"\r\n" in data
    table = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    first = table[0]
    assert (first["指标"], first["原文数值"], first["数值"], first["状态"], first["类别"]) == (
        "老旧小区",
        "120个",
        "120",
        "计划目标",
        "城市更新",
    )
    assert first["责任部门"] == "市住房城乡建设局、市财政局"
    for line in table:
        for cell in line.values():
            assert not cell.startswith(("=", "+", "@", "\t", "＝")) and "\x00" not in cell
    assert {line["数值"] for line in table} >= {"-1", "-2"}  # a negative number stays a number


def test_plain_csv_is_for_programs(rows):
    data = export.rows_to_csv(rows, plain=True)
    assert not data.startswith(b"\xef\xbb\xbf")
    table = list(csv.DictReader(io.StringIO(data.decode())))
    assert table[0]["status"] == "planned" and any(line["indicator"] == "'=1+1" for line in table)


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1", "'=1"),
        ("  =1", "'  =1"),
        ("＝1", "'＝1"),
        ("-5%", "'-5%"),
        ("住房", "住房"),
        ("", ""),
        ("3=3", "3=3"),
    ],
)
def test_harmless(text, safe):
    assert harmless(text) == safe


def test_workbook(rows, documents):
    log = [
        {
            "at": "2026-01-01",
            "who": "=甲",
            "action": "edit",
            "field": "value",
            "old": 1.0,
            "new": {"a": "=1"},
            "key": "k",
            "batch": "b",
        }
    ]
    data = export.rows_to_workbook(
        rows,
        log=log,
        documents=documents,
        about=[("程序", "=x"), ("筛选条件", "无")],
        link=lambda row: f"http://127.0.0.1:8501/doc?d=1&t={row['key']}",
    )
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.sheetnames == ["目标表", "承诺表", "变更记录", "文献与引用", "数据字典", "说明"]
    sheet = book["目标表"]
    assert sheet.freeze_panes == "C2" and sheet.auto_filter.ref.startswith("A1:")
    heads = [cell.value for cell in sheet[1]]
    line = dict(zip(heads, [cell.value for cell in sheet[2]], strict=True))
    assert (line["指标"], line["数值"], line["单位"], line["截止日期"]) == (
        "老旧小区",
        120,
        "个",
        datetime.datetime(2026, 12, 31),
    )
    assert sheet.cell(2, len(heads)).hyperlink.target.endswith(rows[0]["key"])
    assert sheet.max_row == len(rows) + 1
    for page in book:
        for cells in page.iter_rows():
            assert all(cell.data_type != "f" for cell in cells)
    assert "松政发〔2026〕3号[A/OL]" in str(book["文献与引用"]["J2"].value)


def test_formats_for_statistics(rows, tmp_path):
    frame = pd.read_parquet(io.BytesIO(export.rows_to_parquet(rows)))
    assert len(frame) == len(rows) and frame["value"].iloc[1] == 45000 and frame["status"].iloc[0] == "planned"
    stata = pd.read_stata(io.BytesIO(export.rows_to_stata(rows)))
    assert stata["indicator"].iloc[0] == "老旧小区"
    pyreadstat = pytest.importorskip("pyreadstat")
    path = tmp_path / "t.sav"
    path.write_bytes(export.rows_to_spss(rows))
    table, about = pyreadstat.read_sav(str(path))
    assert table["indicator"].iloc[0] == "老旧小区" and about.column_names_to_labels["indicator"] == "指标"


def test_jsonl_keeps_the_structure(rows):
    lines = [json.loads(line) for line in export.rows_to_jsonl(rows).decode().splitlines()]
    assert len(lines) == len(rows) and lines[0]["departments"][0]["role"] == "responsible"


def test_empty_tables_are_tables(documents):
    assert export.rows_to_csv([]).count(b"\r\n") == 1 and export.rows_to_jsonl([]) == b""
    assert openpyxl.load_workbook(io.BytesIO(export.rows_to_workbook([])))["目标表"].max_row == 1
    assert len(pd.read_parquet(io.BytesIO(export.rows_to_parquet([])))) == 0
    assert len(pd.read_stata(io.BytesIO(export.rows_to_stata([])))) == 0
    assert export.rows_to_brief([])[:2] == b"PK"


def test_evidence_leads_from_each_row_to_its_sentence(rows):
    texts = {row["document_id"]: "" for row in rows}
    for number in texts:
        some = [row for row in rows if row["document_id"] == number]
        text = [" "] * (max(row["sentence_end"] for row in some) + 5)
        for row in some:
            text[row["start"] : row["end"]] = row["quote"]
        texts[number] = "".join(text) + "<script>alert(1)</script>"
    bundle = zipfile.ZipFile(io.BytesIO(export.rows_to_evidence(rows, read_text=texts.__getitem__)))
    sheet = openpyxl.load_workbook(io.BytesIO(bundle.read("目标表.xlsx")))["目标表"]
    for number, row in enumerate(rows, 2):
        link = sheet.cell(number, sheet.max_column).hyperlink
        page, _, anchor = (link.target + ("#" + link.location if link.location else "")).partition("#")
        html = bundle.read(page).decode()
        assert f'id="{row["key"]}"' in html and anchor == row["key"]
        assert "<script>" not in html and "http" not in html.replace("https", "http").split("</style>")[0]
    assert json.loads(bundle.read("manifest.json"))["documents"][0]["sha256"] == rows[0]["sha256"]


def test_brief(rows, documents):
    docx = pytest.importorskip("docx")
    book = docx.Document(io.BytesIO(export.rows_to_brief(rows, documents=documents)))
    text = "\n".join(p.text for p in book.paragraphs)
    assert "政策目标简报" in text and "[1] 松河市人民政府." in text
    assert "老旧小区" in [cell.text for table in book.tables for row in table.rows for cell in row.cells]


@pytest.mark.parametrize(
    ("fields", "edition", "text"),
    [
        (
            {},
            2025,
            "松河市人民政府. 关于城市更新的通知：松政发〔2026〕3号[A/OL]. (2026-01-20)[2026-02-01]. https://example.org/a.",
        ),
        (
            {},
            2015,
            "松河市人民政府. 关于城市更新的通知:松政发〔2026〕3号[A/OL]. (2026-01-20)[2026-02-01]. https://example.org/a.",
        ),
        (
            {"url": None},
            2025,
            "松河市人民政府. 关于城市更新的通知：松政发〔2026〕3号[A]. 2026-01-20.",
        ),  # no access date off the net
        ({"url": None}, 2015, "松河市人民政府. 关于城市更新的通知:松政发〔2026〕3号[A]. 2026-01-20[2026-02-01]."),
        (
            {"url": None, "issuer": None, "number": None, "published": None, "written": None},
            2025,
            "关于城市更新的通知[A].",
        ),
        (
            {"accessed": None, "published": None, "written": None},
            2025,
            "松河市人民政府. 关于城市更新的通知：松政发〔2026〕3号[A/OL]. https://example.org/a.",
        ),
    ],
)
def test_citations(documents, fields, edition, text):
    assert export.cite({**documents[0], **fields}, edition=edition) == text


def test_reference_files(documents):
    assert "title = {关于城市更新的通知}" in export.documents_to_bibtex(documents)
    assert "TI  - 关于城市更新的通知" in export.documents_to_ris(documents)
    assert json.loads(export.documents_to_csl(documents))[0]["issued"] == {"date-parts": [[2026, 1, 20]]}


@pytest.mark.parametrize(
    ("period", "zh"),
    [
        ("2026", "2026年"),
        ("2021/2025", "2021—2025年"),
        ("2026-06", "2026年6月"),
        ("2026-Q1", "2026年一季度"),
        ("2026-H2", "2026年下半年"),
        ("2026-06-30", "2026年6月30日"),
        (None, ""),
        ("odd", "odd"),
        ("2026-Q9", "2026年9季度"),
        ("2024-03/2025", "2024-03—2025年"),
    ],
)
def test_periods_in_words(period, zh):
    assert words.period_name(period) == zh


def test_marks_may_overlap_in_any_way():
    marks = [
        {"start": 0, "end": 6, "kind": "s"},
        {"start": 2, "end": 8, "kind": "q", "id": "k"},
        {"start": 5, "end": 30, "kind": "f"},
    ]
    html = paint("甲<b>乙&丙丁戊", 0, 9, marks)
    assert html.count('id="k"') == 1 and "<b>" not in html and "&amp;" in html


def test_what_is_no_number_is_empty():
    assert flatten({"value": float("nan")}, ["value"])["value"] is None
    assert flatten(
        {"value": 90.0, "departments": [{"name": "甲", "role": "lead", "source": "inferred"}]}, ["value", "departments"]
    ) == {"value": 90, "departments": "甲（牵头，推断）"}
