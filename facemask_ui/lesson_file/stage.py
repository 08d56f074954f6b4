"""What the stage shows of a question: axis, words, threat models, for each model and attack."""

from __future__ import annotations

from typing import Any

from facemask_core import attacks
from facemask_core.attacks import Attack
from facemask_core.epsilons import LINF
from facemask_core.models import checkpoints
from facemask_core.pictures import model_input
from facemask_core.pictures.lab_note import describe_attack
from facemask_core.web.attack_settings import ATTACKS
from facemask_ui.choices import attack_setup, models
from facemask_ui.lab import words
from facemask_ui.lab.axis import epsilon_axis
from facemask_ui.language import say

SEED = 0


def describe_stage(names: tuple[str, ...]) -> dict[str, Any]:
    """Describes the stage for a number of models; the browser fills in the face.

    Args:
        names: The models.
    """
    axis = epsilon_axis(LINF)
    return {
        "axis": vars(axis) | {"most": axis.most},
        "usual": LINF.usual,
        "seed": SEED,
        "keyword": model_input.KEYWORD,
        "words": {
            "known": words.read_words("sweep", truth_known=True),
            "unknown": words.read_words("sweep", truth_known=False),
        },
        "models": {name: _describe_model(name) for name in names},
        "attacks": {name: _describe_attack(attacks.make(name)) for name in ATTACKS},
        "stated": {
            name: {attack: _state(name, attacks.make(attack)) for attack in ATTACKS}
            for name in names
        },
    }


def _describe_model(name: str) -> dict[str, Any]:
    card = checkpoints.read_card(checkpoints.locate(name))
    return {
        "title": models.title(name),
        "sha256": card.weights_sha256,
        "unsureBelow": card.unsure_below,
    }


def _describe_attack(attack: Attack) -> dict[str, Any]:
    epsilons = [LINF.epsilon(notch) for notch in LINF.notches]
    return {
        "title": attack_setup.name_attack(attack.name),
        "epsilons": epsilons,
        "threatModels": [attack.sweep_threat_model(one, SEED) for one in epsilons],
    }


def _state(name: str, attack: Attack) -> dict[str, Any]:
    """States what one model meets under one attack, for the page and for a saved picture."""
    card = checkpoints.read_card(checkpoints.locate(name))
    stated = [
        attack_setup.describe_threat_model(attack.threat_model(LINF.epsilon(notch), SEED))
        for notch in LINF.notches
    ]
    note = describe_attack(name, card.weights_sha256, attack.threat_model(0.0, SEED))
    return {
        "texts": [
            say(
                "lesson_file.stated",
                threat_model=one,
                model=models.title(name),
                sha256=card.weights_sha256[:12],
                command=attack_setup.write_sweep_command(name, attack, SEED),
            )
            for one in stated
        ],
        "note": note.fields(),
        "credit": say(
            "lab.page.credit",
            attack=attack_setup.name_attack(attack.name),
            model=models.title(name),
        ),
    }
