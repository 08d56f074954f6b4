"""Uniform random noise: the control, which uses no knowledge of the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from facemask_core.attacks import norms
from facemask_core.attacks.base import AdversarialBatch, Attack, complete_batch
from facemask_core.attacks.restarts import MAX_RESTARTS, best_of_restarts, random_starts
from facemask_core.errors import AttackError
from facemask_core.models.classifier import Classifier


@dataclass(frozen=True, kw_only=True)
class Noise(Attack):
    """Noise drawn uniformly from the ball: an image it fools needs no clever attack.

    Attributes:
        norm: What epsilon limits: each colour value's change (``linf``), or the Euclidean length
            of the whole change (``l2``).
        draws: Attempts; an image counts as fooled if one of them fools, and keeps the strongest.
    """

    name: ClassVar[str] = "noise"
    title: ClassVar[str] = "Random noise"
    knowledge: ClassVar[str] = "black box"

    norm: str = "linf"
    draws: int = 1

    def __post_init__(self) -> None:
        norms.ball(self.norm)
        if not 1 <= self.draws <= MAX_RESTARTS:
            raise AttackError(f"Draws may be 1 to {MAX_RESTARTS}; {self.draws} were asked for.")

    @property
    def uses_seed(self) -> bool:
        return True

    @property
    def passes(self) -> float:
        return self.draws

    def largest_epsilon(self, shape: tuple[int, ...]) -> float:
        return norms.ball(self.norm).largest_epsilon(shape)

    def add_noise(
        self, images: NDArray[np.float32], epsilon: float, seed: int, draw: int = 0
    ) -> NDArray[np.float32]:
        """Adds one draw of the noise, without asking a model.

        Args:
            images: float32 (n, height, width, 3) in [0, 1]; not changed.
            epsilon: Radius of the ball.
            seed: Seed of all randomness.
            draw: Number of the draw, from 0.
        """
        noise = random_starts(images, self.norm, epsilon, seed, draw)
        return np.clip(images + noise, 0.0, 1.0)

    def _attack(
        self,
        classifier: Classifier,
        images: NDArray[np.float32],
        labels: NDArray[np.int64],
        epsilon: float,
        seed: int,
    ) -> AdversarialBatch:
        def attempt(rows: NDArray[Any], draw: int) -> AdversarialBatch:
            subset = images[rows]
            noisy = self.add_noise(subset, epsilon, seed, draw)
            return complete_batch(
                noisy,
                subset,
                classifier.predict(noisy),
                labels[rows],
                target=None,
                iterations=np.full(len(rows), draw + 1, np.int64),
                gradient_calls=np.zeros(len(rows), np.int64),
                dead=np.zeros(len(rows), np.bool_),
            )

        return best_of_restarts(attempt, len(images), self.draws, None)
