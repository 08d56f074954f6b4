"""Headscarves and headwraps."""

from __future__ import annotations

import math

from nobody.anatomy import Anatomy
from nobody.compiled import jit
from nobody.geometry import head
from nobody.geometry.body import to_body
from nobody.geometry.hairline import inside_hairline
from nobody.geometry.noise import noise
from nobody.geometry.primitives import (
    capsule,
    carve,
    ellipsoid,
    ramp,
    smooth_intersection,
    smooth_union,
)


@jit
def headscarf(x: float, y: float, z: float, a: Anatomy) -> float:
    """Cloth over hair, ears and neck that leaves the face free."""
    around = math.atan2(x, z + 2.0)
    soft = 0.12 * noise(x * 0.5 + 3.0, y * 0.25 + a.seed, z * 0.7)
    soft += 0.05 * noise(x * 1.4, y * 0.6, z * 1.4 + a.seed)
    pull = 0.09 * math.sin(7.0 * around + 0.5 * y + a.seed) * ramp(6.0, -2.0, y)
    d = head.hull(x, y, z, a, 1.0) - 0.6 - soft - pull
    gathered = ellipsoid(x, y - 1.0, z + 8.5, 4.6, 5.0, 3.6) - soft
    d = smooth_union(d, gathered, 2.5)
    opening = _face_opening(x, y, z, a)
    hem = 0.16 * math.exp(-(((opening - 0.35) / 0.3) ** 2))
    return carve(smooth_union(d - hem, _drape(x, y, z, a), 2.2), opening, 0.35) * 0.6


@jit
def _face_opening(x: float, y: float, z: float, a: Anatomy) -> float:
    """Distance from the rim of the opening, positive under the cloth."""
    ox, oy = x / (5.95 * a.face_width), (y + 3.5) / (8.0 * a.face_length)
    narrow = 1.0 + 0.1 * oy
    return max((math.sqrt((ox * narrow) ** 2 + oy * oy) - 1.0) * 5.4, -z)


@jit
def _drape(x: float, y: float, z: float, a: Anatomy) -> float:
    """The cloth around the neck, falling on shoulders and chest in folds."""
    bx, by, bz = to_body(x, y, z, a)
    wander = noise(bx * 0.16, by * 0.16 + a.seed, bz * 0.16)
    slant = by * 1.25 + 0.55 * bx + 2.2 * wander
    folds = 0.32 * math.sin(slant) + 0.16 * math.sin(2.3 * slant + 1.5 * wander)
    folds *= ramp(-9.0, -13.0, by)
    neck = capsule(bx, by, bz, 0.0, -9.0, -1.5, 0.0, -19.5, -1.5, 6.3, 8.6)
    chest = ellipsoid(bx, by + 21.8, bz - 1.0, 12.5, 5.2, 8.6)
    throat = ellipsoid(bx, by + 14.0, bz - 3.0, 6.2, 3.6, 5.6)
    d = smooth_union(smooth_union(neck, chest, 3.0), throat, 2.0)
    return d - folds


@jit
def headwrap(x: float, y: float, z: float, a: Anatomy) -> float:
    """Cloth wound around the hair and knotted above the forehead."""
    slant = 1.3 * y + 0.35 * abs(x) * (1.0 if z > 0 else -1.0)
    folds = 0.16 * math.sin(1.7 * slant + 2.0 * noise(x * 0.2, y * 0.2, z * 0.2 + a.seed))
    d = head.scalp(x, y, z, a) - 0.75 - folds
    crown = ellipsoid(x, y - 8.6, z + 3.6, 6.4, 5.0, 6.8) - 1.4 * folds
    d = smooth_union(d, crown, 1.8)
    knot = ellipsoid(x, y - 9.6, z - 4.6, 2.3, 1.7, 1.7) - 1.2 * folds
    d = smooth_union(d, knot, 0.6)
    edge = inside_hairline(x, y, z - 0.6, a, False)
    below = -4.2 - y - 0.1 * z
    if z > -2.2:
        below = max(below, -1.4 - y)
    return smooth_intersection(d, max(-edge * 0.7, below), 0.3) * 0.6
