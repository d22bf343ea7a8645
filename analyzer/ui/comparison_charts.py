"""The pictures of 对比 and 进展: regions as bars, years as a line, targets against results, verdicts as shares."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

_BLUE, _GREY = "#2f5d9b", "#9aa5b5"
SIGNS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<", "approx": "≈", "eq": "", "range": "–"}
VERDICT_COLOURS = {"exceeded": "#1b7f5c", "met": "#6bbf9c", "missed": "#d1495b", "not_comparable": "#c9b458", "not_reported": "#c8ced8"}


def region_bars(points: pd.DataFrame) -> alt.LayerChart:
    """`points` has name, value and label (the number with its comparator): one bar for each, the longest first."""
    base = alt.Chart(points).encode(
        y=alt.Y("name:N", sort="-x", title=None, axis=alt.Axis(labelLimit=220, labelFontSize=12)),
        x=alt.X("value:Q", title=None, axis=alt.Axis(labelAngle=0)),
        tooltip=[alt.Tooltip("name:N"), alt.Tooltip("label:N")])  # fmt: skip
    return base.mark_bar(color=_BLUE) + base.mark_text(align="left", dx=4, fontSize=12).encode(text="label:N")


def year_lines(points: pd.DataFrame, *, planned: str, achieved: str) -> Any:
    """`points` has year (the last of its period), period (in words), whole (a period of several years), value, status, label, source and shown
    (the labels of all that stand at one spot, once).

    A value for several years together is no point of the yearly line: it stands as a diamond at its last year.
    """
    kinds = alt.Scale(domain=[achieved, planned], range=[_BLUE, "#e08e45"])
    base = alt.Chart(points).encode(
        x=alt.X("year:O", title=None, axis=alt.Axis(labelAngle=0, labelFontSize=12)),
        y=alt.Y("value:Q", title=None, scale=alt.Scale(zero=False)),
        color=alt.Color("status:N", scale=kinds, legend=alt.Legend(title=None, orient="top")),
        tooltip=[alt.Tooltip("period:N"), alt.Tooltip("label:N"), alt.Tooltip("status:N"), alt.Tooltip("source:N")])  # fmt: skip
    yearly, whole = base.transform_filter("!datum.whole"), base.transform_filter("datum.whole")
    lines = yearly.mark_line(strokeWidth=2) + yearly.mark_point(filled=True, size=70) + whole.mark_point(shape="diamond", filled=True, size=110)
    above = base.transform_filter(alt.datum.status == planned).mark_text(dy=-12, fontSize=11).encode(text="shown:N")
    below = base.transform_filter(alt.datum.status == achieved).mark_text(dy=14, fontSize=11).encode(text="shown:N")
    return lines + above + below


def dumbbell(points: pd.DataFrame, *, order: list[str], names: dict[str, str]) -> Any:
    """`points` has name, ratio (result as a share of the target, 1 = reached), verdict, label and edge (where the label stands); the target is 100 %."""
    colour = alt.Color("verdict:N", legend=alt.Legend(title=None, orient="top"),
                       scale=alt.Scale(domain=[names[v] for v in VERDICT_COLOURS], range=list(VERDICT_COLOURS.values())))  # fmt: skip
    y = alt.Y("name:N", sort=order, title=None, axis=alt.Axis(labelLimit=260, labelFontSize=12, grid=True))
    base = alt.Chart(points)
    rule = alt.Chart(pd.DataFrame({"x": [1.0]})).mark_rule(color="#444", strokeDash=[4, 3]).encode(x="x:Q")
    bars = base.mark_rule(strokeWidth=3, color=_GREY).encode(y=y, x=alt.X("ratio:Q", title=None, axis=alt.Axis(format=".0%")), x2="target:Q")
    dots = base.mark_circle(size=130, opacity=1).encode(y=y, x="ratio:Q", color=colour, tooltip=["name:N", "label:N", "verdict:N"])
    marks = base.mark_point(shape="diamond", size=70, color="#444", filled=True).encode(y=y, x="target:Q")
    words = base.mark_text(align="left", dx=9, fontSize=11).encode(y=y, x="edge:Q", text="label:N")
    return alt.layer(bars, rule, marks, dots, words)


def verdict_bars(shares: pd.DataFrame, *, names: dict[str, str]) -> alt.Chart:
    """`shares` has group, verdict (its name), rank and count; not reported is always among them."""
    domain = [names[v] for v in VERDICT_COLOURS]
    order = list(dict.fromkeys(shares["group"]))
    return alt.Chart(shares).mark_bar().encode(
        y=alt.Y("group:N", sort=order, title=None, axis=alt.Axis(labelLimit=200, labelFontSize=12)),
        x=alt.X("count:Q", stack="normalize", title=None, axis=alt.Axis(format=".0%")),
        color=alt.Color("verdict:N", sort=domain, scale=alt.Scale(domain=domain, range=list(VERDICT_COLOURS.values())),
                        legend=alt.Legend(title=None, orient="top")),
        order=alt.Order("rank:Q"),
        tooltip=["group:N", "verdict:N", "count:Q"])  # fmt: skip
