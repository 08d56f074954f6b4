"""The question the lab asks: is this model still right when this attack changes the face?"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from facemask_core import robustness
from facemask_core.attacks import Attack
from facemask_core.attacks.fgsm import FGSM
from facemask_core.epsilons import Grid
from facemask_core.models.classifier import Classifier


@dataclass(frozen=True, eq=False)
class Question:
    """One face, one model and one attack: everything that decides the answer but epsilon.

    Attributes:
        face: uint8 (224, 224, 3), before the attack; not to be changed.
        classifier: The model under attack.
        label: The class that counts as the right answer; the attack drives the model away from it.
        attack: The attack.
        seed: The attack's seed.
        linked: One more notch where the slider stops, because a link put it there.
    """

    face: NDArray[np.uint8]
    classifier: Classifier
    label: int
    attack: Attack
    seed: int
    linked: int | None = None

    @cached_property
    def grid(self) -> Grid:
        """The epsilons of the slider, in the attack's norm."""
        return robustness.grid_of(self.attack)

    @property
    def stops(self) -> list[int]:
        """The notches where the slider stops."""
        more = () if self.linked is None else (self.linked,)
        return sorted({*self.grid.stops, *more})

    @property
    def notches(self) -> list[int]:
        """The notches that are computed: all for FGSM, whose one gradient serves every epsilon."""
        return [*self.grid.notches] if isinstance(self.attack, FGSM) else self.stops

    def key(self, *more: object) -> str:
        """Computes a short name for the question: equal questions have equal names.

        Args:
            *more: What else decides an answer, such as epsilon.
        """
        if self.linked is not None and self.notches == self.stops:
            more = ("linked", self.linked, *more)
        settings = (self.classifier.card.weights_sha256, self.attack, self.seed, self.label, *more)
        return hashlib.sha256(self.face.tobytes() + repr(settings).encode()).hexdigest()[:20]
