"""Point 8: the abstract speaks of a defence that the paper does not contain."""

from __future__ import annotations

from typing import Any

import streamlit as st

from facemask_core.epsilons import LEVELS
from facemask_core.models import checkpoints, published
from facemask_core.paper import experiments
from facemask_core.paper.printed import Paper
from facemask_ui.base import parts
from facemask_ui.base.palette import keep_together
from facemask_ui.choices import models
from facemask_ui.language import percent, say
from facemask_ui.paper import provenance, words
from facemask_ui.paper.points.base import Point, draw_table

_NOTCHES = (2, 4, 8)
_NONE = "\N{EN DASH}"


def _show_defence(paper: Paper, model: str) -> None:
    quote, conclusion = paper.quotes["defence"], paper.quotes["conclusion"]
    st.markdown(
        _say(
            "text",
            where=words.name_place(quote.where),
            quote=quote.text,
            conclusion=conclusion.text,
        )
    )
    draw_table(list_rows())
    st.caption(_say("caption", photographs=provenance.name_photographs(_list_reports())))


def list_rows() -> list[dict[str, str]]:
    """Lists robust accuracies under PGD by model: the paper's networks and their robust twins."""
    return [
        {
            say("paper.model"): models.title(name),
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
            share = keep_together(percent(report["robust_accuracy"]))
            return parts.write_range(share, ends["low"], ends["high"])
    return _NONE


def _say(key: str, **values: object) -> str:
    return say(f"paper.points.defence.{key}", **values)


POINT = Point("defence", _show_defence)
