"""对比: the same indicator in several documents, in the regions of one year, over the years; two versions of a text."""

from __future__ import annotations

import json

import pandas as pd
import streamlit as st

from analyzer import store as library
from analyzer.compare import Cell, Line, compare_sources, region_matrix, time_series
from analyzer.comparing import figure_to_words
from analyzer.export.comparison import lines_to_workbook
from analyzer.grouping import Source
from analyzer.texts import Passage, compare_paragraphs
from analyzer.ui.aligned import (
    choose_many,
    evidence,
    likely_pair,
    load_sources,
    one_of_each,
    read_overrides,
    save_overrides,
)
from analyzer.ui.comparison_charts import SIGNS, region_bars, year_lines
from analyzer.ui.grid import clicked_row
from analyzer.ui.hints import say_empty
from analyzer.ui.language import language, named, plain, say
from analyzer.ui.passages import passages_html
from analyzer.ui.resources import the_store

_MOST = 600


def show() -> None:
    st.title(say("对比", "Compare"))
    documents = [d for d in library.list_documents(the_store()) if d["figures"]]
    if len(documents) < 2:
        say_empty(say("至少要有两份含有数据的文件才能对比。", "It takes two documents with figures to compare."))
        return
    views = {"side": say("并排", "Side by side"), "matrix": say("地区 × 指标", "Regions × indicators"),
             "series": say("时间序列", "Over the years"), "text": say("文本", "Text")}
    view = st.segmented_control(say("看法", "View"), list(views), default="side", key="compare_view", required=True,
                                format_func=lambda name: views[name], label_visibility="collapsed")
    pair = likely_pair(documents)
    if view == "text":
        _texts(pair)
        return
    chosen = choose_many(say("文件（从早到晚）", "Documents, the earlier first"), f"compare_documents_{view}",
                              default=pair if view == "side" else [d["id"] for d in one_of_each(documents)[:40]][::-1])
    if len(chosen) < 2:
        st.info(say("请选择两份或更多文件。", "Choose two or more documents."))
        return
    sources = load_sources(chosen)
    {"side": _side_by_side, "matrix": _matrix, "series": _series}[str(view)](sources)


def change_name(change: str) -> str:
    names = {"raised": ("提高", "raised"), "lowered": ("降低", "lowered"), "unchanged": ("不变", "unchanged"), "new": ("新增", "new"),
             "dropped": ("不再出现", "dropped"), "mixed": ("其他", "other"), "single": ("", ""), "stronger": ("措辞更硬", "stronger wording"),
             "weaker": ("措辞更软", "weaker wording")}  # fmt: skip
    return say(*names.get(change, (change, change)))


def _statuses(key: str) -> tuple[str, ...]:
    names = {"planned": say("计划目标", "Planned"), "achieved": say("完成情况", "Achieved")}
    chosen = st.segmented_control(say("数据", "Figures"), list(names), default="planned", key=key, required=True,
                                  format_func=lambda name: names[name], label_visibility="collapsed")
    return (str(chosen or "planned"),)


def _short(source: Source) -> str:
    return source.name if len(source.name) <= 24 else source.name[:23] + "…"


def _columns(sources: list[Source]) -> list[str]:
    """Names that differ even where two documents have the same title."""
    names: list[str] = []
    for source in sources:
        name = _short(source)
        names.append(name if name not in names else f"{name} ({len(names) + 1})")
    return names


def _side_by_side(sources: list[Source]) -> None:
    statuses = _statuses("compare_status")
    lines = compare_sources(sources, statuses=statuses, overrides=read_overrides())
    counts = pd.Series([line.change for line in lines], dtype=str).value_counts().to_dict()
    kinds = [k for k in ("raised", "lowered", "unchanged", "new", "dropped", "mixed") if counts.get(k)]
    if not lines:
        st.info(say("这些文件里没有可对比的数据。", "These documents have no figures to compare."))
        return
    wanted = st.pills(say("变化", "Change"), kinds, selection_mode="multi", key="compare_changes",
                      format_func=lambda k: f"{change_name(k)} {counts[k]}") or kinds
    shown = [line for line in lines if line.change in wanted][:_MOST]
    names = _columns(sources)
    frame = pd.DataFrame([
        {say("指标", "Indicator"): line.indicator + (f"（{line.place}）" if line.place else ""),
         **{name: figure_to_words(cell.figure) if cell else "—" for name, cell in zip(names, line.cells, strict=True)},
         say("变化", "Change"): change_name(line.change), say("措辞", "Wording"): change_name(line.wording or ""),
         say("类别", "Category"): named("category", line.category)} for line in shown])  # fmt: skip
    at = clicked_row(frame, key="compare_table", alt=say("各文件的同一指标", "The same indicator in each document"))
    lang = language()
    st.download_button(say("下载比较表（XLSX）", "Download as XLSX"), key="compare_xlsx", on_click="ignore", file_name=say("比较表.xlsx", "comparison.xlsx"),
                       data=lambda: lines_to_workbook(lines, sources, language=lang))
    if shown:
        _line_panel(shown[at], sources)
        _joining(shown[at], lines)


def _line_panel(line: Line, sources: list[Source]) -> None:
    st.subheader(plain(line.indicator))
    if line.unit:
        st.caption(say(f"统一单位：{plain(line.unit)}", f"Common unit: {plain(line.unit)}"))
    there = [(source, cell) for source, cell in zip(sources, line.cells, strict=True) if cell]
    if len(there) > 2:
        st.altair_chart(region_bars(_bar_points(there)), width="stretch", alt=line.indicator)
    for column, (source, cell) in zip(st.columns(min(2, len(there))) * len(there), there, strict=False):
        with column:
            evidence(source, cell.figure, figure_to_words(cell.figure))
            for other in cell.others[:3]:
                st.caption(say("同一文件另有：", "Also there: ") + plain(f"{figure_to_words(other)} {other.indicator}"))


def _bar_points(there: list[tuple[Source, Cell]]) -> pd.DataFrame:
    return pd.DataFrame([{"name": f"{source.region or ''} {_short(source)}".strip(), "value": cell.value,
                          "label": f"{SIGNS.get(cell.figure.comparator, '')}{cell.figure.quote}"} for source, cell in there])


def _joining(line: Line, lines: list[Line]) -> None:
    """A person's word on what measures the same; it is kept in the library and holds everywhere."""
    with st.expander(say("合并或拆分指标", "Join or split indicators")):
        overrides = read_overrides()
        others = {other.measure: other.indicator for other in lines if other.measure != line.measure}
        choice = st.selectbox(say(f"把“{plain(line.indicator)}”与另一指标合并", f"Join “{plain(line.indicator)}” with"), list(others), index=None,
                              key=f"join_{line.measure}", format_func=lambda key: others[key], placeholder=say("选择指标", "choose an indicator"))
        if st.button(say("合并", "Join"), key="join", disabled=choice is None) and choice:
            save_overrides(overrides.join(line.measure, choice))
            st.rerun()
        keys = list(dict.fromkeys(cell.measure for cell in line.cells if cell))
        if len(keys) > 1 and st.button(say("这些不是同一指标：拆开", "These are not the same: split"), key="split"):
            for key in keys[1:]:
                overrides = overrides.part(keys[0], key)
            save_overrides(overrides)
            st.rerun()
        if (overrides.joined or overrides.split) and st.button(say("撤销全部合并与拆分", "Undo all joins and splits"), key="unjoin"):
            save_overrides(type(overrides)())
            st.rerun()


def _matrix(sources: list[Source]) -> None:
    years = sorted({f.period for s in sources for f in s.figures if f.period and f.period.isdigit()}, reverse=True)
    if not years:
        st.info(say("这些文件里没有带年份的数据。", "No figure of these documents has a year."))
        return
    left, right = st.columns(2)
    with left:
        default = max(years, key=lambda y: sum(f.period == y for s in sources for f in s.figures))
        year = st.selectbox(say("年份", "Year"), years, index=years.index(default), key="matrix_year")
    with right:
        statuses = _statuses("matrix_status")
    lines = region_matrix(sources, str(year), statuses=statuses, overrides=read_overrides())[:_MOST]
    if not lines:
        st.info(say("这一年没有两份文件共有的指标。", "No indicator stands in two documents for this year."))
        return
    regions = _regions(lines, sources)
    frame = pd.DataFrame([{say("指标", "Indicator"): line.indicator, say("单位", "Unit"): line.unit or "",
                           **{name: _region_cell(line, numbers) for name, numbers in regions.items()}} for line in lines])
    line = lines[clicked_row(frame, key="matrix_table", alt=say("地区与指标", "Regions and indicators"))]
    st.subheader(plain(f"{line.indicator} · {year}"))
    st.caption(say("单位：", "Unit: ") + (line.unit or "—"))
    there = [(source, cell) for source, cell in zip(sources, line.cells, strict=True) if cell]
    st.altair_chart(region_bars(_bar_points(there)), width="stretch", height=60 + 30 * len(there), alt=line.indicator)
    for source, cell in there[:8]:
        evidence(source, cell.figure, figure_to_words(cell.figure))


def _regions(lines: list[Line], sources: list[Source]) -> dict[str, list[int]]:
    """One column a region: the places of its documents, that with most figures first; a document without one stands alone."""
    filled = [sum(line.cells[n] is not None for line in lines) for n in range(len(sources))]
    found: dict[str, list[int]] = {}
    for n in sorted((n for n in range(len(sources)) if filled[n]), key=lambda n: -filled[n]):
        found.setdefault(sources[n].region or _short(sources[n]), []).append(n)
    return found


def _region_cell(line: Line, numbers: list[int]) -> str:
    """What the region's documents say; another value of another of them stands behind a stroke."""
    cells = [cell for n in numbers if (cell := line.cells[n])]
    return " / ".join(dict.fromkeys(figure_to_words(cell.figure) for cell in cells)) or "—"


def _series(sources: list[Source]) -> None:
    regions = sorted({s.region for s in sources if s.region})
    left, right = st.columns(2)
    region = left.selectbox(say("地区", "Region"), ["", *regions], index=min(1, len(regions)), key="series_region",
                            format_func=lambda r: r or say("全部", "All"))
    kept = [s for s in sources if not region or s.region == region]
    found = time_series(kept, overrides=read_overrides())[:_MOST]
    if not found:
        st.info(say("没有跨年份的指标。", "No indicator has figures for two years."))
        return
    at = right.selectbox(say("指标", "Indicator"), range(len(found)), key="series_indicator",
                      format_func=lambda i: f"{found[i].indicator} ({len(found[i].points)})")
    series = found[at or 0]
    st.caption(say("单位：", "Unit: ") + (series.unit or "—"))
    planned, achieved = named("status", "planned"), named("status", "achieved")
    points = pd.DataFrame([{"year": int(p.period.split("/")[-1][:4]), "period": named("period", p.period), "value": p.value,
                            "status": planned if p.status == "planned" else achieved, "whole": "/" in p.period,
                            "label": figure_to_words(p.figure), "source": p.source.name} for p in series.points])
    spots = points.groupby(["year", "status"])["label"]
    points["shown"] = spots.transform(lambda labels: " / ".join(dict.fromkeys(labels))).where(spots.cumcount() == 0, "")
    if points["whole"].any():
        st.caption(say("◆ 是跨年时段的数值，不与单年的连线。", "◆ stands for several years together; the line joins single years alone."))
    st.altair_chart(year_lines(points, planned=planned, achieved=achieved), width="stretch", height=320, alt=series.indicator)
    st.dataframe(pd.DataFrame([{say("时期", "Period"): named("period", p.period), say("数值", "Figure"): figure_to_words(p.figure),
                                say("状态", "Status"): named("status", p.status), say("原句", "Sentence"): p.figure.sentence,
                                say("文件", "Document"): p.source.name} for p in series.points]), hide_index=True, key="series_table")  # fmt: skip


def _texts(pair: list[int]) -> None:
    titles = library.document_titles(the_store())
    numbers = [int(n) for n in titles]
    left, right = st.columns(2)
    before = left.selectbox(say("旧版", "Earlier version"), numbers, index=numbers.index(pair[0]), key="text_before",
                            format_func=lambda n: titles.get(str(n), ""))
    after = right.selectbox(say("新版", "Later version"), numbers, index=numbers.index(pair[1]), key="text_after",
                            format_func=lambda n: titles.get(str(n), ""))
    passages = compare_paragraphs(_paragraphs(before), _paragraphs(after))
    counts = pd.Series([p.kind for p in passages], dtype=str).value_counts().to_dict()
    names = {"same": say("未变", "same"), "changed": say("修改", "changed"), "moved": say("移动", "moved"),
             "moved and changed": say("移动并修改", "moved and changed"), "new": say("新增", "new"), "dropped": say("删除", "dropped")}
    kinds = [k for k in names if counts.get(k)]
    wanted = st.pills(say("段落", "Paragraphs"), kinds, selection_mode="multi", key="text_kinds",
                      default=[k for k in kinds if k != "same"], format_func=lambda k: f"{names[k]} {counts[k]}") or kinds
    shown: list[Passage] = [p for p in passages if p.kind in wanted]
    st.html(passages_html(shown[:_MOST], names))
    if len(shown) > _MOST:
        st.caption(say(f"只显示前 {_MOST} 段。", f"The first {_MOST} are shown."))


def _paragraphs(number: int) -> list[str]:
    row = library.read_document_row(the_store(), number)
    if row is None:
        return []
    blocks = json.loads(row["blocks"]) if isinstance(row["blocks"], str) else row["blocks"]
    texts = [row["text"][b["start"]:b["end"]] for b in blocks if b["kind"] != "furniture"] or row["text"].splitlines()
    return [text for text in ("".join(t.split()) for t in texts) if text]
