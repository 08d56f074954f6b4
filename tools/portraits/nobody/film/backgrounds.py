"""What is out of focus behind the sitter, in linear light."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from nobody.traits import Background

Array = NDArray[np.float64]

_BACKDROPS = (
    (0.50, 0.52, 0.55),
    (0.72, 0.71, 0.69),
    (0.24, 0.26, 0.29),
    (0.40, 0.46, 0.53),
    (0.56, 0.50, 0.45),
    (0.44, 0.50, 0.46),
)
_FURNITURE = (
    (0.35, 0.2, 0.1),
    (0.6, 0.6, 0.62),
    (0.15, 0.13, 0.12),
    (0.8, 0.75, 0.6),
    (0.2, 0.3, 0.4),
    (0.4, 0.16, 0.13),
    (0.3, 0.36, 0.28),
)


def paint(background: Background, side: int, rng: np.random.Generator) -> Array:
    """Paints a blurred background of shape (side, side, 3)."""
    if background is Background.STUDIO:
        return _backdrop(side, rng)
    sharp = _outdoors(side, rng) if background is Background.OUTDOORS else _room(side, rng)
    blur = side * rng.uniform(0.018, 0.032)
    return gaussian_filter(sharp, (blur, blur, 0))


def _grid(side: int) -> tuple[Array, Array]:
    """Places in the picture from the left and from the top, 0 to 1."""
    top, left = np.mgrid[0:side, 0:side] / side
    return left, top


def _backdrop(side: int, rng: np.random.Generator) -> Array:
    left, top = _grid(side)
    colour = np.array(_BACKDROPS[int(rng.integers(len(_BACKDROPS)))])
    centre = rng.uniform(0.35, 0.65)
    shade = 1.1 - rng.uniform(0.3, 0.6) * np.hypot(left - centre, top - 0.45)
    return 1.3 * (colour * shade[..., None]) ** 2.2


def _outdoors(side: int, rng: np.random.Generator) -> Array:
    """Sky above, leaves or houses below."""
    left, top = _grid(side)
    picture = np.array([0.62, 0.72, 0.84]) * (1.1 - 0.4 * top)[..., None]
    street = rng.random() < 0.4
    for _ in range(60 if street else 150):
        x, y = rng.uniform(0, 1), rng.uniform(0.2, 1.1)
        if street:
            near = (np.abs(left - x) < rng.uniform(0.03, 0.12)) & (top > y * rng.uniform(0.4, 1))
            colour = np.array([0.34, 0.31, 0.28]) * rng.uniform(0.4, 1.3) + rng.uniform(0, 0.05, 3)
        else:
            near = np.hypot(left - x, top - y) < rng.uniform(0.03, 0.13)
            colour = np.array([0.16, 0.24, 0.09]) * rng.uniform(0.3, 1.2) + rng.uniform(0, 0.05, 3)
        if rng.random() < 0.1:
            colour = np.array([0.75, 0.76, 0.66])
        share = 0.75 * near[..., None]
        picture = picture * (1 - share) + colour * share
    return picture


def _room(side: int, rng: np.random.Generator) -> Array:
    """A wall, furniture, perhaps a window."""
    left, top = _grid(side)
    picture = np.empty((side, side, 3))
    picture[:] = np.array([0.5, 0.46, 0.41]) * rng.uniform(0.4, 1.1)
    for _ in range(int(rng.integers(6, 16))):
        x, y = rng.uniform(-0.1, 1, 2)
        width, height = rng.uniform(0.05, 0.35), rng.uniform(0.08, 0.6)
        inside = (left > x) & (left < x + width) & (top > y) & (top < y + height)
        colour = np.array(_FURNITURE[int(rng.integers(len(_FURNITURE)))])
        picture[inside] = colour * rng.uniform(0.4, 1.1)
    if rng.random() < 0.45:
        x = rng.uniform(0, 0.75)
        picture[(left > x) & (left < x + 0.25) & (top < 0.55)] = (1.4, 1.5, 1.6)
    return picture
