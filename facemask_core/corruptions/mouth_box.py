"""A box over the mouth: a cup, a phone, a sheet of paper before the face."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from facemask_core.corruptions.base import Corruption
from facemask_core.errors import CorruptionError
from facemask_core.labels import WITHOUT_MASK

_LARGEST = np.array([0.20, 0.55, 0.80, 0.95])
"""Left, top, right and bottom of the lower face, in shares of a face from hairline to chin."""
CHIN = 0.88
"""Where the chin is in a box of the lab's face finder, which leaves a margin below it: on shipped
portraits the mouth lies two thirds down the box, and three quarters down the face."""
_SPREAD = 0.05
"""How far each edge may lie from there, by the seed."""


@dataclass(frozen=True, kw_only=True)
class MouthBox(Corruption):
    """An opaque box of one colour grows from the mouth until it covers the lower face.

    A covered mouth is no mask, so an unmasked face stays unmasked. What a mask under a box ought to
    be called is not defined, so tables count unmasked faces alone.

    Attributes:
        face: Left, top, right and bottom of the face, in shares of the picture; by default it fills
            the picture, as in a crop.
    """

    name: ClassVar[str] = "mouth_box"
    title: ClassVar[str] = "Box over the mouth"
    meaning: ClassVar[str] = "side of the box, in shares of the lower face"
    written: ClassVar[str] = "{:.2g} of the lower face"
    start: ClassVar[float] = 0.0
    severities: ClassVar[tuple[float, float, float, float, float]] = (0.4, 0.55, 0.7, 0.85, 1.0)
    label: ClassVar[int | None] = WITHOUT_MASK

    face: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)

    def __post_init__(self) -> None:
        left, top, right, bottom = self.face
        if not (0.0 <= left < right <= 1.0 and 0.0 <= top < bottom <= 1.0):
            raise CorruptionError(
                f"The face lies at {self.face}; give left, top, right and bottom in shares of the "
                "picture, from 0 to 1."
            )
        object.__setattr__(self, "face", tuple(self.face))  # JSON has lists alone

    def statement(self) -> dict[str, Any]:
        """States the face's place as a list, as JSON reads it."""
        return super().statement() | {"face": list(self.face)}

    def _change(
        self, image: NDArray[np.uint8], value: float, rng: np.random.Generator
    ) -> NDArray[np.uint8]:
        corners = (_LARGEST + rng.uniform(-_SPREAD, _SPREAD, 4)).reshape(2, 2)
        colour = rng.integers(0, 256, 3, np.uint8)
        middle = corners.mean(axis=0)
        height, width = image.shape[:2]
        left_top, right_bottom = np.array(self.face).reshape(2, 2)
        grown = left_top + (middle + (corners - middle) * value) * (right_bottom - left_top)
        (left, top), (right, bottom) = np.rint(grown * (width, height)).astype(int).tolist()
        covered = image.copy()
        covered[top:bottom, left:right] = colour
        return covered
