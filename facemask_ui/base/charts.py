"""Plotly figures: probabilities on one axis, confusion matrices, and histograms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from numpy.typing import NDArray

from facemask_core.evaluation.verdicts import Verdict
from facemask_core.labels import WITH_MASK, WITHOUT_MASK
from facemask_ui.base.palette import (
    Palette,
    describe_verdict,
    name_class,
    name_classes,
    pick_palette,
)
from facemask_ui.language import percent, read_current, say

_PERCENT = ".0%"
"""Plotly's form of a whole percentage on an axis."""
_CHART_CONFIG = {"displayModeBar": False, "scrollZoom": False}
"""Every chart is a still picture: no toolbar, no zoom."""
_PLOTLYS_OWN = ".,"
"""The separators of decimals and thousands that Plotly writes unless it is told others."""
_HATCH = ("/", "")
"""Hatching for "without mask", so that the classes differ without colour, too."""
_GAP = "\N{NO-BREAK SPACE}" * 2
_ANCHOR = ("end", "start")
"""Percentages stand at the ends of a bar, clear of the line in its middle."""


def show_chart(figure: go.Figure, *, key: str, alt: str) -> None:
    """Shows a figure of Plotly's, whose numbers are written as the page's language does.

    Args:
        figure: The figure.
        key: The chart's key, unique on the page.
        alt: The chart in words.
    """
    if (separators := read_current().separators) != _PLOTLYS_OWN:
        figure.update_layout(separators=separators)
    _space_percentages(figure)
    st.plotly_chart(figure, key=key, config=_CHART_CONFIG, alt=alt)


def _space_percentages(figure: go.Figure) -> None:
    """Writes ``50 %`` on every axis, as everywhere else; Plotly writes ``50%``."""
    written = say("percentage.is", number="{}")
    labels = {f"{share}%": written.format(share) for share in range(101)}
    figure.for_each_xaxis(lambda axis: axis.update(labelalias=labels), {"tickformat": _PERCENT})
    figure.for_each_yaxis(lambda axis: axis.update(labelalias=labels), {"tickformat": _PERCENT})


def draw_probabilities(
    verdicts: Mapping[str, Verdict],
    *,
    key: str,
    title: str | None = None,
) -> None:
    """Draws one bar for each verdict, split between the two classes, all on one axis.

    Args:
        verdicts: The verdicts by the name of their bar, from top to bottom.
        key: The chart's key, unique on the page.
        title: What the chart shows, for those who hear it; that it shows probabilities, if None.
    """
    colours = pick_palette()
    figure = go.Figure()
    for label in (WITH_MASK, WITHOUT_MASK):
        shares = {name: verdict.probabilities[label] for name, verdict in verdicts.items()}
        texts = [f"{_GAP}<b>{percent(it)}</b>{_GAP}" if it >= 0.2 else "" for it in shares.values()]
        _add_bars(figure, label, name_class(label), shares, texts, colours)
    _lay_out_bars(figure, len(verdicts), colours)
    bars = "; ".join(f"{name}: {describe_verdict(verdict)}" for name, verdict in verdicts.items())
    alt = f"{title or say('probabilities')}. {bars}"
    show_chart(figure, key=key, alt=alt)


def _add_bars(
    figure: go.Figure,
    label: int,
    word: str,
    shares: Mapping[str, float],
    texts: Sequence[str],
    colours: Palette,
) -> None:
    """Adds one class's part of every bar."""
    figure.add_bar(
        name=word,
        y=list(shares),
        x=list(shares.values()),
        orientation="h",
        marker={
            "color": colours.classes[label],
            "pattern": {
                "shape": _HATCH[label],
                "fillmode": "overlay",
                "fgcolor": "#000000",
                "fgopacity": 0.22,
                "size": 9,
            },
        },
        text=texts,
        textfont={"color": colours.on_classes[label], "size": 14},
        textposition="inside",
        insidetextanchor=_ANCHOR[label],
        textangle=0,
        hovertemplate=f"%{{y}}: {word.lower()} %{{x:.2%}}<extra></extra>",
    )


def _lay_out_bars(figure: go.Figure, count: int, colours: Palette) -> None:
    """Sets the axes of the bars, with a line where one class becomes the more probable."""
    figure.add_vline(x=0.5, line={"color": colours.text, "width": 1, "dash": "dot"})
    figure.update_layout(
        barmode="stack",
        bargap=0.35,
        height=100 + 48 * count,
        margin={"l": 0, "r": 28, "t": 34, "b": 0},
        legend={
            "orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "traceorder": "normal",
            "itemclick": False, "itemdoubleclick": False, "font": {"color": colours.text},
        },
        dragmode=False,
        font={"color": colours.text},
        uniformtext={"minsize": 12, "mode": "hide"},  # a narrow bar has no room for its figure
    )  # fmt: skip
    figure.update_xaxes(
        range=[0, 1], tickformat=_PERCENT, tickvals=[0, 0.25, 0.5, 0.75, 1],
        fixedrange=True, gridcolor=colours.faint, tickfont={"color": colours.text},
    )  # fmt: skip
    figure.update_yaxes(
        autorange="reversed", fixedrange=True, tickfont={"size": 14, "color": colours.text}
    )


def draw_confusion_matrix(matrix: NDArray[np.int64], *, title: str, key: str) -> None:
    """Draws a confusion matrix with the counts in its cells, coloured by what is wrong.

    Args:
        matrix: int64 (2, 2): rows are true classes, columns predicted ones.
        title: What the matrix is of, for the alternative text.
        key: The chart's key, unique on the page.
    """
    colours = pick_palette()
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    figure = go.Figure(
        go.Heatmap(
            z=shares * (1 - np.eye(2)), customdata=shares, x=name_classes(), y=name_classes(),
            zmin=0, zmax=1, showscale=False, xgap=3, ygap=3,
            colorscale=[[0, colours.weak], [1, colours.wrong]],
            hovertemplate=f"{_describe_hover()}<extra></extra>",
        )
    )  # fmt: skip
    for row, column in np.ndindex(2, 2):
        figure.add_annotation(
            x=name_class(column),
            y=name_class(row),
            text=f"<b>{matrix[row, column]}</b>",
            showarrow=False,
            font={"size": 24, "color": colours.text},
        )
    figure.update_layout(
        height=300, margin={"l": 0, "r": 0, "t": 8, "b": 0}, dragmode=False,
        font={"color": colours.text},
    )  # fmt: skip
    ink = {"color": colours.text}
    axis = {"fixedrange": True, "showgrid": False, "tickfont": ink, "title_font": ink}
    figure.update_xaxes(title=say("base.chart.predicted"), **axis)
    figure.update_yaxes(title=say("base.chart.true"), autorange="reversed", tickangle=-90, **axis)
    show_chart(figure, key=key, alt=_describe_matrix(matrix, title))


def _describe_hover() -> str:
    """Describes a cell of a confusion matrix, in Plotly's own placeholders."""
    return say("base.chart.cell", true="%{y}", predicted="%{x}", share="%{customdata:.1%}")


def _describe_matrix(matrix: NDArray[np.int64], title: str) -> str:
    words = [word.lower() for word in name_classes()]
    cells = ", ".join(
        say(
            "base.chart.cell_alt",
            number=matrix[row, column],
            true=words[row],
            predicted=words[column],
        )
        for row, column in np.ndindex(2, 2)
    )
    return say("base.chart.matrix_alt", title=title, cells=cells)


def draw_histogram(
    counts: Mapping[str, NDArray[np.int64]], bins: Sequence[str], *, alt: str, key: str
) -> None:
    """Draws how many images have which confidence, one or two distributions side by side.

    The first is drawn hollow and the second full, so that nobody has to compare colours.

    Args:
        counts: One or two distributions by name, each int64 (bins,) over equal bins of [0, 1].
        bins: The bins in words, for the pointer.
        alt: The chart in words.
        key: The chart's key, unique on the page.
    """
    colours = pick_palette()
    figure = go.Figure()
    centres = (np.arange(len(bins)) + 0.5) / len(bins)
    fills = (colours.weak, colours.strong) if len(counts) > 1 else (colours.strong,)
    for (name, numbers), fill in zip(counts.items(), fills, strict=True):
        figure.add_bar(
            name=name, x=centres, customdata=bins,
            y=[number or None for number in numbers.tolist()],  # an outline of nothing is a line
            marker={"color": fill, "line": {"color": colours.strong, "width": 2}},
            hovertemplate=f"{name}<br>{_describe_bin()}<extra></extra>",
        )  # fmt: skip
    _mark_halves(figure, colours)
    ink = {"color": colours.text}
    figure.update_layout(
        height=320, barmode="group", bargap=0.15, dragmode=False, font=ink,
        margin={"l": 0, "r": 28, "t": 64, "b": 0},
        legend={
            "orientation": "h", "x": 0, "y": 1.12, "yanchor": "bottom", "font": ink,
            "itemclick": False, "itemdoubleclick": False,
        },
    )  # fmt: skip
    axis = {"fixedrange": True, "tickfont": ink, "title_font": ink, "gridcolor": colours.faint}
    figure.update_xaxes(
        title=say("base.chart.confidence"), range=[0, 1], tickformat=_PERCENT,
        tickvals=[0, 0.25, 0.5, 0.75, 1], **axis,
    )  # fmt: skip
    figure.update_yaxes(title=say("base.chart.images"), rangemode="tozero", **axis)
    show_chart(figure, key=key, alt=alt)


def _describe_bin() -> str:
    """Describes a bin of a histogram, in Plotly's own placeholders."""
    return say("base.chart.bin", bin="%{customdata}", number="%{y}")


def _mark_halves(figure: go.Figure, colours: Palette) -> None:
    """Draws the line below which the other class has the higher probability."""
    figure.add_vline(x=0.5, line={"color": colours.text, "width": 1, "dash": "dot"})
    for anchor, text in (
        ("right", say("base.chart.wrong_side")),
        ("left", say("base.chart.right_side")),
    ):
        figure.add_annotation(
            x=0.5, y=1, yref="paper", text=f"{_GAP}{text}{_GAP}", showarrow=False,
            xanchor=anchor, yanchor="bottom", font={"color": colours.text},
        )  # fmt: skip
