"""Colour cast: a coloured lamp, a stage, a camera whose white balance is off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from facemask_core.corruptions.base import Corruption, to_levels
from facemask_core.errors import CorruptionError

COLOURS = {"red": (0,), "yellow": (0, 1), "green": (1,), "blue": (2,)}
"""The channels of RGB that a light leaves as they are."""


@dataclass(frozen=True, kw_only=True)
class ColourCast(Corruption):
    """The channels that a coloured light lacks are multiplied by a factor.

    Attributes:
        colour: The light's colour: red, yellow, green or blue.
    """

    name: ClassVar[str] = "colour_cast"
    title: ClassVar[str] = "Colour cast"
    meaning: ClassVar[str] = "factor of the colours that the light lacks"
    written: ClassVar[str] = "x{:.2g}"
    start: ClassVar[float] = 1.0
    severities: ClassVar[tuple[float, float, float, float, float]] = (0.8, 0.65, 0.5, 0.4, 0.3)

    colour: str = "red"

    def __post_init__(self) -> None:
        if self.colour not in COLOURS:
            raise CorruptionError(
                f"There is no light of the colour {self.colour!r}; choose one of "
                f"{', '.join(COLOURS)}."
            )

    def _change(
        self, image: NDArray[np.uint8], value: float, rng: np.random.Generator
    ) -> NDArray[np.uint8]:
        factors = np.full(3, value, np.float32)
        factors[list(COLOURS[self.colour])] = 1.0
        return to_levels(image * factors)
