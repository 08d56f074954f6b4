"""A box over the mouth: a cup, a phone, a sheet of paper before the face."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from facemask_core.corruptions.base import Corruption
from facemask_core.labels import WITHOUT_MASK

_LARGEST = np.array([0.20, 0.55, 0.80, 0.95])
"""Left, top, right and bottom of the lower face in a crop from hairline to chin, in shares."""
_SPREAD = 0.05
"""How far each edge may lie from there, by the seed."""


@dataclass(frozen=True, kw_only=True)
class MouthBox(Corruption):
    """An opaque box of one colour grows from the mouth until it covers the lower face.

    A covered mouth is no mask, so an unmasked face stays unmasked. What a mask under a box ought to
    be called is not defined, so tables count unmasked faces alone.
    """

    name: ClassVar[str] = "mouth_box"
    title: ClassVar[str] = "Box over the mouth"
    meaning: ClassVar[str] = "side of the box, in shares of the lower face"
    written: ClassVar[str] = "{:.2g} of the lower face"
    start: ClassVar[float] = 0.0
    severities: ClassVar[tuple[float, float, float, float, float]] = (0.4, 0.55, 0.7, 0.85, 1.0)
    label: ClassVar[int | None] = WITHOUT_MASK

    def _change(
        self, image: NDArray[np.uint8], value: float, rng: np.random.Generator
    ) -> NDArray[np.uint8]:
        corners = (_LARGEST + rng.uniform(-_SPREAD, _SPREAD, 4)).reshape(2, 2)
        colour = rng.integers(0, 256, 3, np.uint8)
        middle = corners.mean(axis=0)
        height, width = image.shape[:2]
        grown = (middle + (corners - middle) * value) * (width, height)
        (left, top), (right, bottom) = np.rint(grown).astype(int).tolist()
        covered = image.copy()
        covered[top:bottom, left:right] = colour
        return covered
