"""Gaussian noise: what a sensor adds in little light."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from facemask_core.corruptions.base import Corruption, to_levels


@dataclass(frozen=True, kw_only=True)
class GaussianNoise(Corruption):
    """Normal noise, independent for every value, cut off at black and white."""

    name: ClassVar[str] = "noise"
    title: ClassVar[str] = "Noise"
    meaning: ClassVar[str] = "standard deviation, where white is 1"
    written: ClassVar[str] = "{:.3g}"
    start: ClassVar[float] = 0.0
    severities: ClassVar[tuple[float, float, float, float, float]] = (0.02, 0.05, 0.1, 0.15, 0.2)

    def _change(
        self, image: NDArray[np.uint8], value: float, rng: np.random.Generator
    ) -> NDArray[np.uint8]:
        noise = rng.standard_normal(image.shape, np.float32)
        return to_levels(image + np.float32(255.0 * value) * noise)
