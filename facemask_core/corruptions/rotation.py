"""Rotation: a tilted head, or a camera held askew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from facemask_core.corruptions.base import Corruption
from facemask_core.corruptions.surroundings import place


@dataclass(frozen=True, kw_only=True)
class Rotation(Corruption):
    """The picture is turned about its middle, to the side that the seed says."""

    name: ClassVar[str] = "rotation"
    title: ClassVar[str] = "Rotation"
    meaning: ClassVar[str] = "degrees"
    written: ClassVar[str] = "{:.3g}°"
    start: ClassVar[float] = 0.0
    severities: ClassVar[tuple[float, float, float, float, float]] = (10, 20, 30, 45, 60)

    def _change(
        self, image: NDArray[np.uint8], value: float, rng: np.random.Generator
    ) -> NDArray[np.uint8]:
        side = 1.0 if rng.random() < 0.5 else -1.0
        return place(image, 1.0, side * value)
