"""Random resizing: the model never sees a picture twice in the same size and place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from facemask_core.backend import keras
from facemask_core.defences.base import Defence, check_whole_number
from facemask_core.defences.draws import draw_uniform
from facemask_core.defences.rounding import straight_through
from facemask_core.errors import DefenceError
from facemask_core.models.gradients import Tensor

ops = keras.ops

MAX_DRAWS = 256
MAX_SEED = 2**32 - 1


@dataclass(frozen=True, kw_only=True)
class RandomResize(Defence):
    """Xie et al. 2018, "Mitigating adversarial effects through randomization" (arXiv:1711.01991).

    Each picture is made smaller by a random factor and laid at a random place of a picture of the
    old size, whose rest goes on with the colours at its edges: the models know no black frames.
    Values between two pixels are interpolated linearly. An answer may be the mean over several
    draws; the gradient is then the mean of their gradients, the expectation over transformation of
    Athalye et al. 2018 (arXiv:1802.00420, section 4.2).

    Attributes:
        smallest: The least side of the smaller picture, as a share of the old one.
        draws: How many draws the scores of an answer are the mean of.
        seed: Seed of the draws; each picture has its own.
    """

    name: ClassVar[str] = "random_resize"
    title: ClassVar[str] = "Random resizing"

    smallest: float = 0.8
    draws: int = 1
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0.5 <= self.smallest <= 1.0:
            raise DefenceError(
                f"The smallest side is {self.smallest:g} of the picture's; it must be from 0.5 to "
                "1."
            )
        check_whole_number(self.draws, "The number of draws", 1, MAX_DRAWS)
        check_whole_number(self.seed, "The seed of the draws", 0, MAX_SEED)

    @property
    def label(self) -> str:
        return f"random resize {self.smallest:g}"

    @property
    def is_random(self) -> bool:
        return self.smallest < 1.0

    @property
    def copies(self) -> int:
        return self.draws

    def with_draws(self, draws: int) -> RandomResize:
        return replace(self, draws=draws)

    def with_other_draws(self) -> RandomResize:
        return replace(self, seed=(self.seed + 1) % (MAX_SEED + 1))

    def __call__(self, pixels: Tensor) -> Tensor:
        return self.resize(pixels, draw_uniform(pixels, self.draws, 3, self.seed))

    def resize(self, pixels: Tensor, drawn: Tensor) -> Tensor:
        """Makes a picture smaller, and lays it somewhere, as numbers say.

        Args:
            pixels: float32 (n, height, width, 3) in [0, 1].
            drawn: float32 (n * draws, 3) in [0, 1): for each copy how small it becomes, and how far
                down and across it lies.

        Returns:
            float32 (n * draws, height, width, 3).
        """
        height, width = pixels.shape[1:3]
        shares = self.smallest + (1.0 - self.smallest) * drawn[:, 0]
        down = _resample(height, shares, drawn[:, 1])
        across = _resample(width, shares, drawn[:, 2])
        copies = ops.repeat(pixels, self.draws, axis=0)
        rows = ops.reshape(copies, (-1, height, width * 3))
        lower = ops.reshape(ops.matmul(down, rows), (-1, height, width, 3))
        resized = ops.matmul(across[:, None], lower)
        # Float error may put a mean of whites above 1. A plain clip would stop the gradient there.
        return straight_through(resized, ops.clip(resized, 0.0, 1.0))


def _resample(size: int, shares: Tensor, places: Tensor) -> Tensor:
    """Makes the matrices that shrink an axis and lay it somewhere within its old length.

    Args:
        size: Pixels of the axis.
        shares: float32 (n,), how long it becomes, as a share.
        places: float32 (n,) in [0, 1), where in the room that is left it begins.

    Returns:
        float32 (n, size, size): by row the weights of the old pixels in a new one.
    """
    centres = np.arange(size, dtype=np.float32) + np.float32(0.5)
    begins = places * (1.0 - shares) * size
    sources = (centres - begins[:, None]) / shares[:, None]
    inside = ops.clip(sources, 0.5, size - 0.5)
    return ops.relu(1.0 - ops.abs(inside[:, :, None] - centres))
