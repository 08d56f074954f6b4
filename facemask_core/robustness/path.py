"""Follows an attack on one face step by step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facemask_core.attacks import AdversarialBatch, Attack
from facemask_core.attacks.iterative_ascent import IterativeAscent
from facemask_core.errors import AttackError
from facemask_core.models.classifier import Classifier, probabilities
from facemask_core.pictures import images


@dataclass(frozen=True, eq=False)
class Step:
    """The result of a step, as an 8-bit image.

    Attributes:
        number: How many steps lead to it; 0 at the start.
        adversarial: uint8 (224, 224, 3).
        probabilities: The probability the model gives each class on ``adversarial``.
        loss: Cross-entropy of these probabilities against the true class, in nats.
    """

    number: int
    adversarial: NDArray[np.uint8]
    probabilities: tuple[float, float]
    loss: float


def has_steps(attack: Attack) -> bool:
    """Whether an attack can be followed step by step."""
    return isinstance(attack, IterativeAscent) and attack.is_memoryless


def follow_attack(
    classifier: Classifier,
    face: NDArray[np.uint8],
    label: int,
    attack: Attack,
    *,
    epsilon: float,
    seed: int = 0,
) -> Iterator[Step]:
    """Follows an attack from its start through every step.

    Args:
        classifier: The model under attack.
        face: uint8 (224, 224, 3); not changed.
        label: Its true class.
        attack: An attack for which :func:`has_steps`.
        epsilon: Its radius.
        seed: Seed of all randomness.

    Returns:
        An iterator that computes each step when it is needed; the input is checked before.

    Raises:
        AttackError: The attack has no steps to follow, or the input is outside the contract.
    """
    if not isinstance(attack, IterativeAscent):
        raise AttackError(f"{attack.title} has no steps to follow.")
    points = attack.path(classifier, images.to_float(face), label, epsilon=epsilon, seed=seed)
    return _round_steps(classifier, face, label, epsilon, points)


def _round_steps(
    classifier: Classifier,
    face: NDArray[np.uint8],
    label: int,
    epsilon: float,
    points: Iterator[AdversarialBatch],
) -> Iterator[Step]:
    for number, point in enumerate(points):
        adversarial = images.to_uint8_within(point.images[0], face, epsilon)
        answer = probabilities(classifier.predict(images.to_float(adversarial[None])))[0]
        yield Step(
            number=number,
            adversarial=adversarial,
            probabilities=(float(answer[0]), float(answer[1])),
            loss=float(-np.log(answer[label])),
        )
