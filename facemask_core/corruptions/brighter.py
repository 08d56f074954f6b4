"""Brightness: too much light, or a window behind the camera."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from facemask_core.corruptions.base import Corruption, to_levels


@dataclass(frozen=True, kw_only=True)
class Brighter(Corruption):
    """The same amount is added to every value; what would be brighter than white is white."""

    name: ClassVar[str] = "brighter"
    title: ClassVar[str] = "Brightness"
    meaning: ClassVar[str] = "added to every value, where white is 1"
    written: ClassVar[str] = "+{:.2g}"
    start: ClassVar[float] = 0.0
    severities: ClassVar[tuple[float, float, float, float, float]] = (0.1, 0.25, 0.4, 0.5, 0.6)

    def _change(
        self, image: NDArray[np.uint8], value: float, rng: np.random.Generator
    ) -> NDArray[np.uint8]:
        return to_levels(image + np.float32(255.0 * value))
