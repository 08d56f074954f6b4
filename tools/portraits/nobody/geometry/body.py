"""Neck and shoulders, and how they turn against the head."""

from __future__ import annotations

import math

from nobody.anatomy import Anatomy
from nobody.compiled import jit
from nobody.geometry.primitives import capsule, ellipsoid, ramp, smooth_union


@jit
def to_body(x: float, y: float, z: float, a: Anatomy) -> tuple[float, float, float]:
    """Maps a point of head space to the upright body; the neck twists gradually between them."""
    share = ramp(-7.5, -16.0, y)
    px, py, pz = x, y + 9.5, z + 2.8
    angle = a.turn * share
    c, s = math.cos(angle), math.sin(angle)
    px, pz = c * px - s * pz, s * px + c * pz
    angle = a.nod * share
    c, s = math.cos(angle), math.sin(angle)
    py, pz = c * py - s * pz, s * py + c * pz
    angle = a.tilt * share
    c, s = math.cos(angle), math.sin(angle)
    px, py = c * px - s * py, s * px + c * py
    return px, py - 9.5, pz - 2.8


@jit
def torso(x: float, y: float, z: float, a: Anatomy) -> float:
    """Neck, shoulders and chest, given in the body's own space."""
    n = a.neck
    side = math.sqrt(x * x + 0.01)
    d = capsule(x, y, z, 0.0, -5.0, -2.6, 0.0, -18.5, -3.4, 4.7 * n, 5.6 * n)
    muscle = capsule(side, y, z, 5.0, -6.0, -2.5, 1.3, -19.5, 2.0, 1.0, 0.9)
    d = smooth_union(d, muscle + 0.25 * max(a.weight, 0.0), 1.4)
    d = smooth_union(d, capsule(side, y, z, 2.5, -15.8, -3.8, 16.0, -22.6, -4.2, 2.8, 4.2), 3.5)
    d = smooth_union(d, ellipsoid(x, y + 33.0, z + 1.5, 18.0 + 2.0 * a.weight, 13.5, 9.0), 3.0)
    collarbone = capsule(side, y, z, 1.5, -19.7, 2.4, 12.0, -19.9, -1.2, 0.35, 0.3)
    return smooth_union(d, collarbone + 0.9 * max(0.55 + a.weight, 0.0), 0.9)


@jit
def body(x: float, y: float, z: float, a: Anatomy) -> float:
    """Neck, shoulders and chest in head space."""
    bx, by, bz = to_body(x, y, z, a)
    return torso(bx, by, bz, a)
