"""The lab on a page: one face, one model, one attack, every epsilon."""

from __future__ import annotations

from functools import partial

import streamlit as st

from facemask_core import robustness
from facemask_core.attacks import Attack
from facemask_core.attacks.fgsm import FGSM
from facemask_core.attacks.pgd import PGD
from facemask_core.labels import LABELS
from facemask_core.pictures import faces
from facemask_ui.base import messages, settings
from facemask_ui.choices import class_link, models
from facemask_ui.face import answers, complaint, cropping, lab_pictures, truth
from facemask_ui.face.pictures import Picture
from facemask_ui.face.question import Question
from facemask_ui.lab import captions, component, further, scene, slider, stated, sweeps
from facemask_ui.language import say

_KEY = "lab"


def show_lab(
    picture: Picture,
    region: faces.Box | None,
    label: int | None,
    model: str,
    attack: Attack,
    seed: int,
    *,
    look_further: bool = True,
    may_choose_attack: bool = True,
) -> None:
    """Draws the lab, first with what is known at once, then filling up.

    Args:
        picture: What holds the face.
        region: The part of it that the model sees, or None for all of it.
        label: The true class, or None where nobody says it.
        model: Name of the model under attack.
        attack: The attack.
        seed: Its seed.
        look_further: Whether the visitor may look further at the attacked face.
        may_choose_attack: Whether the visitor may choose another attack.
    """
    face = cropping.cut_face(picture, region)
    classifier = models.on_demand(model)  # of a sample everything may be known
    framed = cropping.is_about_a_face(picture, region)
    label = label if framed else None  # of a wall, no answer is right
    linked = slider.find_linked_notch(robustness.grid_of(attack))
    film = None
    if label is not None:
        question = Question(face, classifier, label, attack, seed, linked)
        film = sweeps.recall_sweep(question)
    before = answers.judge_face(classifier, face) if film is None else film.before
    truth.describe_mistake(picture, label, before, models.title(model))
    settled = truth.settle_label(label, before)
    question = Question(face, classifier, settled, attack, seed, linked)
    film = film or sweeps.film_sweep(question, before)
    grid = question.grid
    notch = slider.read_notch(grid)
    guess = settings.read("guess", False, settings.yes_no)
    by_hand = region is not None and region not in picture.faces
    note = lab_pictures.note_question(question, label, region, by_hand=by_hand)
    animated = (film.name, captions.name_captions(truth_known=label is not None))
    key = f"{_KEY}-{grid.norm}"  # the same notch in another norm is another place
    component.draw_lab(
        film.name,
        scene.sweep_scene(question, note, picture.alt),
        key=key,
        level=notch,
        record={
            "model": classifier.name,
            "model_sha256": models.sha256(model),
            "true_class": None if label is None else LABELS[label],
            "attacked_class": LABELS[question.label],
            "face_framed": framed,
        },
        stated=stated.describe_threat_models(question, model),
        one_step=attack.name == FGSM.name,
        guess=guess,
        truth_known=label is not None,
        headline=framed,
        on_level=lambda notch: slider.store_notch(grid, notch),
        on_animate=lambda: st.session_state.update(animated=animated),
        on_smaller_steps=_choose_pgd if may_choose_attack else None,
    )
    if framed and not picture.shipped:
        complaint.offer_reasons(picture, region, face)
    below, unseen = st.container(), st.container(gap=None, key=f"{_KEY}-parts")
    draw_teachers_row(
        own_picture=picture.label is None, own_crop=region != cropping.first_crop(picture)
    )
    with unseen:
        component.send_film(film, key=film.name)
        if st.session_state.get("animated") == animated:
            gif = film.animate(question, truth_known=label is not None)
            component.send_part(gif, key=f"animation:{animated}")
        twin = models.robust_twin(model)
        with messages.show_errors():  # a twin that is damaged costs its own line alone
            if twin is not None:
                other = models.on_demand(twin)
                component.send_film(sweeps.film_twin(question, other), key=twin)
    attacked = film.attacked_at(notch)
    note = note.model_copy(update={"epsilon": grid.epsilon(notch)})
    seen = not guess or component.is_seen(key, film.name, notch)
    if attacked is not None and look_further and seen:
        with below:
            further.choose_look(
                further.Point(
                    question, notch, attacked, picture, region, model, note, label is not None
                )
            )


def _choose_pgd() -> None:
    """Chooses the attack of many small steps, as the visitor would."""
    settings.remember("attack", PGD.name, FGSM.name)


def draw_teachers_row(*, own_picture: bool, own_crop: bool) -> None:
    """Draws what those who teach may set: the guess before the answer, and a link for a class.

    Args:
        own_picture: Whether the picture on the page is the visitor's own, which no link carries.
        own_crop: Whether its crop is not the one that the picture opens with.
    """
    draw = partial(
        st.toggle,
        say("lab.page.guess_first"),
        help=say("lab.page.guess_hint"),
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        settings.ask(draw, "guess", False, settings.yes_no)
        class_link.show_class_link(own_picture=own_picture, own_crop=own_crop)
