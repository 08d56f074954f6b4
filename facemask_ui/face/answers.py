"""The models' answers about a face, kept in memory so that none is computed twice.

Keys are hashes of the face, the model and the settings. Nothing about a visitor's
picture is shared between sessions; answers about the lab's own pictures are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from facemask_core import explain as explanations
from facemask_core import robustness
from facemask_core.attacks.fgsm import FGSM
from facemask_core.evaluation import verdicts
from facemask_core.evaluation.verdicts import AttackedFace, Outcome, Verdict
from facemask_core.explain import Explanation, Summary
from facemask_core.models.classifier import Classifier
from facemask_core.models.foreign.opening import is_foreign
from facemask_core.pictures import images
from facemask_ui.face.question import Question
from facemask_ui.language import say
from facemask_ui.visitors import shared_cache
from facemask_ui.visitors.shared_cache import Face

Value = TypeVar("Value")
_OWN = 64
"""Answers of each kind that a session keeps."""
_EVERYONES = 512
"""Answers of each kind, about the lab's own pictures, that all sessions share."""


@dataclass(frozen=True)
class HeatMap:
    """How much each place in a face counts for a model's answer.

    Attributes:
        levels: uint8 (224, 224), from 0 (cold) to 255: a quarter of the room that floats take, and
            all that colours can tell.
        summary: The map in figures.
    """

    levels: NDArray[np.uint8]
    summary: Summary


@dataclass(frozen=True, eq=False)
class AttackedStill:
    """One still of a camera after an attack.

    Attributes:
        before: The model's verdict on the face.
        after: Its verdict on the attacked face.
        outcome: How the attack ended.
        adversarial: The attacked face, uint8 (224, 224, 3).
    """

    before: Verdict
    after: Verdict
    outcome: Outcome
    adversarial: Face


def judge_face(classifier: Classifier, face: Face) -> Verdict:
    """Asks a model about one face.

    Args:
        classifier: The model.
        face: uint8 (224, 224, 3).
    """
    return _recall(
        "verdicts", classifier, face, (), lambda: verdicts.judge(classifier, face[None])[0]
    )


def attack_face(question: Question, epsilon: float) -> AttackedFace:
    """Attacks one face, and judges it before and after.

    Args:
        question: The face, the model and the attack.
        epsilon: How far the attack may move each value, on the [0, 1] scale.
    """

    def compute() -> AttackedFace:
        with st.spinner(say("lab.page.attacking")):
            return verdicts.attack_face(
                question.classifier,
                question.face,
                question.attack,
                epsilon=epsilon,
                seed=question.seed,
                label=question.label,
            )

    key = (question.key(epsilon),)
    return _recall("attacks", question.classifier, question.face, key, compute)


def attack_still(classifier: Classifier, face: Face, notch: int, guess: int) -> AttackedStill:
    """Attacks one still of a camera with FGSM. It is kept nowhere: no other still is like it.

    The attack drives the model away from its own answer, which is not asked for first: the face and
    the attacked face are judged together, and only where the guess was wrong is the still attacked
    again. That saves a quarter of the time.

    Args:
        classifier: The model under attack.
        face: uint8 (224, 224, 3).
        notch: How far FGSM may move each value, in steps of 1/255.
        guess: What the model will say of the face; mostly what it said of the last still.
    """
    notches = sorted({0, notch})
    sweep = robustness.sweep_epsilons(classifier, face, guess, FGSM(), notches=notches)
    label = int(sweep.logits[0].argmax())
    if label != guess:
        sweep = robustness.sweep_epsilons(classifier, face, label, FGSM(), notches=notches)
    before, after = sweep.verdict(0), sweep.verdict(-1)
    moved = bool((sweep.adversarial[-1] != face).any())
    outcome = verdicts.name_outcome(before, after, label, truth_known=False, moved=moved)
    return AttackedStill(before, after, outcome, sweep.adversarial[-1])


def explain_face(
    classifier: Classifier, face: Face, explanation: Explanation, label: int
) -> HeatMap:
    """Computes which places in a face speak for a class.

    Args:
        classifier: The model.
        face: uint8 (224, 224, 3).
        explanation: The method.
        label: The class.
    """

    def compute() -> HeatMap:
        heat = explanation(classifier, images.to_float(face)[None], label)[0]
        return HeatMap(explanations.levels(heat), explanations.summarise(heat))

    return _recall("maps", classifier, face, (repr(explanation), label), compute)


def recall_dial(
    classifier: Classifier, face: Face, dial: str, compute: Callable[[], Sequence[Verdict]]
) -> Sequence[Verdict]:
    """Recalls a model's answers along a dial that changes a face, or computes them.

    Args:
        classifier: The model.
        face: uint8 (224, 224, 3), before any change.
        dial: The dial with its settings.
        compute: Computes the answer at every notch.
    """
    return _recall("dials", classifier, face, (dial,), compute)


def _recall(
    kind: str,
    classifier: Classifier,
    face: Face,
    settings: tuple[object, ...],
    make: Callable[[], Value],
) -> Value:
    digest = shared_cache.hash_face(face)
    key = (classifier.card.weights_sha256, digest, *settings)
    cache = shared_cache.pick_cache(
        *(kind, digest), own=_OWN, everyones=_EVERYONES, private=is_foreign(classifier.card)
    )
    value: Value = cache.get(key, make)
    return value
