"""Strands gathered: locks, coils and knots."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nobody.strands.styles import Style


def gather(
    guides: NDArray[np.float32], style: Style, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Lays a lock of strands around each guide, coiled as the style says."""
    count, points, _ = guides.shape
    s = np.linspace(0, 1, points)
    across, over = _frames(guides)
    phase = rng.uniform(0, 2 * np.pi, (count, 1))
    turns = style.turns * rng.uniform(0.75, 1.25, (count, 1)) * rng.choice([-1, 1], (count, 1))
    angle = phase + 2 * np.pi * turns * s
    radius = style.coil * rng.uniform(0.6, 1.3, (count, 1)) * np.minimum(s * 4, 1)
    axis = guides + _ring(across, over, angle, radius)

    per = style.per_lock
    own = np.sqrt(rng.uniform(0, 1, (count, per, 1))) * style.lock
    own = own * (1 - 0.45 * s) * np.minimum(0.4 + s * 3, 1)
    spin = rng.uniform(0, 2 * np.pi, (count, per, 1)) + 3 * s
    strands = axis[:, None] + _ring(across[:, None], over[:, None], spin, own)
    return strands.reshape(count * per, points, 3).astype(np.float32)


def knot(centre: NDArray[np.float64], points: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """A ball of hair wound around itself."""
    count = 5000
    axis = rng.normal(0, 1, (count, 3)) * [1.0, 0.45, 0.7]
    axis /= np.linalg.norm(axis, axis=1, keepdims=True)
    start = np.cross(axis, rng.normal(0, 1, (count, 3)))
    start /= np.linalg.norm(start, axis=1, keepdims=True)
    third = np.cross(axis, start)
    angle = np.linspace(0, 2.4, points)[None, :, None]
    radius = 2.7 * (1 + rng.normal(0, 0.045, (count, 1, 1)))
    off = axis[:, None] * rng.normal(0, 0.5, (count, 1, 1))
    ring = np.cos(angle) * start[:, None] + np.sin(angle) * third[:, None]
    return (centre + radius * ring + off).astype(np.float32)


def _frames(guides: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Two directions across each guide, at right angles to each other."""
    tangent = np.gradient(guides.astype(np.float64), axis=1)
    tangent /= np.linalg.norm(tangent, axis=2, keepdims=True) + 1e-9
    # Any fixed direction does that no strand follows for long.
    across = np.cross(tangent, [0.31, 0.12, 0.94])
    across /= np.linalg.norm(across, axis=2, keepdims=True) + 1e-9
    return across, np.cross(tangent, across)


def _ring(
    across: NDArray[np.float64],
    over: NDArray[np.float64],
    angle: NDArray[np.float64],
    radius: NDArray[np.float64],
) -> NDArray[np.float64]:
    return radius[..., None] * (np.cos(angle)[..., None] * across + np.sin(angle)[..., None] * over)
