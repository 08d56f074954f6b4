"""Brows and lashes."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from nobody.anatomy import Anatomy
from nobody.compiled import jit
from nobody.geometry.eyes import lid_edges, spacing
from nobody.geometry.head import reach

_POINTS = 5


@jit
def brows(a: Anatomy, per_side: int, height: float, gap: float, seed: int) -> NDArray[np.float32]:
    """Grows both brows.

    Args:
        a: Whose.
        per_side: Hairs of one brow.
        height: 1 for brows of usual height.
        gap: Centimetres by which they stand further apart.
        seed: Seed of what is random about them.
    """
    np.random.seed(seed)
    strands = np.zeros((2 * per_side, _POINTS, 3), np.float32)
    for i in range(2 * per_side):
        side = -1.0 if i < per_side else 1.0
        t = np.random.random() ** 0.9
        x = 1.25 + gap - 0.2 * a.frown + t * 3.75 * a.eye_spacing
        arch = 1.45 + a.brow_height + 0.62 * math.sin(min(t * 1.25, 1.0) * 1.57)
        arch -= 1.0 * max(t - 0.62, 0.0) + 0.35 * a.frown * (1.0 - t) ** 2
        arch += 0.06 * side * a.asymmetry
        band = height * (0.4 * (1.0 - t**3) + 0.06) * (0.75 if t < 0.06 else 1.0)
        y = arch + band * np.random.uniform(-1.0, 1.0)
        # Hairs stand up beside the nose and lie down outwards, those of the upper edge first.
        angle = 1.25 - 1.35 * min(t * 2.2, 1.0) - 0.35 * t
        angle += (-0.35 if y > arch else 0.2) + np.random.normal(0.0, 0.13)
        length = (0.41 + 0.27 * np.random.random()) * (0.75 + 0.4 * math.sin(t * 3.1))
        for k in range(_POINTS):
            s = k / (_POINTS - 1.0)
            px = side * (x + math.cos(angle) * length * s)
            py = y + math.sin(angle) * length * s - 0.1 * s * s * length
            strands[i, k] = (px, py, reach(px, py, a) + 0.015 + 0.07 * s)
    return strands


@jit
def lashes(a: Anatomy, per_lid: int, length: float, seed: int) -> NDArray[np.float32]:
    """Grows the lashes of both eyes; the lower lids have half as many, half as long."""
    np.random.seed(seed)
    lower = per_lid // 2
    strands = np.zeros((2 * (per_lid + lower), _POINTS, 3), np.float32)
    for i in range(len(strands)):
        side = -1.0 if i % 2 else 1.0
        upper = i < 2 * per_lid
        along = np.random.uniform(-1.15, 1.3)
        edges = lid_edges(along, a, side)
        sign = 1.0 if upper else -1.0
        y = (edges[0] if upper else edges[1]) + a.eye_tilt * along + 0.02 * sign
        x = along + spacing(a)
        z = reach(side * x, y + 0.06 * sign, a) - 0.03
        own = length * (1.0 if upper else 0.5) * (0.7 + 0.5 * np.random.random())
        own *= 0.7 + 0.3 * (along + 1.2) / 2.4
        for k in range(_POINTS):
            s = k / (_POINTS - 1.0)
            rise = 0.55 * own * s * s - 0.1 * own * s if upper else -0.55 * own * s
            px = side * (x + 0.45 * along * own * s + 0.02 * np.random.normal(0.0, 1.0) * s)
            strands[i, k] = (px, y + rise, z + 0.8 * own * s)
    return strands
