"""How a model wants its pixels: scale and mean, order of the colours, size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from facemask_core.backbones.preprocessing import (
    CAFFE_MEANS,
    IMAGENET_DEVIATIONS,
    IMAGENET_MEANS,
)
from facemask_core.backend import keras
from facemask_core.pictures.images import INPUT_SIZE

_LUMINANCE = (0.299, 0.587, 0.114)
"""Of red, green and blue in grey, as Pillow and OpenCV weigh them."""
_Scale = tuple[tuple[float, ...], tuple[float, ...]]
SCALES: dict[str, _Scale] = {
    "-1..1": ((2.0,) * 3, (-1.0,) * 3),
    "0..1": ((1.0,) * 3, (0.0,) * 3),
    "0..255": ((255.0,) * 3, (0.0,) * 3),
    "imagenet-means": ((255.0,) * 3, tuple(-mean for mean in CAFFE_MEANS)),
    "imagenet-deviations": (
        tuple(1 / deviation for deviation in IMAGENET_DEVIATIONS),
        tuple(-m / d for m, d in zip(IMAGENET_MEANS, IMAGENET_DEVIATIONS, strict=True)),
    ),
}
"""Factor and offset of red, green and blue in [0, 1], by the name a user gives."""
COLOURS = ("rgb", "bgr")
GREY = "grey"


@dataclass(frozen=True)
class Preparation:
    """What stands between the lab's pixels and a model's.

    Attributes:
        scale: A name in :data:`SCALES`.
        colours: ``rgb``, ``bgr`` or ``grey``.
        height: Rows of the model's input.
        width: Columns of it.
    """

    scale: str
    colours: str
    height: int
    width: int

    def apply(self, pixels: Any) -> Any:
        """Prepares pixels, differentiably.

        Args:
            pixels: Tensor (n, 224, 224, 3), RGB in [0, 1].
        """
        if (self.height, self.width) != (INPUT_SIZE, INPUT_SIZE):
            pixels = keras.ops.image.resize(
                pixels,
                (self.height, self.width),
                interpolation="bilinear",
                antialias=True,
                data_format="channels_last",
            )
        factors, offsets = (np.array(part, np.float32) for part in SCALES[self.scale])
        scaled = pixels * factors + offsets
        if self.colours == "bgr":
            return scaled[..., ::-1]
        if self.colours == GREY:
            return keras.ops.sum(scaled * np.array(_LUMINANCE, np.float32), axis=-1, keepdims=True)
        return scaled

    def describe(self) -> str:
        """Describes it, such as ``pixels -1..1, rgb, 224 x 224``."""
        return f"pixels {self.scale}, {self.colours}, {self.height} x {self.width}"


def list_preparations(height: int, width: int, channels: int) -> list[Preparation]:
    """Lists every preparation to try, the commonest first.

    Args:
        height: Rows of the model's input.
        width: Columns of it.
        channels: 3, or 1 for grey.
    """
    if channels == 1:
        plain = [name for name in SCALES if not name.startswith("imagenet")]
        return [Preparation(name, GREY, height, width) for name in plain]
    return [Preparation(name, order, height, width) for order in COLOURS for name in SCALES]
