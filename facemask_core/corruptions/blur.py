"""Blur: a lens out of focus."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from facemask_core.corruptions.base import Corruption


@dataclass(frozen=True, kw_only=True)
class Blur(Corruption):
    """A Gaussian bell over the pixels; beyond its edges the picture is mirrored."""

    name: ClassVar[str] = "blur"
    title: ClassVar[str] = "Blur"
    meaning: ClassVar[str] = "standard deviation in pixels of 224"
    written: ClassVar[str] = "{:.3g} px"
    start: ClassVar[float] = 0.0
    severities: ClassVar[tuple[float, float, float, float, float]] = (1.0, 2.0, 3.0, 4.5, 6.0)

    def _change(
        self, image: NDArray[np.uint8], value: float, rng: np.random.Generator
    ) -> NDArray[np.uint8]:
        return np.asarray(cv2.GaussianBlur(image, (0, 0), value), np.uint8)
