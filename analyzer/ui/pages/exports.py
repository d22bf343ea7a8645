"""导出: what the filter of 目标库 leaves, or everything, in the form that the next program wants."""

from __future__ import annotations

import datetime
import importlib.util
from collections.abc import Callable

import streamlit as st

from analyzer import export
from analyzer import store as library
from analyzer.errors import AnalyzerError
from analyzer.store import Filters
from analyzer.ui.aligned import one_of_each
from analyzer.ui.hints import say_empty
from analyzer.ui.language import language, message, plain, say
from analyzer.ui.resources import the_store
from analyzer.ui.task import Task
from analyzer.ui.view import current_view, describe, view_to_filters


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
