"""Point 9: PGD is said to minimise the loss, and its equation points at one that does."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from facemask_core import attacks
from facemask_core.epsilons import describe_epsilon
from facemask_core.evaluation import verdicts
from facemask_core.evaluation.verdicts import Verdict
from facemask_core.models.classifier import Classifier
from facemask_core.paper import experiments
from facemask_core.paper.printed import Paper
from facemask_core.pictures import images
from facemask_ui.base import charts
from facemask_ui.choices import models
from facemask_ui.face import cropping, pictures
from facemask_ui.paper.points.base import Point
from facemask_ui.visitors.shared_cache import compute_once

_STEPS = 10


@dataclass(frozen=True)
class Directions:
    """A model's verdicts on a portrait: as it is, and after PGD in either direction."""

    before: Verdict
    uphill: Verdict
    downhill: Verdict


def _show_directions(paper: Paper, model: str) -> None:
    text, equation = paper.quotes["minimises"], paper.quotes["update"]
    st.markdown(
        f"{text.where}: “{text.text}”. An attack wants the opposite, and equation 4 says so: it "
        f"maximises. {equation.where}: “{equation.text}”. But equation 2 has a **minus** and the "
        "label y, as equation 1 has: followed to the letter, each step makes the model *more* sure "
        f"of the right answer. {_STEPS} steps on a portrait, both ways:"
    )
    classifier = models.load(model, to_attack=True)
    result = _attack_portrait(classifier.card.weights_sha256, classifier)
    charts.draw_probabilities(
        {
            "Original": result.before,
            "Up the loss, equation 4": result.uphill,
            "Down the loss, equations 2 and 3": result.downhill,
        },
        key="directions",
    )
    st.caption(
        f"{models.title(model)}, PGD at {describe_epsilon(experiments.EPSILON)} from the picture "
        "itself, L-infinity, white box; computed by this server and rounded to 8 bits. A targeted "
        "attack does go downhill, towards the label of *another* class: then y in equation 2 is "
        "that class."
    )


@compute_once(most=32, spinner="Attacking…")
def _attack_portrait(model: str, _classifier: Classifier) -> Directions:
    """Attacks the portrait once for all visitors: it is the lab's own."""
    picture = pictures.read_sample(pictures.DEFAULT_SAMPLE)
    face = cropping.cut_face(picture, None)
    assert picture.label is not None  # noqa: S101, a portrait's true class is known
    label = np.array([picture.label])
    faces = [face]
    for target in (None, picture.label):
        pgd = attacks.make("pgd", steps=_STEPS, random_start=False, target=target)
        batch = pgd(_classifier, images.to_float(face)[None], label, epsilon=experiments.EPSILON)
        faces.append(images.to_uint8_within(batch.images[0], face, epsilon=experiments.EPSILON))
    return Directions(*verdicts.judge(_classifier, np.stack(faces)))


POINT = Point("PGD that runs downhill", _show_directions)
