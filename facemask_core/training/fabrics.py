"""Colours and patterns at random, for what covers a face: cloth, cardboard, a cup, a photograph."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]


def draw_colour(rng: np.random.Generator) -> NDArray[np.float32]:
    """Draws a colour; greys, skin tones and the blues and whites of masks are frequent.

    Args:
        rng: Source of all randomness.

    Returns:
        float32 (3,), RGB from 0 to 255.
    """
    kind = rng.random()
    if kind < 0.5:
        return rng.uniform(0, 255, 3).astype(np.float32)
    if kind < 0.7:
        return np.full(3, rng.uniform(0, 255), np.float32) + rng.normal(0, 6, 3).astype(np.float32)
    if kind < 0.85:  # skin, from the darkest to the lightest
        lightness = rng.uniform(0.2, 1.0)
        return np.array([235, 190, 160], np.float32) * np.float32(lightness)
    return np.array([150, 200, 225], np.float32) * np.float32(rng.uniform(0.6, 1.1))


def draw_fabric(height: int, width: int, donor: Image, rng: np.random.Generator) -> Image:
    """Draws a rectangle of cloth or cardboard: plain, striped, chequered, dotted or printed.

    Args:
        height: Rows.
        width: Columns.
        donor: Another photograph, uint8 (h, w, 3), for prints.
        rng: Source of all randomness.

    Returns:
        uint8 (height, width, 3), RGB.
    """
    kind = int(rng.integers(7))
    fabric: NDArray[np.floating]
    if kind <= 1:
        fabric = np.broadcast_to(draw_colour(rng), (height, width, 3))
    elif kind == 2:
        fabric = _draw_stripes(height, width, rng)
    elif kind == 3:
        fabric = _draw_squares(height, width, rng)
    elif kind == 4:
        coarse = np.stack([draw_colour(rng) for _ in range(16)]).reshape(4, 4, 3)
        fabric = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    elif kind == 5:
        fabric = _cut_print(height, width, donor, rng)
    else:
        grain = rng.normal(0, rng.uniform(5, 60), (height, width, 1))
        fabric = draw_colour(rng) + grain
    return np.clip(fabric, 0, 255).astype(np.uint8)


def _draw_stripes(height: int, width: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Draws two colours in turn, at any angle and of any breadth."""
    angle = rng.uniform(0, np.pi)
    rows, columns = np.mgrid[:height, :width]
    along = rows * np.sin(angle) + columns * np.cos(angle)
    first = (along // rng.uniform(3, 24)).astype(int) % 2 == 0
    return np.where(first[..., None], draw_colour(rng), draw_colour(rng))


def _draw_squares(height: int, width: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Draws a check, or dots where two rows of squares in three are left out."""
    side = int(rng.integers(4, 24))
    rows, columns = np.mgrid[:height, :width] // side
    chosen = (rows + columns) % 2 == 0 if rng.random() < 0.5 else (rows % 2 + columns % 3) == 0
    return np.where(chosen[..., None], draw_colour(rng), draw_colour(rng))


def _cut_print(
    height: int, width: int, donor: Image, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Cuts a piece out of a photograph and scales it to the rectangle."""
    rows, columns = donor.shape[:2]
    share = rng.uniform(0.15, 0.6)
    tall, wide = max(1, int(share * rows)), max(1, int(share * columns))
    top, left = int(rng.integers(rows - tall + 1)), int(rng.integers(columns - wide + 1))
    piece = np.ascontiguousarray(donor[top : top + tall, left : left + wide])
    return cv2.resize(piece, (width, height), interpolation=cv2.INTER_LINEAR).astype(np.float32)
