"""The attacks that climb in several steps: BIM, MIM and PGD."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from facemask_core.attacks.base import (
    GRADIENT_PASSES,
    MAX_STEPS,
    AdversarialBatch,
    check_labels,
    check_seed,
    check_step,
)
from facemask_core.attacks.gradient_ascent import GradientAscent
from facemask_core.attacks.restarts import merge_attempts
from facemask_core.attacks.step_rules import Plain
from facemask_core.errors import AttackError
from facemask_core.models.classifier import Classifier

STEPS_BETWEEN_LOOKS = 4
"""Each look costs a forward pass and a new batch; an image fooled in between waits for it.

Most images that can be fooled are fooled at once, so the first looks come after 1 and 2 steps.
"""


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
        if self.step_size is not None:
            check_step("step size", self.step_size)

    @property
    def passes(self) -> float:
        return GRADIENT_PASSES * self.steps + 1

    def step_size_at(self, epsilon: float) -> float:
        """The length of a step at an epsilon, chosen or derived."""
        if self.step_size is not None:
            return self.step_size
        return min(self.reach * epsilon / self.steps, epsilon)

    def longest_way(self, epsilon: float) -> float:
        """Returns how far all steps together go from the image."""
        return min(self.steps * self.step_size_at(epsilon), epsilon)

    def threat_model(self, epsilon: float, seed: int = 0) -> dict[str, Any]:
        """States the settings as every attack does, with the step size used at this epsilon."""
        stated = super().threat_model(epsilon, seed)
        return stated | {"step_size": self.step_size_at(epsilon)}

    @property
    def is_memoryless(self) -> bool:
        """Whether a step depends on the present point alone, so that the path can be shown."""
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
                so that they cannot be computed one by one.
        """
        if not self.is_memoryless:
            raise AttackError(f"{self.title} remembers its steps and cannot be shown one by one.")
        pixels = classifier.check_images(np.asarray(image)[None])
        classes = check_labels(np.array([label]), 1)
        radius = self.check_epsilon(epsilon, classifier.input_shape)
        start = self._start(pixels, radius, check_seed(seed), 0)
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
            self._ascend, classifier, images, labels, epsilon, keep_start=False, resumable=True
        )
        yield climb(start=start, step_size=0.0, steps=1)[0]
        for step in range(1, self.steps + 1):
            batch, start = climb(start=start, step_size=self.step_size_at(epsilon), steps=1)
            yield replace(batch, iterations=np.array([step]))

    def _start(
        self, images: NDArray[np.float32], epsilon: float, seed: int, restart: int
    ) -> NDArray[np.float32]:
        """Returns the points the climb starts from: here the images themselves."""
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
        steps: int,
        keep_start: bool,
    ) -> AdversarialBatch:
        """Climbs as :meth:`_ascend` does, and every few steps drops the images that are fooled."""
        climb = partial(
            self._ascend,
            classifier,
            epsilon=epsilon,
            step_size=self.step_size_at(epsilon),
            resumable=True,
        )
        done = 1
        best, points = climb(images, labels, start=start, steps=done, keep_start=keep_start)
        points = points.copy()
        while done < steps and not best.success.all():
            standing = np.flatnonzero(~best.success)
            few = min(done, STEPS_BETWEEN_LOOKS, steps - done)
            # The climb before has judged these points, so the start is not judged again.
            attempt, points[standing] = climb(
                images[standing],
                labels[standing],
                start=points[standing],
                steps=few,
                keep_start=False,
            )
            attempt = replace(attempt, iterations=attempt.iterations + done)
            best = merge_attempts(best, attempt, standing, self.target)
            done += few
        return best
