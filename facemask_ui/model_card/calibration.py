"""Does confidence keep its word? The reliability diagram from a card's bins."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

from facemask_ui.base.palette import Palette, percent

Bins = list[dict[str, Any]]


def figure(bins: Bins, colours: Palette) -> go.Figure:
    """Draws the share that is right against the confidence, one point a bin that holds images.

    Args:
        bins: As :class:`~facemask_core.evaluation.calibration.Calibration` writes them.
        colours: The theme's.
    """
    filled = [entry for entry in bins if entry["count"]]
    drawn = go.Figure()
    drawn.add_scatter(
        x=[0.5, 1], y=[0.5, 1], mode="lines", hoverinfo="skip", name="What confidence promises",
        line={"color": colours.text, "width": 1, "dash": "dot"},
    )  # fmt: skip
    drawn.add_scatter(
        x=[entry["mean_confidence"] for entry in filled],
        y=[entry["accuracy"] for entry in filled],
        customdata=[entry["count"] for entry in filled],
        mode="lines+markers",
        name="What it keeps",
        line={"color": colours.strong, "width": 2},
        marker={
            "color": colours.strong,
            "size": [6 + min(entry["count"], 400) ** 0.5 for entry in filled],
        },
        hovertemplate="%{customdata} images: confidence %{x:.1%}, right %{y:.1%}<extra></extra>",
    )
    ink = {"color": colours.text}
    axis = {
        "fixedrange": True, "tickfont": ink, "title_font": ink, "gridcolor": colours.faint,
        "tickformat": ".0%",
    }  # fmt: skip
    drawn.update_layout(
        height=320, margin={"l": 0, "r": 8, "t": 40, "b": 0}, dragmode=False, font=ink,
        legend={
            "orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": ink,
            "itemclick": False, "itemdoubleclick": False,
        },
    )  # fmt: skip
    drawn.update_xaxes(title="Confidence", range=[0.48, 1.03], **axis)
    drawn.update_yaxes(title="Share that is right", range=[-0.03, 1.06], **axis)
    return drawn


def spoken(bins: Bins) -> str:
    """The diagram in words."""
    return "Confidence against the share that is right. " + "; ".join(
        f"{entry['count']} images at {percent(entry['mean_confidence'])}: "
        f"{percent(entry['accuracy'])} right"
        for entry in bins
        if entry["count"]
    )
