"""Point 6: epsilon without a scale. A pixel's range is 1 long on one scale, 2 on the other."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from facemask_core.epsilons import LEVELS, describe_epsilon
from facemask_core.paper import experiments, results
from facemask_core.paper.printed import Paper
from facemask_ui.base import settings
from facemask_ui.base.palette import keep_together
from facemask_ui.choices import models
from facemask_ui.face import before_after
from facemask_ui.language import percent
from facemask_ui.paper import portrait, provenance
from facemask_ui.paper.points.base import Point

_NONE = "\N{EN DASH}"


@dataclass(frozen=True)
class Scale:
    """A way to write a pixel's value.

    Attributes:
        name: The range of values.
        user: Who writes pixels this way.
        epsilon: The paper's epsilon on [0, 1], if the paper means this scale.
    """

    name: str
    user: str
    epsilon: float


SCALES = {
    "unit": Scale("[0, 1]", "as most attack libraries have pixels", experiments.EPSILONS[0]),
    "signed": Scale("[−1, 1]", "as InceptionV3 is fed", experiments.EPSILONS[1]),
}


def _show_scales(paper: Paper, model: str) -> None:
    st.markdown(
        f"The paper's epsilon is **{paper.epsilon:g}**, and nothing says of what. On [0, 1] that "
        f"moves a colour by up to {LEVELS * SCALES['unit'].epsilon:g} of {LEVELS} levels; on "
        "[−1, 1], where InceptionV3's own preprocessing puts pixels, by half as much: a weaker "
        "attack, for PGD and FGSM alike, so it does not explain why one is weaker than the other."
    )
    name = st.segmented_control(
        f"{paper.epsilon:g} is meant on",
        list(SCALES),
        format_func=lambda name: f"{SCALES[name].name}, {SCALES[name].user}",
        required=True,
        wrap=True,
        **settings.bind("scale", "unit", settings.one_of(list(SCALES))),
    )
    scale = SCALES[name]
    faces, figures = st.columns(2, gap="large")
    with faces:
        attack = portrait.attack_portrait(model, scale.epsilon)
        before_after.show_pictures(attack.result, attack.alt, attack.note)
        st.caption(
            f"{models.title(model)} under FGSM at {describe_epsilon(scale.epsilon)}, computed "
            "just now and rounded to whole levels."
        )
    with figures:
        _show_accuracies(model, scale)
    table = [
        list_accuracies(name, scale) for name in experiments.MODELS for scale in SCALES.values()
    ]
    st.table(table, hide_index=True, border="horizontal")
    measured = [results.read(experiments.pgd(name)) for name in experiments.MODELS]
    st.caption(
        f"Robust accuracy on {provenance.name_photographs(measured)}; PGD has run its course."
    )


def _show_accuracies(model: str, scale: Scale) -> None:
    questions = [
        experiments.fgsm(model, scale.epsilon),
        experiments.pgd(model, scale.epsilon),
    ]
    answers = [results.read(it) for it in questions]
    with st.container(horizontal=True):
        for experiment, result in zip(questions, answers, strict=True):
            if result is not None:
                st.metric(
                    f"Stands under {str(experiment.attack).upper()}",
                    percent(result["robust_accuracy"]),
                    border=True,
                    width=228,
                )
    if None in answers:
        provenance.show_missing(questions)
    for result in answers:
        if result is not None:
            st.caption(provenance.describe_result(result))


def list_accuracies(model: str, scale: Scale) -> dict[str, str]:
    """Lists a model's robust accuracy under FGSM and PGD, with epsilon on one scale."""
    cells = {"Model": models.title(model), "Scale": keep_together(scale.name)}
    cells["Epsilon"] = f"{LEVELS * scale.epsilon:g}/{LEVELS}"
    for make, title in ((experiments.fgsm, "FGSM"), (experiments.pgd, "PGD")):
        result = results.read(make(model, scale.epsilon))
        cells[title] = (
            _NONE if result is None else keep_together(percent(result["robust_accuracy"]))
        )
    return cells


POINT = Point("Epsilon without a scale", _show_scales)
