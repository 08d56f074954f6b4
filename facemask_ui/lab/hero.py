"""The stage on the home page: a shipped face, the first model and FGSM, ready to be moved."""

from __future__ import annotations

import streamlit as st

from facemask_core.attacks.fgsm import FGSM
from facemask_core.data import samples
from facemask_ui.choices import attack_setup, models
from facemask_ui.face import answers, cropping, lab_pictures, pictures
from facemask_ui.face.question import Question
from facemask_ui.lab import component, scene, sweeps
from facemask_ui.language import say

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
    usual = question.grid.usual
    note = lab_pictures.note_question(question, picture.label, None)
    component.draw_lab(
        film.name,
        scene.sweep_scene(question, note, picture.alt),
        key=_KEY,
        level=usual,
        hidden=("views", "figures", "downloads"),
    )
    threat_model = attack.threat_model(question.grid.epsilon(usual))
    stated = attack_setup.describe_threat_model(threat_model)
    st.caption(say("lab.page.hero", model=models.title(model), threat_model=stated))
    with st.container(gap=None, key=f"{_KEY}-parts"):
        component.send_film(film, key=film.name)
