"""Point 1: PGD weaker than FGSM, and how to get there: stop it before it arrives."""

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
from facemask_ui.base.palette import Palette, percent, pick_palette
from facemask_ui.paper import provenance
from facemask_ui.paper.points.base import Point, measured_in_detail

_FIRST = 5
_TICKS = (0.02, 0.04, 0.1, 0.2, 0.4, 1.0)


def _show(paper: Paper, model: str) -> None:
    theirs = {attack: paper.figure(attack).accuracy for attack in ("fgsm", "pgd")}
    st.markdown(
        f"At one epsilon the paper's model keeps **{percent(theirs['fgsm'])}** under FGSM and "
        f"**{percent(theirs['pgd'])}** under PGD. FGSM is PGD with a single step of full length, "
        "so PGD that has run its course cannot be the weaker: guides on testing defences call "
        f"this the first sign of a broken attack. Here PGD takes steps of {STEP_SIZE:g}, a "
        "fiftieth of epsilon, from the picture itself, so a few of them do not get far. Stop it "
        "early, then let it run."
    )
    if not measured_in_detail(model):
        return
    steps = st.select_slider(
        "Steps of PGD",
        NOTCHES,
        format_func=_notch,
        **settings.bind("climb", _FIRST, settings.one_of_numbers(NOTCHES)),
    )
    fgsm = results.read(experiments.fgsm(model))
    ladder = {count: results.read(experiments.pgd_with_steps(model, count)) for count in NOTCHES}
    measured = {count: result for count, result in ladder.items() if result is not None}
    if fgsm is None or ladder[steps] is None:
        provenance.missing([experiments.fgsm(model), experiments.pgd_with_steps(model, steps)])
        return
    _figures(steps, measured[steps], fgsm)
    st.plotly_chart(
        figure(measured, fgsm, steps, theirs, pick_palette()),
        key="ladder",
        config=CHART_CONFIG,
        alt=spoken(measured, fgsm, steps),
    )
    st.caption(
        f"{between(measured, theirs['pgd'])}{provenance.line(measured[steps])} "
        f"{_and_with_start(model)}"
    )


def _notch(steps: int) -> str:
    return f"{steps} ({_share(steps)} of epsilon)"


def _share(steps: int) -> str:
    return f"{100 * reached(steps):.0f} %"


def reached(steps: int) -> float:
    """How far so many steps can lead, as a share of epsilon."""
    return steps * STEP_SIZE / EPSILON


def _figures(steps: int, pgd: dict[str, Any], fgsm: dict[str, Any]) -> None:
    with st.container(horizontal=True):
        st.metric(
            f"Stands under PGD, {_times(steps)}", percent(pgd["robust_accuracy"]), border=True,
            width=270,
        )  # fmt: skip
        st.metric("Stands under FGSM", percent(fgsm["robust_accuracy"]), border=True, width=270)
    if pgd["robust_accuracy"] > fgsm["robust_accuracy"]:
        st.markdown(
            f":material/warning: **PGD looks weaker than FGSM, as in the paper**: together its "
            f"steps reach {_share(steps)} of epsilon."
        )
    else:
        st.markdown(
            ":material/check: **PGD is the stronger, as it must be**: its steps reach "
            f"{_share(steps)} of epsilon."
        )


def _times(steps: int) -> str:
    return "1 step" if steps == 1 else f"{steps} steps"


def between(ladder: dict[int, dict[str, Any]], share: float) -> str:
    """Says where the ladder passes the share that the paper prints for PGD, if it does.

    Args:
        ladder: Results by rising number of steps.
        share: The paper's accuracy.
    """
    for (few, before), (more, after) in pairwise(ladder.items()):
        if before["robust_accuracy"] >= share > after["robust_accuracy"]:
            return (
                f"The paper's {percent(share)} lie between {_times(few)} "
                f"({percent(before['robust_accuracy'])}) and {_times(more)} "
                f"({percent(after['robust_accuracy'])}). "
            )
    return ""


def _and_with_start(model: str) -> str:
    """What the attack comes to when it is run as it should be."""
    result = results.read(experiments.pgd(model))
    if result is None:
        return ""
    count = experiments.PGD_SETTINGS["steps"]
    return (
        f"With a random start and {count} steps that cross the ball "
        f"{percent(result['robust_accuracy'])} stand."
    )


def figure(
    ladder: dict[int, dict[str, Any]],
    fgsm: dict[str, Any],
    steps: int,
    theirs: dict[str, float],
    colours: Palette,
) -> go.Figure:
    """Draws what stands under PGD by how far it came, with FGSM and the paper's two for lines.

    Args:
        ladder: Results by number of steps.
        fgsm: FGSM's result.
        steps: The slider's.
        theirs: The paper's accuracies by attack.
        colours: The theme's.
    """
    drawn = go.Figure()
    far = [reached(count) for count in ladder]
    stands = [result["robust_accuracy"] for result in ladder.values()]
    lines = (
        ("FGSM, here", fgsm["robust_accuracy"], colours.lines[1], "dash"),
        ("FGSM, paper", theirs["fgsm"], colours.lines[1], "dot"),
        ("PGD, paper", theirs["pgd"], colours.lines[0], "dot"),
    )
    for name, share, colour, dash in lines:
        drawn.add_scatter(
            name=name, x=[reached(NOTCHES[0]), reached(NOTCHES[-1])], y=[share, share],
            mode="lines", line={"color": colour, "width": 2, "dash": dash},
            hovertemplate=f"{name} %{{y:.1%}}<extra></extra>",
        )  # fmt: skip
    drawn.add_scatter(
        name="PGD, here", x=far, y=stands, mode="lines+markers", customdata=list(ladder),
        line={"color": colours.lines[0], "width": 2},
        marker={
            "color": colours.lines[0],
            "size": [16 if count == steps else 7 for count in ladder],
            "symbol": ["diamond" if count == steps else "circle" for count in ladder],
        },
        hovertemplate="PGD, %{customdata} steps: %{y:.1%}<extra></extra>",
    )  # fmt: skip
    _lay_out(drawn, colours)
    return drawn


def _lay_out(drawn: go.Figure, colours: Palette) -> None:
    ink = {"color": colours.text}
    drawn.update_layout(
        height=360, margin={"l": 0, "r": 16, "t": 56, "b": 0}, dragmode=False, font=ink,
        legend={
            "orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": ink,
            "traceorder": "reversed", "itemclick": False, "itemdoubleclick": False,
        },
    )  # fmt: skip
    axis = {"fixedrange": True, "tickfont": ink, "title_font": ink, "gridcolor": colours.faint}
    drawn.update_xaxes(
        title="All steps together, as a share of epsilon", type="log",
        tickvals=_TICKS, ticktext=[f"{100 * tick:.0f} %" for tick in _TICKS], **axis,
    )  # fmt: skip
    drawn.update_yaxes(title="Photographs that stand", range=[0, 1.02], tickformat=".0%", **axis)


def spoken(ladder: dict[int, dict[str, Any]], fgsm: dict[str, Any], steps: int) -> str:
    """The chart in words."""
    stands = ", ".join(
        f"{percent(result['robust_accuracy'])} after {_times(count)}"
        for count, result in ladder.items()
    )
    return (
        f"What stands under PGD: {stands}. Under FGSM {percent(fgsm['robust_accuracy'])}. Chosen: "
        f"{_times(steps)}."
    )


POINT = Point("PGD weaker than FGSM", _show)
