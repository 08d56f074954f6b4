"""Point 7: confidences too low for so good a model, as a second softmax makes them."""

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
from facemask_ui.base.palette import Palette, pick_palette
from facemask_ui.language import percent
from facemask_ui.paper import portrait, provenance
from facemask_ui.paper.points.base import Point, check_detail, draw_table

_SOFTMAXES = {"once": "One softmax", "twice": "Two"}


def _show_confidences(paper: Paper, model: str) -> None:
    _show_examples(paper)
    _show_histogram(paper, model)
    _show_portrait(paper, model)
    _show_dead_gradients(model)


def _show_examples(paper: Paper) -> None:
    largest = max(example.before for example in paper.examples)
    loss = next(table.validation_loss for table in paper.tables if table.number == 3)
    st.markdown(
        f"A validation loss of {loss:g} means that the model gives the right class about "
        f"**{percent(exp(-loss))}**. Yet the images printed as examples get at most "
        f"**{largest:.3f}**. With a softmax on top of a softmax no confidence exceeds "
        f"e / (e + 1) = **{LARGEST:.4f}**. Undo the second, and the printed figures become those "
        "of a model this good:"
    )
    draw_table(
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


def _show_histogram(paper: Paper, model: str) -> None:
    result = provenance.read_result(experiments.clean(model))
    if result is None:
        return
    softmaxes = st.segmented_control(
        "How sure the model measured here is of its answers",
        list(_SOFTMAXES),
        format_func=_SOFTMAXES.__getitem__,
        required=True,
        **settings.bind("softmax", "twice", settings.one_of(list(_SOFTMAXES))),
    )
    spread = result["confidences"]["clean"][softmaxes]
    printed = [example.before for example in paper.examples]
    st.plotly_chart(
        make_histogram(spread, printed, pick_palette()),
        key="confidences",
        config=CHART_CONFIG,
        alt=describe_histogram(spread),
    )
    st.caption(
        f"Right answers have a mean confidence of {spread['mean_of_right']:.3f}, the largest is "
        f"{spread['largest']:.4f}. Dotted: {LARGEST:.4f}. Diamonds: the confidences printed with "
        f"the examples before the attack. {provenance.describe_result(result)}"
    )


def make_histogram(spread: dict[str, Any], printed: list[float], colours: Palette) -> go.Figure:
    """Makes a histogram of the photographs by confidence.

    Args:
        spread: The counts, as :mod:`facemask_core.paper.confidences` makes them.
        printed: The paper's confidences.
        colours: The theme's colours.
    """
    edges, counts = spread["edges"], spread["counts"]
    figure, bins = go.Figure(), list(pairwise(edges))
    figure.add_bar(
        name="Photographs", x=[(low + high) / 2 for low, high in bins],
        y=[count or None for count in counts], width=edges[1] - edges[0],
        customdata=[f"{low:.2f} to {high:.2f}" for low, high in bins],
        marker={"color": colours.strong}, hovertemplate="%{customdata}: %{y}<extra></extra>",
    )  # fmt: skip
    figure.add_scatter(
        name="Printed in the paper", x=printed, y=[0] * len(printed), mode="markers",
        cliponaxis=False, hovertemplate="printed: %{x:.3f}<extra></extra>",
        marker={
            "symbol": "diamond", "size": 12, "color": colours.lines[1],
            "line": {"color": colours.text, "width": 1},
        },
    )  # fmt: skip
    figure.add_vline(x=LARGEST, line={"color": colours.text, "width": 1, "dash": "dot"})
    ink = {"color": colours.text}
    figure.update_layout(
        height=300, margin={"l": 0, "r": 16, "t": 40, "b": 0}, dragmode=False, font=ink,
        bargap=0,
        legend={
            "orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": ink,
            "itemclick": False, "itemdoubleclick": False,
        },
    )  # fmt: skip
    axis = {"fixedrange": True, "tickfont": ink, "title_font": ink, "gridcolor": colours.faint}
    figure.update_xaxes(title="Confidence in the predicted class", range=[0.495, 1.005], **axis)
    figure.update_yaxes(title="Photographs", rangemode="tozero", **axis)
    return figure


def describe_histogram(spread: dict[str, Any]) -> str:
    """Describes the histogram in words."""
    edges, counts = spread["edges"], spread["counts"]
    most = max(range(len(counts)), key=counts.__getitem__)
    return (
        f"Photographs by confidence: the median is {spread['median']:.3f}, the largest "
        f"{spread['largest']:.3f}; most, {counts[most]} of {sum(counts)}, lie from "
        f"{edges[most]:.2f} to {edges[most + 1]:.2f}"
    )


def _show_portrait(paper: Paper, model: str) -> None:
    st.markdown(
        "The same on one portrait, computed by this server, under FGSM at the paper's epsilon:"
    )
    result = portrait.attack_portrait(model, paper.epsilon).result
    rows = []
    for when, verdict in (("Before", result.before), ("After", result.after)):
        twice = probabilities(np.array([verdict.probabilities])).max()
        rows.append(
            {
                "": when,
                "Answer": verdict.name.replace("_", " "),
                "One softmax": f"{verdict.confidence:.3f}",
                "Two": f"{twice:.3f}",
            }
        )
    draw_table(rows)


def _show_dead_gradients(model: str) -> None:
    st.markdown(
        "**Does it weaken an attack?** FGSM and PGD take the sign of the gradient, and a softmax "
        "does not change signs, so at first: no. But the surer the model, the closer its first "
        "softmax comes to (1, 0), until computers' numbers end: in float32, half of the gradient "
        "through it is lost from scores about 17 apart, all of it from about 90. The photographs "
        "then look robust, and are not."
    )
    if not check_detail(model):
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
    pairs = [
        (results.read(one), results.read(other)) for one, other in zip(plain, through, strict=True)
    ]
    complete = [(one, other) for one, other in pairs if one is not None and other is not None]
    if len(complete) < len(pairs):
        provenance.show_missing([*plain, *through])
        return
    draw_table([_compare_attacks(*pair) for pair in complete])
    st.caption(provenance.describe_result(complete[-1][1]))


def _compare_attacks(plain: dict[str, Any], through: dict[str, Any]) -> dict[str, str]:
    return {
        "Attack": str(plain["threat_model"]["attack"]).upper(),
        "Stands": percent(plain["robust_accuracy"]),
        "Seems to, through a second softmax": percent(through["robust_accuracy"]),
        "Without a gradient": f"{through['dead_gradients']} of {through['images']}",
    }


POINT = Point("Confidence below 0.731", _show_confidences)
