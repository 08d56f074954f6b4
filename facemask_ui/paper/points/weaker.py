"""Point 1: PGD is weaker than FGSM in the paper, as it is if one stops it too early."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from facemask_core.paper import experiments, results
from facemask_core.paper.experiments import EPSILON, NOTCHES, STEP_SIZE
from facemask_core.paper.printed import Paper
from facemask_ui.base import charts, settings
from facemask_ui.base.palette import Palette, pick_palette
from facemask_ui.language import percent, say
from facemask_ui.paper import provenance, words
from facemask_ui.paper.points.base import Point, check_detail

_FIRST = 5
_TICKS = (0.02, 0.04, 0.1, 0.2, 0.4, 1.0)


def _show_ladder(paper: Paper, model: str) -> None:
    theirs = {attack: paper.figure(attack).accuracy for attack in ("fgsm", "pgd")}
    st.markdown(
        _say(
            "text",
            fgsm=percent(theirs["fgsm"]),
            pgd=percent(theirs["pgd"]),
            size=words.write_plain(STEP_SIZE),
        )
    )
    if not check_detail(model):
        return
    steps = st.select_slider(
        _say("slider"),
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
    charts.show_chart(
        make_chart(rungs, fgsm, steps, theirs, pick_palette()),
        key="ladder",
        alt=describe_chart(rungs, fgsm, steps),
    )
    sentences = (
        find_crossing(rungs, theirs["pgd"]),
        provenance.describe_result(rungs[steps]),
        _describe_converged(model),
    )
    st.caption(" ".join(filter(None, sentences)))


def _write_notch(steps: int) -> str:
    return _say("notch", steps=steps, reach=_write_reach(steps))


def _write_reach(steps: int) -> str:
    return words.write_percentage(100 * reach(steps), 0)


def reach(steps: int) -> float:
    """Returns how far a number of steps can lead, as a share of epsilon."""
    return steps * STEP_SIZE / EPSILON


def _show_accuracies(steps: int, pgd: dict[str, Any], fgsm: dict[str, Any]) -> None:
    with st.container(horizontal=True):
        st.metric(
            _say("stands_pgd", steps=_write_steps(steps)),
            percent(pgd["robust_accuracy"]),
            border=True,
            width=270,
        )
        st.metric(_say("stands_fgsm"), percent(fgsm["robust_accuracy"]), border=True, width=270)
    if pgd["robust_accuracy"] > fgsm["robust_accuracy"]:
        st.markdown(f":material/warning: {_say('looks_weaker', reach=_write_reach(steps))}")
    else:
        st.markdown(f":material/check: {_say('is_stronger', reach=_write_reach(steps))}")


def _write_steps(steps: int) -> str:
    return _say("steps", count=steps)


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
            return _say(
                "crossing",
                share=percent(share),
                few=_write_steps(few),
                before=percent(before["robust_accuracy"]),
                more=_write_steps(more),
                after=percent(after["robust_accuracy"]),
            )
    return ""


def _describe_converged(model: str) -> str:
    """Describes the result of PGD run as it should be."""
    result = results.read(experiments.pgd(model))
    if result is None:
        return ""
    count = experiments.PGD_SETTINGS["steps"]
    return _say("converged", steps=count, share=percent(result["robust_accuracy"]))


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
        (_say("fgsm_here"), fgsm["robust_accuracy"], colours.lines[1], "dash"),
        (_say("fgsm_paper"), theirs["fgsm"], colours.lines[1], "dot"),
        (_say("pgd_paper"), theirs["pgd"], colours.lines[0], "dot"),
    )
    for name, share, colour, dash in lines:
        figure.add_scatter(
            name=name, x=[reach(NOTCHES[0]), reach(NOTCHES[-1])], y=[share, share],
            mode="lines", line={"color": colour, "width": 2, "dash": dash},
            hovertemplate=f"{name} %{{y:.1%}}<extra></extra>",
        )  # fmt: skip
    figure.add_scatter(
        name=_say("pgd_here"), x=reaches, y=stands, mode="lines+markers", customdata=list(ladder),
        line={"color": colours.lines[0], "width": 2},
        marker={
            "color": colours.lines[0],
            "size": [16 if count == steps else 7 for count in ladder],
            "symbol": ["diamond" if count == steps else "circle" for count in ladder],
        },
        hovertemplate=f"{_describe_hover()}<extra></extra>",
    )  # fmt: skip
    _lay_out(figure, colours)
    return figure


def _describe_hover() -> str:
    """Describes a mark of the curve, in Plotly's own placeholders."""
    return _say("hover", steps="%{customdata}", share="%{y:.1%}")


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
        title=_say("reach_axis"), type="log",
        tickvals=_TICKS, ticktext=[words.write_percentage(100 * it, 0) for it in _TICKS], **axis,
    )  # fmt: skip
    figure.update_yaxes(title=_say("share_axis"), range=[0, 1.02], tickformat=".0%", **axis)


def describe_chart(ladder: dict[int, dict[str, Any]], fgsm: dict[str, Any], steps: int) -> str:
    """Describes the chart in words."""
    stands = ", ".join(
        _say("after", share=percent(result["robust_accuracy"]), steps=_write_steps(count))
        for count, result in ladder.items()
    )
    return _say(
        "chart_alt",
        stands=stands,
        fgsm=percent(fgsm["robust_accuracy"]),
        steps=_write_steps(steps),
    )


def _say(key: str, **values: object) -> str:
    return say(f"paper.points.weaker.{key}", **values)


POINT = Point("weaker", _show_ladder)
