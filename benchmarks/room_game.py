"""Measures the game of a class: every attack of its budget against every defence it offers.

    python -m benchmarks.room_game

The accuracy on the gallery that is left when the attacker knows the defence, after rounding to
8 bits. A face that a defence gets wrong without an attack counts as wrong.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facemask_core import attacks, defences, load_classifier
from facemask_core.data import samples
from facemask_core.defences import defend
from facemask_core.epsilons import LEVELS
from facemask_core.models.classifier import Classifier
from facemask_core.pictures import images
from facemask_ui.classroom.game import PAYOFF
from facemask_ui.lab import sample_films

MODEL, TWIN = "mobilenetv3", "mobilenetv3-robust"
BUDGET = 9.0
STEPS_A_POINT = 3
"""An attack costs its epsilon in levels and a point for so many gradients."""
ATTACKS = ((1, 20), (2, 15), (4, 1), (4, 10), (6, 5), (8, 1), (8, 5))
"""Epsilon in levels of 255, and steps; one step is FGSM, more are PGD."""


def list_defences() -> Iterator[tuple[str, Classifier]]:
    """Lists what defenders choose from: the bare model, three defences before it, and its twin."""
    model = load_classifier(MODEL)
    yield "none", model
    for name, settings in (("jpeg", {"quality": 20}), ("blur", {}), ("bit_depth", {"bits": 3})):
        yield name, defend(model, defences.make(name, **settings))
    yield "robust", load_classifier(TWIN)


def measure(classifier: Classifier, level: int, steps: int) -> float:
    """Measures the accuracy that an attack leaves on the gallery.

    Args:
        classifier: The model with its defence, which the attack knows.
        level: Epsilon in levels of 255.
        steps: The attack's steps.
    """
    faces, labels = read_gallery()
    attack = attacks.make("fgsm") if steps == 1 else attacks.make("pgd", steps=steps)
    found = attack(classifier, images.to_float(faces), labels, epsilon=level / LEVELS)
    rounded = np.round(found.images * LEVELS).astype(np.uint8)
    after = classifier.predict(images.to_float(rounded))
    before = classifier.predict(images.to_float(faces))
    right = (np.argmax(before, 1) == labels) & (np.argmax(after, 1) == labels)
    return round(float(right.mean()), 4)


def read_gallery() -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Reads the faces of the gallery as the models see them, and their true classes."""
    model = load_classifier(MODEL)
    asked = [*sample_films.list_questions(model, attacks.make("fgsm"), samples.gallery())]
    return np.stack([it.face for it in asked]), np.array([it.label for it in asked])


def main() -> None:
    """Measures all, and writes the file that the game reads."""
    accuracy: dict[str, dict[str, float]] = {f"e{level}s{steps}": {} for level, steps in ATTACKS}
    names = []
    for name, classifier in list_defences():
        names.append(name)
        for level, steps in ATTACKS:
            accuracy[f"e{level}s{steps}"][name] = measure(classifier, level, steps)
    data: dict[str, Any] = {
        "faces": len(samples.gallery()),
        "models": {name: load_classifier(name).card.weights_sha256 for name in (MODEL, TWIN)},
        "budget": BUDGET,
        "attacks": [
            {
                "name": f"e{level}s{steps}",
                "level": level,
                "steps": steps,
                "cost": round(level + steps / STEPS_A_POINT, 1),
            }
            for level, steps in ATTACKS
        ],
        "defences": names,
        "accuracy": accuracy,
    }
    PAYOFF.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8", newline="\n")
    print(json.dumps(accuracy, indent=1))


if __name__ == "__main__":
    main()
