"""Several attacks in turn: what withstands all of them is called robust with the best reason."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from facemask_core.attacks.apgd import APGD
from facemask_core.attacks.base import AdversarialBatch, Attack
from facemask_core.attacks.fab import FAB
from facemask_core.attacks.losses import CROSS_ENTROPY, MARGIN
from facemask_core.attacks.restarts import merge_attempts
from facemask_core.attacks.square import Square
from facemask_core.models.classifier import Classifier

WRONG_BEFORE = "wrong before"
"""What an image was felled by that the model classes wrongly without any attack."""


@dataclass(frozen=True, eq=False)
class EnsembleBatch(AdversarialBatch):
    """The batch of an ensemble, with the attack that felled each image.

    Attributes:
        felled_by: (n,), names such as ``apgd cross-entropy``; empty where the image withstood all
            of them, and :data:`WRONG_BEFORE` where it took no attack.
    """

    felled_by: NDArray[np.str_]


@dataclass(frozen=True, kw_only=True)
class Ensemble(Attack):
    """Four attacks in turn, after Croce & Hein 2020 (arXiv:2003.01690), section 5 (AutoAttack).

    Auto-PGD on cross-entropy, Auto-PGD on the margin, FAB and Square; an image that falls is left
    alone, one that stands meets the next. AutoAttack's second attack climbs the DLR loss: the
    margin, divided by the lead of the highest score over the third-highest. With two classes there
    is no third. What the division is for, that the scale of the scores does not matter, holds for
    the margin as it is: its gradient never vanishes, and the steps take its direction alone. As
    that is the direction of cross-entropy, too, the second attack has random starts of its own.

    Attributes:
        steps: Steps of each Auto-PGD and of FAB.
        queries: Questions of Square to the model for each image that withstands the others.
    """

    name: ClassVar[str] = "ensemble"
    title: ClassVar[str] = "Ensemble"
    norm: ClassVar[str] = "linf"

    steps: int = 100
    queries: int = 5000

    def __post_init__(self) -> None:
        self._list_members()

    def _list_members(self) -> tuple[tuple[str, Attack], ...]:
        climb = APGD(steps=self.steps, stop_early=True)
        return (
            ("apgd cross-entropy", replace(climb, loss=CROSS_ENTROPY.name)),
            ("apgd margin", replace(climb, loss=MARGIN.name)),
            ("fab", FAB(norm=self.norm, steps=self.steps)),
            ("square", Square(queries=self.queries)),
        )

    @property
    def uses_seed(self) -> bool:
        return True

    @property
    def passes(self) -> float:
        return 1 + sum(member.passes for _, member in self._list_members())

    def largest_epsilon(self, shape: tuple[int, ...]) -> float:
        return 1.0

    def threat_model(self, epsilon: float, seed: int = 0) -> dict[str, Any]:
        """States the settings as every attack does, the norm, and the attacks in their order."""
        members = [name for name, _ in self._list_members()]
        return super().threat_model(epsilon, seed) | {"norm": self.norm, "attacks": members}

    def _attack(
        self,
        classifier: Classifier,
        images: NDArray[np.float32],
        labels: NDArray[np.int64],
        epsilon: float,
        seed: int,
    ) -> EnsembleBatch:
        right = classifier.predict(images).argmax(axis=1) == labels
        (first, member), *others = self._list_members()
        batch = member(classifier, images, labels, epsilon=epsilon, seed=seed)
        felled_by = np.where(right, np.where(batch.success, first, ""), WRONG_BEFORE)
        for place, (name, member) in enumerate(others, start=1):
            rows = np.flatnonzero(~batch.success)
            if not len(rows):
                break
            # The next seed, so that the same attack on another loss starts elsewhere.
            attempt = member(
                classifier, images[rows], labels[rows], epsilon=epsilon, seed=seed + place
            )
            batch = merge_attempts(batch, attempt, rows, None)
            felled_by[rows[batch.success[rows]]] = name
        known = {field.name: getattr(batch, field.name) for field in fields(AdversarialBatch)}
        return EnsembleBatch(**known, felled_by=felled_by)
