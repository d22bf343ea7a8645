"""比较表 and 进展表: indicators side by side and targets with their results, each with the sentences that say so."""

from __future__ import annotations

import io
from collections.abc import Container, Iterable, Sequence
from typing import Any

import xlsxwriter

from analyzer.compare import Line, compare_sources
from analyzer.comparing import figure_to_words
from analyzer.export.rows import tidy
from analyzer.export.words import value_name
from analyzer.export.workbook import _formats, _table
from analyzer.grouping import Overrides, Source
from analyzer.track import VERDICTS, Follow, fulfilment_rates, track_targets

VERDICT_NAMES = {"exceeded": ("超额完成", "exceeded"), "met": ("完成", "met"), "missed": ("未完成", "missed"),
                 "not_reported": ("未公布", "not reported"), "not_comparable": ("不可比", "not comparable")}  # fmt: skip
CHANGE_NAMES = {"raised": ("提高", "raised"), "lowered": ("降低", "lowered"), "unchanged": ("不变", "unchanged"), "new": ("新增", "new"),
                "dropped": ("不再出现", "dropped"), "mixed": ("其他", "other"), "single": ("", ""), "stronger": ("更硬", "stronger"),
                "weaker": ("更软", "weaker")}  # fmt: skip
REASONS = {
    "no statement": "后来的文件没有说明", "not due": "尚未到期", "growth against amount": "一为增速一为总量", "units": "单位不同", "at the target": "达到目标",
    "above the target": "高于目标", "below the target": "低于目标", "about the target": "约等于目标", "within the limit": "在限度之内",
    "better than the limit": "优于限度", "above the limit": "超出限度", "result is an upper bound": "结果只是上限",
    "result is a lower bound": "结果只是下限", "result is a lower bound below the target": "结果只是低于目标的下限",
    "result is an upper bound above the target": "结果只是高于目标的上限",
}  # fmt: skip

Sheet = tuple[str, list[str], list[str], list[dict[str, Any]]]
"""Name, fields, heads and rows of a sheet."""


def lines_to_sheet(lines: Iterable[Line], sources: Sequence[Source], *, language: str = "zh") -> Sheet:
    """比较表: a row for each indicator; for each source the figure, its value in the common unit, sentence and document."""
    which = 0 if language == "zh" else 1
    fields = ["indicator", "category_name", "unit", "change", "wording"]
    heads = [pair[which] for pair in (("指标", "Indicator"), ("类别", "Category"), ("统一单位", "Common unit"), ("变化", "Change"), ("措辞", "Wording"))]
    parts = (("quote", "数据", "Figure"), ("value", "数值（统一单位）", "Value (common unit)"), ("period", "期限", "Period"),
             ("sentence", "原句", "Sentence"), ("page", "页码", "Page"))  # fmt: skip
    for number, source in enumerate(sources):
        for field, *names in parts:
            fields.append(f"{field}:{number}")
            heads.append(f"{names[which]} · {source.name}")
    rows = []
    for line in lines:
        row: dict[str, Any] = {"indicator": line.indicator + (f"（{line.place}）" if line.place else ""), "unit": line.unit,
                               "category_name": value_name("category", line.category, language), "change": CHANGE_NAMES[line.change][which],
                               "wording": CHANGE_NAMES[line.wording][which] if line.wording else ""}  # fmt: skip
        for number, cell in enumerate(line.cells):
            if cell:
                row |= {f"quote:{number}": figure_to_words(cell.figure), f"value:{number}": tidy(cell.value), f"period:{number}": cell.figure.period,
                        f"sentence:{number}": cell.figure.sentence, f"page:{number}": cell.figure.page}  # fmt: skip
        rows.append(row)
    return ("比较表", "Comparison")[which], fields, heads, rows


_PROGRESS = {
    "indicator": ("指标", "Indicator"), "category_name": ("类别", "Category"), "region": ("地区", "Region"), "verdict": ("结论", "Verdict"),
    "target": ("目标", "Target"), "result": ("结果", "Result"), "ratio": ("结果÷目标", "Result ÷ target"), "confidence": ("配对置信度", "Confidence"),
    "reason": ("依据", "Because"), "period": ("期限", "Period"), "sentence": ("目标原句", "Target's sentence"), "document": ("目标出处", "Target's source"),
    "page": ("目标页码", "Target's page"), "text": ("结果原句", "Result's sentence"), "issuer": ("结果出处", "Result's source"),
    "result_page": ("结果页码", "Result's page"),
}  # fmt: skip


def follows_to_sheet(follows: Iterable[Follow], *, language: str = "zh") -> Sheet:
    """进展表: a row for each target with verdict, result, confidence and both sources."""
    which = 0 if language == "zh" else 1
    rows = []
    for follow in follows:
        figure = follow.result.figure if follow.result else None
        rows.append({
            "indicator": follow.indicator, "category_name": value_name("category", follow.category, language), "region": follow.region,
            "verdict": VERDICT_NAMES[follow.verdict][which], "target": figure_to_words(follow.target), "result": result_words(follow),
            "ratio": follow.ratio, "confidence": follow.confidence if follow.result else None,
            "reason": REASONS.get(follow.reason, follow.reason) if language == "zh" else follow.reason, "period": follow.target.period,
            "sentence": follow.target.sentence, "document": follow.source.name, "page": follow.target.page,
            "text": figure.sentence if figure else follow.result.note if follow.result else None,
            "issuer": follow.result.source if follow.result else None, "result_page": figure.page if figure else None})  # fmt: skip
    return ("进展表", "Progress")[which], list(_PROGRESS), [pair[which] for pair in _PROGRESS.values()], rows


def result_words(follow: Follow) -> str:
    result = follow.result
    if result is None:
        return "—"
    return figure_to_words(result.figure) if result.figure else f"{result.value:g}{result.unit or ''}"


def rates_to_sheet(follows: Sequence[Follow], *, language: str = "zh") -> Sheet:
    """完成率: by category and by region, always with the share that is not reported."""
    which = 0 if language == "zh" else 1
    heads = [("分组", "Group")[which], ("目标数", "Targets")[which], *(VERDICT_NAMES[v][which] for v in VERDICTS),
             ("完成率（有结论者）", "Fulfilled (of those with a verdict)")[which], ("未公布占比", "Share not reported")[which]]
    rows = []
    for by in ("category", "region"):
        for rate in fulfilment_rates(follows, by=by):
            group = value_name("category", rate.group, language) if by == "category" else rate.group
            rows.append({"indicator": group or ("（未注明）", "(none)")[which], "total": rate.total, **rate.counts,
                         "fulfilled": rate.fulfilled, "unreported": rate.unreported})
    return ("完成率", "Rates")[which], ["indicator", "total", *VERDICTS, "fulfilled", "unreported"], heads, rows


_MOST_COLUMNS = 8
"""Documents side by side in the workbook; more than that no one reads in a row, and the page compares a choice of them."""


def comparison_sheets(sources: Sequence[Source], wanted: Container[tuple[str, int]], *, overrides: Overrides | None = None,
                      language: str = "zh") -> list[Sheet]:
    """比较表, 进展表 and 完成率 of the documents, for the figures (source key, start) that are wanted; none for one document."""
    if len(sources) < 2:
        return []
    sheets = []
    if len(sources) <= _MOST_COLUMNS:
        lines = [line for line in compare_sources(sources, overrides=overrides)
                 if any(c and (s.key, c.figure.start) in wanted for s, c in zip(sources, line.cells, strict=True))]
        sheets.append(lines_to_sheet(lines, sources, language=language))
    follows = [f for f in track_targets(sources, sources, overrides=overrides) if (f.source.key, f.target.start) in wanted]
    return [*sheets, follows_to_sheet(follows, language=language), rates_to_sheet(follows, language=language)]


def sheets_to_workbook(sheets: Iterable[Sheet]) -> bytes:
    out = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        forms = _formats(book)
        for name, fields, heads, rows in sheets:
            write_sheet(book, forms, (name, fields, heads, rows))
    return out.getvalue()


def write_sheet(book: xlsxwriter.Workbook, forms: dict[str, Any], sheet: Sheet) -> None:
    """Adds a sheet to an open workbook; what stands behind “:” in a field tells columns of one kind apart."""
    name, fields, heads, rows = sheet
    _table(book, forms, name, fields, heads, ((row, None) for row in rows), frozen=1)


def lines_to_workbook(lines: Sequence[Line], sources: Sequence[Source], *, language: str = "zh") -> bytes:
    return sheets_to_workbook([lines_to_sheet(lines, sources, language=language)])


def follows_to_workbook(follows: Sequence[Follow], *, language: str = "zh") -> bytes:
    return sheets_to_workbook([follows_to_sheet(follows, language=language), rates_to_sheet(follows, language=language)])
