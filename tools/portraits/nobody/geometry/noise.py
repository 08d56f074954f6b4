"""Smooth randomness in space, the same on every machine."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from nobody.compiled import jit


@jit
def _lattice(i: int, j: int, k: int) -> float:
    """A number from -1 to 1 that belongs to one corner of the lattice."""
    n = (i * 73856093) ^ (j * 19349663) ^ (k * 83492791)
    n = (n << 13) ^ n
    n = (n * (n * n * 15731 + 789221) + 1376312589) & 0x7FFFFFFF
    return n / 1073741824.0 - 1.0


@jit
def noise(x: float, y: float, z: float) -> float:
    """Value noise from -1 to 1 with features about one unit apart."""
    i, j, k = math.floor(x), math.floor(y), math.floor(z)
    u, v, w = x - i, y - j, z - k
    u, v, w = u * u * (3 - 2 * u), v * v * (3 - 2 * v), w * w * (3 - 2 * w)
    total = 0.0
    for di in range(2):
        for dj in range(2):
            for dk in range(2):
                weight = (u if di else 1 - u) * (v if dj else 1 - v) * (w if dk else 1 - w)
                total += _lattice(i + di, j + dj, k + dk) * weight
    return total


@jit
def noise_at(points: NDArray[np.float32], frequency: float, offset: float) -> NDArray[np.float32]:
    """Evaluates :func:`noise` at many points, `frequency` features a centimetre."""
    values = np.empty(len(points), np.float32)
    for i in range(len(points)):
        values[i] = noise(
            points[i, 0] * frequency + offset,
            points[i, 1] * frequency,
            points[i, 2] * frequency + offset,
        )
    return values
