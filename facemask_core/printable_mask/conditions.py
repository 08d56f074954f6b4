"""The chances under which a printed mask is seen: how it is worn, light, printer and camera.

A pattern that is trained under many of them does not depend on one (expectation over
transformation, Athalye et al. 2018, arXiv:1707.07397).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Conditions:
    """One way in which a mask on a face is seen.

    Attributes:
        crop: How the picture is cut out: shift across and down in shares of the box, scale, and
            tilt in degrees.
        fit: How the mask sits on the face, in the same four numbers.
        light: float32 (3,), factor for each colour.
        slope: How much brighter the right edge is than the left, as a share.
        black: float32 (3,), the darkest that the printer makes of each colour.
        white: float32 (3,), the brightest.
        gamma: Exponent of what lies between.
        blur: Standard deviation of the camera's blur in pixels.
        noise: Standard deviation of the camera's noise, of [0, 1].
        seed: Seed of that noise.
    """

    crop: tuple[float, float, float, float]
    fit: tuple[float, float, float, float]
    light: NDArray[np.float32]
    slope: float
    black: NDArray[np.float32]
    white: NDArray[np.float32]
    gamma: float
    blur: float
    noise: float
    seed: int


_UNMOVED = (0.0, 0.0, 1.0, 0.0)
_WHITE = np.ones(3, np.float32)
IDEAL = Conditions(
    _UNMOVED,
    _UNMOVED,
    _WHITE,
    slope=0.0,
    black=0 * _WHITE,
    white=_WHITE,
    gamma=1.0,
    blur=0.1,
    noise=0.0,
    seed=0,
)
"""Even light, and a printer and a camera that change nothing."""


def draw_conditions(rng: np.random.Generator) -> Conditions:
    """Draws conditions, as a class room and a cheap printer have them.

    Args:
        rng: The source of chance.
    """
    return Conditions(
        crop=_draw_move(rng, shift=0.04, scale=0.12, tilt=10.0),
        fit=_draw_move(rng, shift=0.02, scale=0.05, tilt=4.0),
        light=(rng.uniform(0.65, 1.2) * rng.uniform(0.95, 1.05, 3)).astype(np.float32),
        slope=rng.uniform(-0.25, 0.25),
        black=rng.uniform(0.03, 0.15, 3).astype(np.float32),
        white=rng.uniform(0.82, 0.97, 3).astype(np.float32),
        gamma=rng.uniform(0.8, 1.25),
        blur=rng.uniform(0.3, 1.3),
        noise=rng.uniform(0.0, 0.04),
        seed=int(rng.integers(2**32)),
    )


def _draw_move(
    rng: np.random.Generator, *, shift: float, scale: float, tilt: float
) -> tuple[float, float, float, float]:
    across, down = rng.uniform(-shift, shift, 2)
    return across, down, 1.0 + rng.uniform(-scale, scale), rng.uniform(-tilt, tilt)
