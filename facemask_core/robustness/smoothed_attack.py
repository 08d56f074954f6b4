"""PGD on a smoothed model: does an attack get inside its certificate?

The gradient is the mean over noisy copies of the image, drawn anew at every step: the expectation
over the model's randomness (Athalye et al. 2018, arXiv:1802.00420; Salman et al. 2019,
arXiv:1906.04584).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from facemask_core.labels import LABELS
from facemask_core.models.classifier import Classifier
from facemask_core.models.gradients import ModelFunctions, Tensor
from facemask_core.pictures import images
from facemask_core.robustness.certificate import Smoothing, add_noise, answer_noisy


def attack_smoothed(
    classifier: Classifier,
    face: NDArray[np.uint8],
    label: int,
    radius: float,
    smoothing: Smoothing,
    *,
    steps: int = 20,
    copies: int = 16,
    seed: int = 0,
) -> NDArray[np.float32]:
    """Looks for a perturbation within a radius that turns the smoothed model's answer.

    Args:
        classifier: The model that is smoothed.
        face: uint8 (224, 224, 3); not changed.
        label: The answer to turn.
        radius: Largest L2 length of the perturbation on the [0, 1] scale.
        smoothing: The noise.
        steps: Gradient steps, each of 2.5 radii over their number.
        copies: Noisy copies a gradient is the mean of.
        seed: Seed of the random start and the noise.

    Returns:
        float32 (224, 224, 3) in [0, 1], at most the radius from the face.
    """
    origin, rng = images.to_float(face), np.random.default_rng(seed)
    point = _within(origin, origin + _scale(rng.standard_normal(origin.shape, np.float32), radius))
    direction = np.full((copies, len(LABELS)), 1, np.float32)
    direction[:, label] = -1
    for _ in range(steps):
        noisy = add_noise(point, smoothing.sigma, copies, rng)
        (gradients,) = classifier.run("smoothed-gradient", _climb, noisy, direction)
        step = _scale(gradients.mean(axis=0), 2.5 * radius / steps)
        point = _project(origin, point + step, radius)
    return point


def is_turned(
    classifier: Classifier,
    pixels: NDArray[np.float32],
    label: int,
    smoothing: Smoothing,
    *,
    seed: int = 0,
) -> bool:
    """Says whether the smoothed model gives most votes to the other class, on fresh noise."""
    rng = np.random.default_rng((seed, 1))
    counts = answer_noisy(classifier, pixels, smoothing.sigma, smoothing.samples, rng)
    votes = np.sum(list(counts), axis=0)
    return bool(2 * votes[label] < votes.sum())


def _climb(model: ModelFunctions, noisy: Tensor, direction: Tensor) -> tuple[Tensor, ...]:
    _, gradient = model.margin_gradient(noisy, direction)
    return (gradient,)


def _scale(change: NDArray[np.float32], length: float) -> NDArray[np.float32]:
    """Gives a change an L2 length; one that is zero stays so."""
    size = float(np.linalg.norm(change))
    return change * np.float32(length / size) if size > 0 else change


def _within(origin: NDArray[np.float32], point: NDArray[np.float32]) -> NDArray[np.float32]:
    """Cuts to [0, 1], which only brings a point nearer to an origin that lies there."""
    return np.clip(point, 0, 1, dtype=origin.dtype)


def _project(
    origin: NDArray[np.float32], point: NDArray[np.float32], radius: float
) -> NDArray[np.float32]:
    change = point - origin
    if float(np.linalg.norm(change)) > radius:
        change = _scale(change, radius)
    return _within(origin, origin + change)
