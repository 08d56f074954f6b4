"""The core's answers, kept: what did not change is not computed again.

Keys are hashes of what was seen, by which model, under which settings. Nothing about a visitor's
picture is shared between sessions; answers about the lab's own pictures are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from facemask_core import explain as explanations
from facemask_core.attacks.fgsm import FGSM
from facemask_core.evaluation import verdicts
from facemask_core.evaluation.verdicts import AttackedFace, Verdict
from facemask_core.explain import Explanation, Summary
from facemask_core.models.classifier import Classifier
from facemask_core.pictures import images
from facemask_ui.face.question import Question
from facemask_ui.visitors import shared_cache
from facemask_ui.visitors.shared_cache import Face

Value = TypeVar("Value")
_OWN = 64
"""Answers of each kind that a session keeps."""
_EVERYONES = 512
"""Answers of each kind, about the lab's own pictures, that all sessions share."""


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
    return _kept(
        "verdicts", classifier, face, (), lambda: verdicts.judge(classifier, face[None])[0]
    )


def attack(question: Question, epsilon: float) -> AttackedFace:
    """One face before and after an attack.

    Args:
        question: The face, the model and the attack.
        epsilon: How far the attack may move each value, on the [0, 1] scale.
    """

    def compute() -> AttackedFace:
        with st.spinner("Attacking…"):
            return verdicts.attack_face(
                question.classifier,
                question.face,
                question.attack,
                epsilon=epsilon,
                seed=question.seed,
                label=question.label,
            )

    key = (question.key(epsilon),)
    return _kept("attacked faces", question.classifier, question.face, key, compute)


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

    def explained() -> HeatMap:
        heat = explanation(classifier, images.to_float(face)[None], label)[0]
        return HeatMap(explanations.levels(heat), explanations.summarise(heat))

    return _kept("heat maps", classifier, face, (repr(explanation), label), explained)


def _kept(
    kind: str,
    classifier: Classifier,
    face: Face,
    settings: tuple[object, ...],
    make: Callable[[], Value],
) -> Value:
    digest = shared_cache.hash_face(face)
    key = (classifier.card.weights_sha256, digest, *settings)
    found: Value = shared_cache.pick_cache(kind, digest, own=_OWN, everyones=_EVERYONES).get(
        key, make
    )
    return found
