"""Robust accuracy against epsilon, a curve for each attack of the shipped result files."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

from facemask_core.epsilons import LEVELS
from facemask_ui.base.palette import Palette
from facemask_ui.language import join_clauses, percent, say
from facemask_ui.model_card import tables

Reports = list[dict[str, Any]]
_DASHES = ("solid", "dash", "dot")


def make_chart(reports: Reports, colours: Palette) -> go.Figure:
    """Makes the chart; each curve begins at the clean accuracy on the same photographs.

    An attack at a single epsilon is a point: a line would tell of epsilons that nobody measured.

    Args:
        reports: The reports of :func:`facemask_core.models.published.read_reports`.
        colours: The theme's colours.
    """
    figure = go.Figure()
    for number, (name, own) in enumerate(_group_reports(reports).items()):
        intervals = [report.get("intervals", {}).get("robust_accuracy") for report in own]
        shares = [report["robust_accuracy"] for report in own]
        known = [
            interval or {"low": s, "high": s} for interval, s in zip(intervals, shares, strict=True)
        ]
        colour = colours.lines[number % len(colours.lines)]
        first = 0 if len(own) > 1 else 1
        figure.add_scatter(
            x=[0.0, *map(_read_level, own)][first:],
            y=[own[0]["clean"]["accuracy"], *shares][first:],
            name=name,
            mode="lines+markers" if len(own) > 1 else "markers",
            line={"color": colour, "width": 2, "dash": _DASHES[number % len(_DASHES)]},
            marker={"color": colour, "size": 8},
            error_y={
                "array": [0.0, *_subtract(known, shares, "high")][first:],
                "arrayminus": [0.0, *_subtract(known, shares, "low")][first:],
                "color": colour,
            },
            hovertemplate=_write_hover(name),
        )
    ink = {"color": colours.text}
    axis = {"fixedrange": True, "tickfont": ink, "title_font": ink, "gridcolor": colours.faint}
    figure.update_layout(
        height=320, margin={"l": 0, "r": 16, "t": 40, "b": 0}, dragmode=False, font=ink,
        legend={
            "orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": ink,
            "itemclick": False, "itemdoubleclick": False,
        },
    )  # fmt: skip
    figure.update_xaxes(
        title=say("models.robustness.epsilon", levels=LEVELS), rangemode="tozero", **axis
    )
    figure.update_yaxes(
        title=say("models.robustness.accuracy"), range=[0, 1.03], tickformat=".0%", **axis
    )
    return figure


def _subtract(known: list[dict[str, Any]], shares: list[float], end: str) -> list[float]:
    """Subtracts shares from the ends of their intervals: how far an error bar reaches."""
    return [abs(it[end] - share) for it, share in zip(known, shares, strict=True)]


def describe_chart(reports: Reports) -> str:
    """Describes the chart in words.

    Args:
        reports: The reports it is made of.
    """
    curves = join_clauses(
        say(
            "models.robustness.curve",
            attack=name,
            clean=percent(own[0]["clean"]["accuracy"]),
            attacked=", ".join(map(_describe_point, own)),
        )
        for name, own in _group_reports(reports).items()
    )
    return say("models.robustness.whole", curves=curves)


def _write_hover(attack: str) -> str:
    """Writes what the pointer shows at a point of a curve; Plotly fills it in."""
    level, share = f"%{{x:g}}/{LEVELS}", "%{y:.1%}"
    text = say("models.robustness.hover", attack=attack, level=level, share=share)
    return f"{text}<extra></extra>"


def _describe_point(report: dict[str, Any]) -> str:
    level = f"{_read_level(report):g}/{LEVELS}"
    return say("models.robustness.point", share=percent(report["robust_accuracy"]), level=level)


def _group_reports(reports: Reports) -> dict[str, Reports]:
    """Groups reports by attack and photographs, each group by rising epsilon."""
    groups: dict[tuple[str, str], Reports] = {}
    for report in reports:
        key = tables.name_attack(report["threat_model"]), report["data_sha256"]
        groups.setdefault(key, []).append(report)
    several = len({data for _, data in groups}) > 1
    return {
        f"{name}, {data[:8]}" if several else name: sorted(own, key=_read_level)
        for (name, data), own in groups.items()
    }


def _read_level(report: dict[str, Any]) -> float:
    return round(LEVELS * report["threat_model"]["epsilon"], 3)
