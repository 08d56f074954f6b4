"""Gaussian blur: averages away changes from pixel to pixel, and the image's detail with them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from facemask_core.backend import keras
from facemask_core.defences.base import Defence
from facemask_core.defences.rounding import straight_through
from facemask_core.errors import DefenceError
from facemask_core.models.gradients import Tensor

ops = keras.ops

MAX_SIGMA = 16.0
"""Beyond this, nothing of a face of 224 pixels is left to recognise."""
_REACH = 3.0
"""Standard deviations after which the bell is cut off; 0.3 % of it lies further out."""


@dataclass(frozen=True, kw_only=True)
class Blur(Defence):
    """Local smoothing as in Xu, Evans & Qi 2018 (arXiv:1704.01155), section III-B.

    A depthwise convolution, along one axis and then the other, over an image mirrored at its
    edges. The kernel reaches three standard deviations far, or as far as the image does.

    Attributes:
        sigma: Standard deviation of the bell in pixels.
    """

    name: ClassVar[str] = "blur"
    title: ClassVar[str] = "Gaussian blur"

    sigma: float = 1.0

    def __post_init__(self) -> None:
        if not 0.0 < self.sigma <= MAX_SIGMA:
            raise DefenceError(
                f"The blur's sigma is {self.sigma:g} pixels; it must lie above 0 and be at most "
                f"{MAX_SIGMA:g}."
            )

    @property
    def label(self) -> str:
        return f"blur {self.sigma:g}"

    def __call__(self, pixels: Tensor) -> Tensor:
        height, width = pixels.shape[1:3]
        down = self._kernel(height)[:, None, None, None]
        across = self._kernel(width)[None, :, None, None]
        blurred = _convolve(_convolve(pixels, down), across)
        # Float error may put a mean of whites above 1. A plain clip would stop the gradient there.
        return straight_through(blurred, ops.clip(blurred, 0.0, 1.0))

    def _kernel(self, size: int) -> NDArray[np.float32]:
        """Returns the bell's weights, float32 (2 * radius + 1,), for an axis of ``size`` pixels."""
        radius = min(math.ceil(_REACH * self.sigma), size - 1)
        offsets = np.arange(-radius, radius + 1)
        bell = np.exp(-0.5 * (offsets / self.sigma) ** 2)
        return (bell / bell.sum()).astype(np.float32)


def _convolve(pixels: Tensor, kernel: NDArray[np.float32]) -> Tensor:
    """Applies a kernel (height, width, 1, 1) to each channel; the size stays."""
    below, right = (side // 2 for side in kernel.shape[:2])
    mirrored = ops.pad(pixels, ((0, 0), (below, below), (right, right), (0, 0)), mode="reflect")
    each_channel = np.repeat(kernel, 3, axis=2)
    return ops.depthwise_conv(mirrored, each_channel, padding="valid", data_format="channels_last")
