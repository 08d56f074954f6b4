"""Point 7: confidences that a model this good does not have, and what a second softmax does."""

from __future__ import annotations

from itertools import pairwise
from math import exp
from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from facemask_core.models.classifier import probabilities
from facemask_core.paper import experiments, results
from facemask_core.paper.experiments import SHARPNESSES
from facemask_core.paper.printed import Paper
from facemask_core.paper.second_softmax import LARGEST, undo_second_softmax
from facemask_ui.base import settings
from facemask_ui.base.charts import CHART_CONFIG
from facemask_ui.base.palette import Palette, percent, pick_palette
from facemask_ui.paper import provenance, sample
from facemask_ui.paper.points.base import Point, measured_in_detail, table

_SOFTMAXES = {"once": "One softmax", "twice": "Two"}


def _show(paper: Paper, model: str) -> None:
    _printed(paper)
    _spread(paper, model)
    _portrait(paper, model)
    _starved(model)


def _printed(paper: Paper) -> None:
    largest = max(example.before for example in paper.examples)
    loss = next(table.validation_loss for table in paper.tables if table.number == 3)
    st.markdown(
        f"A validation loss of {loss:g} means that the model gives the right class about "
        f"**{percent(exp(-loss))}**. Yet the images printed as examples get at most "
        f"**{largest:.3f}**. With a softmax on top of a softmax no confidence exceeds "
        f"e / (e + 1) = **{LARGEST:.4f}**. Undo the second, and the printed figures become those "
        "of a model this good:"
    )
    table(
        [
            {
                "Where": f"{example.where}, {when} {example.attack.upper()}",
                "Printed": f"{value:.3f}",
                "Without the second softmax": percent(undo_second_softmax(value)),
            }
            for example in paper.examples
            for when, value in (("before", example.before), ("after", example.after))
        ]
    )


def _spread(paper: Paper, model: str) -> None:
    result = provenance.found(experiments.clean(model))
    if result is None:
        return
    chosen = st.segmented_control(
        "How sure the model measured here is of its answers",
        list(_SOFTMAXES),
        format_func=_SOFTMAXES.__getitem__,
        required=True,
        **settings.bind("softmax", "twice", settings.one_of(list(_SOFTMAXES))),
    )
    spread = result["confidences"]["clean"][chosen]
    printed = [example.before for example in paper.examples]
    st.plotly_chart(
        figure(spread, printed, pick_palette()),
        key="confidences",
        config=CHART_CONFIG,
        alt=spoken(spread),
    )
    st.caption(
        f"Right answers have a mean confidence of {spread['mean_of_right']:.3f}, the largest is "
        f"{spread['largest']:.4f}. Dotted: {LARGEST:.4f}. Diamonds: the confidences printed with "
        f"the examples before the attack. {provenance.line(result)}"
    )


def figure(spread: dict[str, Any], printed: list[float], colours: Palette) -> go.Figure:
    """Draws how many photographs got which confidence.

    Args:
        spread: A histogram as :mod:`facemask_core.paper.confidences` makes it.
        printed: The paper's confidences.
        colours: The theme's.
    """
    edges, counts = spread["edges"], spread["counts"]
    drawn, bins = go.Figure(), list(pairwise(edges))
    drawn.add_bar(
        name="Photographs", x=[(low + high) / 2 for low, high in bins],
        y=[count or None for count in counts], width=edges[1] - edges[0],
        customdata=[f"{low:.2f} to {high:.2f}" for low, high in bins],
        marker={"color": colours.strong}, hovertemplate="%{customdata}: %{y}<extra></extra>",
    )  # fmt: skip
    drawn.add_scatter(
        name="Printed in the paper", x=printed, y=[0] * len(printed), mode="markers",
        cliponaxis=False, hovertemplate="printed: %{x:.3f}<extra></extra>",
        marker={
            "symbol": "diamond", "size": 12, "color": colours.lines[1],
            "line": {"color": colours.text, "width": 1},
        },
    )  # fmt: skip
    drawn.add_vline(x=LARGEST, line={"color": colours.text, "width": 1, "dash": "dot"})
    ink = {"color": colours.text}
    drawn.update_layout(
        height=300, margin={"l": 0, "r": 16, "t": 40, "b": 0}, dragmode=False, font=ink,
        bargap=0,
        legend={
            "orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": ink,
            "itemclick": False, "itemdoubleclick": False,
        },
    )  # fmt: skip
    axis = {"fixedrange": True, "tickfont": ink, "title_font": ink, "gridcolor": colours.faint}
    drawn.update_xaxes(title="Confidence in the predicted class", range=[0.495, 1.005], **axis)
    drawn.update_yaxes(title="Photographs", rangemode="tozero", **axis)
    return drawn


def spoken(spread: dict[str, Any]) -> str:
    """The histogram in words."""
    edges, counts = spread["edges"], spread["counts"]
    most = max(range(len(counts)), key=counts.__getitem__)
    return (
        f"Photographs by confidence: the median is {spread['median']:.3f}, the largest "
        f"{spread['largest']:.3f}; most, {counts[most]} of {sum(counts)}, lie from "
        f"{edges[most]:.2f} to {edges[most + 1]:.2f}"
    )


def _portrait(paper: Paper, model: str) -> None:
    st.markdown(
        "The same on one portrait, computed by this server, under FGSM at the paper's epsilon:"
    )
    found = sample.attacked(model, paper.epsilon).found
    rows = []
    for when, verdict in (("Before", found.before), ("After", found.after)):
        twice = probabilities(np.array([verdict.probabilities])).max()
        rows.append(
            {
                "": when,
                "Answer": verdict.name.replace("_", " "),
                "One softmax": f"{verdict.confidence:.3f}",
                "Two": f"{twice:.3f}",
            }
        )
    table(rows)


def _starved(model: str) -> None:
    st.markdown(
        "**Does it weaken an attack?** FGSM and PGD take the sign of the gradient, and a softmax "
        "does not change signs, so at first: no. But the surer the model, the closer its first "
        "softmax comes to (1, 0), until computers' numbers end: in float32, half of the gradient "
        "through it is lost from scores about 17 apart, all of it from about 90. The photographs "
        "then look robust, and are not."
    )
    if not measured_in_detail(model):
        return
    factor = st.select_slider(
        "Scores multiplied by",
        SHARPNESSES,
        format_func=lambda factor: f"× {factor}",
        help="The same answers, given by a surer model.",
        **settings.bind("sure", SHARPNESSES[-1], settings.one_of_numbers(SHARPNESSES)),
    )
    plain = [experiments.fgsm(model), experiments.pgd(model)]
    through = [
        experiments.through_second_softmax(model, factor, attack) for attack in ("fgsm", "pgd")
    ]
    read = [
        (results.read(one), results.read(other)) for one, other in zip(plain, through, strict=True)
    ]
    measured = [(one, other) for one, other in read if one is not None and other is not None]
    if len(measured) < len(read):
        provenance.missing([*plain, *through])
        return
    table([_stands(*pair) for pair in measured])
    st.caption(provenance.line(measured[-1][1]))


def _stands(plain: dict[str, Any], through: dict[str, Any]) -> dict[str, str]:
    return {
        "Attack": str(plain["threat_model"]["attack"]).upper(),
        "Stands": percent(plain["robust_accuracy"]),
        "Seems to, through a second softmax": percent(through["robust_accuracy"]),
        "Without a gradient": f"{through['dead_gradients']} of {through['images']}",
    }


POINT = Point("Confidence below 0.731", _show)
