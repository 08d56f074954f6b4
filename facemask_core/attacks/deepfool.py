"""DeepFool: as if the model were linear, again and again, until it is fooled."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from facemask_core.attacks import norms
from facemask_core.attacks.base import directions
from facemask_core.attacks.gradient_ascent import MAX_STEPS, usable
from facemask_core.attacks.minimal import Found, MinimalAttack
from facemask_core.backend import keras
from facemask_core.errors import AttackError
from facemask_core.models.classifier import Classifier
from facemask_core.models.gradients import ModelFunctions, Tensor

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

    def _search(
        self, classifier: Classifier, images: NDArray[np.float32], labels: NDArray[np.int64]
    ) -> Found:
        found, taken, dead = classifier.run(
            ("deepfool", self.norm),
            partial(_linearise, norms.ball(self.norm)),
            images,
            directions(labels, self.target),
            scalars=(np.int32(self.steps), np.float32(1.0 + self.overshoot)),
        )
        steps = taken.astype(np.int64)
        # The gradient that found the image fooled, or had no way on, was asked for as well.
        return Found(found, steps, np.minimum(steps + 1, self.steps), dead)


def _linearise(
    ball: norms.Ball,
    model: ModelFunctions,
    images: Tensor,
    direction: Tensor,
    steps: Tensor,
    stretch: Tensor,
) -> tuple[Tensor, ...]:
    """The traced program; returns the images, the steps each took, and dead gradients."""

    def advance(
        step: Tensor, going: Tensor, current: Tensor, way: Tensor, taken: Tensor, dead: Tensor
    ) -> tuple[Tensor, ...]:
        logits, gradient = model.margin_gradient(current, direction)
        lead = ops.sum(logits * direction, axis=1)
        blocked = ops.logical_or(
            ops.logical_and(current <= 0.0, gradient < 0.0),
            ops.logical_and(current >= 1.0, gradient > 0.0),
        )
        gradient = ops.where(blocked, ops.zeros_like(gradient), gradient)
        alive = usable(gradient)
        standing = ops.logical_and(going, lead <= 0.0)
        dead = ops.logical_or(dead, ops.logical_and(standing, ops.logical_not(alive)))
        going = ops.logical_and(standing, alive)
        slope = ops.where(alive[:, None, None, None], ball.dual(gradient), 1.0)
        length = -lead[:, None, None, None] / slope
        # On a plateau the boundary seems infinitely far; no image lies beyond the whole box.
        length = ops.minimum(length, ball.largest_epsilon(tuple(images.shape[1:])))
        moves = going[:, None, None, None]
        way = ops.where(moves, way + length * ball.steepest(gradient), way)
        moved = ops.clip(images + stretch * way, 0.0, 1.0)
        current = ops.where(moves, moved, current)
        return step + 1, going, current, way, ops.where(going, step + 1, taken), dead

    everyone = direction[:, 0] < np.inf
    state = (
        ops.zeros_like(steps),
        everyone,
        images,
        ops.zeros_like(images),
        ops.cast(ops.zeros_like(direction[:, 0]), "int32"),
        ops.logical_not(everyone),
    )
    _, _, current, _, taken, dead = ops.while_loop(
        lambda step, going, *_: ops.logical_and(step < steps, ops.any(going)),
        advance,
        state,
    )
    return current, taken, dead
