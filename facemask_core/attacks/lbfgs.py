"""L-BFGS, the first attack of all: the nearest fooling image by a quasi-Newton method in a box."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from facemask_core.attacks.base import MAX_STEPS, directions
from facemask_core.attacks.minimal import MinimalAttack, SearchResult
from facemask_core.attacks.weighing import Weights, check_first_weight
from facemask_core.errors import AttackError
from facemask_core.models.classifier import Classifier
from facemask_core.models.gradients import ModelFunctions, Tensor


@dataclass(frozen=True, kw_only=True)
class LBFGS(MinimalAttack):
    """Szegedy et al. 2014 (arXiv:1312.6199), section 4.1: box-constrained L-BFGS, by SciPy.

    Minimises ``||x' - x||^2 + c cross-entropy(x', wanted class)`` within [0, 1] and searches for
    the smallest c that fools. One image at a time, each step a call of its own: slow, and of
    historical interest.

    Attributes:
        steps: SciPy's most iterations for each c.
        searches: How many values of c, the weight of fooling against nearness, are tried.
        first_weight: The first c.
    """

    name: ClassVar[str] = "lbfgs"
    title: ClassVar[str] = "L-BFGS"

    steps: int = 30
    searches: int = 6
    first_weight: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.norm != "l2":
            raise AttackError("The L-BFGS attack measures in l2; leave the norm at that.")
        if not (1 <= self.steps <= MAX_STEPS and 1 <= self.searches <= 100):
            raise AttackError(
                f"L-BFGS takes 1 to {MAX_STEPS} steps and 1 to 100 searches; "
                f"{self.steps} and {self.searches} were asked for."
            )
        check_first_weight(self.first_weight, self.searches)

    @property
    def _most_gradients(self) -> float:
        return self.searches * (3 * self.steps + 1)  # a line search looks several times

    def _search(
        self, classifier: Classifier, images: NDArray[np.float32], labels: NDArray[np.int64]
    ) -> SearchResult:
        towards = directions(labels, self.target)
        searches = [
            self._search_one(classifier, image, direction)
            for image, direction in zip(images, towards, strict=True)
        ]
        if not searches:
            nothing = np.zeros(0, np.int64)
            return SearchResult(images, nothing, nothing, nothing > 0)
        nearest, iterations, calls, dead = (
            np.array(column) for column in zip(*searches, strict=True)
        )
        return SearchResult(nearest, iterations, calls, dead)

    def _search_one(
        self, classifier: Classifier, image: NDArray[np.float32], direction: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], int, int, bool]:
        """Searches for one image; returns it, SciPy's iterations, gradient calls, dead gradient."""
        objective = _Objective(classifier, image, direction)
        weights = Weights(1, self.first_weight)
        iterations = 0
        for _ in range(self.searches):
            objective.weight = float(weights.current[0])
            objective.success = False
            answer = minimize(
                objective,
                image.ravel().astype(np.float64),
                jac=True,
                method="L-BFGS-B",
                bounds=[(0.0, 1.0)] * image.size,
                options={"maxiter": self.steps},
            )
            iterations += int(answer.nit)
            weights.learn(np.array([objective.success]))
        return objective.nearest, iterations, objective.calls, objective.dead


class _Objective:
    """The function SciPy minimises; it remembers the nearest fooling image of all it evaluated."""

    def __init__(
        self, classifier: Classifier, image: NDArray[np.float32], direction: NDArray[np.float32]
    ) -> None:
        self._classifier = classifier
        self._original = image
        self._direction = direction
        self._distance = np.inf
        self.nearest = image
        self.weight = 0.0
        self.success = False
        self.calls = 0
        self.dead = False

    def __call__(self, flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        pixels = flat.reshape(self._original.shape).astype(np.float32)
        logits, gradients = self._classifier.run(
            "margin gradient", _margin_gradient, pixels[None], self._direction[None]
        )
        gradient = gradients[0].astype(np.float64)
        self.calls += 1
        self.dead |= not (np.isfinite(gradient).all() and gradient.any())
        lead = float(logits[0] @ self._direction)
        delta = flat - self._original.ravel()
        distance = float(delta @ delta)
        if lead > 0.0:
            self.success = True
            if distance < self._distance:
                self._distance, self.nearest = distance, pixels
        # Cross-entropy of the wanted class is softplus(-lead); its slope is -sigmoid(-lead).
        value = distance + self.weight * float(np.logaddexp(0.0, -lead))
        return value, 2.0 * delta - self.weight * expit(-lead) * gradient.ravel()


def _margin_gradient(
    model: ModelFunctions, images: Tensor, direction: Tensor
) -> tuple[Tensor, ...]:
    return model.margin_gradient(images, direction)
