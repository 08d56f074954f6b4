"""Distance: a person further away from the camera."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from facemask_core.corruptions.base import Corruption
from facemask_core.corruptions.surroundings import place


@dataclass(frozen=True, kw_only=True)
class Distance(Corruption):
    """The picture is shrunk in the middle of its frame, on its own edges drawn out and blurred."""

    name: ClassVar[str] = "distance"
    title: ClassVar[str] = "Distance"
    meaning: ClassVar[str] = "side of the picture, in shares of the frame"
    written: ClassVar[str] = "{:.2g} of the frame"
    start: ClassVar[float] = 1.0
    severities: ClassVar[tuple[float, float, float, float, float]] = (0.8, 0.65, 0.5, 0.42, 0.35)

    def _change(
        self, image: NDArray[np.uint8], value: float, rng: np.random.Generator
    ) -> NDArray[np.uint8]:
        return place(image, value, 0.0)
