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
