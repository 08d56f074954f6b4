"""The stage on the home page: a shipped face, the first model and FGSM, ready to be moved."""

from __future__ import annotations

import streamlit as st

from facemask_core.attacks.fgsm import FGSM
from facemask_core.data import samples
from facemask_ui.choices import attack_setup, models
from facemask_ui.face import answers, cropping, lab_pictures, pictures
from facemask_ui.face.question import Question
from facemask_ui.lab import component, sweeps

_KEY = "hero"


def show_hero() -> None:
    """Draws the stage; what the model says without an attack is there first."""
    picture = pictures.read_sample(pictures.DEFAULT_SAMPLE)
    model, attack = models.shipped()[0], FGSM()
    face = cropping.cut_face(picture, None)
    classifier = models.on_demand(model)  # the film may have been made before, and asks no model
    label = samples.get(pictures.DEFAULT_SAMPLE).label
    question = Question(face, classifier, label, attack, seed=0)
    film = sweeps.recall_sweep(question)
    if film is None:
        film = sweeps.film_sweep(question, answers.judge_face(classifier, face))
    grid = question.grid
    epsilons = [grid.epsilon(notch) for notch in grid.notches]
    component.draw_lab(
        film.name,
        key=_KEY,
        axis=component.epsilon_axis(grid),
        level=grid.usual,
        label=question.label,
        unsure_below=classifier.card.unsure_below,
        alt=picture.alt,
        attack=attack.title,
        credit=f"{attack.title} against {models.title(model)}",
        file=f"attacked-{attack.name}-{grid.norm}",
        record={},
        notes=component.NotchNotes(
            lab_pictures.note_question(question, picture.label, None).fields(), "epsilon", epsilons
        ),
        threat_models=[attack.sweep_threat_model(epsilon) for epsilon in epsilons],
        hidden=("views", "figures", "downloads"),
    )
    threat_model = attack.threat_model(grid.epsilon(grid.usual))
    st.caption(
        f"{models.title(model)}, computed by this server. "
        f"{attack_setup.describe_threat_model(threat_model)} where the slider stands at first."
    )
    with st.container(gap=None, key=f"{_KEY}-parts"):
        component.send_film(film, key=film.name)
