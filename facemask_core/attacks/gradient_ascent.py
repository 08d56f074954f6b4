"""Projected gradient ascent on the margin: the one engine behind FGSM and PGD.

The whole loop is one compiled program: no step returns to Python, and epsilon, step size and
number of steps are tensors, so moving a slider traces nothing anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facemask_core.attacks import norms
from facemask_core.attacks.base import AdversarialBatch, Attack, measured, succeeded
from facemask_core.backend import keras
from facemask_core.classifier import Classifier
from facemask_core.errors import AttackError
from facemask_core.gradients import ModelFunctions, Tensor
from facemask_core.labels import LABELS

ops = keras.ops


@dataclass(frozen=True, kw_only=True)
class GradientAscent(Attack):
    """Settings shared by the attacks of this family.

    Attributes:
        norm: ``linf`` or ``l2``.
        target: Class to reach (0 or 1), or None to leave the true class.
    """

    norm: str = "linf"
    target: int | None = None

    def __post_init__(self) -> None:
        norms.ball(self.norm)
        if self.target is not None and self.target not in range(len(LABELS)):
            raise AttackError(f"The target is {self.target!r}; it must be 0 or 1.")

    def largest_epsilon(self, shape: tuple[int, ...]) -> float:
        return norms.ball(self.norm).largest_epsilon(shape)

    def _direction(self, labels: NDArray[np.int64]) -> NDArray[np.float32]:
        """+1 at the class whose logit shall rise and -1 at the other, shape (n, 2)."""
        wanted = 1 - labels if self.target is None else np.full_like(labels, self.target)
        return (2.0 * np.eye(len(LABELS))[wanted] - 1.0).astype(np.float32)

    def _ascend(
        self,
        classifier: Classifier,
        images: NDArray[np.float32],
        labels: NDArray[np.int64],
        epsilon: float,
        *,
        start: NDArray[np.float32],
        step_size: float,
        steps: int,
        keep_start: bool,
    ) -> AdversarialBatch:
        """Climbs from a start inside the ball and keeps the best point after each step.

        Args:
            start: Perturbations of the shape of ``images`` to begin with, inside the ball.
            step_size: Length of a step, in the attack's norm.
            steps: Number of steps.
            keep_start: Whether the start itself may be the answer; a random start is an attack of
                its own, the clean image is not.
        """
        ball = norms.ball(self.norm)
        best, logits, iterations, dead = classifier.run(
            ("gradient ascent", self.norm),
            partial(_climb, ball),
            images,
            start,
            self._direction(labels),
            scalars=(
                np.float32(epsilon),
                np.float32(step_size),
                np.int32(steps),
                np.bool_(keep_start),
            ),
        )
        return measured(
            best,
            images,
            logits,
            labels,
            target=self.target,
            iterations=iterations.astype(np.int64),
            gradient_calls=np.full(len(images), steps, np.int64),
            dead_gradients=int(dead.sum()),
        )


def _climb(
    ball: norms.Ball,
    model: ModelFunctions,
    images: Tensor,
    start: Tensor,
    direction: Tensor,
    epsilon: Tensor,
    step_size: Tensor,
    steps: Tensor,
    keep_start: Tensor,
) -> tuple[Tensor, ...]:
    """The traced program: Madry et al. 2018 (arXiv:1706.06083), eq. 2.1 of the original PGD.

    Returns best images, their logits, the step each was reached at, and whether a gradient of the
    image was ever zero or not finite.
    """

    def into_bounds(candidate: Tensor) -> Tensor:
        # The box comes second: towards an original inside it, both constraints stay satisfied.
        return ops.clip(images + ball.project(candidate - images, epsilon), 0.0, 1.0)

    def better(
        current: Tensor, logits: Tensor, allowed: Tensor, best: _Best, step: Tensor
    ) -> _Best:
        margin = ops.sum(logits * direction, axis=1)
        rises = ops.logical_and(allowed, margin > best[0])
        return (
            ops.where(rises, margin, best[0]),
            ops.where(rises[:, None, None, None], current, best[1]),
            ops.where(rises[:, None], logits, best[2]),
            ops.where(rises, step, best[3]),
        )

    def advance(step: Tensor, current: Tensor, dead: Tensor, *best: Tensor) -> tuple[Tensor, ...]:
        logits, gradient = model.margin_gradient(current, direction)
        allowed = ops.logical_or(step > 0, keep_start)
        best = better(current, logits, allowed, best, step)
        steepness = ops.max(ops.abs(gradient), axis=(1, 2, 3))
        usable = ops.logical_and(steepness > 0, ops.isfinite(steepness))
        gradient = ops.where(usable[:, None, None, None], gradient, ops.zeros_like(gradient))
        current = into_bounds(current + step_size * ball.steepest(gradient))
        return (step + 1, current, ops.logical_or(dead, ops.logical_not(usable)), *best)

    current = into_bounds(images + start)
    nothing = ops.zeros_like(direction[:, 0])
    state = (
        ops.zeros_like(steps),
        current,
        nothing > 0,
        nothing - np.inf,
        current,
        ops.zeros_like(direction),
        ops.cast(nothing, "int32"),
    )
    step, current, dead, *best = ops.while_loop(lambda step, *_: step < steps, advance, state)
    always = ops.ones_like(keep_start)
    _, images_found, logits, reached = better(
        current, model.logits(current), always, tuple(best), step
    )
    return images_found, logits, reached, dead


_Best = tuple[Tensor, Tensor, Tensor, Tensor]
"""Per image: margin, pixels, logits, step."""


def random_starts(
    images: NDArray[np.float32], norm: str, epsilon: float, seed: int, restart: int
) -> NDArray[np.float32]:
    """Draws each image's random start from the seed and the image's own pixels.

    Args:
        images: float32 (n, height, width, 3).
        norm: ``linf`` or ``l2``.
        epsilon: Radius of the ball.
        seed: The attack's seed.
        restart: Number of the restart, from 0.

    Returns:
        float32 perturbations of the images' shape, uniform in the ball.
    """
    ball = norms.ball(norm)
    starts = np.empty_like(images)
    for index, image in enumerate(images):
        digest = hashlib.sha256(image.tobytes()).digest()
        own = np.frombuffer(digest, np.uint32).tolist()
        rng = np.random.default_rng([seed, restart, *own])
        starts[index] = ball.sample(rng, image.shape) * np.float32(epsilon)
    return starts


def best_of_restarts(
    attempt: Callable[[NDArray[Any], int], AdversarialBatch],
    first: AdversarialBatch,
    restarts: int,
    target: int | None,
) -> AdversarialBatch:
    """Tries again where an image still stands, and keeps each image's own best answer.

    Args:
        attempt: ``attempt(indices, restart)`` attacks those images again.
        first: The answer of restart 0.
        restarts: Number of attempts altogether.
        target: The attack's target.
    """
    best = first
    for restart in range(1, restarts):
        standing = np.flatnonzero(~best.success)
        if not len(standing):
            break
        best = _merged(best, attempt(standing, restart), standing, target)
    return best


def _merged(
    best: AdversarialBatch, again: AdversarialBatch, rows: NDArray[Any], target: int | None
) -> AdversarialBatch:
    old, new = _margins(best, target)[rows], _margins(again, target)
    improved = new > old
    changed: dict[str, Any] = {}
    for name in ("images", "logits", "linf", "l2", "iterations"):
        values = getattr(best, name).copy()
        values[rows[improved]] = getattr(again, name)[improved]
        changed[name] = values
    calls = best.gradient_calls.copy()
    calls[rows] += again.gradient_calls
    success = succeeded(changed["logits"], best.labels, target)
    dead = max(best.dead_gradients, again.dead_gradients)
    return replace(best, **changed, gradient_calls=calls, success=success, dead_gradients=dead)


def _margins(batch: AdversarialBatch, target: int | None) -> NDArray[np.float32]:
    wanted = 1 - batch.labels if target is None else np.full_like(batch.labels, target)
    rows = np.arange(len(wanted))
    return batch.logits[rows, wanted] - batch.logits[rows, 1 - wanted]
