"""The component that computes on the visitor's device: it is told what to do, and tells nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from facemask_core import robustness
from facemask_core.attacks import Attack
from facemask_core.attacks.fgsm import FGSM
from facemask_core.labels import WITH_MASK
from facemask_core.pictures import images
from facemask_core.web import attack_settings
from facemask_ui.base import browser, messages, settings
from facemask_ui.base.palette import pick_palette
from facemask_ui.choices import attack_setup, models
from facemask_ui.face import crop_box, lab_pictures, own_photo, pictures
from facemask_ui.face.question import Question
from facemask_ui.lab import component, scene, slider, stated
from facemask_ui.lab.words import read_words
from facemask_ui.language import read_current, read_table, say
from facemask_ui.ondevice import DEVICE_SCRIPT, LOADING_SCRIPT, files

_PAGE, _CSS = browser.read_texts(__file__, "on_device.html", "on_device.css")
_HTML = _PAGE.replace("<!-- crop -->", crop_box.HTML).replace(
    "<!-- stage -->", component.STAGE_HTML
)
_JS = "\n".join(
    (
        DEVICE_SCRIPT,
        LOADING_SCRIPT,
        component.STAGE_JS,
        crop_box.SQUARE_JS,
        own_photo.SCRIPT,
        *browser.read_texts(
            __file__,
            "note.js",
            "fidelity.js",
            "film.js",
            "sending.js",
            "further.js",
            "on_device.js",
            "main.js",
        ),
    )
)
_BLANK = np.zeros((images.INPUT_SIZE, images.INPUT_SIZE, 3), np.uint8)
"""Stands for the face, which the server never sees."""


def list_sources() -> tuple[str, ...]:
    """Lists where a picture may come from; the device only where it can compute a model."""
    if not files.list_models():
        return pictures.SOURCES
    return (pictures.SAMPLES, pictures.DEVICE, *pictures.SOURCES[1:])


def _find_obstacle(model: str, attack: Attack) -> str | None:
    """Finds out why a browser cannot compute an attack; None where it can."""
    able = files.list_models()
    if model not in able:
        names = ", ".join(map(models.title, able))
        return say("attack.own.other_models", model=models.title(model), names=names)
    if attack.name not in attack_settings.ATTACKS:
        names = ", ".join(map(attack_setup.name_attack, attack_settings.ATTACKS))
        return say(
            "attack.own.other_attacks", attack=attack_setup.name_attack(attack.name), names=names
        )
    return None


def show_lab(model: str, attack: Attack, seed: int, *, look_further: bool = True) -> None:
    """Draws the component, which asks for a picture and shows the lab about it.

    What a browser cannot compute is said in its place, before a picture is chosen.

    Args:
        model: The model under attack.
        attack: The attack.
        seed: Its seed.
        look_further: Whether the visitor may look further at the attacked face.
    """
    obstacle = _find_obstacle(model, attack)
    if obstacle is not None:
        st.info(messages.escape_markdown(obstacle), icon=":material/lock:")
        return
    twin = models.robust_twin(model)
    needed = [model] if twin is None else [model, twin]
    linked = slider.find_linked_notch(robustness.grid_of(attack))
    question = Question(_BLANK, models.on_demand(model), WITH_MASK, attack, seed, linked)
    draw = st.components.v2.component(
        "attack_on_device",
        html=_HTML,
        css=browser.CONTROLS + component.STAGE_CSS + crop_box.CSS + _CSS,
        js=_JS,
    )
    draw(
        data={
            "files": files.list_addresses(needed, finder=True),
            "models": needed,
            "titles": {name: models.title(name) for name in needed},
            "attack": {
                "name": attack.name,
                "settings": attack_settings.choose_settings(attack),
                "seed": seed,
            },
            "stage": _describe_stage(question, model),
            "words": {
                "own": read_table("attack.own.words"),
                "photo": own_photo.read_words(),
                "crop": read_table("picture.crop"),
                "truth": {"question": say("truth.question"), **read_table("truth.answers")},
                "known": read_words("sweep", truth_known=True),
                "unknown": read_words("sweep", truth_known=False),
            },
            "lookFurther": look_further,
        },
        key="on-device",
    )


def _describe_stage(question: Question, model: str) -> dict[str, Any]:
    """Describes what the stage shows, but for what hangs on the face and its owner's answer."""
    note = lab_pictures.note_question(question, None, None)
    described = scene.sweep_scene(question, note, say("attack.own.alt"))
    return {
        **component.describe_scene(described),
        "level": slider.read_notch(question.grid),
        "record": {"model": model, "model_sha256": models.sha256(model)},
        "stated": stated.describe_threat_models(question, model),
        "animated": False,
        "oneStep": question.attack.name == FGSM.name,
        "offersSmallerSteps": False,
        "folded": True,
        "guess": settings.read("guess", False, settings.yes_no),
        "captions": "",
        "hidden": [],
        "language": read_current().language,
        "onBlue": pick_palette().on_classes[WITH_MASK],
    }
