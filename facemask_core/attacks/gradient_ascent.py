"""Projected gradient ascent: the one engine behind FGSM, BIM, PGD and MIM.

The whole loop is one compiled program: no step returns to Python, and epsilon, step size and
number of steps are tensors, so moving a slider traces nothing anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from facemask_core.attacks import losses, norms
from facemask_core.attacks.base import (
    AdversarialBatch,
    Attack,
    checked_labels,
    checked_seed,
    checked_target,
    directions,
    measured,
)
from facemask_core.attacks.losses import Loss
from facemask_core.attacks.restarts import merged
from facemask_core.attacks.step_rules import Plain, StepRule
from facemask_core.backend import keras
from facemask_core.errors import AttackError
from facemask_core.models.classifier import Classifier
from facemask_core.models.gradients import ModelFunctions, Tensor, fused

ops = keras.ops

MAX_STEPS = 10_000

_STEPS_BETWEEN_LOOKS = 4
"""Each look costs a forward pass and a new batch; an image that fell waits for it.

Most images that fall at all fall at once, so the first looks come after 1 and 2 steps.
"""


@dataclass(frozen=True, kw_only=True)
class GradientAscent(Attack):
    """Settings shared by the attacks of this family.

    Attributes:
        norm: ``linf`` or ``l2``.
        target: Class to reach (0 or 1), or None to leave the true class.
        loss: ``margin`` or ``cross-entropy``; with two classes the same direction.
    """

    norm: str = "linf"
    target: int | None = None
    loss: str = losses.MARGIN.name

    def __post_init__(self) -> None:
        norms.ball(self.norm)
        checked_target(self.target)
        self._loss()

    def largest_epsilon(self, shape: tuple[int, ...]) -> float:
        return norms.ball(self.norm).largest_epsilon(shape)

    def _loss(self) -> Loss:
        return losses.loss(self.loss, targeted=self.target is not None)

    def _rule(self) -> StepRule:
        return Plain()

    def _rule_settings(self) -> tuple[np.float32, ...]:
        """What the rule is told anew with every call, so that no value of it is compiled in."""
        return ()

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
        going_on: bool = False,
    ) -> tuple[AdversarialBatch, NDArray[np.float32]]:
        """Climbs from a start inside the ball and keeps the best point after each step.

        Args:
            classifier: The model under attack.
            images: The originals.
            labels: Their true classes.
            epsilon: Radius of the ball.
            start: Images to begin with, inside ball and box.
            step_size: Length of a step, in the attack's norm.
            steps: Number of steps.
            keep_start: Whether the start itself may be the answer; a random start is an attack of
                its own, the clean image is not.
            going_on: Whether the caller will climb on from where this ends.

        Returns:
            What was found, and the images the last step led to; without going on, the best ones.
        """
        ball, loss, rule = norms.ball(self.norm), self._loss(), self._rule()
        best, logits, iterations, dead, *last = classifier.run(
            ("gradient ascent", ball, loss, rule),
            partial(_climb, ball, loss, rule),
            images,
            start,
            directions(labels, self.target),
            # Each image's own, so that faces at different epsilons can climb in one batch.
            np.full((len(images), 1, 1, 1), epsilon, np.float32),
            np.full((len(images), 1, 1, 1), step_size, np.float32),
            np.full(len(images), keep_start, np.bool_),
            scalars=(np.int32(steps), *self._rule_settings()),
            wanted=None if going_on else 4,  # the fifth is where the last step led
        )
        found = measured(
            best,
            images,
            logits,
            labels,
            target=self.target,
            iterations=iterations.astype(np.int64),
            gradient_calls=np.full(len(images), steps, np.int64),
            dead=dead,
        )
        return found, last[0] if going_on else best

    def steepest(
        self, classifier: Classifier, images: NDArray[np.float32], labels: NDArray[np.int64]
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Asks each image for one gradient.

        Args:
            classifier: The model under attack.
            images: float32 (n, 224, 224, 3) in [0, 1].
            labels: int64 (n,), the true classes.

        Returns:
            float32 (n, 224, 224, 3), the direction of unit norm that raises the loss most, zero
            where there is none; and bool (n,), where that is so.
        """
        ball, loss = norms.ball(self.norm), self._loss()
        towards, dead = classifier.run(
            ("steepest", ball, loss),
            partial(_steepest, ball, loss),
            images,
            directions(labels, self.target),
        )
        return towards, dead


@dataclass(frozen=True, kw_only=True)
class IterativeAscent(GradientAscent):
    """The attacks of several steps.

    Attributes:
        steps: Gradient steps, in each restart.
        step_size: Length of a step in the attack's norm; None for the attack's own share of
            epsilon, at most epsilon, so that the steps can cross the ball at any epsilon.
    """

    reach: ClassVar[float]
    """How many times epsilon all steps of the default size are long together."""

    steps: int = 20
    step_size: float | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 1 <= self.steps <= MAX_STEPS:
            raise AttackError(
                f"{self.title} takes from 1 to {MAX_STEPS} steps; {self.steps} were asked for."
            )
        if self.step_size is not None and not 0.0 <= self.step_size < float("inf"):
            raise AttackError(f"The step size is {self.step_size:g}; it must be 0 or more.")

    def step_size_at(self, epsilon: float) -> float:
        """The length of a step at an epsilon, chosen or derived."""
        if self.step_size is not None:
            return self.step_size
        return min(self.reach * epsilon / self.steps, epsilon)

    def threat_model(self, epsilon: float, seed: int = 0) -> dict[str, Any]:
        """As for every attack, with the step size in force at this epsilon."""
        stated = super().threat_model(epsilon, seed)
        return stated | {"step_size": self.step_size_at(epsilon)}

    @property
    def is_memoryless(self) -> bool:
        """Whether a step depends on the point alone, so that the way there can be shown."""
        return isinstance(self._rule(), Plain)

    def path(
        self,
        classifier: Classifier,
        image: NDArray[np.floating],
        label: int,
        *,
        epsilon: float,
        seed: int = 0,
    ) -> Iterator[AdversarialBatch]:
        """Follows one image step by step, through the points the attack itself passes.

        Args:
            classifier: The model under attack; not changed.
            image: Float (224, 224, 3) in [0, 1]; not changed.
            label: Its true class.
            epsilon: Radius of the ball.
            seed: Seed of all randomness; of several restarts the first is followed.

        Returns:
            An iterator over batches of one: where the attack starts, then where each step leads.

        Raises:
            AttackError: The input is outside the contract, or a step depends on those before it,
                so that the attack cannot be taken apart.
        """
        if not self.is_memoryless:
            raise AttackError(f"{self.title} remembers its steps and cannot be shown one by one.")
        pixels = classifier.checked(np.asarray(image)[None])
        classes = checked_labels(np.array([label]), 1)
        radius = self.checked_epsilon(epsilon, classifier.input_shape)
        start = self._start(pixels, radius, checked_seed(seed), 0)
        return self._steps_from(classifier, pixels, classes, radius, start)

    def _steps_from(
        self,
        classifier: Classifier,
        images: NDArray[np.float32],
        labels: NDArray[np.int64],
        epsilon: float,
        start: NDArray[np.float32],
    ) -> Iterator[AdversarialBatch]:
        climb = partial(
            self._ascend, classifier, images, labels, epsilon, keep_start=False, going_on=True
        )
        yield climb(start=start, step_size=0.0, steps=1)[0]
        for step in range(1, self.steps + 1):
            reached, start = climb(start=start, step_size=self.step_size_at(epsilon), steps=1)
            yield replace(reached, iterations=np.array([step]))

    def _start(
        self, images: NDArray[np.float32], epsilon: float, seed: int, restart: int
    ) -> NDArray[np.float32]:
        """Where the attack begins: at the images themselves, unless it says otherwise."""
        return images

    def _attack(
        self,
        classifier: Classifier,
        images: NDArray[np.float32],
        labels: NDArray[np.int64],
        epsilon: float,
        seed: int,
    ) -> AdversarialBatch:
        return self._ascend(
            classifier,
            images,
            labels,
            epsilon,
            start=images,
            step_size=self.step_size_at(epsilon),
            steps=self.steps,
            keep_start=False,
        )[0]

    def _ascend_until_fooled(
        self,
        classifier: Classifier,
        images: NDArray[np.float32],
        labels: NDArray[np.int64],
        epsilon: float,
        *,
        start: NDArray[np.float32],
        keep_start: bool,
    ) -> AdversarialBatch:
        """As :meth:`_ascend`, but after every few steps images that have fallen are left alone."""
        climb = partial(
            self._ascend,
            classifier,
            epsilon=epsilon,
            step_size=self.step_size_at(epsilon),
            going_on=True,
        )
        done = 1
        best, points = climb(images, labels, start=start, steps=done, keep_start=keep_start)
        points = points.copy()
        while done < self.steps and not best.success.all():
            standing = np.flatnonzero(~best.success)
            few = min(done, _STEPS_BETWEEN_LOOKS, self.steps - done)
            # The points were judged when they were reached; nothing is kept twice.
            again, points[standing] = climb(
                images[standing],
                labels[standing],
                start=points[standing],
                steps=few,
                keep_start=False,
            )
            again = replace(again, iterations=again.iterations + done)
            best = merged(best, again, standing, self.target)
            done += few
        return best


class Best(NamedTuple):
    """The best point of the path so far, image by image.

    Attributes:
        lead: (n,), the wanted class's lead there.
        pixels: (n, h, w, 3).
        logits: (n, 2).
        step: int32 (n,), the step it was reached at.
    """

    lead: Tensor
    pixels: Tensor
    logits: Tensor
    step: Tensor

    @classmethod
    def none_yet(cls, start: Tensor, direction: Tensor) -> Best:
        """Before anything was judged."""
        nothing = ops.zeros_like(direction[:, 0])
        zeros = ops.zeros_like(direction)
        return cls(nothing - np.inf, start, zeros, ops.cast(nothing, "int32"))

    def or_better(
        self, pixels: Tensor, logits: Tensor, lead: Tensor, allowed: Tensor, step: Tensor
    ) -> Best:
        """The new point where it is allowed and leads by more, this one elsewhere."""
        rises = ops.logical_and(allowed, lead > self.lead)
        return Best(
            ops.where(rises, lead, self.lead),
            # Most steps improve every image or none; then no pixel has to be copied.
            ops.cond(
                ops.all(rises),
                lambda: pixels,
                lambda: ops.where(rises[:, None, None, None], pixels, self.pixels),
            ),
            ops.where(rises[:, None], logits, self.logits),
            ops.where(rises, step, self.step),
        )


def usable(gradient: Tensor) -> Tensor:
    """Which images' gradients point somewhere: neither all zero nor partly not finite, (n,)."""

    def examined() -> Tensor:
        steepness = ops.max(ops.abs(gradient), axis=norms.PIXEL_AXES)
        return ops.logical_and(steepness > 0, ops.isfinite(steepness))

    # A sum takes half the time and is above suspicion wherever it is finite and not zero.
    total = ops.sum(gradient, axis=norms.PIXEL_AXES)
    plain = ops.logical_and(total != 0, ops.isfinite(total))
    return ops.cond(ops.all(plain), lambda: plain, examined)


def zeroed_unless(usable: Tensor, gradient: Tensor) -> Tensor:
    """The gradients, all zero for the images where they are not usable."""
    return ops.cond(
        ops.all(usable),
        lambda: gradient,
        lambda: ops.where(usable[:, None, None, None], gradient, ops.zeros_like(gradient)),
    )


def scaled_by(slope: Tensor, gradient: Tensor, loss: Loss) -> Tensor:
    """The gradient of a loss of the lead, by the chain rule; the lead's own stays as it is."""
    return gradient if loss is losses.MARGIN else slope[:, None, None, None] * gradient


def _steepest(
    ball: norms.Ball, loss: Loss, model: ModelFunctions, images: Tensor, direction: Tensor
) -> tuple[Tensor, ...]:
    logits, gradient = model.margin_gradient(images, direction)
    lead = ops.sum(logits * direction, axis=1)
    gradient = scaled_by(loss.slope(lead), gradient, loss)
    alive = usable(gradient)
    return ball.steepest(zeroed_unless(alive, gradient)), ops.logical_not(alive)


def _moved(
    ball: norms.Ball,
    current: Tensor,
    ascent: Tensor,
    images: Tensor,
    epsilon: Tensor,
    step_size: Tensor,
) -> Tensor:
    """One step uphill, kept within ball and box."""
    return ball.into_bounds(current + step_size * ball.steepest(ascent), images, epsilon)


def _climb(
    ball: norms.Ball,
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
    """The traced program: Madry et al. 2018 (arXiv:1706.06083), eq. 2.1 of the original PGD.

    Returns best images, their logits, the step each was reached at, whether a gradient of the
    image was ever zero or not finite, and the images the last step led to.
    """
    move = fused(partial(_moved, ball))

    def lead_of(logits: Tensor) -> Tensor:
        return ops.sum(logits * direction, axis=1)

    def advance(
        step: Tensor, current: Tensor, memory: Tensor, dead: Tensor, *best: Tensor
    ) -> tuple[Tensor, ...]:
        logits, gradient = model.margin_gradient(current, direction)
        lead = lead_of(logits)
        allowed = ops.logical_or(step > 0, keep_start)
        best = Best(*best).or_better(current, logits, lead, allowed, step)
        gradient = scaled_by(loss.slope(lead), gradient, loss)
        alive = usable(gradient)
        ascent, memory = rule.follow(zeroed_unless(alive, gradient), memory, *rule_settings)
        current = move(current, ascent, images, epsilon, step_size)
        return (step + 1, current, memory, ops.logical_or(dead, ops.logical_not(alive)), *best)

    state = (
        ops.zeros_like(steps),
        start,
        rule.memory(images),
        direction[:, 0] > np.inf,
        *Best.none_yet(start, direction),
    )
    step, current, _, dead, *best = ops.while_loop(lambda step, *_: step < steps, advance, state)
    logits = model.logits(current)
    always = ops.ones_like(keep_start)
    final = Best(*best).or_better(current, logits, lead_of(logits), always, step)
    return final.pixels, final.logits, final.step, dead, current
