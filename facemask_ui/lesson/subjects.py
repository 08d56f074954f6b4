"""The two shipped faces the lesson is about, and the model that looks at them."""

from __future__ import annotations

from functools import cache

import numpy as np
import streamlit as st
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
from facemask_core.robustness import Sweep, epsilon_sweep
from facemask_ui.choices import models

BARE, MASKED = "portrait-12", "portrait-05"
"""One small step fools the first model on the one, and at no epsilon on the other, on which many
steps do."""
ONE_STEP = FGSM()
STEPS = 20
MANY_STEPS = PGD(steps=STEPS)
SMALL, STRONG = 2, 8
"""Epsilons in steps of 1/255."""
MOST = LINF.last


def model() -> str:
    """The lesson's model: the fastest."""
    return models.shipped()[0]


def classifier() -> Classifier:
    """That model, ready to be attacked."""
    return models.load(model(), to_attack=True)


@cache
def pixels(sample: str) -> NDArray[np.uint8]:
    """A shipped face as a model sees it, uint8 (224, 224, 3); not to be changed."""
    found = images.resize(images.decode(samples.get(sample).path.read_bytes()))
    found.setflags(write=False)
    return found


def label(sample: str) -> int:
    """The true class of a shipped face."""
    return samples.get(sample).label


def judged(asked: Classifier, sample: str) -> Verdict:
    """What a model says of a shipped face."""
    return _judged(asked.card.weights_sha256, sample, asked)


def swept(asked: Classifier, sample: str) -> Sweep:
    """A shipped face under FGSM at every epsilon of the slider."""
    return _swept(asked.card.weights_sha256, sample, asked)


def attacked(asked: Classifier, sample: str, attack: Attack, level: int) -> verdicts.AttackedFace:
    """A shipped face before and after an attack.

    Args:
        asked: The model under attack.
        sample: The face.
        attack: The attack.
        level: Its epsilon in steps of 1/255.
    """
    return verdicts.attack_face(
        asked, pixels(sample), attack, epsilon=level / LEVELS, label=label(sample)
    )


# The faces are the lab's own, so all visitors share what was computed on them.
@st.cache_data(max_entries=16, show_spinner=False)
def _judged(weights: str, sample: str, _asked: Classifier) -> Verdict:
    return verdicts.judge(_asked, pixels(sample)[None])[0]


@st.cache_data(max_entries=4, show_spinner=False)
def _swept(weights: str, sample: str, _asked: Classifier) -> Sweep:
    return epsilon_sweep(_asked, pixels(sample), label(sample), ONE_STEP)
