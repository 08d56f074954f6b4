"""The lab on a page: one face, one model, one attack, every epsilon."""

from __future__ import annotations

import streamlit as st

from facemask_core import faces
from facemask_core.attacks import Attack
from facemask_core.epsilons import LEVELS
from facemask_core.labels import LABELS
from facemask_ui import attacking, cropping, models, results, settings
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
) -> None:
    """Draws the lab, first with what is known at once, then filling up.

    Args:
        picture: What holds the face.
        region: The part of it that the model sees, or None for all of it.
        label: The true class, or None for the model's own answer.
        model: Name of the model under attack.
        attack: The attack.
        seed: Its seed.
    """
    face = cropping.square(picture, region)
    classifier = models.load(model, to_attack=True)
    before = results.judge(classifier, face)
    truth = before.label if label is None else label
    film = sweeps.film_of(classifier, face, before, truth, attack, seed)
    most = component.EPSILON.most
    stated = attack.sweep_threat_model(most / LEVELS, seed)
    parse = settings.whole(0, most)
    level = settings.current("epsilon", attacking.DEFAULT_LEVELS, parse)
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
        guess=_asks_for_guess(),
        on_level=lambda level: settings.remember("epsilon", level, attacking.DEFAULT_LEVELS),
    )
    st.caption(
        f":material/gavel: Threat model: "
        f"{attacking.statement(attack.threat_model(level / LEVELS, seed))}. "
        f"Model {models.title(model)}, sha256 {models.sha256(model)[:12]}."
    )
    below, unseen = st.container(), st.container(gap=None, key=f"{_KEY}-parts")
    with unseen:
        _send(film, film.question)
        twin = models.robust_twin(model)
        if twin is not None:
            other = models.load(twin, to_attack=True)
            _send(sweeps.twin_of(film.question, other, face, truth, attack, seed), twin)
    attacked = pack.picture_at(film.done, level)
    if attacked is not None:
        with below:
            further.choose(
                further.Asked(
                    model, classifier, picture, region, face, attacked, truth, attack, level, seed
                )
            )


def _send(film: sweeps.Film, key: str) -> None:
    for number, part in enumerate(film):
        component.send(part, key=f"{key}:{film.question}:{number}")


def _asks_for_guess() -> bool:
    return bool(
        st.toggle(
            "Guess first",
            help="The lab asks what you expect before it shows the model's answer.",
            **settings.bound("guess", False, settings.yes_no),
        )
    )
