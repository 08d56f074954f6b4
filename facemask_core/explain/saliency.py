"""Saliency: which pixels the verdict is most sensitive to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from facemask_core.attacks.base import directions
from facemask_core.errors import ExplanationError
from facemask_core.explain.base import Explanation
from facemask_core.explain.heat import normalise
from facemask_core.labels import WITHOUT_MASK
from facemask_core.models.classifier import Classifier
from facemask_core.models.gradients import ModelFunctions, Tensor


@dataclass(frozen=True, kw_only=True)
class Saliency(Explanation):
    """Simonyan et al. 2014 (arXiv:1312.6034), section 3.1, of the margin.

    The largest magnitude of the gradient among a pixel's channels. With two classes it is the same
    for either: what would raise one's lead lowers the other's.

    Attributes:
        percentile: Of an image's magnitudes, the one that becomes 1; larger ones are cut off, since
            a few pixels would leave the rest black (Smilkov et al. 2017, arXiv:1706.03825).
    """

    name: ClassVar[str] = "saliency"
    title: ClassVar[str] = "Saliency"
    meaning: ClassVar[str] = (
        "The hotter a pixel, the more a tiny change of it would move the score."
    )
    source: ClassVar[str] = "Simonyan et al. 2014, arXiv:1312.6034"

    percentile: float = 99.0

    def __post_init__(self) -> None:
        if not 0.0 < self.percentile <= 100.0:
            raise ExplanationError(
                f"The percentile is {self.percentile:g}; it must lie above 0 and be at most 100."
            )

    def _heat(
        self,
        classifier: Classifier,
        images: NDArray[np.float32],
        labels: NDArray[np.int64] | None,
        seed: int,
    ) -> NDArray[np.float32]:
        gradients = self._gradients(classifier, images, seed)
        return normalise(np.abs(gradients).max(axis=-1), self.percentile)

    def _gradients(
        self, classifier: Classifier, images: NDArray[np.float32], seed: int
    ) -> NDArray[np.float32]:
        """Computes the margin's gradients, of the images' shape; SmoothGrad averages them here."""
        return margin_gradients(classifier, images)


def margin_gradients(classifier: Classifier, images: NDArray[np.float32]) -> NDArray[np.float32]:
    """Differentiates the lead of ``with_mask`` with respect to the pixels.

    Args:
        classifier: The model.
        images: float32 (n, height, width, 3).

    Returns:
        float32 gradients of the images' shape.
    """
    towards = directions(np.full(len(images), WITHOUT_MASK), None)
    return classifier.run("saliency", _gradient, images, towards)[0]


def _gradient(model: ModelFunctions, images: Tensor, direction: Tensor) -> tuple[Tensor, ...]:
    """Computes the margin's gradient, as the traced program."""
    return (model.margin_gradient(images, direction)[1],)
