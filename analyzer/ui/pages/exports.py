"""导出: what the filter of 目标库 leaves, or everything, in the form that the next program wants."""

from __future__ import annotations

import datetime
import importlib.util
from collections.abc import Callable
from typing import Any

import streamlit as st

import analyzer
from analyzer import export
from analyzer import store as library
from analyzer.errors import AnalyzerError
from analyzer.export.comparison import comparison_sheets
from analyzer.export.words import read_codebook
from analyzer.store import Filters
from analyzer.ui.aligned import one_of_each, read_overrides, read_source
from analyzer.ui.hints import say_empty
from analyzer.ui.language import language, message, plain, say
from analyzer.ui.resources import the_store
from analyzer.ui.view import SORT_NAMES, current_view, describe, view_to_filters

_MOST_SOURCES = 200


def show() -> None:
    st.title(say("导出", "Export"))
    store, view = the_store(), current_view()
    titles = library.document_titles(store)
    words = describe(view, titles)
    filters = Filters()
    if words:
        names = {"filter": say("目标库当前筛选", "The present filter of Targets"), "all": say("全部数据", "Everything")}
        scope = st.segmented_control(
            say("范围", "Scope"),
            ["filter", "all"],
            default="filter",
            key="export_scope",
            required=True,
            format_func=lambda s: names[s],
        )
        if scope != "all":
            filters = view_to_filters(view)
            st.caption(plain("; ".join(words)))
    found = library.find(store, filters, sort=view["sort"])
    if not titles:
        say_empty()
        return
    if not found.total:
        st.info(say("没有可导出的数据。", "There is nothing to export."))
        return
    st.markdown(
        say(
            f"将导出 **{found.total:,}** 条数据。已剔除的数据不在其中。",
            f"**{found.total:,}** figures will be exported; rejected ones are not among them.",
        )
    )
    base = _base_url()
    task = Task(filters, view["sort"], language(), words if filters != Filters() else [], base)
    one, two = st.columns(2, gap="large")
    with one:
        _for_researchers(task)
    with two:
        _for_programs(task)
    _citations(task)


def _for_researchers(task: Task) -> None:
    st.subheader(say("给研究者", "For researchers"))
    _offer(
        "workbook",
        say("研究工作簿（XLSX）", "Research workbook (XLSX)"),
        task.workbook,
        "xlsx",
        primary=True,
        note=say(
            "目标表、承诺表、比较表、进展表、变更记录、文献与引用、数据字典、说明；每行链接到原文。",
            "Targets, commitments, comparison, progress, changes, references, dictionary; each row links to its source.",
        ),
    )
    _offer(
        "evidence",
        say("证据包（ZIP）", "Evidence bundle (ZIP)"),
        task.evidence,
        "zip",
        note=say(
            "工作簿加自带高亮原文的网页，离线在任何电脑上都能核对。",
            "The workbook and pages that show each sentence highlighted, on any machine, without a network.",
        ),
    )
    _offer(
        "brief",
        say("Word 简报", "Word brief"),
        task.brief,
        "docx",
        needs="docx",
        note=say("分布图表、明细表、参考文献。", "Distributions, tables, references."),
    )
    _offer(
        "csv",
        say("CSV（Excel 可直接打开）", "CSV (opens right in Excel)"),
        task.table(export.rows_to_csv, language=task.lang),
        "csv",
        note=say("UTF-8 带 BOM，公式无害化。", "UTF-8 with BOM, no live formulas."),
    )


def _for_programs(task: Task) -> None:
    st.subheader(say("给程序", "For programs"))
    left, right = st.columns(2)
    with left:
        _offer("plain", say("纯净 CSV", "Plain CSV"), task.table(export.rows_to_csv, plain=True), "csv")
        _offer("parquet", "Parquet", task.table(export.rows_to_parquet), "parquet")
        _offer("spss", "SPSS (.sav)", task.table(export.rows_to_spss), "sav", needs="pyreadstat")
    with right:
        _offer("jsonl", "JSONL", task.table(export.rows_to_jsonl), "jsonl")
        _offer("stata", "Stata (.dta)", task.table(export.rows_to_stata), "dta")
    st.caption(
        say(
            "英文字段名与代码值；Stata、SPSS 带中文变量标签。",
            "English names and codes; Chinese labels in Stata and SPSS.",
        )
    )
    _offer(
        "labels",
        say("类别标注（JSONL）", "Category labels (JSONL)"),
        task.table(export.rows_to_labels),
        "labels.jsonl",
        note=say(
            "校对过的数据的原句与类别；用 `python -m analyzer train --model categories FILE` 训练下一个模型。",
            "Sentences and categories of what was reviewed; `python -m analyzer train --model categories FILE` learns from them.",
        ),
    )
    st.subheader(say("引用", "References"))
    columns = st.columns(3)
    references = {
        "bibtex": ("BibTeX", export.documents_to_bibtex, "bib"),
        "ris": ("RIS", export.documents_to_ris, "ris"),
        "csl": ("CSL-JSON", export.documents_to_csl, "json"),
    }
    for column, (name, (label, make, ending)) in zip(columns, references.items(), strict=True):
        with column:
            _offer(name, label, task.references(make), ending)


def _base_url() -> str:
    here = str(getattr(st.context, "url", "") or "http://127.0.0.1:8501").split("?")[0].rstrip("/")
    here = here.removesuffix("/export")
    with st.expander(say("选项", "Options")):
        base = st.text_input(
            say("工作簿内链接的网址开头", "Where the links of the workbook lead"),
            here,
            key="export_base",
            persist_state="session",
            help=say(
                "在别的电脑上打开时链接需指向能访问本程序的地址；否则请用证据包。",
                "On another machine links need an address at which this program can be reached; else use the bundle.",
            ),
        )
    return base.strip().rstrip("/") if base.strip().startswith(("http://", "https://")) else here


def _offer(
    name: str,
    label: str,
    make: Callable[[], bytes],
    ending: str,
    *,
    note: str = "",
    primary: bool = False,
    needs: str | None = None,
) -> None:
    """A button that makes the file when it is clicked; off, with the reason, where the package it needs is missing."""
    missing = needs is not None and importlib.util.find_spec(needs) is None
    stamp = datetime.date.today().isoformat()
    st.download_button(
        label,
        data=make,
        file_name=f"{say('政策目标', 'policy-targets')}-{stamp}.{ending}",
        key=f"export-{name}",
        on_click="ignore",
        width="stretch",
        type="primary" if primary else "secondary",
        disabled=missing,
    )
    if missing:
        note = say("需要安装：", "Needs: ") + "`pip install 'policy-analyzer[export]'`"
    if note:
        st.caption(note)


class Task:
    """What is to be exported, fixed when the page was drawn: the file is made later, on the click, on another thread."""

    def __init__(self, filters: Filters, sort: str, lang: str, words: list[str], base: str):
        self.store, self.filters, self.sort, self.lang, self.words, self.base = (
            the_store(),
            filters,
            sort,
            lang,
            words,
            base,
        )

    def rows(self) -> list[dict[str, Any]]:
        return library.read_figures(self.store, library.find(self.store, self.filters, sort=self.sort).ids)

    def documents(self, rows: list[dict[str, Any]] | None = None) -> list[dict[str, Any]]:
        if rows is None:  # the counts say it: reading every figure to cite its document took seconds
            wanted = {int(number) for number, _ in library.find(self.store, self.filters, sort=self.sort).facets["document"]}
            if self.filters.document:  # a facet's counts pass over its own filter
                wanted &= {int(number) for number in self.filters.document if number.isdigit()}
        else:
            wanted = {row["document_id"] for row in rows}
        return [d for d in library.list_documents(self.store) if d["id"] in wanted][::-1]

    def about(self, rows: list[dict[str, Any]], documents: list[dict[str, Any]]) -> list[tuple[str, str]]:
        zh = self.lang == "zh"
        now = datetime.datetime.now().astimezone().isoformat(timespec="seconds")
        versions = sorted(
            {
                f"{a['version']} / {a['codebook']}"
                for d in documents
                for a in library.list_analyses(self.store, d["id"])[:1]
            }
        )
        sheet = "\n".join(f"{d['sha256']}  {d['name']}" for d in documents)
        return [
            ("程序" if zh else "Program", f"policy-analyzer {analyzer.__version__}"),
            ("分析版本 / 类别表" if zh else "Analysis / codebook", "; ".join(versions)),
            ("类别表" if zh else "Categories", ", ".join(str(row["code"]) for row in read_codebook())),
            ("筛选条件" if zh else "Filter", "; ".join(self.words) or ("无" if zh else "none")),
            ("排序" if zh else "Sort", SORT_NAMES[self.sort][0 if zh else 1]), ("导出时间" if zh else "Exported", now),
            ("数据条数" if zh else "Figures", str(len(rows))), ("文件数" if zh else "Documents", str(len(documents))),
            ("注意" if zh else "Note", "数据由程序从原文提取，校对状态见“校对状态”列；“推断”的部门不是原文点名的。" if zh else
             "Extracted by a program; see Review for what a person checked. “Inferred” bodies are not named by the text."),
            ("文件 SHA-256" if zh else "SHA-256 of the files", sheet),
        ]  # fmt: skip

    def sheets(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        documents = self.documents(rows)
        whole = self.filters == Filters()
        return {
            "documents": documents,
            "about": self.about(rows, documents),
            "commitments": library.read_commitments(self.store, [d["id"] for d in documents]),
            "log": library.read_log(self.store, keys=None if whole else [r["key"] for r in rows], limit=100_000),
        }

    def workbook(self) -> bytes:
        rows = self.rows()
        return export.rows_to_workbook(
            rows,
            language=self.lang,
            **self.sheets(rows),
            link=lambda row: f"{self.base}/doc?d={row['document_id']}&t={row['key']}",
            commitment_link=lambda row: f"{self.base}/doc?d={row['document_id']}&c={row['key']}",
            extra=self.comparisons(rows),
        )

    def comparisons(self, rows: list[dict[str, Any]]) -> list[Any]:
        """The sheets 比较表, 进展表 and 完成率 of the documents of these rows, for these rows alone."""
        sources = [read_source(self.store, row) for row in one_of_each(self.documents(rows))[:_MOST_SOURCES]]
        wanted = {(str(row["document_id"]), row["start"]) for row in rows}
        return comparison_sheets(sources, wanted, overrides=read_overrides(self.store), language=self.lang)

    def evidence(self) -> bytes:
        rows = self.rows()

        def read_text(number: int) -> str:
            row = library.read_document_row(self.store, number)
            return row["text"] if row else ""

        return export.rows_to_evidence(rows, read_text=read_text, language=self.lang, **self.sheets(rows))

    def brief(self) -> bytes:
        rows = self.rows()
        documents = self.documents(rows)
        return export.rows_to_brief(
            rows, documents=documents, about=self.about(rows, documents)[3:8], language=self.lang
        )

    def table(self, make: Callable[..., bytes], **options: Any) -> Callable[[], bytes]:
        return lambda: make(self.rows(), **options)

    def references(self, make: Callable[[list[dict[str, Any]]], str]) -> Callable[[], bytes]:
        return lambda: make(self.documents()).encode("utf-8")


def _citations(task: Task) -> None:
    st.subheader(say("文献引用（GB/T 7714）", "Citations (GB/T 7714)"))
    edition = st.segmented_control(
        say("版本", "Edition"),
        [2025, 2015],
        default=2025,
        key="edition",
        required=True,
        label_visibility="collapsed",
        format_func=lambda e: f"GB/T 7714—{e}",
    )
    try:
        documents = one_of_each(task.documents())
    except AnalyzerError as error:
        st.error(message(error))
        return
    lines = [f"[{i}] {export.cite(d, edition=edition or 2025)}" for i, d in enumerate(documents[:100], 1)]
    st.code("\n".join(lines), language=None, wrap_lines=True)
    st.caption(
        say(
            "标点依公开介绍编写，投稿前请核对标准全文。",
            "The punctuation follows published descriptions of the standard; check it before you submit.",
        )
    )
