"""Projected gradient ascent: the one engine behind FGSM, BIM, PGD and MIM.

The whole loop is one compiled program: no step returns to Python, and epsilon, step size and
number of steps are tensors, so moving a slider traces nothing anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from facemask_core.attacks import losses, norms
from facemask_core.attacks.ascent_program import Climb, find_steepest
from facemask_core.attacks.base import (
    AdversarialBatch,
    Attack,
    check_target,
    complete_batch,
    directions,
)
from facemask_core.attacks.losses import Loss
from facemask_core.attacks.step_rules import Plain, StepRule
from facemask_core.models.classifier import Classifier


@dataclass(frozen=True, kw_only=True)
class GradientAscent(Attack):
    """Settings shared by the attacks of this family.

    Attributes:
        norm: What epsilon limits: each colour value's change (``linf``), or the Euclidean length
            of the whole change (``l2``).
        target: Class to reach (0 or 1), or None to leave the true class.
        loss: ``margin`` or ``cross-entropy``; with two classes the same direction.
    """

    norm: str = "linf"
    target: int | None = None
    loss: str = losses.MARGIN.name

    def __post_init__(self) -> None:
        norms.ball(self.norm)
        check_target(self.target)
        self._loss()

    def largest_epsilon(self, shape: tuple[int, ...]) -> float:
        return norms.ball(self.norm).largest_epsilon(shape)

    def _loss(self) -> Loss:
        return losses.loss(self.loss, targeted=self.target is not None)

    def _rule(self) -> StepRule:
        return Plain()

    def _rule_settings(self) -> tuple[np.float32, ...]:
        """The rule's numbers, passed with every call so that no value of them is compiled in."""
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
        resumable: bool = False,
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
            resumable: Whether the caller will climb on from where this climb ends.

        Returns:
            The batch of best points, and the images the last step led to; unless the climb is
            resumable, the best points again.
        """
        ball, loss, rule = norms.ball(self.norm), self._loss(), self._rule()
        best, logits, iterations, dead, *last = classifier.run(
            ("gradient ascent", ball, loss, rule),
            Climb(ball, loss, rule),
            images,
            start,
            directions(labels, self.target),
            # Each image's own, so that faces at different epsilons can climb in one batch.
            np.full((len(images), 1, 1, 1), epsilon, np.float32),
            np.full((len(images), 1, 1, 1), step_size, np.float32),
            np.full(len(images), keep_start, np.bool_),
            scalars=(np.int32(steps), *self._rule_settings()),
            output_count=None if resumable else 4,  # the fifth is where the last step led
        )
        batch = complete_batch(
            best,
            images,
            logits,
            labels,
            target=self.target,
            iterations=iterations.astype(np.int64),
            gradient_calls=np.full(len(images), steps, np.int64),
            dead=dead,
        )
        return batch, last[0] if resumable else best

    def steepest(
        self, classifier: Classifier, images: NDArray[np.float32], labels: NDArray[np.int64]
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Computes the steepest direction at each image, from one gradient.

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
            partial(find_steepest, ball, loss),
            images,
            directions(labels, self.target),
        )
        return towards, dead
