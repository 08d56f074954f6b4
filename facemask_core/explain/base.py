"""The base class of explanations: faces in, and a heat map of each out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from facemask_core.attacks.base import check_labels
from facemask_core.errors import ExplanationError
from facemask_core.models.classifier import Classifier


@dataclass(frozen=True, kw_only=True)
class Explanation(ABC):
    """A method with its settings; frozen, so that one object can serve every visitor.

    It explains the margin by which one class's logit leads the other's, not a logit alone: a change
    that raises both logits alike changes no probability, so it says nothing about the verdict.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    meaning: ClassVar[str]
    """What heat means in its maps, in one plain sentence."""
    source: ClassVar[str]
    """Where the method was published."""

    def __call__(
        self,
        classifier: Classifier,
        images: NDArray[np.floating],
        label: int | NDArray[np.integer] | None = None,
        *,
        seed: int = 0,
    ) -> NDArray[np.float32]:
        """Maps where the model looks.

        Args:
            classifier: The model; not changed.
            images: Float (n, 224, 224, 3) in [0, 1]; not changed.
            label: The class to explain, one for all or integer (n,); None for the class that the
                model gives each image.
            seed: Seed of all randomness. An image's random numbers depend on the seed and its
                own pixels alone, so neither batch size nor order changes it.

        Returns:
            float32 heat (n, 224, 224) in [0, 1]; the hottest place of an image is 1. An image
            whose map is all zero has nothing that speaks for the class, or a gradient that
            vanishes or is not finite.

        Raises:
            AttackError: The images or the labels are outside the contract, or no gradient passes.
            BackboneError: The method needs the network's layers, and the registry did not build
                the model.
            ExplanationError: The seed is negative.
        """
        pixels = classifier.check_images(images)
        if seed < 0:
            raise ExplanationError(f"The seed is {seed}; it must be a whole number from 0.")
        if label is None:
            return self._heat(classifier, pixels, None, seed)
        labels = np.full(len(pixels), label) if np.ndim(label) == 0 else np.asarray(label)
        return self._heat(classifier, pixels, check_labels(labels, len(pixels)), seed)

    @abstractmethod
    def _heat(
        self,
        classifier: Classifier,
        images: NDArray[np.float32],
        labels: NDArray[np.int64] | None,
        seed: int,
    ) -> NDArray[np.float32]:
        """Explains checked input."""

    def statement(self) -> dict[str, Any]:
        """States the settings a reader of a map needs to know, fit for JSON."""
        return {"method": self.name, "source": self.source, **asdict(self)}
