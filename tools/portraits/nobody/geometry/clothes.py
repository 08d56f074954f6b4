"""What covers shoulders and chest; only the neckline differs."""

from __future__ import annotations

import math

from nobody.anatomy import Anatomy
from nobody.compiled import jit
from nobody.geometry.body import to_body, torso
from nobody.geometry.noise import noise
from nobody.geometry.primitives import bell, ramp, smooth_intersection
from nobody.traits import Clothes

CREW_NECK, V_NECK, ROLL_NECK, SHIRT = 1, 2, 3, 4


def cut_of(clothes: Clothes) -> int:
    """The number that compiled functions know a neckline by."""
    return {
        Clothes.CREW_NECK: CREW_NECK,
        Clothes.V_NECK: V_NECK,
        Clothes.ROLL_NECK: ROLL_NECK,
        Clothes.SHIRT: SHIRT,
    }[clothes]


@jit
def _neckline(x: float, z: float, cut: int) -> float:
    """The height at which the garment ends, lower in front than behind."""
    if cut == ROLL_NECK:
        return -13.3 - 0.08 * (z + 3.0)
    height = -16.6 - 0.26 * (z + 3.0)
    if cut == V_NECK:
        height -= 3.4 * max(1.0 - abs(x) / 4.6, 0.0) * ramp(-2.0, 2.0, z)
    if cut == SHIRT:
        height -= 2.6 * max(1.0 - abs(x) / 3.0, 0.0) * ramp(-2.0, 2.0, z)
    return height


@jit
def clothes(x: float, y: float, z: float, a: Anatomy, cut: int) -> float:
    """One garment."""
    bx, by, bz = to_body(x, y, z, a)
    skin = torso(bx, by, bz, a)
    if skin > 4.0:
        return skin - 2.0
    below = _neckline(bx, bz, cut) - by
    if cut != V_NECK:
        # A neckline runs round the neck, not level across the shoulders.
        below = max(below, math.sqrt(bx * bx + 0.9 * (bz + 3.0) ** 2) - 7.1)
    wander = noise(bx * 0.3, by * 0.3, bz * 0.3 + a.seed)
    folds = 0.18 * wander + 0.08 * math.sin(0.7 * bx + 1.2 * by + 3.0 * wander)
    folds *= ramp(0.5, 4.0, below)
    lift = 0.38 + folds + 0.5 * ramp(3.0, 9.0, below)
    lift += _edge(bx, below, cut)
    d = smooth_intersection(skin - lift, -below, 0.12)
    if cut == SHIRT:
        d = min(d, _collar(skin, bx, by, bz))
    return d * 0.75


@jit
def _edge(x: float, below: float, cut: int) -> float:
    """What thickens the garment at its neckline: a ribbed band, or the roll."""
    if cut == ROLL_NECK:
        return 0.3 * bell(below, 1.6, 1.5) + 0.02 * math.sin(9.0 * x)
    if cut == SHIRT:
        return 0.0
    return 0.14 * ramp(1.35, 1.1, below) + 0.02 * math.sin(11.0 * x) * ramp(1.3, 1.0, below)


@jit
def _collar(skin: float, x: float, y: float, z: float) -> float:
    """A turned-down collar, open in front."""
    top = -15.0 - 0.24 * (z + 3.0)
    below = top - y
    front = ramp(-1.0, 2.5, z)
    leaf = abs(skin - (0.5 + 0.16 * max(below, 0.0))) - 0.1
    length = 3.0 + 1.6 * front * bell(abs(x), 3.6, 1.6)
    gap = (0.5 + 0.5 * max(below, 0.0) - abs(x)) * front - (1.0 - front)
    return max(leaf, -below, below - length, gap)
