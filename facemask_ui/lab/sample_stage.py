"""The stage with a shipped face and FGSM, ready to be moved: on Home and in the lesson."""

from __future__ import annotations

import streamlit as st

from facemask_core.attacks.fgsm import FGSM
from facemask_core.data import samples
from facemask_ui.choices import attack_setup, models
from facemask_ui.face import answers, cropping, lab_pictures, pictures
from facemask_ui.face.question import Question
from facemask_ui.lab import component, scene, sweeps
from facemask_ui.language import say


def show_sample_stage(sample: str, model: str, *, key: str, level: int | None = None) -> None:
    """Draws the stage; what the model says without an attack is there first.

    Args:
        sample: Name of the shipped face.
        model: Name of the model under attack.
        key: Tells the stage from others on the page.
        level: Where the slider stands at first; its usual place, if None.
    """
    picture, attack = pictures.read_sample(sample), FGSM()
    face = cropping.cut_face(picture, None)
    classifier = models.on_demand(model)  # the film may have been made before, and asks no model
    label = samples.get(sample).label
    question = Question(face, classifier, label, attack, seed=0)
    film = sweeps.recall_sweep(question)
    if film is None:
        film = sweeps.film_sweep(question, answers.judge_face(classifier, face))
    first = question.grid.usual if level is None else level
    note = lab_pictures.note_question(question, picture.label, None)
    component.draw_lab(
        film.name,
        scene.sweep_scene(question, note, picture.alt),
        key=key,
        level=first,
        hidden=("views", "figures", "downloads"),
    )
    threat_model = attack.threat_model(question.grid.epsilon(first))
    stated = attack_setup.describe_threat_model(threat_model)
    st.caption(say("lab.page.computed_here", model=models.title(model), threat_model=stated))
    with st.container(gap=None, key=f"{key}-parts"):
        component.send_film(film, key=film.name)
