"""The compiled programs of gradient ascent: one direction, and the whole climb."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from facemask_core.attacks.best_point import BestPoint
from facemask_core.attacks.losses import Loss
from facemask_core.attacks.norms import Ball
from facemask_core.attacks.step_rules import StepRule
from facemask_core.attacks.usable_gradients import is_usable, scale_by_slope, zero_unless
from facemask_core.backend import keras
from facemask_core.models.gradients import ModelFunctions, Tensor, fuse
from facemask_core.models.loops import Loop, Tensors

ops = keras.ops


def find_steepest(
    ball: Ball, loss: Loss, model: ModelFunctions, images: Tensor, direction: Tensor
) -> tuple[Tensor, ...]:
    """Finds each image's steepest direction, and says where there is none.

    The traced program of :meth:`GradientAscent.steepest`.
    """
    logits, gradient = model.margin_gradient(images, direction)
    lead = ops.sum(logits * direction, axis=1)
    gradient = scale_by_slope(loss.slope(lead), gradient, loss)
    usable = is_usable(gradient)
    return ball.steepest(zero_unless(usable, gradient)), ops.logical_not(usable)


def _take_step(
    ball: Ball,
    current: Tensor,
    ascent: Tensor,
    images: Tensor,
    epsilon: Tensor,
    step_size: Tensor,
) -> Tensor:
    """Takes one step uphill, kept within ball and box."""
    return ball.into_bounds(current + step_size * ball.steepest(ascent), images, epsilon)


@dataclass(frozen=True)
class Climb(Loop):
    """Climbs step by step: Madry et al. 2018 (arXiv:1706.06083), eq. 2.1 of the original PGD.

    The program of every attack of this family. Its inputs are the images, the start, the direction
    in logit space, epsilon, the step size and whether the start itself may be the answer, all with
    the batch as first axis; then the number of steps and the rule's settings. It returns the best
    images, their logits, the step each was reached at, whether a gradient of the image was ever
    zero or not finite, and the images the last step led to.

    Attributes:
        ball: The ball to stay in.
        loss: The loss to raise.
        rule: How the next step follows from the gradients.
    """

    ball: Ball
    loss: Loss
    rule: StepRule

    def begin(self, model: ModelFunctions, inputs: Tensors) -> Tensors:
        images, start, direction, _, _, _, steps, *_ = inputs
        return (
            ops.zeros_like(steps),
            start,
            self.rule.memory(images),
            direction[:, 0] > np.inf,
            *BestPoint.before_start(start, direction),
        )

    def goes_on(self, inputs: Tensors, state: Tensors) -> Tensor:
        return state[0] < inputs[6]

    def advance(self, model: ModelFunctions, inputs: Tensors, state: Tensors) -> Tensors:
        images, _, direction, epsilon, step_size, keep_start, _, *settings = inputs
        step, current, memory, dead, *before = state
        logits, gradient = model.margin_gradient(current, direction)
        lead = ops.sum(logits * direction, axis=1)
        allowed = ops.logical_or(step > 0, keep_start)
        best = BestPoint(*before).or_better(current, logits, lead, allowed, step)
        gradient = scale_by_slope(self.loss.slope(lead), gradient, self.loss)
        usable = is_usable(gradient)
        ascent, memory = self.rule.follow(zero_unless(usable, gradient), memory, *settings)
        move = fuse(partial(_take_step, self.ball))
        current = move(current, ascent, images, epsilon, step_size)
        return (step + 1, current, memory, ops.logical_or(dead, ops.logical_not(usable)), *best)

    def finish(self, model: ModelFunctions, inputs: Tensors, state: Tensors) -> Tensors:
        direction, keep_start = inputs[2], inputs[5]
        step, current, _, dead, *best = state
        logits = model.logits(current)
        lead = ops.sum(logits * direction, axis=1)
        always = ops.ones_like(keep_start)
        final = BestPoint(*best).or_better(current, logits, lead, always, step)
        return final.pixels, final.logits, final.step, dead, current
