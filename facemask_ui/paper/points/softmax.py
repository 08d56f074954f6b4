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
from facemask_ui.base import charts, settings
from facemask_ui.base.palette import Palette, name_class, pick_palette
from facemask_ui.language import number, percent, say
from facemask_ui.paper import portrait, provenance, words
from facemask_ui.paper.points.base import Point, check_detail, draw_table

_SOFTMAXES = ("once", "twice")


def _show_confidences(paper: Paper, model: str) -> None:
    _show_examples(paper)
    _show_histogram(paper, model)
    _show_portrait(paper, model)
    _show_dead_gradients(model)


def _show_examples(paper: Paper) -> None:
    largest = max(example.before for example in paper.examples)
    loss = next(table.validation_loss for table in paper.tables if table.number == 3)
    st.markdown(
        _say(
            "text",
            loss=words.write_plain(loss),
            share=percent(exp(-loss)),
            largest=number(largest, 3),
            limit=number(LARGEST, 4),
        )
    )
    draw_table(
        [
            {
                _say("where"): _say(
                    when, where=words.name_place(example.where), attack=example.attack.upper()
                ),
                _say("printed"): number(value, 3),
                _say("undone"): percent(undo_second_softmax(value)),
            }
            for example in paper.examples
            for when, value in (("before_attack", example.before), ("after_attack", example.after))
        ]
    )


def _show_histogram(paper: Paper, model: str) -> None:
    result = provenance.read_result(experiments.clean(model))
    if result is None:
        return
    softmaxes = st.segmented_control(
        _say("how_sure"),
        _SOFTMAXES,
        format_func=_say,
        required=True,
        **settings.bind("softmax", "twice", settings.one_of(_SOFTMAXES)),
    )
    spread = result["confidences"]["clean"][softmaxes]
    printed = [example.before for example in paper.examples]
    charts.show_chart(
        make_histogram(spread, printed, pick_palette()),
        key="confidences",
        alt=describe_histogram(spread),
    )
    st.caption(
        _say(
            "caption",
            mean=number(spread["mean_of_right"], 3),
            largest=number(spread["largest"], 4),
            limit=number(LARGEST, 4),
            result=provenance.describe_result(result),
        )
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
        name=_say("photographs"), x=[(low + high) / 2 for low, high in bins],
        y=[count or None for count in counts], width=edges[1] - edges[0],
        customdata=[_say("bin", low=number(low, 2), high=number(high, 2)) for low, high in bins],
        marker={"color": colours.strong}, hovertemplate="%{customdata}: %{y}<extra></extra>",
    )  # fmt: skip
    figure.add_scatter(
        name=_say("printed_marks"), x=printed, y=[0] * len(printed), mode="markers",
        cliponaxis=False, hovertemplate=f"{_describe_hover()}<extra></extra>",
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
    figure.update_xaxes(title=_say("confidence_axis"), range=[0.495, 1.005], **axis)
    figure.update_yaxes(title=_say("photographs"), rangemode="tozero", **axis)
    return figure


def _describe_hover() -> str:
    """Describes a printed confidence, in Plotly's own placeholders."""
    return _say("printed_hover", confidence="%{x:.3f}")


def describe_histogram(spread: dict[str, Any]) -> str:
    """Describes the histogram in words."""
    edges, counts = spread["edges"], spread["counts"]
    most = max(range(len(counts)), key=counts.__getitem__)
    return _say(
        "chart_alt",
        median=number(spread["median"], 3),
        largest=number(spread["largest"], 3),
        most=counts[most],
        all=sum(counts),
        low=number(edges[most], 2),
        high=number(edges[most + 1], 2),
    )


def _show_portrait(paper: Paper, model: str) -> None:
    st.markdown(_say("portrait"))
    result = portrait.attack_portrait(model, paper.epsilon).result
    rows = []
    for when, verdict in (("before", result.before), ("after", result.after)):
        twice = probabilities(np.array([verdict.probabilities])).max()
        rows.append(
            {
                "": _say(when),
                _say("answer"): name_class(verdict.label).lower(),
                _say("once"): number(verdict.confidence, 3),
                _say("twice"): number(twice, 3),
            }
        )
    draw_table(rows)


def _show_dead_gradients(model: str) -> None:
    st.markdown(_say("weakens"))
    if not check_detail(model):
        return
    factor = st.select_slider(
        _say("multiplied"),
        SHARPNESSES,
        format_func=lambda factor: f"× {factor}",
        help=_say("multiplied_hint"),
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
        say("paper.attack"): str(plain["threat_model"]["attack"]).upper(),
        _say("stands"): percent(plain["robust_accuracy"]),
        _say("seems"): percent(through["robust_accuracy"]),
        _say("dead"): _say("of_images", number=through["dead_gradients"], images=through["images"]),
    }


def _say(key: str, **values: object) -> str:
    return say(f"paper.points.softmax.{key}", **values)


POINT = Point("softmax", _show_confidences)
