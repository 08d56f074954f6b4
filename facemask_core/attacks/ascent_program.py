"""The compiled programs of gradient ascent: one direction, and the whole climb."""

from __future__ import annotations

from functools import partial

import numpy as np

from facemask_core.attacks.best_point import BestPoint
from facemask_core.attacks.losses import Loss
from facemask_core.attacks.norms import Ball
from facemask_core.attacks.step_rules import StepRule
from facemask_core.attacks.usable_gradients import is_usable, scale_by_slope, zero_unless
from facemask_core.backend import keras
from facemask_core.models.gradients import ModelFunctions, Tensor, fuse

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


def climb(
    ball: Ball,
    loss: Loss,
    rule: StepRule,
    model: ModelFunctions,
    images: Tensor,
    start: Tensor,
    direction: Tensor,
    epsilon: Tensor,
    step_size: Tensor,
    keep_start: Tensor,
    steps: Tensor,
    *rule_settings: Tensor,
) -> tuple[Tensor, ...]:
    """Climbs step by step: Madry et al. 2018 (arXiv:1706.06083), eq. 2.1 of the original PGD.

    The traced program of every attack of this family. Returns the best images, their logits, the
    step each was reached at, whether a gradient of the image was ever zero or not finite, and the
    images the last step led to.
    """
    move = fuse(partial(_take_step, ball))

    def lead_of(logits: Tensor) -> Tensor:
        return ops.sum(logits * direction, axis=1)

    def advance(
        step: Tensor, current: Tensor, memory: Tensor, dead: Tensor, *best: Tensor
    ) -> tuple[Tensor, ...]:
        logits, gradient = model.margin_gradient(current, direction)
        lead = lead_of(logits)
        allowed = ops.logical_or(step > 0, keep_start)
        best = BestPoint(*best).or_better(current, logits, lead, allowed, step)
        gradient = scale_by_slope(loss.slope(lead), gradient, loss)
        usable = is_usable(gradient)
        ascent, memory = rule.follow(zero_unless(usable, gradient), memory, *rule_settings)
        current = move(current, ascent, images, epsilon, step_size)
        return (step + 1, current, memory, ops.logical_or(dead, ops.logical_not(usable)), *best)

    state = (
        ops.zeros_like(steps),
        start,
        rule.memory(images),
        direction[:, 0] > np.inf,
        *BestPoint.before_start(start, direction),
    )
    step, current, _, dead, *best = ops.while_loop(lambda step, *_: step < steps, advance, state)
    logits = model.logits(current)
    always = ops.ones_like(keep_start)
    final = BestPoint(*best).or_better(current, logits, lead_of(logits), always, step)
    return final.pixels, final.logits, final.step, dead, current
