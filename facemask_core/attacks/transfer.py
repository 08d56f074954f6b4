"""Transfer: made on one model, tried on another that the attacker has never seen."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from facemask_core.attacks.base import AdversarialBatch, Attack, succeeded
from facemask_core.attacks.pgd import PGD
from facemask_core.errors import AttackError
from facemask_core.models.classifier import Classifier


@dataclass(frozen=True, kw_only=True)
class Transfer(Attack):
    """Papernot et al. 2016 (arXiv:1605.07277): the classifier attacked is asked only at the end.

    Attributes:
        source: The model the adversarial examples are made on.
        attack: What they are made with.
    """

    name: ClassVar[str] = "transfer"
    title: ClassVar[str] = "Transfer"
    knowledge: ClassVar[str] = "another model"

    source: Classifier | None = None
    attack: Attack = field(default_factory=PGD)

    def __post_init__(self) -> None:
        self._made_on()

    def _made_on(self) -> Classifier:
        if self.source is None:
            raise AttackError("A transfer attack needs the model its examples are made on.")
        return self.source

    @property
    def target(self) -> int | None:
        """The class that is to be reached, if the attack made on the source has one."""
        return getattr(self.attack, "target", None)

    @property
    def batch_size(self) -> int:
        """As for the attack made on the source."""
        return self.attack.batch_size

    def asked(self, classifier: Classifier) -> tuple[Classifier, ...]:
        """The source as well."""
        return (classifier, self._made_on())

    def largest_epsilon(self, shape: tuple[int, ...]) -> float:
        return self.attack.largest_epsilon(shape)

    def threat_model(self, epsilon: float, seed: int = 0) -> dict[str, Any]:
        """The statement of the attack made on the source, and of the source."""
        source = self._made_on()
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
        made = self.attack(self._made_on(), images, labels, epsilon=epsilon, seed=seed)
        logits = classifier.predict(made.images)
        return replace(made, logits=logits, success=succeeded(logits, labels, self.target))
