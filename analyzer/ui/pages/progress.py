"""进展: what became of the targets, by what later documents or a user's table say; never a verdict without its source."""

from __future__ import annotations

import io
from typing import Any

import pandas as pd
import streamlit as st

from analyzer import store as library
from analyzer.actuals import read_sheet
from analyzer.alignment import figure_to_measure
from analyzer.comparing import figure_to_words
from analyzer.errors import AnalyzerError
from analyzer.export.comparison import REASONS, VERDICT_NAMES, follows_to_workbook, result_words
from analyzer.grouping import Source
from analyzer.track import VERDICTS, Actual, Follow, fulfilment_rates, rows_to_actuals, track_targets
from analyzer.ui.aligned import choose_many, evidence, load_sources, one_of_each, read_overrides, row_key
from analyzer.ui.comparison_charts import dumbbell, verdict_bars
from analyzer.ui.grid import clicked_row
from analyzer.ui.hints import say_empty
from analyzer.ui.language import language, message, named, plain, say
from analyzer.ui.resources import the_store, who

_MOST_DOTS = 30
_CAP = 3.0
"""A result of more than three times its target stands at the edge of the picture; its label says how much."""


def show() -> None:
    st.title(say("进展", "Progress"))
    documents = [d for d in library.list_documents(the_store()) if d["figures"]]
    if not documents:
        say_empty()
        return
    chosen = choose_many(say("文件（目标与后来的报告）", "Documents: those with targets and later reports"), "progress_documents",
                              default=[d["id"] for d in one_of_each(documents)[:60]][::-1])
    if not chosen:
        st.info(say("请选择文件。", "Choose documents."))
        return
    sources = load_sources(chosen)
    actuals = _stored_actuals(sources)
    follows = track_targets(sources, sources, actuals=actuals, overrides=read_overrides())
    _upload(sources)
    ahead = sum(f.reason == "not due" for f in follows)
    if ahead and not st.toggle(say(f"包括尚未到期的 {ahead} 个目标", f"Include {ahead} targets that are not due yet"), key="progress_ahead"):
        follows = [f for f in follows if f.reason != "not due"]
    if not follows:
        st.info(say("这些文件里没有计划目标。", "These documents have no planned targets."))
        return
    _numbers(follows)
    _rates(follows)
    _results(follows)


def verdict_name(verdict: str) -> str:
    return say(*VERDICT_NAMES[verdict])


def _numbers(follows: list[Follow]) -> None:
    counts = {verdict: sum(f.verdict == verdict for f in follows) for verdict in VERDICTS}
    for column, verdict in zip(st.columns(len(VERDICTS)), VERDICTS, strict=True):
        column.metric(verdict_name(verdict), f"{counts[verdict]:,}")
    st.caption(say(f"共 {len(follows)} 个目标；其中 {counts['not_reported'] / len(follows):.0%} 在所选文件和实际值表中未见结果。",
                   f"{len(follows)} targets; for {counts['not_reported'] / len(follows):.0%} of them no result is in the documents or the table."))


def _rates(follows: list[Follow]) -> None:
    st.subheader(say("完成率", "Fulfilment"))
    names = {"category": say("按类别", "By category"), "region": say("按地区", "By region")}
    by = str(st.segmented_control(say("分组", "Group"), list(names), default="category", key="progress_by", required=True,
                                  format_func=lambda k: names[k], label_visibility="collapsed") or "category")
    rates = fulfilment_rates(follows, by=by)[:40]
    label = [named("category", r.group) if by == "category" else r.group or say("（未注明）", "(none)") for r in rates]
    shares = pd.DataFrame([{"group": name, "verdict": verdict_name(v), "rank": VERDICTS.index(v), "count": rate.counts[v]}
                           for name, rate in zip(label, rates, strict=True) for v in VERDICTS if rate.counts[v]])
    names_of = {v: verdict_name(v) for v in VERDICTS}
    st.altair_chart(verdict_bars(shares, names=names_of), width="stretch", height=70 + 26 * len(rates), alt=say("各组目标的结论", "Verdicts of each group"))
    st.dataframe(pd.DataFrame([{say("分组", "Group"): name, say("目标", "Targets"): r.total, **{verdict_name(v): r.counts[v] for v in VERDICTS},
                                say("完成率（有结论者）", "Fulfilled (of those with a verdict)"): f"{r.fulfilled:.0%}" if r.fulfilled is not None else "—",
                                say("未公布占比", "Share not reported"): f"{r.unreported:.0%}"} for name, r in zip(label, rates, strict=True)]),
                 hide_index=True, key="rates_table")  # fmt: skip


def _results(follows: list[Follow]) -> None:
    st.subheader(say("目标与结果", "Targets and results"))
    there = [v for v in VERDICTS if any(f.verdict == v for f in follows)]
    wanted = st.pills(say("结论", "Verdict"), there, selection_mode="multi", key="progress_verdicts", format_func=verdict_name) or there
    shown = sorted((f for f in follows if f.verdict in wanted), key=lambda f: (f.result is None, -f.confidence))[:1000]
    dots = [f for f in shown if f.ratio is not None and f.ratio >= 0][:_MOST_DOTS]
    if dots:
        st.caption(say(f"结果相当于目标的百分比（◆ 为目标；前 {len(dots)} 项）。颜色是按约束方向得出的结论。",
                       f"The result as a share of the target (◆ is the target; the first {len(dots)}). The colour is the verdict by the comparator."))
        names = [f"{i}. {f.indicator} {f.target.period or ''}" for i, f in enumerate(dots, 1)]
        points = pd.DataFrame([{"name": name, "ratio": min(f.ratio or 0, _CAP), "target": 1.0, "edge": max(min(f.ratio or 0, _CAP), 1.0),
                                "verdict": verdict_name(f.verdict),
                                "label": f"{figure_to_words(f.target)} → {result_words(f)}"} for name, f in zip(names, dots, strict=True)])
        st.altair_chart(dumbbell(points, order=names, names={v: verdict_name(v) for v in VERDICTS}), width="stretch", height=60 + 26 * len(dots),
                        alt=say("目标与结果", "Targets and results"))
    frame = pd.DataFrame([{say("结论", "Verdict"): verdict_name(f.verdict), say("指标", "Indicator"): f.indicator,
                           say("期限", "Period"): f.target.period or "", say("目标", "Target"): figure_to_words(f.target),
                           say("结果", "Result"): result_words(f), say("置信度", "Confidence"): f.confidence if f.result else None,
                           say("地区", "Region"): f.region or "", say("出处", "Source"): f.source.name} for f in shown])
    share = {say("置信度", "Confidence"): st.column_config.NumberColumn(format="percent")}
    at = clicked_row(frame, key="progress_table", config=share, alt=say("目标与结果", "Targets and results"))
    lang = language()
    st.download_button(say("下载进展表（XLSX）", "Download as XLSX"), key="progress_xlsx", on_click="ignore",
                       data=lambda: follows_to_workbook(follows, language=lang), file_name=say("进展表.xlsx", "progress.xlsx"))
    if shown:
        _sides(shown[at])


def _sides(follow: Follow) -> None:
    reason = say(REASONS.get(follow.reason, follow.reason), follow.reason)
    st.markdown(f"**{verdict_name(follow.verdict)}** · {plain(reason)}")
    left, right = st.columns(2)
    with left:
        evidence(follow.source, follow.target, say("目标", "Target"))
    with right:
        if follow.result and follow.result.figure and follow.later:
            evidence(follow.later, follow.result.figure, say("结果", "Result"))
        elif follow.result:
            st.text(say("实际值：", "Actual value: ") + f"{follow.result.value:g}{follow.result.unit or ''}  {follow.result.source}")
        else:
            st.caption(say("所选文件没有报告结果。", "None of the documents reports a result."))


def _stored_actuals(sources: list[Source]) -> list[Actual]:
    """The actual values that were entered, by the figure they belong to; the latest of a figure counts."""
    kept = library.list_actuals(the_store())
    if not kept:
        return []
    places = {row["key"]: f"{s.key}:{row['start']}" for s in sources for row in library.figures_of(the_store(), int(s.key))}
    return [Actual("", row["value"], row["unit"], row["period"], None, row["source"] or row["who"] or "", places[row["figure_key"]])
            for row in reversed(kept) if row["figure_key"] in places]


def _upload(sources: list[Source]) -> None:
    with st.expander(say("用自己的表填实际值", "Give actual values in a table")):
        st.caption(say("CSV 或 XLSX，列：指标、实际值、单位、年份、地区、来源（单位可写“万人”）。",
                       "CSV or XLSX with the columns indicator, value, unit, period, region, source."))
        file = st.file_uploader(say("实际值表", "Table of actual values"), type=["csv", "xlsx"], key="actuals_file", label_visibility="collapsed")
        if file is None or not st.button(say("采用", "Use"), key="actuals_use"):
            return
        try:
            actuals = rows_to_actuals(_read_rows(file), name=file.name)
        except AnalyzerError as error:
            st.error(message(error))
            return
        kept = sum(_keep(actual, sources) for actual in actuals)
        st.session_state["actuals_kept"] = (kept, len(actuals))
        st.rerun()
    if "actuals_kept" in st.session_state:
        kept, total = st.session_state.pop("actuals_kept")
        st.success(say(f"{total} 行中有 {kept} 行找到了对应的目标，已保存。", f"{kept} of {total} rows met a target and were saved."))


def _read_rows(file: Any) -> list[dict[str, str]]:
    if file.name.lower().endswith(".xlsx"):
        return read_sheet(file.getvalue(), file.name)
    try:
        frame = _read_csv(file)
    except Exception as error:  # whatever the parser meets in a broken table, the user gets one message
        raise AnalyzerError(f"{file.name}: not a readable table", f"{file.name}：无法读取这张表") from error
    return [{str(k): "" if pd.isna(v) else str(v) for k, v in row.items()} for row in frame.to_dict("records")]


def _read_csv(file: Any) -> pd.DataFrame:
    data = file.getvalue()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return pd.read_csv(io.BytesIO(data), dtype=str, encoding=encoding)
        except UnicodeDecodeError:
            continue
    raise ValueError("neither UTF-8 nor GB 18030")


def _keep(actual: Actual, sources: list[Source]) -> bool:
    for source in sources:
        for figure in source.figures:
            if figure.status == "planned" and figure.indicator and actual.fits(figure, figure_to_measure(figure, home=source.region), source):
                key = row_key(source, figure)
                if key:
                    library.save_actual(the_store(), key, actual.value, who=who(), period=actual.period or figure.period,
                                        unit=actual.unit, source=actual.source)
                    return True
    return False
