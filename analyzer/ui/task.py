"""An export as it was asked for: the file is made later, on the click, on another thread."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import analyzer
from analyzer import export
from analyzer import store as library
from analyzer.export.comparison import comparison_sheets
from analyzer.export.words import read_codebook
from analyzer.store import Filters
from analyzer.ui.aligned import one_of_each, read_overrides, read_source
from analyzer.ui.resources import the_store
from analyzer.ui.view import SORT_NAMES

_MOST_SOURCES = 200


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
