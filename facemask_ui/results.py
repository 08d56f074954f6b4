"""The core's answers, kept for the session: what did not change is not computed again.

Keys are hashes of what was seen, by which model, under which settings. Nothing about a visitor's
picture is shared between sessions.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from facemask_core import explain as explanations
from facemask_core import images, verdicts
from facemask_core.attacks.fgsm import FGSM
from facemask_core.classifier import Classifier
from facemask_core.explain import Explanation, Summary
from facemask_core.verdicts import AttackedFace, Verdict
from facemask_ui.attacking import Chosen

Face = NDArray[np.uint8]


@dataclass(frozen=True)
class HeatMap:
    """Where in a face a model finds what it goes by.

    Attributes:
        levels: uint8 (224, 224), from 0 (cold) to 255: a quarter of the room that floats take, and
            all that colours can tell.
        summary: The map in figures.
    """

    levels: NDArray[np.uint8]
    summary: Summary


def judge(classifier: Classifier, face: Face) -> Verdict:
    """A model's answer to one face, uint8 (224, 224, 3)."""
    return _judge(classifier.card.weights_sha256, _hash(face), classifier, face)


def attack(classifier: Classifier, face: Face, chosen: Chosen, label: int | None) -> AttackedFace:
    """One face before and after an attack.

    Args:
        classifier: The model under attack.
        face: uint8 (224, 224, 3).
        chosen: The attack; not None.
        label: The true class, or None for the model's own answer.
    """
    return _attack(
        classifier.card.weights_sha256, _hash(face), repr(chosen), label, classifier, face, chosen
    )


def attack_still(classifier: Classifier, face: Face, epsilon: float) -> AttackedFace:
    """One still of a camera before and after FGSM; it is kept nowhere, for no other is like it.

    Args:
        classifier: The model under attack, whose own answer counts as the truth.
        face: uint8 (224, 224, 3).
        epsilon: How far FGSM may move each value.
    """
    return verdicts.attack_face(classifier, face, FGSM(), epsilon=epsilon)


def explain(classifier: Classifier, face: Face, explanation: Explanation, label: int) -> HeatMap:
    """Where a model finds what speaks for a class.

    Args:
        classifier: The model.
        face: uint8 (224, 224, 3).
        explanation: The method.
        label: The class.
    """
    model = classifier.card.weights_sha256
    return _explain(model, _hash(face), repr(explanation), label, classifier, face, explanation)


def _hash(face: Face) -> str:
    return hashlib.sha256(face.tobytes()).hexdigest()


@st.cache_data(scope="session", max_entries=64, show_spinner=False)
def _judge(model: str, face: str, _classifier: Classifier, _face: Face) -> Verdict:
    return verdicts.judge(_classifier, _face[None])[0]


@st.cache_data(scope="session", max_entries=64, show_spinner="Attacking…")
def _attack(
    model: str,
    face: str,
    settings: str,
    label: int | None,
    _classifier: Classifier,
    _face: Face,
    _chosen: Chosen,
) -> AttackedFace:
    assert _chosen.attack is not None  # noqa: S101  (for the type checker; pages ask for one)
    return verdicts.attack_face(
        _classifier,
        _face,
        _chosen.attack,
        epsilon=_chosen.epsilon,
        seed=_chosen.seed,
        label=label,
    )


@st.cache_data(scope="session", max_entries=64, show_spinner=False)
def _explain(
    model: str,
    face: str,
    method: str,
    label: int,
    _classifier: Classifier,
    _face: Face,
    _explanation: Explanation,
) -> HeatMap:
    heat = _explanation(_classifier, images.to_float(_face)[None], label)[0]
    return HeatMap(explanations.levels(heat), explanations.summarised(heat))
