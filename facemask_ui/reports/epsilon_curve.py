"""Accuracy against epsilon: one curve a search, and the epsilon that fools half of the images."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from facemask_core.epsilons import LEVELS, LINF
from facemask_core.robustness import SmallestEpsilons
from facemask_ui.base.charts import show_chart
from facemask_ui.base.palette import Palette, pick_palette
from facemask_ui.choices import attack_setup
from facemask_ui.language import join_clauses, percent, say

_DASHES = ("solid", "dash", "dot", "dashdot")
_SYMBOLS = ("circle", "square", "diamond", "triangle-up")
_TRANSPARENT = "22"
_SPOKEN = (1, 2, 4, 8, 16, 32)
"""Levels of epsilon that the alternative text reads out."""


def show_curves(searches: Mapping[str, SmallestEpsilons], *, key: str) -> None:
    """Shows the curves, what they mean, and a table of the medians.

    Args:
        searches: Searches of one dataset, by what they are called.
        key: Tells the chart from others on the page.
    """
    show_chart(_draw_figure(searches), key=key, alt=describe_curves(searches))
    meaning = say("report.curve.meaning")
    st.caption(say("report.curve.meaning_shaded", meaning=meaning))
    st.dataframe(tabulate_searches(searches), hide_index=True)


def write_median(search: SmallestEpsilons) -> str:
    """Writes the epsilon up to which half of the images are fooled."""
    if np.isinf(search.median):
        largest = attack_setup.write_epsilon(search.largest / LEVELS)
        return say("report.curve.over", epsilon=largest)
    if search.median == 0:
        return say("report.curve.none")
    return attack_setup.write_epsilon(search.median / LEVELS)


def count_searches(searches: Mapping[str, SmallestEpsilons]) -> list[dict[str, Any]]:
    """Counts for each search the images that its median leaves out, and writes the median."""
    return [
        {
            "name": name,
            "median": write_median(search),
            "images": len(search.levels),
            "wrong_before": int((search.levels == 0).sum()),
            "standing": int(np.isinf(search.levels).sum()),
            "dead": search.dead_gradients,
        }
        for name, search in searches.items()
    ]


def tabulate_searches(searches: Mapping[str, SmallestEpsilons]) -> pd.DataFrame:
    """Makes one row a search: the median, and how many images it leaves out."""
    table = pd.DataFrame(count_searches(searches))
    heads = {name: say(f"report.curve.{name}") for name in table.columns if name != "name"}
    return table.rename(columns={"name": "", **heads})


def describe_curves(searches: Mapping[str, SmallestEpsilons]) -> str:
    """Puts the chart into words."""
    curves = join_clauses(_describe_curve(name, search) for name, search in searches.items())
    return say("report.curve.described", curves=curves)


def _describe_curve(name: str, search: SmallestEpsilons) -> str:
    accuracy = search.robust_accuracy
    points = ", ".join(
        say(
            "report.curve.described_point",
            share=percent(accuracy[level]),
            epsilon=LINF.write(level),
        )
        for level in _SPOKEN
        if level <= search.largest
    )
    clean = percent(accuracy[0])
    return say("report.curve.described_curve", name=name, clean=clean, points=points)


def _draw_figure(searches: Mapping[str, SmallestEpsilons]) -> go.Figure:
    colours, figure = pick_palette(), go.Figure()
    for number, (name, search) in enumerate(searches.items()):
        _add_curve(figure, name, search, number, colours)
    ink = {"color": colours.text}
    figure.update_layout(
        height=380, margin={"l": 0, "r": 16, "t": 24, "b": 0}, dragmode=False, font=ink,
        hovermode="x unified",
        legend={
            "orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": ink,
            "traceorder": "normal", "itemclick": False, "itemdoubleclick": False,
        },
    )  # fmt: skip
    axis = {"fixedrange": True, "tickfont": ink, "title_font": ink, "gridcolor": colours.faint}
    largest = max(search.largest for search in searches.values())
    figure.update_xaxes(
        title=say("report.curve.epsilon", levels=LEVELS), tickvals=[0, *_SPOKEN],
        range=[-0.5, largest + 0.5], **axis,
    )  # fmt: skip
    title = say("report.curve.robust")
    figure.update_yaxes(title=title, range=[0, 1.02], tickformat=".0%", **axis)
    return figure


def _add_curve(
    figure: go.Figure, name: str, search: SmallestEpsilons, number: int, colours: Palette
) -> None:
    """Adds one curve in its band; curves differ by colour, dash and mark."""
    levels = np.arange(search.largest + 1)
    colour = colours.lines[number % len(colours.lines)]
    between = [interval for interval in search.intervals if interval is not None]
    band = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
    figure.add_scatter(x=levels, y=[interval.high for interval in between], **band)
    figure.add_scatter(
        x=levels, y=[interval.low for interval in between], fill="tonexty",
        fillcolor=colour + _TRANSPARENT, **band,
    )  # fmt: skip
    # Plotly reads a few HTML tags in names, and one of these may be a stranger's model.
    figure.add_scatter(
        name=html.escape(name), x=levels, y=search.robust_accuracy, mode="lines+markers",
        line={"color": colour, "width": 2, "dash": _DASHES[number % len(_DASHES)]},
        marker={"symbol": _SYMBOLS[number % len(_SYMBOLS)], "size": 7, "color": colour},
        hovertemplate="%{y:.1%} %{fullData.name}<extra></extra>",
    )  # fmt: skip
