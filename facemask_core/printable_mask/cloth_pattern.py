"""The pattern on a mask's cloth: its size, where it lies on a face, and the patterns to compare."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from facemask_core.pictures.mask_shape import OUTLINE

ROWS, COLUMNS = 64, 96
"""Fields of a pattern, each of about 1.8 mm; a printer and a camera see no finer ones."""
_FACE_CM = 19.0
"""Height and width of the box around an adult's face, hairline to chin."""
_HALF_HEAD = 0.5
"""Radius of the cylinder that a mask is bent around, in shares of the box."""
_TOP, _BOTTOM = 0.355, 0.955
"""Where on the box the mask begins and ends."""
_SIDE = float(np.arcsin(0.39 / _HALF_HEAD))
"""The angle from the middle of the face to the mask's edge at the cheek."""
WIDTH_CM = 2 * _SIDE * _HALF_HEAD * _FACE_CM
HEIGHT_CM = (_BOTTOM - _TOP) * _FACE_CM
"""The flat pattern's size."""
_PLAIN = np.array([196, 222, 233], np.float32) / 255.0
_CELL = 4
"""Fields of a random pattern that share a colour, either way."""

Pattern = NDArray[np.float32]
"""float32 (64, 96, 3) in [0, 1]: the colours sent to the printer, as one looks at the wearer."""


def make_plain() -> Pattern:
    """Makes the light blue of a surgical mask, all over."""
    return np.broadcast_to(_PLAIN, (ROWS, COLUMNS, 3)).copy()


def make_random(seed: int) -> Pattern:
    """Makes a pattern of random colours, as loud as a trained one and trained on nothing.

    Args:
        seed: Seed of the colours.
    """
    rng = np.random.default_rng(seed)
    cells = rng.random((ROWS // _CELL, COLUMNS // _CELL, 3)).astype(np.float32)
    return np.asarray(cv2.resize(cells, (COLUMNS, ROWS), interpolation=cv2.INTER_NEAREST))


def flatten(
    across: NDArray[np.float64], down: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Finds the place on the flat pattern of places on a face.

    Args:
        across: Shares of the face's box, from its middle.
        down: Shares of the box, from its top.

    Returns:
        Columns and rows of the pattern, not rounded; the pattern's edge fields reach beyond it.
    """
    angle = np.arcsin(np.clip(across / _HALF_HEAD, -1.0, 1.0))
    column = (angle / _SIDE + 1.0) / 2.0 * COLUMNS - 0.5
    row = (down - _TOP) / (_BOTTOM - _TOP) * ROWS - 0.5
    return column, row


def outline_flat() -> NDArray[np.float64]:
    """Returns the corners of the mask's outline on the flat pattern, float64 (n, 2), in fields."""
    across, down = (np.array(OUTLINE) - (0.5, 0.0)).T
    return np.stack(flatten(across, down), axis=1) + 0.5
