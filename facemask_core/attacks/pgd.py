"""Projected gradient descent: many small steps inside the ball, from random starts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from facemask_core.attacks.base import AdversarialBatch
from facemask_core.attacks.gradient_ascent import (
    GradientAscent,
    best_of_restarts,
    random_starts,
)
from facemask_core.classifier import Classifier
from facemask_core.errors import AttackError

MAX_STEPS = 10_000
MAX_RESTARTS = 1_000


@dataclass(frozen=True, kw_only=True)
class PGD(GradientAscent):
    """Madry et al. 2018 (arXiv:1706.06083); the paper's eq. 3 and 4.

    Attributes:
        steps: Gradient steps a restart.
        step_size: Length of a step in the attack's norm; None for 2.5 * epsilon / steps, at most
            epsilon, so that the steps can cross the ball at any epsilon.
        random_start: Begin at a random point of the ball rather than at the image.
        restarts: Attempts from different random starts; each image keeps its own best.
    """

    name: ClassVar[str] = "pgd"
    title: ClassVar[str] = "PGD"

    steps: int = 20
    step_size: float | None = None
    random_start: bool = True
    restarts: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 1 <= self.steps <= MAX_STEPS:
            raise AttackError(
                f"PGD takes from 1 to {MAX_STEPS} steps; {self.steps} were asked for."
            )
        if not 1 <= self.restarts <= MAX_RESTARTS:
            raise AttackError(
                f"PGD takes from 1 to {MAX_RESTARTS} restarts; {self.restarts} were asked for."
            )
        if self.restarts > 1 and not self.random_start:
            raise AttackError("Restarts without a random start would repeat the same attack.")
        if self.step_size is not None and not 0.0 <= self.step_size < float("inf"):
            raise AttackError(f"The step size is {self.step_size:g}; it must be 0 or more.")

    def step_size_at(self, epsilon: float) -> float:
        """The length of a step at an epsilon, chosen or derived."""
        if self.step_size is not None:
            return self.step_size
        return min(2.5 * epsilon / self.steps, epsilon)

    def threat_model(self, epsilon: float, seed: int = 0) -> dict[str, Any]:
        """As for every attack, with the step size in force at this epsilon."""
        stated = super().threat_model(epsilon, seed)
        return stated | {"step_size": self.step_size_at(epsilon)}

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
            start = (
                random_starts(chosen, self.norm, epsilon, seed, restart)
                if self.random_start
                else np.zeros_like(chosen)
            )
            return self._ascend(
                classifier,
                chosen,
                labels[rows],
                epsilon,
                start=start,
                step_size=self.step_size_at(epsilon),
                steps=self.steps,
                keep_start=self.random_start,
            )

        first = attempt(np.arange(len(images)), 0)
        return best_of_restarts(attempt, first, self.restarts, self.target)
