"""The skin and nails of a hand."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nobody.geometry.noise import noise_at

Array = NDArray[np.float64]


def paint(points: NDArray[np.float32], tone: Array, fingers: Array) -> Array:
    """Colours a hand: mottled, darker over the joints, with nails.

    Args:
        points: Its vertices.
        tone: The skin, linear RGB.
        fingers: Rods as :func:`nobody.geometry.hand.bones` lays them.

    Returns:
        Linear RGB of shape (n, 3).
    """
    rgb = (
        tone * (1 + 0.05 * noise_at(points, 0.8, 3.0) + 0.06 * noise_at(points, 4.0, 5.0))[:, None]
    )
    for i, rod in enumerate(fingers):
        start, end, radius = rod[:3], rod[3:6], rod[7]
        last = i % 3 == 2
        along = (end - start) / np.linalg.norm(end - start)
        if not last:
            # Skin is creased, and darker, where a finger bends.
            off = (points - end) @ along
            near = np.linalg.norm(points - end, axis=1) < 1.3 * radius
            crease = near * np.exp(-((off / 0.28) ** 2)) * (0.75 + 0.25 * np.cos(off * 22))
            rgb = rgb * (1 - 0.2 * crease[:, None] * np.array([0.7, 1.0, 1.0]))
            continue
        nail = end + np.array([0.0, 0.0, 0.75 * radius]) + along * 0.1
        span = (points - nail) @ along
        across = np.linalg.norm(points - nail - span[:, None] * along, axis=1)
        inside = (np.hypot(span / 0.62, across / 0.5) < 1)[:, None]
        rgb = np.where(inside, rgb * np.array([1.12, 0.98, 1.0]) + 0.03, rgb)
    return np.clip(rgb, 0, 1)
