"""Point 1: PGD is weaker than FGSM in the paper, as it is if one stops it too early."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from facemask_core.paper import experiments, results
from facemask_core.paper.experiments import EPSILON, NOTCHES, STEP_SIZE
from facemask_core.paper.printed import Paper
from facemask_ui.base import settings
from facemask_ui.base.charts import CHART_CONFIG
from facemask_ui.base.palette import Palette, pick_palette
from facemask_ui.language import percent
from facemask_ui.paper import provenance
from facemask_ui.paper.points.base import Point, check_detail

_FIRST = 5
_TICKS = (0.02, 0.04, 0.1, 0.2, 0.4, 1.0)


def _show_ladder(paper: Paper, model: str) -> None:
    theirs = {attack: paper.figure(attack).accuracy for attack in ("fgsm", "pgd")}
    st.markdown(
        f"At one epsilon the paper's model keeps **{percent(theirs['fgsm'])}** under FGSM and "
        f"**{percent(theirs['pgd'])}** under PGD. FGSM is PGD with a single step of full length, "
        "so PGD that has run its course cannot be the weaker: guides on testing defences call "
        f"this the first sign of a broken attack. Here PGD takes steps of {STEP_SIZE:g}, a "
        "fiftieth of epsilon, from the picture itself, so a few of them do not get far. Stop it "
        "early, then let it run."
    )
    if not check_detail(model):
        return
    steps = st.select_slider(
        "Steps of PGD",
        NOTCHES,
        format_func=_write_notch,
        **settings.bind("climb", _FIRST, settings.one_of_numbers(NOTCHES)),
    )
    fgsm = results.read(experiments.fgsm(model))
    ladder = {count: results.read(experiments.pgd_with_steps(model, count)) for count in NOTCHES}
    rungs = {count: result for count, result in ladder.items() if result is not None}
    if fgsm is None or ladder[steps] is None:
        provenance.show_missing([experiments.fgsm(model), experiments.pgd_with_steps(model, steps)])
        return
    _show_accuracies(steps, rungs[steps], fgsm)
    st.plotly_chart(
        make_chart(rungs, fgsm, steps, theirs, pick_palette()),
        key="ladder",
        config=CHART_CONFIG,
        alt=describe_chart(rungs, fgsm, steps),
    )
    st.caption(
        f"{find_crossing(rungs, theirs['pgd'])}{provenance.describe_result(rungs[steps])} "
        f"{_describe_converged(model)}"
    )


def _write_notch(steps: int) -> str:
    return f"{steps} ({_write_reach(steps)} of epsilon)"


def _write_reach(steps: int) -> str:
    return f"{100 * reach(steps):.0f} %"


def reach(steps: int) -> float:
    """Returns how far a number of steps can lead, as a share of epsilon."""
    return steps * STEP_SIZE / EPSILON


def _show_accuracies(steps: int, pgd: dict[str, Any], fgsm: dict[str, Any]) -> None:
    with st.container(horizontal=True):
        st.metric(
            f"Stands under PGD, {_write_steps(steps)}",
            percent(pgd["robust_accuracy"]),
            border=True,
            width=270,
        )
        st.metric("Stands under FGSM", percent(fgsm["robust_accuracy"]), border=True, width=270)
    if pgd["robust_accuracy"] > fgsm["robust_accuracy"]:
        st.markdown(
            f":material/warning: **PGD looks weaker than FGSM, as in the paper**: together its "
            f"steps reach {_write_reach(steps)} of epsilon."
        )
    else:
        st.markdown(
            ":material/check: **PGD is the stronger, as it must be**: its steps reach "
            f"{_write_reach(steps)} of epsilon."
        )


def _write_steps(steps: int) -> str:
    return "1 step" if steps == 1 else f"{steps} steps"


def find_crossing(ladder: dict[int, dict[str, Any]], share: float) -> str:
    """Finds between which steps PGD passes the accuracy that the paper prints for it.

    Args:
        ladder: Results by rising number of steps.
        share: The paper's accuracy.

    Returns:
        A sentence, or an empty text if PGD does not pass it.
    """
    for (few, before), (more, after) in pairwise(ladder.items()):
        if before["robust_accuracy"] >= share > after["robust_accuracy"]:
            return (
                f"The paper's {percent(share)} lie between {_write_steps(few)} "
                f"({percent(before['robust_accuracy'])}) and {_write_steps(more)} "
                f"({percent(after['robust_accuracy'])}). "
            )
    return ""


def _describe_converged(model: str) -> str:
    """Describes the result of PGD run as it should be."""
    result = results.read(experiments.pgd(model))
    if result is None:
        return ""
    count = experiments.PGD_SETTINGS["steps"]
    return (
        f"With a random start and {count} steps that cross the ball "
        f"{percent(result['robust_accuracy'])} stand."
    )


def make_chart(
    ladder: dict[int, dict[str, Any]],
    fgsm: dict[str, Any],
    steps: int,
    theirs: dict[str, float],
    colours: Palette,
) -> go.Figure:
    """Makes a chart of the accuracy under PGD by its reach, with lines for FGSM and the paper.

    Args:
        ladder: Results by number of steps.
        fgsm: FGSM's result.
        steps: The number of steps on the slider.
        theirs: The paper's accuracies by attack.
        colours: The theme's colours.
    """
    figure = go.Figure()
    reaches = [reach(count) for count in ladder]
    stands = [result["robust_accuracy"] for result in ladder.values()]
    lines = (
        ("FGSM, here", fgsm["robust_accuracy"], colours.lines[1], "dash"),
        ("FGSM, paper", theirs["fgsm"], colours.lines[1], "dot"),
        ("PGD, paper", theirs["pgd"], colours.lines[0], "dot"),
    )
    for name, share, colour, dash in lines:
        figure.add_scatter(
            name=name, x=[reach(NOTCHES[0]), reach(NOTCHES[-1])], y=[share, share],
            mode="lines", line={"color": colour, "width": 2, "dash": dash},
            hovertemplate=f"{name} %{{y:.1%}}<extra></extra>",
        )  # fmt: skip
    figure.add_scatter(
        name="PGD, here", x=reaches, y=stands, mode="lines+markers", customdata=list(ladder),
        line={"color": colours.lines[0], "width": 2},
        marker={
            "color": colours.lines[0],
            "size": [16 if count == steps else 7 for count in ladder],
            "symbol": ["diamond" if count == steps else "circle" for count in ladder],
        },
        hovertemplate="PGD, %{customdata} steps: %{y:.1%}<extra></extra>",
    )  # fmt: skip
    _lay_out(figure, colours)
    return figure


def _lay_out(figure: go.Figure, colours: Palette) -> None:
    ink = {"color": colours.text}
    figure.update_layout(
        height=360, margin={"l": 0, "r": 16, "t": 56, "b": 0}, dragmode=False, font=ink,
        legend={
            "orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": ink,
            "traceorder": "reversed", "itemclick": False, "itemdoubleclick": False,
        },
    )  # fmt: skip
    axis = {"fixedrange": True, "tickfont": ink, "title_font": ink, "gridcolor": colours.faint}
    figure.update_xaxes(
        title="All steps together, as a share of epsilon", type="log",
        tickvals=_TICKS, ticktext=[f"{100 * tick:.0f} %" for tick in _TICKS], **axis,
    )  # fmt: skip
    figure.update_yaxes(title="Photographs that stand", range=[0, 1.02], tickformat=".0%", **axis)


def describe_chart(ladder: dict[int, dict[str, Any]], fgsm: dict[str, Any], steps: int) -> str:
    """Describes the chart in words."""
    stands = ", ".join(
        f"{percent(result['robust_accuracy'])} after {_write_steps(count)}"
        for count, result in ladder.items()
    )
    return (
        f"What stands under PGD: {stands}. Under FGSM {percent(fgsm['robust_accuracy'])}. Chosen: "
        f"{_write_steps(steps)}."
    )


POINT = Point("PGD weaker than FGSM", _show_ladder)
