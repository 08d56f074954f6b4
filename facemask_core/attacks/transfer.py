"""Transfer: examples made on one model attack another that the attacker has never seen."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from facemask_core.attacks.base import AdversarialBatch, Attack, reaches_goal
from facemask_core.attacks.pgd import PGD
from facemask_core.errors import AttackError
from facemask_core.models.classifier import Classifier


@dataclass(frozen=True, kw_only=True)
class Transfer(Attack):
    """Papernot et al. 2016 (arXiv:1605.07277): the victim is queried only at the end.

    Attributes:
        source: The model the adversarial examples are made on.
        attack: The attack they are made with.
    """

    name: ClassVar[str] = "transfer"
    title: ClassVar[str] = "Transfer"
    knowledge: ClassVar[str] = "another model"

    source: Classifier | None = None
    attack: Attack = field(default_factory=PGD)

    def __post_init__(self) -> None:
        self._checked_source()

    def _checked_source(self) -> Classifier:
        if self.source is None:
            raise AttackError("A transfer attack needs the model its examples are made on.")
        return self.source

    @property
    def target(self) -> int | None:
        """The class to reach, if the attack on the source has one."""
        return getattr(self.attack, "target", None)

    @property
    def batch_size(self) -> int:
        """As many as the attack on the source takes."""
        return self.attack.batch_size

    @property
    def uses_seed(self) -> bool:
        return self.attack.uses_seed

    @property
    def passes(self) -> float:
        return self.attack.passes + 1

    @property
    def passes_once(self) -> float:
        return self.attack.passes_once

    def queried_models(self, classifier: Classifier) -> tuple[Classifier, ...]:
        """Lists the victim and the source."""
        return (classifier, self._checked_source())

    def longest_way(self, epsilon: float) -> float:
        """Returns how far the attack on the source can move an image."""
        return self.attack.longest_way(epsilon)

    def largest_epsilon(self, shape: tuple[int, ...]) -> float:
        return self.attack.largest_epsilon(shape)

    def threat_model(self, epsilon: float, seed: int = 0) -> dict[str, Any]:
        """States the settings of the attack on the source, and the source."""
        source = self._checked_source()
        return {
            **self.attack.threat_model(epsilon, seed),
            "attack": self.name,
            "knowledge": self.knowledge,
            "made_with": self.attack.name,
            "source": source.name,
            "source_sha256": source.card.weights_sha256,
            "source_precision": source.precision,
        }

    def _attack(
        self,
        classifier: Classifier,
        images: NDArray[np.float32],
        labels: NDArray[np.int64],
        epsilon: float,
        seed: int,
    ) -> AdversarialBatch:
        batch = self.attack(self._checked_source(), images, labels, epsilon=epsilon, seed=seed)
        logits = classifier.predict(batch.images)
        return replace(batch, logits=logits, success=reaches_goal(logits, labels, self.target))
