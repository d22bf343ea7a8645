"""The pictures of the overview, drawn by Altair from small tables; a click on one names what to filter."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

_BLUE = "#2f5d9b"


def heat_map(cells: pd.DataFrame, *, rows: str, columns: str) -> alt.LayerChart:
    """`cells` has row, column, row_name, column_name and count (0 too); the number stands in the cell."""
    pick = alt.selection_point(name="pick", fields=["row", "column"], empty=False)
    most = max(1, int(cells["count"].max()))
    order = list(dict.fromkeys(cells["row_name"])), list(dict.fromkeys(cells["column_name"]))
    base = alt.Chart(cells).encode(
        x=alt.X(
            "column_name:N",
            sort=order[1],
            title=None,
            axis=alt.Axis(orient="top", labelAngle=-30, labelLimit=150, labelOverlap=False, labelFontSize=12),
        ),
        y=alt.Y("row_name:N", sort=order[0], title=None, axis=alt.Axis(labelLimit=170, labelFontSize=12)),
    )
    boxes = base.mark_rect(stroke="#fff", cursor="pointer").encode(
        color=alt.Color(
            "count:Q", scale=alt.Scale(range=["#f2f5fa", _BLUE], domain=[0, most], type="sqrt"), legend=None
        ),
        tooltip=[
            alt.Tooltip("row_name:N", title=rows),
            alt.Tooltip("column_name:N", title=columns),
            alt.Tooltip("count:Q", title="n"),
        ],
    )
    numbers = base.mark_text(fontSize=12).encode(
        text="count:Q", color=alt.condition(alt.datum.count > most * 0.3, alt.value("#fff"), alt.value("#556"))
    )
    return boxes.add_params(pick) + numbers


def flows(cells: pd.DataFrame) -> dict[str, Any]:
    """From each body to the categories of its targets: `cells` as for the heat map, as an ECharts Sankey diagram."""
    some = cells[cells["count"] > 0]
    left, right = list(dict.fromkeys(some["column_name"])), list(dict.fromkeys(some["row_name"]))
    # A blank behind it tells a body from a category of the same name.
    nodes: list[dict[str, Any]] = [{"name": f"{name} ", "depth": 0, "label": {"position": "left"}} for name in left]
    nodes += [{"name": name, "depth": 1} for name in right]
    links = [{"source": f"{body} ", "target": category, "value": int(count)}
             for body, category, count in zip(some["column_name"], some["row_name"], some["count"], strict=True)]  # fmt: skip
    series = {"type": "sankey", "data": nodes, "links": links, "left": 170, "right": 160, "top": 8, "bottom": 8, "nodeGap": 12,
              "draggable": False, "lineStyle": {"color": "source", "opacity": 0.35}, "label": {"fontSize": 12, "color": "#333"},
              "emphasis": {"focus": "adjacency"}}  # fmt: skip
    return {"tooltip": {"trigger": "item"}, "series": [series]}


def deadlines(cells: pd.DataFrame, *, rows: str, columns: str) -> alt.Chart:
    """`cells` has row, row_name, year and count: one dot for each, as large as the count."""
    pick = alt.selection_point(name="pick", fields=["row", "year"], empty=False)
    order = list(dict.fromkeys(cells["row_name"]))
    return (
        alt.Chart(cells)
        .mark_circle(color=_BLUE, opacity=0.8, cursor="pointer")
        .encode(
            x=alt.X("year:O", title=None, axis=alt.Axis(labelAngle=0, grid=True, orient="top", labelFontSize=12)),
            y=alt.Y("row_name:N", sort=order, title=None, axis=alt.Axis(labelLimit=170, grid=True, labelFontSize=12)),
            size=alt.Size("count:Q", scale=alt.Scale(range=[40, 700]), legend=None),
            tooltip=[
                alt.Tooltip("row_name:N", title=rows),
                alt.Tooltip("year:O", title=columns),
                alt.Tooltip("count:Q", title="n"),
            ],
        )
        .add_params(pick)
    )


def picked(event: Any) -> dict[str, Any] | None:
    """The fields of the cell that was clicked, if one was."""
    chosen = event["selection"].get("pick") if event else None
    return dict(chosen[0]) if chosen else None
