"""The reliability diagram: how often a model is right when it has a given confidence."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

from facemask_ui.base.palette import Palette
from facemask_ui.language import join_clauses, percent, say

Bins = list[dict[str, Any]]


def make_diagram(bins: Bins, colours: Palette) -> go.Figure:
    """Makes the diagram: the share of right answers against the confidence, a point for each bin.

    Args:
        bins: The bins of a :class:`~facemask_core.evaluation.calibration.Calibration`.
        colours: The theme's colours.
    """
    filled = [entry for entry in bins if entry["count"]]
    figure = go.Figure()
    figure.add_scatter(
        x=[0.5, 1], y=[0.5, 1], mode="lines", hoverinfo="skip",
        name=say("models.calibration.promised"),
        line={"color": colours.text, "width": 1, "dash": "dot"},
    )  # fmt: skip
    figure.add_scatter(
        x=[entry["mean_confidence"] for entry in filled],
        y=[entry["accuracy"] for entry in filled],
        customdata=[entry["count"] for entry in filled],
        mode="lines+markers",
        name=say("models.calibration.kept"),
        line={"color": colours.strong, "width": 2},
        marker={
            "color": colours.strong,
            "size": [6 + min(entry["count"], 400) ** 0.5 for entry in filled],
        },
        hovertemplate=say(
            "models.calibration.hover",
            images="%{customdata}",
            confidence="%{x:.1%}",
            share="%{y:.1%}",
        )
        + "<extra></extra>",
    )
    ink = {"color": colours.text}
    axis = {
        "fixedrange": True, "tickfont": ink, "title_font": ink, "gridcolor": colours.faint,
        "tickformat": ".0%",
    }  # fmt: skip
    figure.update_layout(
        height=320, margin={"l": 0, "r": 8, "t": 40, "b": 0}, dragmode=False, font=ink,
        legend={
            "orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": ink,
            "itemclick": False, "itemdoubleclick": False,
        },
    )  # fmt: skip
    figure.update_xaxes(title=say("models.calibration.confidence"), range=[0.48, 1.03], **axis)
    figure.update_yaxes(title=say("models.calibration.right"), range=[-0.03, 1.06], **axis)
    return figure


def describe_diagram(bins: Bins) -> str:
    """Describes the diagram in words."""
    filled = [entry for entry in bins if entry["count"]]
    described = join_clauses(
        say(
            "models.calibration.bin",
            images=entry["count"],
            confidence=percent(entry["mean_confidence"]),
            share=percent(entry["accuracy"]),
        )
        for entry in filled
    )
    return say("models.calibration.whole", bins=described)
