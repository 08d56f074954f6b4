"""A knitted scarf pulled up over the mouth."""

from __future__ import annotations

import math

from nobody.anatomy import Anatomy
from nobody.compiled import jit
from nobody.geometry import head
from nobody.geometry.body import to_body
from nobody.geometry.noise import noise
from nobody.geometry.primitives import capsule, ellipsoid, smooth_intersection, smooth_union


@jit
def winter_scarf(x: float, y: float, z: float, a: Anatomy) -> float:
    """One turn over mouth and chin, one around the neck."""
    wander = noise(x * 0.2 + a.seed, y * 0.3, z * 0.2)
    folds = 0.28 * math.sin(1.5 * y + 0.12 * x + 2.2 * wander) + 0.12 * noise(x, y, z + a.seed)
    upper = head.hull(x, y, z, a, 0.0) - 1.15 - folds
    top = -4.7 - 0.012 * x * x + 0.5 * wander + 0.12 * (5.0 - z) * 0.3
    upper = smooth_intersection(upper, max(y - top, -14.5 - y), 1.1)
    bx, by, bz = to_body(x, y, z, a)
    around = math.sqrt((bx / 7.6) ** 2 + ((bz + 1.0) / 8.2) ** 2)
    turn = math.sqrt(((around - 1.0) * 7.6) ** 2 + ((by + 14.6 + 0.08 * bz) * 0.8) ** 2) - 2.3
    d = smooth_union(upper, turn - folds, 0.7)
    end = capsule(bx, by, bz, 4.0, -16.0, 7.0, 4.8, -30.0, 8.0, 2.2, 2.6)
    flat = ellipsoid(bx - 4.4, by + 23.0, bz - 7.5, 3.6, 9.0, 1.3)
    return smooth_union(d, smooth_intersection(end, flat - 0.4, 0.5), 0.6) * 0.6
