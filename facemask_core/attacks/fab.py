"""FAB: steps to the linear model's boundary, each drawn back towards the original image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from facemask_core.attacks import norms
from facemask_core.attacks.base import MAX_STEPS, directions
from facemask_core.attacks.minimal import MinimalAttack, SearchResult
from facemask_core.attacks.norms import PIXEL_AXES, Ball
from facemask_core.attacks.usable_gradients import is_usable, zero_unless
from facemask_core.backend import keras
from facemask_core.errors import AttackError
from facemask_core.models.classifier import Classifier
from facemask_core.models.gradients import ModelFunctions, Tensor
from facemask_core.models.loops import Loop, Tensors

ops = keras.ops

_OVERSHOOT = 1.05
"""By how much each step is lengthened (eta in the paper's section 3.2)."""
_MOST_BIAS = 0.1
"""The largest weight of the step from the original image (alpha_max)."""
_BACK = 0.9
"""Of its way from the original an image that fools keeps this share (beta, eq. 10)."""
_MOST_CORRECTIONS = 20
"""Newton's method for the length of a step comes to its end long before."""
_CLOSE = 1e-6
_BEYOND = 1e30
"""Where even the whole box does not reach the boundary, each pixel goes to its end."""


@dataclass(frozen=True, kw_only=True)
class FAB(MinimalAttack):
    """Croce & Hein 2020 (arXiv:1907.02044), algorithm 1, for two classes and without restarts.

    Each step goes to the boundary of the model taken for linear (eq. 6), computed exactly within
    [0, 1], and is mixed with the step that would lead there from the original image (eq. 8). An
    image that fools goes back a tenth of its way, and looks again. In place of the authors' final
    search the way back is halved, as for the other attacks of this family.

    Attributes:
        steps: Steps an image takes; each computes a gradient and a further answer.
    """

    name: ClassVar[str] = "fab"
    title: ClassVar[str] = "FAB"

    steps: int = 100

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 1 <= self.steps <= MAX_STEPS:
            raise AttackError(
                f"FAB takes from 1 to {MAX_STEPS} steps; {self.steps} were asked for."
            )

    @property
    def passes(self) -> float:
        return super().passes + self.steps

    @property
    def _most_gradients(self) -> float:
        return self.steps

    def _search(
        self, classifier: Classifier, images: NDArray[np.float32], labels: NDArray[np.int64]
    ) -> SearchResult:
        nearest, steps, dead = classifier.run(
            ("fab", self.norm),
            _DrawBack(norms.ball(self.norm)),
            images,
            directions(labels, self.target),
            scalars=(np.int32(self.steps),),
        )
        calls = np.full(len(images), self.steps, np.int64)
        return SearchResult(nearest, steps.astype(np.int64), calls, dead)


@dataclass(frozen=True)
class _DrawBack(Loop):
    """Steps and goes back; returns nearest fooling images, their steps, and dead gradients.

    An image that never fooled is returned where its last step led.
    """

    ball: Ball

    def begin(self, model: ModelFunctions, inputs: Tensors) -> Tensors:
        images, direction, steps = inputs
        nothing = ops.zeros_like(direction[:, 0])
        count = ops.cast(nothing, "int32")
        return (ops.zeros_like(steps), images, images, nothing + np.inf, count, nothing > 0.0)

    def goes_on(self, inputs: Tensors, state: Tensors) -> Tensor:
        return state[0] < inputs[2]

    def advance(self, model: ModelFunctions, inputs: Tensors, state: Tensors) -> Tensors:
        images, direction, _ = inputs
        step, current, nearest, distance, count, dead = state
        logits, gradient = model.margin_gradient(current, direction)
        lead = ops.sum(logits * direction, axis=1)
        usable = is_usable(gradient)
        gradient = zero_unless(usable, gradient)
        moved = _step_with_bias(self.ball, current, images, gradient, lead)
        fools = ops.sum(model.logits(moved) * direction, axis=1) > 0.0
        length = self.ball.extent(moved - images)[:, 0, 0, 0]
        closer = ops.logical_and(fools, length < distance)
        never = ops.logical_and(ops.logical_not(fools), distance == np.inf)
        kept = ops.logical_or(closer, never)[:, None, None, None]
        back = ops.where(fools[:, None, None, None], images + _BACK * (moved - images), moved)
        return (
            step + 1,
            back,
            ops.where(kept, moved, nearest),
            ops.where(closer, length, distance),
            ops.where(ops.logical_or(closer, never), step + 1, count),
            ops.logical_or(dead, ops.logical_not(usable)),
        )

    def finish(self, model: ModelFunctions, inputs: Tensors, state: Tensors) -> Tensors:
        _, _, nearest, _, count, dead = state
        return nearest, count, dead


def _step_with_bias(
    ball: Ball, current: Tensor, images: Tensor, gradient: Tensor, lead: Tensor
) -> Tensor:
    """Mixes the steps to the boundary from here and from the original, eq. 8 and 9."""
    lead_there = lead + ops.sum(gradient * (images - current), axis=PIXEL_AXES)
    here = step_to_boundary(ball, current, gradient, lead)
    there = step_to_boundary(ball, images, gradient, lead_there)
    length, length_there = ball.extent(here), ball.extent(there)
    both = length + length_there
    bias = ops.minimum(length / ops.where(both > 0.0, both, 1.0), _MOST_BIAS)
    mixed = (1.0 - bias) * (current + _OVERSHOOT * here) + bias * (images + _OVERSHOOT * there)
    return ops.clip(mixed, 0.0, 1.0)


def step_to_boundary(ball: Ball, point: Tensor, gradient: Tensor, lead: Tensor) -> Tensor:
    """Returns the shortest step within [0, 1] after which a linear model's lead is 0 (eq. 6).

    A pixel moves with its share of the steepest direction until it is at the end of its range, and
    the others go on. The common length solves a concave equation, by Newton's method from below.
    Joined by XLA this would take half the time, but each size of batch some seconds first.

    Args:
        ball: The norm in which the step is shortest.
        point: (n, h, w, 3) in [0, 1].
        gradient: Of the lead, the same shape; all zero where there is none to follow.
        lead: (n,), at the point.
    """
    wide = lead[:, None, None, None]
    towards = ops.where(wide > 0.0, -1.0, 1.0) * ball.steepest(gradient)
    room = ops.where(towards > 0.0, 1.0 - point, point)
    pace, slope, gap = ops.abs(towards), ops.abs(gradient), ops.abs(wide)

    def correct(length: Tensor, _: Tensor) -> tuple[Tensor, Tensor]:
        blocked = length * pace >= room
        gained = ops.sum(ops.where(blocked, slope * room, 0.0), axis=PIXEL_AXES, keepdims=True)
        rate = ops.sum(ops.where(blocked, 0.0, slope * pace), axis=PIXEL_AXES, keepdims=True)
        missing = (gap - gained) / ops.where(rate > 0.0, rate, 1.0)
        longer = ops.where(rate > 0.0, ops.maximum(length, missing), _BEYOND)
        return longer, ops.any(longer > length * (1.0 + _CLOSE))

    length, _ = ops.while_loop(
        lambda _, goes_on: goes_on,
        correct,
        correct(ops.zeros_like(gap), gap),
        maximum_iterations=_MOST_CORRECTIONS,
    )
    return ops.sign(towards) * ops.minimum(length * pace, room)
