"""JPEG: what a messenger or a slow line makes of a picture."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from facemask_core.corruptions.base import Corruption
from facemask_core.pictures import images


@dataclass(frozen=True, kw_only=True)
class JPEG(Corruption):
    """Compressed by Pillow, with chroma at half resolution, and read again."""

    name: ClassVar[str] = "jpeg"
    title: ClassVar[str] = "JPEG"
    meaning: ClassVar[str] = "quality, of 100"
    written: ClassVar[str] = "quality {:.0f}"
    start: ClassVar[float] = 100.0
    severities: ClassVar[tuple[float, float, float, float, float]] = (40, 25, 15, 10, 5)

    def value(self, strength: float) -> float:
        """The quality at a strength, which is a whole number."""
        return float(round(super().value(strength)))

    def _change(
        self, image: NDArray[np.uint8], value: float, rng: np.random.Generator
    ) -> NDArray[np.uint8]:
        compressed = io.BytesIO(images.encode_jpeg(image, int(value)))
        return np.array(Image.open(compressed), np.uint8)
