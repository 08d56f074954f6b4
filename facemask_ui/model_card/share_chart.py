"""Shares with their 95 % intervals as points on one axis, and the table of their values."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from facemask_core.text import on_one_line
from facemask_ui.base import parts
from facemask_ui.base.charts import show_chart
from facemask_ui.base.palette import Palette, pick_palette
from facemask_ui.language import join_clauses, percent, say

_SYMBOLS = ("circle", "diamond-open", "square", "circle-open")
_BETWEEN = 0.18
"""How far apart the points of one row are, in rows."""
_LABEL = 20
"""The letters of a row's name on one line; a phone has no room for more."""
_STEP = 0.05
"""The axis begins at a multiple of this."""


@dataclass(frozen=True, kw_only=True)
class Point:
    """A share of some images.

    Attributes:
        row: The name of its row.
        kind: Which of the row's points it is.
        share: The share.
        ends: Its interval; None where none is known.
        images: How many images it is of; None where that is not known.
    """

    row: str
    kind: str
    share: float
    ends: tuple[float, float] | None = None
    images: int | None = None


def fold_shares(
    points: Sequence[Point],
    table: pd.DataFrame,
    *,
    title: str,
    key: str,
    axis: str | None = None,
    meaning: str | None = None,
) -> None:
    """Folds shares away: their chart, and their table below it.

    Args:
        points: The shares, row by row.
        table: All their values.
        title: What is shown, for the fold and for those who hear the chart.
        key: The chart's key, unique on the page.
        axis: What is measured; accuracy, if None.
        meaning: What is to be known about them.
    """
    with st.expander(title, icon=":material/bar_chart:"):
        draw_shares(points, title=title, key=key, axis=axis)
        st.dataframe(table, hide_index=True)
        if meaning:
            st.caption(meaning)


def draw_shares(
    points: Sequence[Point],
    *,
    title: str,
    key: str,
    axis: str | None = None,
    least: float | None = None,
) -> None:
    """Draws shares as a chart.

    Args:
        points: The shares, row by row.
        title: What is shown, for those who hear the chart.
        key: The chart's key, unique on the page.
        axis: What is measured; accuracy, if None.
        least: Where the axis begins; by the points, if None.
    """
    axis = axis or say("models.shares.accuracy")
    figure = make_chart(points, pick_palette(), axis, least)
    show_chart(figure, key=key, alt=describe(points, title))


def make_chart(
    points: Sequence[Point], colours: Palette, title: str, least: float | None = None
) -> go.Figure:
    """Makes the chart: a row for each name, in it a point for each kind.

    Args:
        points: The shares, row by row.
        colours: The theme's colours.
        title: What is measured, which the axis says.
        least: Where the axis begins; by the points, if None.
    """
    least = find_least(points) if least is None else least
    rows = list(dict.fromkeys(point.row for point in points))
    kinds = list(dict.fromkeys(point.kind for point in points))
    figure = go.Figure()
    for number, kind in enumerate(kinds):
        own = [point for point in points if point.kind == kind]
        colour = colours.lines[number % len(colours.lines)]
        shift = _BETWEEN * (number - (len(kinds) - 1) / 2)
        ends = [(point.share, *(point.ends or (point.share, point.share))) for point in own]
        figure.add_scatter(
            x=[point.share for point in own],
            y=[rows.index(point.row) + shift for point in own],
            customdata=[html.escape(_describe_point(point)) for point in own],
            name=html.escape(on_one_line(kind)),
            mode="markers",
            showlegend=len(kinds) > 1,
            marker={"color": colour, "size": 9, "symbol": _SYMBOLS[number % len(_SYMBOLS)]},
            error_x={
                "array": [max(0.0, high - share) for share, _, high in ends],
                "arrayminus": [max(0.0, share - low) for share, low, _ in ends],
                "color": colour,
                "thickness": 1.5,
                "visible": any(point.ends for point in own),
                "width": 3,
            },
            hovertemplate="%{customdata}<extra></extra>",
        )
    _lay_out(figure, rows, len(kinds), colours)
    margin = 0.02 * (1 - least)
    figure.update_xaxes(title_text=title, range=[least - margin, 1 + margin])
    return figure


def find_least(points: Iterable[Point]) -> float:
    """Finds where an axis begins that shows all of some points with their intervals."""
    lows = [point.share if point.ends is None else point.ends[0] for point in points]
    return max(0.0, _STEP * (min(lows, default=0.0) // _STEP))


def _lay_out(figure: go.Figure, rows: list[str], kinds: int, colours: Palette) -> None:
    ink = {"color": colours.text}
    axis = {"fixedrange": True, "tickfont": ink, "title_font": ink, "gridcolor": colours.faint}
    figure.update_layout(
        height=96 + round((24 + 14 * kinds) * len(rows)), dragmode=False, font=ink,
        margin={"l": 0, "r": 16, "t": 40 if kinds > 1 else 8, "b": 0},
        legend={
            "orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": ink,
            "itemclick": False, "itemdoubleclick": False,
        },
    )  # fmt: skip
    figure.update_xaxes(tickformat=".0%", nticks=5, **axis)
    figure.update_yaxes(
        tickvals=list(range(len(rows))), ticktext=[_wrap(row) for row in rows],
        range=[len(rows) - 0.5, -0.5], zeroline=False, **axis,
    )  # fmt: skip


def _wrap(name: str) -> str:
    """Breaks a long name into lines, also where a path or a hyphen lets it."""
    lines = [""]
    for part in re.findall(r"[^/ -]*[/ -]?", on_one_line(name)):
        if lines[-1] and len((lines[-1] + part).rstrip()) > _LABEL:
            lines.append("")
        lines[-1] += part
    return "<br>".join(html.escape(line.strip()) for line in lines)


def describe(points: Sequence[Point], title: str) -> str:
    """Describes the chart in words.

    Args:
        points: The shares.
        title: What is measured.
    """
    return say(
        "models.shares.whole", title=title, points=join_clauses(map(_describe_point, points))
    )


def _describe_point(point: Point) -> str:
    share = percent(point.share)
    if point.ends is not None:
        share = parts.write_range(share, *point.ends)
    names = ", ".join(on_one_line(name) for name in (point.row, point.kind) if name)
    if point.images is None:
        return say("models.shares.point", names=names, share=share)
    return say("models.shares.point_of", names=names, share=share, count=point.images)
