"""The core's answers, kept for the session: what did not change is not computed again.

Keys are hashes of what was seen, by which model, under which settings. Nothing about a visitor's
picture is shared between sessions.
"""

from __future__ import annotations

import hashlib

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from facemask_core import verdicts
from facemask_core.classifier import Classifier
from facemask_core.verdicts import AttackedFace, Verdict
from facemask_ui.attacking import Chosen

Face = NDArray[np.uint8]


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
