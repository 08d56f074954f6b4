"""Trains a pattern that makes a model overlook the mask it is printed on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facemask_core.attacks.base import MAX_STEPS
from facemask_core.errors import AttackError
from facemask_core.labels import WITH_MASK, WITHOUT_MASK
from facemask_core.models.classifier import Classifier
from facemask_core.models.gradients import ModelFunctions, Tensor
from facemask_core.pictures.images import to_float, to_uint8
from facemask_core.printable_mask.cloth_pattern import COLUMNS, ROWS, Pattern
from facemask_core.printable_mask.conditions import draw_conditions
from facemask_core.printable_mask.worn_pattern import Wearer, put_on

Progress = Callable[[int, int], None]
_TOWARDS = np.zeros(2, np.float32)
_TOWARDS[WITHOUT_MASK], _TOWARDS[WITH_MASK] = 1.0, -1.0
_MOMENTUM = 0.8


@dataclass(frozen=True, kw_only=True)
class PatternTraining:
    """How a pattern is trained.

    Attributes:
        steps: Steps, each over faces and conditions drawn anew.
        faces: Faces of a step.
        first: Length of the first step, of [0, 1]; it falls to a twentieth of that.
        smooth: Weight of the difference between neighbouring fields, which printers blur.
        seed: Seed of faces, conditions and the first pattern.

    Raises:
        AttackError: A number is out of range.
    """

    steps: int = 300
    faces: int = 24
    first: float = 0.05
    smooth: float = 0.02
    seed: int = 0

    def __post_init__(self) -> None:
        if not 1 <= self.steps <= MAX_STEPS:
            raise AttackError(f"A pattern takes from 1 to {MAX_STEPS} steps, not {self.steps}.")
        if not 1 <= self.faces <= 256:
            raise AttackError(f"A step takes from 1 to 256 faces, not {self.faces}.")
        if not 0.0 < self.first <= 1.0:
            raise AttackError(f"The first step's length lies in (0, 1]; it is {self.first:g}.")
        if not 0.0 <= self.smooth <= 1.0:
            raise AttackError(f"The weight of smoothness lies in [0, 1]; it is {self.smooth:g}.")

    def as_dict(self) -> dict[str, Any]:
        """The settings, fit for JSON."""
        return asdict(self)


def train_pattern(
    classifier: Classifier,
    wearers: Sequence[Wearer],
    training: PatternTraining,
    progress: Progress = lambda *_: None,
) -> Pattern:
    """Trains a pattern on faces under conditions drawn anew at each step.

    Each step climbs the mean log-probability of ``without_mask`` by the sign of its gradient, with
    momentum (Dong et al. 2018, arXiv:1710.06081).

    Args:
        classifier: The model to be fooled; not changed.
        wearers: Bare faces; the pattern is to be measured on others.
        training: The settings.
        progress: Called with (steps done, steps in all).

    Returns:
        The pattern, in the colours that a file of it holds: of k/255.

    Raises:
        AttackError: There is no face.
    """
    if not wearers:
        raise AttackError("A pattern is trained on bare faces; there is none.")
    rng = np.random.default_rng(training.seed)
    pattern = rng.uniform(0.4, 0.6, (ROWS, COLUMNS, 3)).astype(np.float32)
    momentum = np.zeros_like(pattern)
    for step in range(training.steps):
        chosen = rng.integers(len(wearers), size=training.faces)
        gradient = _compute_gradient(classifier, [wearers[it] for it in chosen], pattern, rng)
        gradient /= max(float(np.abs(gradient).mean()), 1e-12)
        momentum = _MOMENTUM * momentum + gradient - training.smooth * _compute_roughness(pattern)
        length = training.first * (1.0 - 0.95 * step / training.steps)
        pattern = np.clip(pattern + np.float32(length) * np.sign(momentum), 0.0, 1.0)
        progress(step + 1, training.steps)
    return to_float(to_uint8(pattern))


def _compute_gradient(
    classifier: Classifier, wearers: Sequence[Wearer], pattern: Pattern, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Computes in which direction the pattern makes all faces together less masked."""
    worn = [put_on(wearer, draw_conditions(rng)) for wearer in wearers]
    pictures = np.stack([it.show(pattern) for it in worn])
    towards = np.broadcast_to(_TOWARDS, (len(worn), 2)).copy()
    logits, gradients = classifier.run("printable mask", _climb_margin, pictures, towards)
    lead = np.clip((logits * towards).sum(axis=1), -30.0, 30.0)
    total = np.zeros_like(pattern)
    for it, weight, gradient in zip(worn, 1.0 / (1.0 + np.exp(lead)), gradients, strict=True):
        total += np.float32(weight) * it.pull_back(pattern, gradient)
    return total


def _climb_margin(model: ModelFunctions, points: Tensor, towards: Tensor) -> tuple[Tensor, ...]:
    return model.margin_gradient(points, towards)


def _compute_roughness(pattern: Pattern) -> Pattern:
    """Computes the gradient of the sum of squares of neighbours' differences."""
    rough = np.zeros_like(pattern)
    for axis in (0, 1):
        steps = np.diff(pattern, axis=axis)
        pad = [(0, 0)] * 3
        pad[axis] = (1, 0)
        rough += np.pad(steps, pad)
        pad[axis] = (0, 1)
        rough -= np.pad(steps, pad)
    return 2.0 * rough
