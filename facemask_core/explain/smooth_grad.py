"""SmoothGrad: saliency averaged over noisy copies of an image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from facemask_core.attacks.restarts import own_generators
from facemask_core.errors import ExplanationError
from facemask_core.explain.saliency import Saliency, margin_gradients
from facemask_core.models.classifier import Classifier

MAX_SAMPLES = 1_000


@dataclass(frozen=True, kw_only=True)
class SmoothGrad(Saliency):
    """Smilkov et al. 2017 (arXiv:1706.03825), section 2: the mean gradient around an image.

    Noisy pixels are brought back into [0, 1], unlike there: nothing outside is an image, and
    defences take nothing else.

    Attributes:
        samples: Noisy copies of each image, each of which costs a gradient.
        noise: Standard deviation of the noise, as a share of the image's largest value less its
            smallest; the paper advises 0.1 to 0.2.
    """

    name: ClassVar[str] = "smooth-grad"
    title: ClassVar[str] = "SmoothGrad"
    meaning: ClassVar[str] = (
        "The hotter a pixel, the more a tiny change of it would move the score, averaged over "
        "noisy copies of the picture."
    )
    source: ClassVar[str] = "Smilkov et al. 2017, arXiv:1706.03825"

    samples: int = 32
    noise: float = 0.15

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 1 <= self.samples <= MAX_SAMPLES:
            raise ExplanationError(
                f"{self.samples} samples were asked for; there may be from 1 to {MAX_SAMPLES}."
            )
        if not 0.0 <= self.noise <= 1.0:
            raise ExplanationError(f"The noise is {self.noise:g}; it must lie from 0 to 1.")

    def _gradients(
        self, classifier: Classifier, images: NDArray[np.float32], seed: int
    ) -> NDArray[np.float32]:
        means = np.empty_like(images)
        generators = own_generators(images, seed, 0)
        for mean, image, rng in zip(means, images, generators, strict=True):
            noise = rng.standard_normal((self.samples, *image.shape), np.float32)
            noisy = np.clip(image + self.noise * np.ptp(image) * noise, 0.0, 1.0)
            mean[:] = margin_gradients(classifier, noisy.astype(np.float32)).mean(axis=0)
        return means
