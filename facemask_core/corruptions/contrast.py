"""Contrast: mist, a fogged lens, light from behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from facemask_core.corruptions.base import Corruption, to_levels


@dataclass(frozen=True, kw_only=True)
class Contrast(Corruption):
    """Every value is drawn towards the mean of its colour in the picture."""

    name: ClassVar[str] = "contrast"
    title: ClassVar[str] = "Low contrast"
    meaning: ClassVar[str] = "factor of every difference from the mean"
    written: ClassVar[str] = "x{:.2g}"
    start: ClassVar[float] = 1.0
    severities: ClassVar[tuple[float, float, float, float, float]] = (0.7, 0.5, 0.25, 0.17, 0.1)

    def _change(
        self, image: NDArray[np.uint8], value: float, rng: np.random.Generator
    ) -> NDArray[np.uint8]:
        mean = image.mean(axis=(0, 1), dtype=np.float64).astype(np.float32)
        return to_levels((image - mean) * np.float32(value) + mean)
