"""Point 6: epsilon without a scale. A pixel's range is 1 long on one scale, 2 on the other."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from facemask_core.epsilons import LEVELS
from facemask_core.paper import experiments, results
from facemask_core.paper.printed import Paper
from facemask_ui.base import settings
from facemask_ui.base.palette import keep_together
from facemask_ui.choices import attack_setup, models
from facemask_ui.face import before_after
from facemask_ui.language import percent, say
from facemask_ui.paper import portrait, provenance, words
from facemask_ui.paper.points.base import Point

_NONE = "\N{EN DASH}"


@dataclass(frozen=True)
class Scale:
    """A way to write a pixel's value.

    Attributes:
        name: The range of values.
        epsilon: The paper's epsilon on [0, 1], if the paper means this scale.
    """

    name: str
    epsilon: float


SCALES = {
    "unit": Scale("[0, 1]", experiments.EPSILONS[0]),
    "signed": Scale("[−1, 1]", experiments.EPSILONS[1]),
}


def _show_scales(paper: Paper, model: str) -> None:
    epsilon = words.write_plain(paper.epsilon)
    st.markdown(
        _say(
            "text",
            epsilon=epsilon,
            levels=words.write_plain(LEVELS * SCALES["unit"].epsilon),
            most=LEVELS,
        )
    )
    name = st.segmented_control(
        _say("choose", epsilon=epsilon),
        list(SCALES),
        format_func=_say,
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
            _say(
                "face", model=models.title(model), epsilon=attack_setup.write_epsilon(scale.epsilon)
            )
        )
    with figures:
        _show_accuracies(model, scale)
    table = [
        list_accuracies(name, scale) for name in experiments.MODELS for scale in SCALES.values()
    ]
    st.table(table, hide_index=True, border="horizontal")
    measured = [results.read(experiments.pgd(name)) for name in experiments.MODELS]
    st.caption(_say("caption", photographs=provenance.name_photographs(measured)))


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
                    _say("stands", attack=str(experiment.attack).upper()),
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
    cells = {say("paper.model"): models.title(model), _say("scale"): keep_together(scale.name)}
    cells[_say("epsilon")] = f"{words.write_plain(LEVELS * scale.epsilon)}/{LEVELS}"
    for make, title in ((experiments.fgsm, "FGSM"), (experiments.pgd, "PGD")):
        result = results.read(make(model, scale.epsilon))
        cells[title] = (
            _NONE if result is None else keep_together(percent(result["robust_accuracy"]))
        )
    return cells


def _say(key: str, **values: object) -> str:
    return say(f"paper.points.scale.{key}", **values)


POINT = Point("scale", _show_scales)
