"""Accuracy against epsilon: one curve a search, and the epsilon that fools half of the images."""

from __future__ import annotations

import html
from collections.abc import Mapping

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from facemask_core.epsilons import LEVELS, describe_epsilon
from facemask_core.robustness import SmallestEpsilons
from facemask_ui.base.charts import CHART_CONFIG
from facemask_ui.base.palette import Palette, pick_palette
from facemask_ui.language import percent

MEANING_UNSHADED = (
    "An image stands at an epsilon while nothing up to it fools the model; one that was wrong "
    "before counts as fooled from the start. So each curve begins at the clean accuracy and never "
    "rises."
)
MEANING = f"{MEANING_UNSHADED} Shaded: 95 % confidence interval."
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
    st.plotly_chart(
        _draw_figure(searches), key=key, config=CHART_CONFIG, alt=describe_curves(searches)
    )
    st.caption(MEANING)
    st.dataframe(tabulate_searches(searches), hide_index=True)


def write_median(search: SmallestEpsilons) -> str:
    """Writes the epsilon up to which half of the images are fooled."""
    if np.isinf(search.median):
        return f"over {describe_epsilon(search.largest / LEVELS)}"
    return "none needed" if search.median == 0 else describe_epsilon(search.median / LEVELS)


def tabulate_searches(searches: Mapping[str, SmallestEpsilons]) -> pd.DataFrame:
    """Makes one row a search: the median, and how many images it leaves out."""
    return pd.DataFrame(
        [
            {
                "": name,
                "median smallest fooling epsilon": write_median(search),
                "images": len(search.levels),
                "wrong before": int((search.levels == 0).sum()),
                "standing at the end": int(np.isinf(search.levels).sum()),
                "without a gradient": search.dead_gradients,
            }
            for name, search in searches.items()
        ]
    )


def describe_curves(searches: Mapping[str, SmallestEpsilons]) -> str:
    """Puts the chart into words."""
    return "Accuracy against epsilon. " + "; ".join(
        f"{name}: {percent(search.robust_accuracy[0])} clean, "
        + ", ".join(
            f"{percent(search.robust_accuracy[level])} at {level}/{LEVELS}"
            for level in _SPOKEN
            if level <= search.largest
        )
        for name, search in searches.items()
    )


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
        title=f"Epsilon, in steps of 1/{LEVELS}", tickvals=[0, *_SPOKEN],
        range=[-0.5, largest + 0.5], **axis,
    )  # fmt: skip
    figure.update_yaxes(title="Robust accuracy", range=[0, 1.02], tickformat=".0%", **axis)
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
