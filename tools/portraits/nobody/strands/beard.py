"""Beards, moustaches and stubble."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from nobody.anatomy import Anatomy
from nobody.compiled import jit
from nobody.geometry.hairline import beard_cover
from nobody.geometry.head import face
from nobody.geometry.primitives import ramp

_POINTS = 6


@jit
def beard(
    a: Anatomy, count: int, length: float, curl: float, style: int, seed: int
) -> NDArray[np.float32]:
    """Grows hair on the lower face where :func:`beard_cover` has it."""
    np.random.seed(seed)
    strands = np.zeros((count, _POINTS, 3), np.float32)
    grown = 0
    for _ in range(count * 14):
        if grown == count:
            break
        root = _root(a)
        if np.random.random() > beard_cover(root[0], root[1], root[2], a, style) ** 1.3:
            continue
        longer_below = 0.6 + 0.6 * ramp(-6.0, -10.5, root[1])
        own = length * (0.5 + 0.7 * np.random.random()) * longer_below
        _follow(strands[grown], root, own, curl, a)
        grown += 1
    return strands[:grown]


@jit
def _root(a: Anatomy) -> NDArray[np.float64]:
    """A point of the lower face, seen from its axis."""
    angle, y = np.random.uniform(-1.75, 1.75), np.random.uniform(-13.0, -1.5)
    dx, dz, reach = math.sin(angle), math.cos(angle), 13.0
    for _ in range(60):
        d = face(dx * reach, y, 1.0 + dz * reach, a)
        if d < 0.006 or reach < 0.5:
            break
        reach -= d
    return np.array([dx * reach, y, 1.0 + dz * reach])


@jit
def _normal(p: NDArray[np.float64], a: Anatomy) -> NDArray[np.float64]:
    e, x, y, z = 0.03, p[0], p[1], p[2]
    g = np.array(
        [
            face(x + e, y, z, a) - face(x - e, y, z, a),
            face(x, y + e, z, a) - face(x, y - e, z, a),
            face(x, y, z + e, a) - face(x, y, z - e, a),
        ]
    )
    return g / (math.sqrt((g * g).sum()) + 1e-9)


@jit
def _follow(
    strand: NDArray[np.float32], root: NDArray[np.float64], length: float, curl: float, a: Anatomy
) -> None:
    """Fills in one strand: down, off the skin, outwards from the middle."""
    out = _normal(root, a)
    stray = np.random.normal(0.0, 1.0, 3)
    phase = np.random.random() * 6.0
    away = 1.0 if root[0] > 0.0 else -1.0
    away *= 0.25 if root[1] > -7.0 else -0.1
    position = root.copy()
    for k in range(_POINTS):
        strand[k] = position
        s = k / (_POINTS - 1.0)
        bend = np.array([math.cos(s * 6.0 + phase), 0.0, math.sin(s * 6.0 + phase)])
        direction = np.array([away, -0.9, 0.1]) + 0.52 * out + 0.25 * stray + curl * bend
        direction /= math.sqrt((direction * direction).sum())
        position = position + direction * length / (_POINTS - 1)
