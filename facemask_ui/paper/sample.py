"""One of the lab's own portraits under the paper's attack, computed by the model at hand."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from facemask_core import attacks
from facemask_core.evaluation import verdicts
from facemask_core.evaluation.verdicts import AttackedFace
from facemask_core.models.classifier import Classifier
from facemask_ui.choices import models
from facemask_ui.face import cropping, pictures


@dataclass(frozen=True, eq=False)
class Attacked:
    """The portrait before and after.

    Attributes:
        found: What the attack came to.
        alt: What the portrait shows.
    """

    found: AttackedFace
    alt: str


def attacked(model: str, epsilon: float) -> Attacked:
    """Attacks the portrait with FGSM, and rounds the answer to 8 bits.

    Args:
        model: Name of the model.
        epsilon: On the [0, 1] scale.
    """
    classifier = models.load(model, to_attack=True)
    picture = pictures.sample(pictures.DEFAULT_SAMPLE)
    return Attacked(_attacked(classifier.card.weights_sha256, epsilon, classifier), picture.alt)


@st.cache_data(max_entries=32, show_spinner="Attacking…")
def _attacked(model: str, epsilon: float, _classifier: Classifier) -> AttackedFace:
    """Shared by all visitors: the portrait is the lab's own."""
    picture = pictures.sample(pictures.DEFAULT_SAMPLE)
    face = cropping.square(picture, None)
    fgsm = attacks.make("fgsm")
    return verdicts.attack_face(_classifier, face, fgsm, epsilon=epsilon, label=picture.label)
