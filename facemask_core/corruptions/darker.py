"""Darkness: less light on everything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from facemask_core.corruptions.base import Corruption, to_levels


@dataclass(frozen=True, kw_only=True)
class Darker(Corruption):
    """Every value times a factor; what falls between two of 256 levels is lost."""

    name: ClassVar[str] = "darker"
    title: ClassVar[str] = "Darkness"
    meaning: ClassVar[str] = "factor of every value"
    written: ClassVar[str] = "x{:.2g}"
    start: ClassVar[float] = 1.0
    severities: ClassVar[tuple[float, float, float, float, float]] = (0.5, 0.35, 0.25, 0.18, 0.12)

    def _change(
        self, image: NDArray[np.uint8], value: float, rng: np.random.Generator
    ) -> NDArray[np.uint8]:
        return to_levels(image * np.float32(value))
