"""Projected gradient descent: many small steps inside the ball, from random starts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from facemask_core.attacks.base import AdversarialBatch, Attack, measured
from facemask_core.attacks.gradient_ascent import IterativeAscent
from facemask_core.attacks.restarts import (
    best_of_restarts,
    checked_restarts,
    merged,
    random_starts,
)
from facemask_core.models.classifier import Classifier


@dataclass(frozen=True, kw_only=True)
class PGD(IterativeAscent):
    """Madry et al. 2018 (arXiv:1706.06083); the paper's eq. 3 and 4.

    Attributes:
        random_start: Begin at a random point of the ball rather than at the image.
        restarts: Attempts from different random starts; each image keeps its own best.
        stop_early: Leave an image alone once it has fallen: the same images fall for a fraction of
            the work, but confidence is not driven as low as it could be.
    """

    name: ClassVar[str] = "pgd"
    title: ClassVar[str] = "PGD"
    reach: ClassVar[float] = 2.5

    random_start: bool = True
    restarts: int = 1
    stop_early: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        checked_restarts(self.restarts, random_start=self.random_start)

    @property
    def batch_size(self) -> int:
        """Images to be handed over at once; those that stand fill new batches together."""
        most = super().batch_size
        return 4 * most if self.stop_early else most

    def sweep_threat_model(self, epsilon: float, seed: int = 0) -> dict[str, Any]:
        """As for every attack, with where each epsilon of a sweep starts."""
        return super().sweep_threat_model(epsilon, seed) | {
            "sweep": "the whole attack at the smallest epsilon above 0, then each from the last"
        }

    def _attack(
        self,
        classifier: Classifier,
        images: NDArray[np.float32],
        labels: NDArray[np.int64],
        epsilon: float,
        seed: int,
    ) -> AdversarialBatch:
        def attempt(rows: NDArray[Any], restart: int) -> AdversarialBatch:
            chosen = images[rows]
            start = self._start(chosen, epsilon, seed, restart)
            # A random start is an attack of its own; the clean image is not.
            return self._from(
                classifier, chosen, labels[rows], epsilon, start, keep_start=self.random_start
            )

        return best_of_restarts(attempt, len(images), self.restarts, self.target)

    def _start(
        self, images: NDArray[np.float32], epsilon: float, seed: int, restart: int
    ) -> NDArray[np.float32]:
        if not self.random_start:
            return images
        noise = random_starts(images, self.norm, epsilon, seed, restart)
        return np.clip(images + noise, 0.0, 1.0)

    def _sweep(
        self,
        classifier: Classifier,
        images: NDArray[np.float32],
        labels: NDArray[np.int64],
        epsilons: Sequence[float],
        seed: int,
    ) -> Iterator[AdversarialBatch]:
        """Starts from the answer to the epsilon before, which lies in the larger ball as well.

        So the image never fares better at a larger epsilon. The smallest epsilon above 0 has no
        way behind it and gets the whole attack, with its random start and its restarts.
        """
        clean = last = self._unmoved(classifier, images, labels)
        for epsilon in epsilons:
            if epsilon == 0.0:
                yield clean
                continue
            if last is clean:
                whole = self._attack(classifier, images, labels, epsilon, seed)
                last = merged(clean, whole, np.arange(len(images)), self.target)
            else:
                last = self._from(classifier, images, labels, epsilon, last.images, keep_start=True)
            yield last

    def _unmoved(
        self, classifier: Classifier, images: NDArray[np.float32], labels: NDArray[np.int64]
    ) -> AdversarialBatch:
        """The answer at epsilon 0, which no gradient can change."""
        nothing = np.zeros(len(images), np.int64)
        return measured(
            images,
            images,
            classifier.predict(images),
            labels,
            target=self.target,
            iterations=nothing,
            gradient_calls=nothing,
            dead=nothing > 0,
        )

    def _from(
        self,
        classifier: Classifier,
        images: NDArray[np.float32],
        labels: NDArray[np.int64],
        epsilon: float,
        start: NDArray[np.float32],
        *,
        keep_start: bool,
    ) -> AdversarialBatch:
        """Climbs from a start, as long as it is told to or until the image has fallen."""
        if self.stop_early:
            return self._ascend_until_fooled(
                classifier, images, labels, epsilon, start=start, keep_start=keep_start
            )
        return self._ascend(
            classifier,
            images,
            labels,
            epsilon,
            start=start,
            step_size=self.step_size_at(epsilon),
            steps=self.steps,
            keep_start=keep_start,
        )[0]


def until_fallen(attack: Attack) -> Attack:
    """The attack for whoever asks only whether images fall: PGD leaves alone those that have.

    A transfer attack stays as it is: what fools its source need not fool the model it is tried on.
    """
    return replace(attack, stop_early=True) if isinstance(attack, PGD) else attack
