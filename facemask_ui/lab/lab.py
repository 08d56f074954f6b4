"""The lab on a page: one face, one model, one attack, every epsilon."""

from __future__ import annotations

from functools import partial

import streamlit as st

from facemask_core import faces
from facemask_core.attacks import Attack
from facemask_core.epsilons import LEVELS
from facemask_core.labels import LABELS
from facemask_ui import attacking, class_link, cropping, models, results, settings
from facemask_ui.lab import component, further, sweeps
from facemask_ui.lab import film as pack
from facemask_ui.pictures import Picture

_KEY = "lab"


def show(
    picture: Picture,
    region: faces.Box | None,
    label: int | None,
    model: str,
    attack: Attack,
    seed: int,
    *,
    look_further: bool = True,
) -> None:
    """Draws the lab, first with what is known at once, then filling up.

    Args:
        picture: What holds the face.
        region: The part of it that the model sees, or None for all of it.
        label: The true class, or None for the model's own answer.
        model: Name of the model under attack.
        attack: The attack.
        seed: Its seed.
        look_further: Whether more can be asked about the attacked face.
    """
    face = cropping.square(picture, region)
    classifier = models.load(model, to_attack=True)
    before = results.judge(classifier, face)
    truth = before.label if label is None else label
    film = sweeps.film_of(classifier, face, before, truth, attack, seed)
    most = component.EPSILON.most
    identity = f"Model {models.title(model)}, sha256 {models.sha256(model)[:12]}."
    stated = attack.sweep_threat_model(most / LEVELS, seed)
    parse = settings.whole(0, most)
    level = settings.current("epsilon", attacking.DEFAULT_LEVELS, parse)
    guess = _choose_guess(picture)
    component.draw(
        film.question,
        key=_KEY,
        axis=component.EPSILON,
        level=level,
        label=truth,
        alt=picture.alt,
        attack=attack.title,
        file=f"attacked-{attack.name}",
        record={
            "model": model,
            "model_sha256": models.sha256(model),
            "true_class": LABELS[truth],
            "threat_model": stated,
        },
        stated=[
            "Threat model: "
            f"{attacking.statement(attack.threat_model(notch / LEVELS, seed))}. {identity}"
            for notch in range(most + 1)
        ],
        guess=guess,
        on_level=lambda level: settings.remember("epsilon", level, attacking.DEFAULT_LEVELS),
        on_animate=lambda: st.session_state.update(animated=film.question),
    )
    below, unseen = st.container(), st.container(gap=None, key=f"{_KEY}-parts")
    with unseen:
        _send(film, film.question)
        if st.session_state.get("animated") == film.question:
            component.send(sweeps.animation_of(film, truth), key=f"animation:{film.question}")
        twin = models.robust_twin(model)
        if twin is not None:
            other = models.load(twin, to_attack=True)
            _send(sweeps.twin_of(film.question, other, face, truth, attack, seed), twin)
    attacked = pack.picture_at(film.done, level)
    if attacked is not None and look_further:
        with below:
            further.choose(
                further.Asked(
                    model, classifier, picture, region, face, attacked, truth, attack, level, seed
                )
            )


def _send(film: sweeps.Film, key: str) -> None:
    for number, part in enumerate(film):
        component.send(part, key=f"{key}:{film.question}:{number}")


def _choose_guess(picture: Picture) -> bool:
    """Draws the row for those who teach, above the component."""
    draw = partial(
        st.toggle,
        "Guess first",
        help="The lab asks what you expect before it shows the model's answer.",
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        guess = settings.ask(draw, "guess", False, settings.yes_no)
        class_link.choose(own_picture=picture.label is None)
    return guess
