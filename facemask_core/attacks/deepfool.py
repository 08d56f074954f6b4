"""DeepFool: takes the model for linear, steps to its boundary, and repeats until it is fooled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from facemask_core.attacks import norms
from facemask_core.attacks.base import MAX_STEPS, directions
from facemask_core.attacks.minimal import MinimalAttack, SearchResult
from facemask_core.attacks.usable_gradients import is_usable
from facemask_core.backend import keras
from facemask_core.errors import AttackError
from facemask_core.models.classifier import Classifier
from facemask_core.models.gradients import ModelFunctions, Tensor
from facemask_core.models.loops import Loop, Tensors

ops = keras.ops


@dataclass(frozen=True, kw_only=True)
class DeepFool(MinimalAttack):
    """Moosavi-Dezfooli et al. 2016 (arXiv:1511.04599), algorithm 1, for two classes.

    Each step goes exactly as far as a linear model would need it; on one, the first step ends on
    the decision boundary. Pixels already at the end of their range are left out of the step.

    Attributes:
        steps: Most steps an image may take.
        overshoot: Share by which the whole way is lengthened, so that the boundary is crossed.
    """

    name: ClassVar[str] = "deepfool"
    title: ClassVar[str] = "DeepFool"

    steps: int = 50
    overshoot: float = 0.02

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 1 <= self.steps <= MAX_STEPS:
            raise AttackError(
                f"DeepFool takes from 1 to {MAX_STEPS} steps; {self.steps} were asked for."
            )
        if not 0.0 <= self.overshoot <= 1.0:
            raise AttackError(f"The overshoot is {self.overshoot:g}; it must lie from 0 to 1.")

    @property
    def _most_gradients(self) -> float:
        return self.steps

    def _search(
        self, classifier: Classifier, images: NDArray[np.float32], labels: NDArray[np.int64]
    ) -> SearchResult:
        nearest, steps, dead = classifier.run(
            ("deepfool", self.norm),
            _Linearise(norms.ball(self.norm)),
            images,
            directions(labels, self.target),
            scalars=(np.int32(self.steps), np.float32(1.0 + self.overshoot)),
        )
        steps = steps.astype(np.int64)
        # The last gradient, which led to no step, counts as well.
        return SearchResult(nearest, steps, np.minimum(steps + 1, self.steps), dead)


@dataclass(frozen=True)
class _Linearise(Loop):
    """Steps to the boundary of a linear model; returns images, each one's steps, dead gradients."""

    ball: norms.Ball

    def begin(self, model: ModelFunctions, inputs: Tensors) -> Tensors:
        images, direction, steps, _ = inputs
        everyone = direction[:, 0] < np.inf
        return (
            ops.zeros_like(steps),
            everyone,
            images,
            ops.zeros_like(images),
            ops.cast(ops.zeros_like(direction[:, 0]), "int32"),
            ops.logical_not(everyone),
        )

    def goes_on(self, inputs: Tensors, state: Tensors) -> Tensor:
        return ops.logical_and(state[0] < inputs[2], ops.any(state[1]))

    def advance(self, model: ModelFunctions, inputs: Tensors, state: Tensors) -> Tensors:
        images, direction, _, stretch = inputs
        step, active, current, way, count, dead = state
        logits, gradient = model.margin_gradient(current, direction)
        lead = ops.sum(logits * direction, axis=1)
        blocked = ops.logical_or(
            ops.logical_and(current <= 0.0, gradient < 0.0),
            ops.logical_and(current >= 1.0, gradient > 0.0),
        )
        gradient = ops.where(blocked, ops.zeros_like(gradient), gradient)
        usable = is_usable(gradient)
        standing = ops.logical_and(active, lead <= 0.0)
        dead = ops.logical_or(dead, ops.logical_and(standing, ops.logical_not(usable)))
        active = ops.logical_and(standing, usable)
        slope = ops.where(usable[:, None, None, None], self.ball.dual(gradient), 1.0)
        length = -lead[:, None, None, None] / slope
        # On a plateau the boundary seems infinitely far; no image lies beyond the whole box.
        length = ops.minimum(length, self.ball.largest_epsilon(tuple(images.shape[1:])))
        moves = active[:, None, None, None]
        way = ops.where(moves, way + length * self.ball.steepest(gradient), way)
        moved = ops.clip(images + stretch * way, 0.0, 1.0)
        current = ops.where(moves, moved, current)
        return step + 1, active, current, way, ops.where(active, step + 1, count), dead

    def finish(self, model: ModelFunctions, inputs: Tensors, state: Tensors) -> Tensors:
        _, _, current, _, count, dead = state
        return current, count, dead
