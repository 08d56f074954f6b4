"""The square attack: no gradients, only the model's answers to a great many queries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from facemask_core.attacks.base import (
    AdversarialBatch,
    Attack,
    check_target,
    complete_batch,
    leads,
    reaches_goal,
)
from facemask_core.attacks.restarts import own_generators
from facemask_core.errors import AttackError
from facemask_core.models.classifier import Classifier

MAX_QUERIES = 100_000

_HALVINGS = (10, 50, 200, 500, 1000, 2000, 4000, 6000, 8000)
"""Queries of 10,000 after which the squares' area is halved (the paper's section 4.1)."""


@dataclass(frozen=True, kw_only=True)
class Square(Attack):
    """Andriushchenko et al. 2020 (arXiv:1912.00049), algorithms 1 and 2, for L-infinity.

    Begins with vertical stripes of plus and minus epsilon and overwrites random squares in one
    colour step each, keeping those that help. An image is left alone once it is fooled.

    Attributes:
        target: Class to reach (0 or 1), or None to leave the true class.
        queries: Queries to the model for each image; the authors take 5,000.
        first_area: Share of the image that the first squares cover (p in the paper).
    """

    name: ClassVar[str] = "square"
    title: ClassVar[str] = "Square"
    knowledge: ClassVar[str] = "black box"
    norm: ClassVar[str] = "linf"

    target: int | None = None
    queries: int = 1000
    first_area: float = 0.05

    def __post_init__(self) -> None:
        check_target(self.target)
        if not 1 <= self.queries <= MAX_QUERIES:
            raise AttackError(
                f"Square takes from 1 to {MAX_QUERIES} queries; {self.queries} were asked for."
            )
        if not 0.0 < self.first_area <= 1.0:
            raise AttackError(f"The first area is {self.first_area:g}; it must lie in (0, 1].")

    def largest_epsilon(self, shape: tuple[int, ...]) -> float:
        return 1.0

    def threat_model(self, epsilon: float, seed: int = 0) -> dict[str, object]:
        """States the settings as every attack does, and the norm, which is none here."""
        return super().threat_model(epsilon, seed) | {"norm": self.norm, "loss": "margin"}

    @property
    def uses_seed(self) -> bool:
        return True

    @property
    def passes(self) -> float:
        return self.queries

    def _attack(
        self,
        classifier: Classifier,
        images: NDArray[np.float32],
        labels: NDArray[np.int64],
        epsilon: float,
        seed: int,
    ) -> AdversarialBatch:
        generators = own_generators(images, seed, 0)
        best = images.copy()
        for place, rng in enumerate(generators):
            best[place] = _draw_stripes(images[place], epsilon, rng)
        logits = classifier.predict(best)
        queries = np.ones(len(images), np.int64)
        for query in range(1, self.queries):
            standing = np.flatnonzero(~reaches_goal(logits, labels, self.target))
            if not len(standing):
                break
            side = self._side(query, images.shape[1:3])
            trials = best[standing]
            for trial, row in zip(trials, standing, strict=True):
                _repaint(trial, images[row], epsilon, side, generators[row])
            answers = classifier.predict(trials)
            queries[standing] += 1
            now = leads(answers, labels[standing], self.target)
            helps = now > leads(logits[standing], labels[standing], self.target)
            best[standing[helps]], logits[standing[helps]] = trials[helps], answers[helps]
        return complete_batch(
            best,
            images,
            logits,
            labels,
            target=self.target,
            iterations=queries,
            gradient_calls=np.zeros(len(images), np.int64),
            dead=np.zeros(len(images), np.bool_),
        )

    def _side(self, query: int, size: tuple[int, ...]) -> int:
        """Returns the side of the square in pixels at a query."""
        of_ten_thousand = query / self.queries * 10_000
        halvings = sum(of_ten_thousand > when for when in _HALVINGS)
        height, width = size
        side = round(np.sqrt(self.first_area / 2**halvings * height * width))
        return int(np.clip(side, 1, min(height, width) - 1))


def _draw_stripes(
    image: NDArray[np.float32], epsilon: float, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Adds vertical stripes of plus and minus epsilon."""
    signs = rng.choice([-1.0, 1.0], (1, *image.shape[1:])).astype(np.float32)
    return np.clip(image + np.float32(epsilon) * signs, 0.0, 1.0)


def _repaint(
    trial: NDArray[np.float32],
    image: NDArray[np.float32],
    epsilon: float,
    side: int,
    rng: np.random.Generator,
) -> None:
    """Puts one square of ``trial`` at plus or minus epsilon of the image, a sign each channel."""
    top = int(rng.integers(0, image.shape[0] - side + 1))
    left = int(rng.integers(0, image.shape[1] - side + 1))
    window = (slice(top, top + side), slice(left, left + side))
    signs = rng.choice([-1.0, 1.0], (1, 1, image.shape[2])).astype(np.float32)
    trial[window] = np.clip(image[window] + np.float32(epsilon) * signs, 0.0, 1.0)
