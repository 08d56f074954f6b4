"""Point 8: the abstract speaks of a defence that the paper does not contain."""

from __future__ import annotations

from typing import Any

import streamlit as st

from facemask_core.epsilons import LEVELS
from facemask_core.models import checkpoints, published
from facemask_core.paper import experiments
from facemask_core.paper.printed import Paper
from facemask_ui.base.palette import keep_together
from facemask_ui.choices import models
from facemask_ui.language import percent
from facemask_ui.paper import provenance
from facemask_ui.paper.points.base import Point, draw_table

_NOTCHES = (2, 4, 8)
_NONE = "\N{EN DASH}"


def _show_defence(paper: Paper, model: str) -> None:
    quote, conclusion = paper.quotes["defence"], paper.quotes["conclusion"]
    st.markdown(
        f"{quote.where}: “{quote.text}”. No section describes such a method, no table or figure "
        f"shows a model with it, and of the undefended one the conclusion says: "
        f"“{conclusion.text}”. What the cited work of Madry et al. does is to train on "
        "adversarial examples. Models trained that way beside those trained without, under "
        "PGD:"
    )
    draw_table(list_rows())
    st.caption(
        f"On {provenance.name_photographs(_list_reports())}; white box, L-infinity, intervals of "
        "95 %, each figure from a report that ships with the lab. A dash: not measured on the "
        "model as it is now. Clean accuracy, and so the defence's price, is on the page Models."
    )


def list_rows() -> list[dict[str, str]]:
    """Lists robust accuracies under PGD by model: the paper's networks and their robust twins."""
    return [
        {
            "Model": models.title(name),
            **{f"{k}/{LEVELS}": _write_accuracy(name, k / LEVELS) for k in _NOTCHES},
        }
        for name in _list_models()
    ]


def _list_models() -> list[str]:
    twins = (f"{name}-robust" for name in experiments.MODELS)
    return sorted({*experiments.MODELS, *twins} & set(checkpoints.usable()))


def _list_reports() -> list[dict[str, Any]]:
    return [
        report
        for name in _list_models()
        for report in published.read_reports(models.sha256(name))
        if report["threat_model"]["attack"] == "pgd"
    ]


def _write_accuracy(name: str, epsilon: float) -> str:
    for report in _list_reports():
        is_it = report["model_sha256"] == models.sha256(name)
        if is_it and abs(report["threat_model"]["epsilon"] - epsilon) < 1e-6:
            ends = report["intervals"]["robust_accuracy"]
            return (
                f"{keep_together(percent(report['robust_accuracy']))} "
                f"({100 * ends['low']:.1f} to {100 * ends['high']:.1f})"
            )
    return _NONE


POINT = Point("A defence that is nowhere", _show_defence)
