"""The nose."""

from __future__ import annotations

import math

from nobody.anatomy import Anatomy
from nobody.compiled import jit
from nobody.geometry.primitives import capsule, carve, ellipsoid, smooth_union


@jit
def tip_height(a: Anatomy) -> float:
    """How far below the eyes the tip lies (negative)."""
    return -3.8 * a.nose_length


@jit
def tip_reach(a: Anatomy) -> float:
    """How far out of the face the tip lies."""
    return 9.9 + 0.9 * (a.nose_height - 1.0)


@jit
def nose(x: float, y: float, z: float, a: Anatomy) -> float:
    """The folded nose without what is carved into it."""
    width, tip_y, tip_z = a.nose_width, tip_height(a), tip_reach(a)
    slim = math.sqrt(width)
    bridge_z = 7.35 + 0.35 * a.nose_height
    d = capsule(
        x, y, z, 0.0, 0.9, bridge_z, 0.0, tip_y + 0.3, tip_z - 0.15, 0.68, 0.8 * a.nose_tip * slim
    )
    hump = ellipsoid(x, y + 1.2, z - 8.25 - 0.25 * a.nose_height, 0.62, 1.1, 0.75)
    d = smooth_union(d, hump + 0.7 * max(1.0 - a.nose_hump, 0.0), 0.7)
    ball = ellipsoid(x, y - tip_y, z - tip_z, 1.02 * a.nose_tip * slim, 0.85 * a.nose_tip, 0.95)
    d = smooth_union(d, ball, 0.8)
    wing = ellipsoid(x - 1.28 * width, y - tip_y + 0.38, z - tip_z + 1.0, 0.7 * width**0.4, 0.72, 1)
    d = smooth_union(d, wing, 0.38)
    return smooth_union(
        d, ellipsoid(x - 0.7, y - tip_y - 0.1, z - 8.0, 1.45 * width, 1.5, 0.9), 1.0
    )


@jit
def carve_nose(d: float, x: float, y: float, z: float, a: Anatomy) -> float:
    """Carves nostrils, the crease around the wings, the fold down to the mouth, the philtrum."""
    width, tip_y, tip_z = a.nose_width, tip_height(a), tip_reach(a)
    nostril = ellipsoid(
        x - 0.62 * width, y - tip_y + 0.98, z - tip_z + 0.45, 0.33 * width, 0.36, 0.6
    )
    d = carve(d, nostril, 0.18)
    out = 2.05 * width
    crease = capsule(x, y, z, out, tip_y + 0.1, 9.15, out + 0.05, tip_y - 0.7, 8.9, 0.03, 0.03)
    d = carve(d, crease, 0.22)
    depth = 0.08 + 0.26 * a.ageing + 0.2 * a.smile + 0.06 * max(a.weight, 0.0)
    spread = 3.1 + 0.35 * a.smile
    crease = capsule(
        x, y, z, out + 0.05, tip_y - 0.5, 8.75, spread, -7.0, 7.85, 0.5 * depth, 0.3 * depth
    )
    d = carve(d, crease, 0.9)
    marionette = capsule(x, y, z, 2.75, -7.6, 8.2, 2.9, -9.2, 7.6, 0.1, 0.06)
    d = carve(d, marionette + 0.85 * max(1.0 - 0.9 * a.ageing, 0.0), 0.8)
    return carve(d, capsule(x, y, z, 0.0, -5.4, 9.55, 0.0, -6.3, 9.75, 0.12, 0.15), 0.5)
