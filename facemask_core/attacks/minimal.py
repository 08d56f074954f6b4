"""Attacks that look for the nearest fooling image instead of the worst one in a ball.

Epsilon is their budget: an image further away is projected to the ball's surface, where it usually
fools no more, so that they can be compared with the others at the same epsilon. With
``attack.largest_epsilon(shape)`` they have no bound, and the distance is the result.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from facemask_core.attacks import norms
from facemask_core.attacks.base import (
    GRADIENT_PASSES,
    AdversarialBatch,
    Attack,
    check_target,
    complete_batch,
    leads,
    reaches_goal,
)
from facemask_core.backend import keras
from facemask_core.errors import AttackError
from facemask_core.models.classifier import Classifier

MAX_BISECTIONS = 30


class SearchResult(NamedTuple):
    """The result of a search for the nearest fooling image.

    Attributes:
        images: float32 (n, h, w, 3), fooling or not.
        iterations: int64 (n,), steps that led there.
        gradient_calls: int64 (n,), gradients the search took.
        dead: bool (n,), whether a gradient of the image was zero or not finite.
    """

    images: NDArray[np.float32]
    iterations: NDArray[np.int64]
    gradient_calls: NDArray[np.int64]
    dead: NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class MinimalAttack(Attack):
    """Settings shared by the attacks of this family.

    Attributes:
        norm: The norm in which distance is measured.
        target: Class to reach (0 or 1), or None to leave the true class.
        bisections: How often the way back to the original is halved at the end, while the image
            still fools by the lead it needs; 0 to keep what the published algorithm ends with.
    """

    norm: str = "l2"
    target: int | None = None
    bisections: int = 10

    def __post_init__(self) -> None:
        norms.ball(self.norm)
        check_target(self.target)
        if not 0 <= self.bisections <= MAX_BISECTIONS:
            raise AttackError(
                f"The way back can be halved 0 to {MAX_BISECTIONS} times; "
                f"{self.bisections} were asked for."
            )

    def largest_epsilon(self, shape: tuple[int, ...]) -> float:
        return norms.ball(self.norm).largest_epsilon(shape)

    @property
    def required_lead(self) -> float:
        """By how much the wanted class has to lead before an image counts as fooling."""
        return 0.0

    def _fools_enough(
        self, logits: NDArray[np.float32], labels: NDArray[np.int64]
    ) -> NDArray[np.bool_]:
        """Says which logits fool by the required lead, bool (n,)."""
        enough = leads(logits, labels, self.target) >= self.required_lead
        return reaches_goal(logits, labels, self.target) & enough

    @property
    def passes(self) -> float:
        looks = 3 + self.bisections  # at the original, the nearest, its way back and the result
        return GRADIENT_PASSES * self._most_gradients + looks

    @property
    @abstractmethod
    def _most_gradients(self) -> float:
        """The most gradients that the search for one image takes."""

    @abstractmethod
    def _search(
        self, classifier: Classifier, images: NDArray[np.float32], labels: NDArray[np.int64]
    ) -> SearchResult:
        """Searches for the nearest fooling image of each image that does not fool as it is."""

    def _attack(
        self,
        classifier: Classifier,
        images: NDArray[np.float32],
        labels: NDArray[np.int64],
        epsilon: float,
        seed: int,
    ) -> AdversarialBatch:
        # What fools enough already is its own nearest fooling image.
        rows = np.flatnonzero(~self._fools_enough(classifier.predict(images), labels))
        within = images.copy()
        iterations, calls = np.zeros((2, len(images)), np.int64)
        dead = np.zeros(len(images), np.bool_)
        if len(rows):
            search = self._search(classifier, images[rows], labels[rows])
            nearest = self._tighten(classifier, images[rows], search.images, labels[rows])
            within[rows] = project_to_ball(nearest, images[rows], self.norm, epsilon)
            iterations[rows], calls[rows] = search.iterations, search.gradient_calls
            dead[rows] = search.dead
        return complete_batch(
            within,
            images,
            classifier.predict(within),
            labels,
            target=self.target,
            iterations=iterations,
            gradient_calls=calls,
            dead=dead,
        )

    def _tighten(
        self,
        classifier: Classifier,
        originals: NDArray[np.float32],
        candidates: NDArray[np.float32],
        labels: NDArray[np.int64],
    ) -> NDArray[np.float32]:
        """Moves images back towards their originals by bisection, while they still fool enough."""
        fooling = self._fools_enough(classifier.predict(candidates), labels)
        rows = np.flatnonzero(fooling) if self.bisections else np.empty(0, np.int64)
        nearest = candidates.copy()
        low, high = np.zeros(len(rows), np.float32), np.ones(len(rows), np.float32)
        delta = candidates[rows] - originals[rows]
        for _ in range(self.bisections if len(rows) else 0):
            middle = (low + high) / 2
            trial = np.clip(originals[rows] + middle[:, None, None, None] * delta, 0.0, 1.0)
            fools = self._fools_enough(classifier.predict(trial), labels[rows])
            nearest[rows[fools]] = trial[fools]
            low, high = np.where(fools, low, middle), np.where(fools, middle, high)
        return nearest


def project_to_ball(
    images: NDArray[np.float32], originals: NDArray[np.float32], norm: str, epsilon: float
) -> NDArray[np.float32]:
    """Projects images into the ball about their originals; those inside stay to the bit.

    Args:
        images: float32 (n, h, w, 3) in [0, 1].
        originals: float32, the same shape.
        norm: ``linf`` or ``l2``.
        epsilon: Radius of the ball.
    """
    outside = norms.distances(images, originals, norm) > epsilon
    projected = images.copy()
    ball = norms.ball(norm)
    bounded = ball.into_bounds(images[outside], originals[outside], np.float32(epsilon))
    projected[outside] = keras.ops.convert_to_numpy(bounded)
    return projected
