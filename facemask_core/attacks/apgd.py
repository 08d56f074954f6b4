"""Auto-PGD: projected gradient ascent that adapts its step size, image by image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from facemask_core.attacks import norms
from facemask_core.attacks.base import (
    GRADIENT_PASSES,
    MAX_STEPS,
    AdversarialBatch,
    complete_batch,
    directions,
    reaches_goal,
)
from facemask_core.attacks.best_point import BestPoint
from facemask_core.attacks.gradient_ascent import GradientAscent
from facemask_core.attacks.losses import Loss
from facemask_core.attacks.restarts import best_of_restarts, check_restarts, random_starts
from facemask_core.attacks.usable_gradients import is_usable, scale_by_slope, zero_unless
from facemask_core.backend import keras
from facemask_core.errors import AttackError
from facemask_core.models.classifier import Classifier
from facemask_core.models.gradients import ModelFunctions, Tensor
from facemask_core.models.loops import Loop, Tensors

ops = keras.ops

_FIRST_STRETCH = 0.22
"""Share of all steps up to the first look at the progress (section 3.1 of the paper)."""
_SHORTER_BY = 0.03
_SHORTEST_STRETCH = 0.06
_ENOUGH_RISES = 0.75
"""A stretch goes well if the loss rose in at least this share of its steps (condition 1)."""
_ROUNDING = 1e-5
"""Share of a loss below which a difference is rounding: it depends on the batch an image is in."""
_INERTIA = 0.75
"""Weight of the new step against the one before (eq. 2 of the paper, alpha)."""


@dataclass(frozen=True, kw_only=True)
class APGD(GradientAscent):
    """Croce & Hein 2020 (arXiv:2003.01690), algorithm 1; half of AutoAttack.

    Steps begin at twice epsilon. Where a stretch of them brought little, the step is halved and
    the image goes back to its best point. Its DLR loss needs three classes and is refused.

    Attributes:
        steps: Gradient steps a restart.
        restarts: Attempts from different random starts; each image keeps its own best.
        stop_early: Leave an image alone once it is fooled: the same images are fooled for a
            fraction of the work, but confidence is not driven as low as it could be.
    """

    name: ClassVar[str] = "apgd"
    title: ClassVar[str] = "Auto-PGD"

    steps: int = 100
    restarts: int = 1
    stop_early: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 1 <= self.steps <= MAX_STEPS:
            raise AttackError(
                f"Auto-PGD takes from 1 to {MAX_STEPS} steps; {self.steps} were asked for."
            )
        check_restarts(self.restarts)

    @property
    def uses_seed(self) -> bool:
        return True

    @property
    def passes(self) -> float:
        return self.restarts * (GRADIENT_PASSES * (self.steps + 1) + 1)

    def _attack(
        self,
        classifier: Classifier,
        images: NDArray[np.float32],
        labels: NDArray[np.int64],
        epsilon: float,
        seed: int,
    ) -> AdversarialBatch:
        ball, loss = norms.ball(self.norm), self._loss()

        def attempt(rows: NDArray[Any], restart: int) -> AdversarialBatch:
            subset = images[rows]
            noise = random_starts(subset, self.norm, epsilon, seed, restart)
            pixels, logits, iterations, dead = classifier.run(
                ("auto-pgd", ball, loss),
                _Climb(ball, loss),
                subset,
                np.clip(subset + noise, 0.0, 1.0),
                directions(labels[rows], self.target),
                scalars=(np.float32(epsilon), np.int32(self.steps), np.int32(self.stop_early)),
            )
            fallen = self.stop_early & reaches_goal(logits, labels[rows], self.target)
            return complete_batch(
                pixels,
                subset,
                logits,
                labels[rows],
                target=self.target,
                iterations=iterations.astype(np.int64),
                gradient_calls=np.where(fallen, iterations, self.steps).astype(np.int64) + 1,
                dead=dead,
            )

        return best_of_restarts(attempt, len(images), self.restarts, self.target)


class _Progress(NamedTuple):
    """The figures that set an image's step size, (n,) each unless said otherwise.

    Attributes:
        step_size: The present one.
        value: The loss at the present point.
        rises: Steps of this stretch in which the loss rose.
        best_before: The best loss when the last stretch ended.
        just_halved: Whether the last stretch ended in a smaller step.
        left: int32 (), steps until this stretch ends.
        stretch: int32 (), its whole length.
    """

    step_size: Tensor
    value: Tensor
    rises: Tensor
    best_before: Tensor
    just_halved: Tensor
    left: Tensor
    stretch: Tensor


@dataclass(frozen=True)
class _Climb(Loop):
    """Climbs; its outputs are the best images, logits, their steps, and dead gradients."""

    ball: norms.Ball
    loss: Loss

    def begin(self, model: ModelFunctions, inputs: Tensors) -> Tensors:
        _, start, direction, epsilon, steps, _ = inputs
        logits, lead, gradient, dead = self._judge(model, start, direction)
        best = BestPoint.before_start(start, direction).or_better(
            start, logits, lead, ops.ones_like(epsilon) > 0, ops.zeros_like(steps)
        )
        progress = _first_progress(self.loss.value(lead), epsilon, steps)
        return (ops.zeros_like(steps), start, start, gradient, gradient, dead, *best, *progress)

    def goes_on(self, inputs: Tensors, state: Tensors) -> Tensor:
        _, _, _, _, steps, stop_early = inputs
        best = BestPoint(*state[6 : 6 + len(BestPoint._fields)])
        some_stand = ops.logical_or(ops.any(best.lead <= 0.0), stop_early == 0)
        return ops.logical_and(state[0] < steps, some_stand)

    def advance(self, model: ModelFunctions, inputs: Tensors, state: Tensors) -> Tensors:
        images, _, direction, epsilon, steps, stop_early = inputs
        step, current, before, gradient, best_gradient, dead, *figures = state
        parts = len(BestPoint._fields)
        best, progress = BestPoint(*figures[:parts]), _Progress(*figures[parts:])
        size = progress.step_size
        moved = _take_step(self.ball, images, current, before, gradient, epsilon, step, size)
        logits, lead, gradient, died = self._judge(model, moved, direction)
        goes_on = ops.logical_or(best.lead <= 0.0, stop_early == 0)
        fools_at_last = ops.logical_and(lead > 0.0, best.lead <= 0.0)
        rises = ops.logical_or(_is_higher(lead, best.lead), fools_at_last)
        rises, died = ops.logical_and(rises, goes_on), ops.logical_and(died, goes_on)
        best_gradient = ops.where(rises[:, None, None, None], gradient, best_gradient)
        best = best.or_better(moved, logits, lead, rises, step + 1)
        values = self.loss.value(lead), self.loss.value(best.lead)
        progress, halved = _review(progress, *values, steps)
        back = halved[:, None, None, None]
        return (
            step + 1,
            ops.where(back, best.pixels, moved),
            current,
            ops.where(back, best_gradient, gradient),
            best_gradient,
            ops.logical_or(dead, died),
            *best,
            *progress,
        )

    def finish(self, model: ModelFunctions, inputs: Tensors, state: Tensors) -> Tensors:
        dead, *figures = state[5:]
        best = BestPoint(*figures[: len(BestPoint._fields)])
        return best.pixels, best.logits, best.step, dead

    def _judge(self, model: ModelFunctions, pixels: Tensor, direction: Tensor) -> Tensors:
        """Returns a point's logits, lead and usable gradient, and where that is dead."""
        logits, gradient = model.margin_gradient(pixels, direction)
        lead = ops.sum(logits * direction, axis=1)
        gradient = scale_by_slope(self.loss.slope(lead), gradient, self.loss)
        usable = is_usable(gradient)
        return logits, lead, zero_unless(usable, gradient), ops.logical_not(usable)


def _take_step(
    ball: norms.Ball,
    images: Tensor,
    current: Tensor,
    before: Tensor,
    gradient: Tensor,
    epsilon: Tensor,
    step: Tensor,
    step_size: Tensor,
) -> Tensor:
    """Takes a step with inertia, eq. 2 of the paper; before the first there is none to keep up."""
    stride = step_size[:, None, None, None] * ball.steepest(gradient)
    ahead = ball.into_bounds(current + stride, images, epsilon)
    weight = ops.where(step > 0, _INERTIA, 1.0)
    inert = current + weight * (ahead - current) + (1.0 - weight) * (current - before)
    return ball.into_bounds(inert, images, epsilon)


def _share(steps: Tensor, share: float) -> Tensor:
    """Takes a share of the steps, at least one."""
    return ops.maximum(ops.cast(ops.cast(steps, "float32") * share, "int32"), 1)


def _first_progress(value: Tensor, epsilon: Tensor, steps: Tensor) -> _Progress:
    """Begins with steps of twice epsilon and the longest stretch."""
    stretch = _share(steps, _FIRST_STRETCH)
    return _Progress(
        step_size=ops.zeros_like(value) + 2.0 * epsilon,
        value=value,
        rises=ops.zeros_like(value),
        best_before=value,
        just_halved=value > np.inf,
        left=stretch,
        stretch=stretch,
    )


def _is_higher(value: Tensor, before: Tensor) -> Tensor:
    """Says whether a loss has risen by more than rounding explains, (n,)."""
    return value - before > _ROUNDING * (1.0 + ops.abs(before))


def _review(
    progress: _Progress, value: Tensor, best: Tensor, steps: Tensor
) -> tuple[_Progress, Tensor]:
    """Counts a step; where a stretch ends, says which images halve their step size and go back.

    Conditions 1 and 2 of section 3.1: too few steps raised the loss, or neither the step size nor
    the best loss has changed since the last stretch.
    """
    rises = progress.rises + ops.cast(_is_higher(value, progress.value), value.dtype)
    left = progress.left - 1
    ends = left <= 0
    oscillates = rises <= _ENOUGH_RISES * ops.cast(progress.stretch, value.dtype)
    stuck = ops.logical_and(
        ops.logical_not(progress.just_halved),
        ops.logical_not(_is_higher(best, progress.best_before)),
    )
    halved = ops.logical_and(ends, ops.logical_or(oscillates, stuck))
    shorter = ops.maximum(
        progress.stretch - _share(steps, _SHORTER_BY), _share(steps, _SHORTEST_STRETCH)
    )
    stretch = ops.where(ends, shorter, progress.stretch)
    return _Progress(
        step_size=ops.where(halved, progress.step_size / 2.0, progress.step_size),
        value=value,
        rises=ops.where(ends, ops.zeros_like(rises), rises),
        best_before=ops.where(ends, best, progress.best_before),
        just_halved=ops.where(ends, halved, progress.just_halved),
        left=ops.where(ends, stretch, left),
        stretch=stretch,
    ), halved
