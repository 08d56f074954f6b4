"""The boundary attack: a random walk along the model's boundary that comes ever nearer."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from facemask_core.attacks.decision import (
    DecisionAttack,
    Image,
    Oracle,
    draw_directions,
    draw_to_boundary,
)
from facemask_core.errors import AttackError

_HALVINGS = 10
"""Halvings of the way from the start to the boundary."""
_FIRST_STEP = 0.01
"""The first length of both steps, as shares of the distance; that of the authors' own code."""
_ADAPTATION = 1.5
_REVIEW = 10
"""Steps between two reviews of their lengths."""
_SIDEWAYS_REMEMBERED, _INWARD_REMEMBERED = 10, 30
_GOOD_SIDEWAYS, _POOR_SIDEWAYS = 0.5, 0.2
"""Shares of sideways steps that stay fooling, above and below which both lengths are changed."""
_GOOD_INWARD, _POOR_INWARD = 0.25, 0.1
"""The same of whole steps, for the length of the step inward."""
_CONVERGED = 1e-7
"""With a shorter step inward the walk has come to its end."""


@dataclass(frozen=True, kw_only=True)
class Boundary(DecisionAttack):
    """Brendel et al. 2018 (arXiv:1712.04248), section 2, in L2.

    Each proposal goes a random step at the same distance from the original, and one towards it; it
    is kept where it still fools. The lengths of both follow the share of proposals that do. To come
    as near as attacks that see more, it takes many thousand questions.

    Attributes:
        queries: Questions to the model for each image; the authors take up to a million.
    """

    name: ClassVar[str] = "boundary"
    title: ClassVar[str] = "Boundary attack"

    queries: int = 5000

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.norm != "l2":
            raise AttackError("The boundary attack measures in l2; leave the norm at that.")

    def _approach(
        self, oracle: Oracle, image: Image, start: Image, rng: np.random.Generator
    ) -> Image:
        point = draw_to_boundary(oracle, image, start, self.norm, _HALVINGS)
        lengths = _StepLengths()
        while oracle.left and lengths.inward > _CONVERGED:
            (way,) = draw_directions(1, image.shape, self.grid, self.norm, rng)
            sideways = _step_sideways(point, image, lengths.sideways, way)
            if lengths.is_review_due() and oracle.left > 1:
                lengths.learn_sideways(oracle.fools_one(sideways))
            proposal = _step_inward(sideways, point, image, lengths.inward)
            fools = oracle.fools_one(proposal)
            lengths.learn_whole(fools)
            # Clipping to [0, 1] can make a step longer than the one before.
            if fools and np.linalg.norm(proposal - image) < np.linalg.norm(point - image):
                point = proposal
        return point


class _StepLengths:
    """The lengths of both steps, as shares of the distance, which follow the walk's success."""

    def __init__(self) -> None:
        self.sideways = self.inward = _FIRST_STEP
        self._taken = 0
        self._stayed: deque[bool] = deque(maxlen=_SIDEWAYS_REMEMBERED)
        self._fooled: deque[bool] = deque(maxlen=_INWARD_REMEMBERED)

    def is_review_due(self) -> bool:
        """Whether the sideways step is to be asked about by itself, which costs a question."""
        return self._taken % _REVIEW == 0

    def learn_sideways(self, stayed: bool) -> None:
        """Changes both lengths where nearly all sideways steps stay fooling, or few do."""
        self._stayed.append(stayed)
        if len(self._stayed) < _SIDEWAYS_REMEMBERED:
            return
        factor = _factor(float(np.mean(self._stayed)), _GOOD_SIDEWAYS, _POOR_SIDEWAYS)
        self.sideways, self.inward = self.sideways * factor, self.inward * factor
        if factor != 1.0:
            self._stayed.clear()

    def learn_whole(self, fooled: bool) -> None:
        """Changes the length of the inward step where many whole steps fool, or few do."""
        self._taken += 1
        self._fooled.append(fooled)
        if len(self._fooled) < _INWARD_REMEMBERED:
            return
        factor = _factor(float(np.mean(self._fooled)), _GOOD_INWARD, _POOR_INWARD)
        self.inward *= factor
        if factor != 1.0:
            self._fooled.clear()


def _factor(share: float, good: float, poor: float) -> float:
    if share > good:
        return _ADAPTATION
    return 1 / _ADAPTATION if share < poor else 1.0


def _step_sideways(point: Image, image: Image, share: float, way: Image) -> Image:
    """Steps in a direction on the sphere about the original, by a share of its radius."""
    inward = (image - point).ravel()
    radius = np.linalg.norm(inward)
    step = way.ravel()
    step = step - (step @ inward) / max(radius**2, np.finfo(np.float32).tiny) * inward
    step *= np.float32(share) * radius / max(np.linalg.norm(step), np.finfo(np.float32).tiny)
    around = (step - inward) / np.float32(np.hypot(1.0, share))
    return np.clip(image + around.reshape(image.shape), 0.0, 1.0)


def _step_inward(sideways: Image, point: Image, image: Image, share: float) -> Image:
    """Steps towards the original until it is nearer than the point by a share of the distance."""
    radius = np.linalg.norm(image - point)
    now = np.linalg.norm(image - sideways)
    missing = max(float(now - (1.0 - share) * radius), 0.0)
    wanted = np.float32(missing / max(float(now), 1e-12))
    return np.clip(sideways + wanted * (image - sideways), 0.0, 1.0)
