"""The lesson's charts: pixels with their values, curves, and marks along a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from facemask_ui.base.charts import show_chart
from facemask_ui.base.palette import Palette, pick_palette
from facemask_ui.language.texts import Texts

_DASHES = ("solid", "dot")
_SYMBOLS = ("circle", "square")
_LUMA = (0.299, 0.587, 0.114)
_MIDDLE = 117
"""On a grey above this, black is read more easily than white."""


@dataclass(frozen=True)
class Curve:
    """One line of a chart.

    Attributes:
        name: What it shows.
        values: Its height at each place, from 0 to 1.
    """

    name: str
    values: Sequence[float]


def draw_frame(face: NDArray[np.uint8], top: int, left: int, side: int) -> NDArray[np.uint8]:
    """Draws a frame around a part of a face, visible on dark and on bright.

    Args:
        face: uint8 (224, 224, 3); not changed.
        top: The part's first row.
        left: Its first column.
        side: Its side in pixels.
    """
    scale = 3  # thin lines on the small picture would hide what they frame
    picture = Image.fromarray(face).resize([scale * length for length in face.shape[1::-1]])
    pen = ImageDraw.Draw(picture)
    for gap, width, colour in ((7, 7, "#10161D"), (5, 3, "#FFFFFF")):
        first, last = -gap, side * scale + gap - 1
        edges = [left * scale + first, top * scale + first, left * scale + last, top * scale + last]
        pen.rectangle(edges, outline=colour, width=width)
    return np.asarray(picture)


def draw_patch(part: NDArray[np.uint8], *, alt: str, key: str) -> None:
    """Draws pixels enlarged, with the value of their red part on each.

    Args:
        part: uint8 (n, n, 3).
        alt: The drawing in words.
        key: Tells it from others on the page.
    """
    figure = go.Figure(go.Image(z=part, hovertemplate="%{z}<extra></extra>"))
    for row, column in np.ndindex(*part.shape[:2]):
        bright = float(part[row, column] @ np.array(_LUMA)) > _MIDDLE
        figure.add_annotation(
            x=column, y=row, text=str(part[row, column, 0]), showarrow=False,
            font={"size": 14, "color": "#000000" if bright else "#FFFFFF"},
        )  # fmt: skip
    figure.update_layout(height=380, margin={"l": 0, "r": 0, "t": 0, "b": 0}, dragmode=False)
    figure.update_xaxes(visible=False, fixedrange=True)
    figure.update_yaxes(visible=False, fixedrange=True)
    show_chart(figure, key=key, alt=alt)


def draw_curves(
    texts: Texts, lines: Sequence[Curve], *, axis: str, value: str, half: str, alt: str, key: str
) -> None:
    """Draws probabilities along whole numbers from 0, with the half below which a model is fooled.

    Args:
        texts: The language.
        lines: One or two curves.
        axis: What runs along the bottom.
        value: What the height means.
        half: The label of the part below one half.
        alt: The chart in words.
        key: Tells it from others on the page.
    """
    colours, figure = pick_palette(), go.Figure()
    for curve, colour, dash, symbol in zip(lines, colours.lines, _DASHES, _SYMBOLS, strict=False):
        figure.add_scatter(
            name=curve.name, x=list(range(len(curve.values))), y=list(curve.values),
            mode="lines+markers", line={"color": colour, "width": 3, "dash": dash},
            marker={"symbol": symbol, "size": 8, "color": colour},
            customdata=[texts.percent(share) for share in curve.values],
            hovertemplate=f"%{{x}}: %{{customdata}}<extra>{curve.name}</extra>",
        )  # fmt: skip
    _mark_half(figure, half, colours)
    figure.update_xaxes(title=axis)
    ticks = [0, 0.25, 0.5, 0.75, 1]
    figure.update_yaxes(
        title=value, range=[-0.03, 1.05], tickvals=ticks,
        ticktext=[texts.percent(share).replace(",0", "").replace(".0", "") for share in ticks],
    )  # fmt: skip
    _style(figure, colours, height=400)
    show_chart(figure, key=key, alt=alt)


def draw_marks(
    groups: Mapping[str, Sequence[float]],
    *,
    axis: str,
    border: float,
    border_label: str,
    alt: str,
    key: str,
) -> None:
    """Draws numbers as marks along a line, one row a group.

    Args:
        groups: Two groups of numbers, by name.
        axis: What the numbers are.
        border: Where something changes.
        border_label: What changes there.
        alt: The chart in words.
        key: Tells it from others on the page.
    """
    colours, figure = pick_palette(), go.Figure()
    for number, (name, values) in enumerate(groups.items()):
        figure.add_scatter(
            name=name, x=list(values), y=[1 - number] * len(values), mode="markers",
            marker={
                "symbol": ("line-ns-open", "diamond")[number], "color": colours.lines[number],
                "size": (22, 16)[number], "line": {"width": 2, "color": colours.lines[number]},
            },
            hovertemplate="%{x:.2f}<extra></extra>",
        )  # fmt: skip
        figure.add_annotation(
            x=float(np.mean(values)), y=1.36 - number, text=name, showarrow=False,
            xanchor="left" if np.mean(values) < border else "right",
            font={"color": colours.text, "size": 14},
        )  # fmt: skip
    figure.add_vline(x=border, line={"color": colours.text, "width": 1, "dash": "dot"})
    figure.add_annotation(
        x=border, y=1, yref="paper", yanchor="bottom", text=f"← {border_label}", showarrow=False,
        xanchor="left", font={"color": colours.text},
    )  # fmt: skip
    figure.update_layout(showlegend=False)
    figure.update_xaxes(title=axis, zeroline=True, zerolinecolor=colours.text)
    figure.update_yaxes(visible=False, range=[-0.5, 1.6])
    _style(figure, colours, height=260)
    show_chart(figure, key=key, alt=alt)


def _mark_half(figure: go.Figure, label: str, colours: Palette) -> None:
    figure.add_hline(y=0.5, line={"color": colours.text, "width": 1, "dash": "dot"})
    figure.add_annotation(
        x=1, xref="paper", xanchor="right", y=0.5, yanchor="top", text=label, showarrow=False,
        font={"color": colours.text},
    )  # fmt: skip


def _style(figure: go.Figure, colours: Palette, *, height: int) -> None:
    ink = {"color": colours.text, "size": 14}
    figure.update_layout(
        height=height, margin={"l": 0, "r": 16, "t": 40, "b": 0}, dragmode=False, font=ink,
        legend={
            "orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": ink,
            "traceorder": "normal", "itemclick": False, "itemdoubleclick": False,
        },
    )  # fmt: skip
    axis = {"fixedrange": True, "tickfont": ink, "title_font": ink, "gridcolor": colours.faint}
    figure.update_xaxes(**axis)
    figure.update_yaxes(**axis)
