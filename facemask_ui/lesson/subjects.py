"""The shipped faces of the lesson, and its model."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from facemask_core.attacks import Attack
from facemask_core.attacks.fgsm import FGSM
from facemask_core.attacks.pgd import PGD
from facemask_core.data import samples
from facemask_core.epsilons import LEVELS, LINF
from facemask_core.evaluation import verdicts
from facemask_core.evaluation.verdicts import Verdict
from facemask_core.models.classifier import Classifier
from facemask_core.pictures import images
from facemask_core.robustness import Sweep, sweep_epsilons
from facemask_ui.choices import models
from facemask_ui.face.portrait_words import describe_portrait
from facemask_ui.language.texts import Texts
from facemask_ui.visitors.shared_cache import compute_once

BARE, MASKED = "portrait-06", "portrait-03"
"""On the first face one small step fools the lesson's model. On the second one step never does, at
no epsilon; many steps do."""
ONE_STEP = FGSM()
STEPS = 20
MANY_STEPS = PGD(steps=STEPS)
SMALL, STRONG = 3, 8
"""Epsilons in steps of 1/255."""
MOST = LINF.last


def pick_model() -> str:
    """Picks the lesson's model, the fastest one."""
    return models.shipped()[0]


def load_classifier() -> Classifier:
    """Loads the lesson's model, ready to be attacked."""
    return models.load(pick_model(), to_attack=True)


@cache
def read_face(sample: str) -> NDArray[np.uint8]:
    """Reads a shipped face as a model sees it, uint8 (224, 224, 3) and read-only."""
    face = images.resize(images.decode(samples.get(sample).path.read_bytes()))
    face.setflags(write=False)
    return face


def read_label(sample: str) -> int:
    """Reads the true class of a shipped face."""
    return samples.get(sample).label


def describe_face(texts: Texts, sample: str) -> str:
    """Describes a shipped face for those who cannot see it."""
    return describe_portrait(samples.get(sample).alt, texts.language)


def judge_face(classifier: Classifier, sample: str) -> Verdict:
    """Judges a shipped face with a model."""
    return _judge(classifier.card.weights_sha256, sample, classifier)


def sweep_face(classifier: Classifier, sample: str) -> Sweep:
    """Attacks a shipped face with FGSM at every epsilon of the slider."""
    return _sweep(classifier.card.weights_sha256, sample, classifier)


def attack_face(
    classifier: Classifier, sample: str, attack: Attack, level: int
) -> verdicts.AttackedFace:
    """Attacks a shipped face, and judges it before and after.

    Args:
        classifier: The model under attack.
        sample: The face.
        attack: The attack.
        level: Its epsilon in steps of 1/255.
    """
    return verdicts.attack_face(
        classifier, read_face(sample), attack, epsilon=level / LEVELS, label=read_label(sample)
    )


# The faces are the lab's own, so all visitors may share the results.
@compute_once(most=16)
def _judge(weights: str, sample: str, _classifier: Classifier) -> Verdict:
    return verdicts.judge(_classifier, read_face(sample)[None])[0]


@compute_once(most=4)
def _sweep(weights: str, sample: str, _classifier: Classifier) -> Sweep:
    return sweep_epsilons(_classifier, read_face(sample), read_label(sample), ONE_STEP)
