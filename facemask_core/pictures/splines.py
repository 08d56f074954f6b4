"""Smooth outlines through a few corners, for masks drawn onto faces."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def smooth_outline(corners: NDArray[np.float64], between: int = 12) -> NDArray[np.float64]:
    """Draws a closed curve through corners (the spline of Catmull and Rom).

    Args:
        corners: float64 (n, 2), columns and rows.
        between: Points of the curve for each corner.

    Returns:
        float64 (n * between, 2).
    """
    before, after, next_after = (np.roll(corners, shift, axis=0) for shift in (1, -1, -2))
    share = np.linspace(0, 1, between, endpoint=False)[:, None, None]
    spline = (
        2 * corners
        + (after - before) * share
        + (2 * before - 5 * corners + 4 * after - next_after) * share**2
        + (3 * corners - before - 3 * after + next_after) * share**3
    )
    return np.asarray((spline / 2).transpose(1, 0, 2).reshape(-1, 2))
