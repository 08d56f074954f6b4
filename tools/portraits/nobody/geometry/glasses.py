"""Glasses: frame and lenses."""

from __future__ import annotations

import math

from nobody.anatomy import Anatomy
from nobody.compiled import jit
from nobody.geometry.primitives import capsule, sphere
from nobody.traits import Glasses

ROUND, SQUARE, BROWLINE = 1, 2, 3


def shape_of(glasses: Glasses) -> int:
    """The number that compiled functions know a shape by."""
    return {Glasses.ROUND: ROUND, Glasses.SQUARE: SQUARE, Glasses.BROWLINE: BROWLINE}[glasses]


@jit
def _outline(along: float, y: float, shape: int) -> float:
    """Distance from a lens's edge within its plane."""
    y += 0.3
    if shape == ROUND:
        return math.sqrt(along * along + y * y * 1.1) - 2.2
    half_width, half_height, corner = 1.5, 0.85, 1.0
    if shape == BROWLINE:
        # Narrower below.
        half_width, half_height, corner = 1.7 + 0.12 * y, 0.95, 0.95
    dx, dy = abs(along) - half_width, abs(y) - half_height
    outside = math.sqrt(max(dx, 0.0) ** 2 + max(dy, 0.0) ** 2)
    return outside + min(max(dx, dy), 0.0) - corner


@jit
def _plane(along: float) -> float:
    """How far out of the face the lenses lie; they curve back at the temples."""
    return 9.05 - 0.1 * along - 0.028 * (along + 3.0) ** 2


@jit
def frame(x: float, y: float, z: float, a: Anatomy, shape: int) -> float:
    """Rims, bridge and temples."""
    far = sphere(x, y, z - 5.0, 11.0)
    if far > 2.0:
        return far
    side, centre = abs(x), 3.25 * a.eye_spacing
    along, wide = side - centre, math.sqrt(a.face_width)
    thickness = 0.11 if shape == ROUND else 0.16
    if shape == BROWLINE:
        thickness = 0.2 if y > -0.1 else 0.05
    rim = math.sqrt(_outline(along, y, shape) ** 2 + (z - _plane(along)) ** 2) - thickness
    bridge = capsule(side, y, z, 0.0, 0.5, 9.2, centre - 2.0, 0.2, 9.05, 0.12, 0.12)
    hinge = centre + 2.45
    temple = capsule(side, y, z, hinge, 0.35, 7.7, 7.1 * wide, 0.7, -0.8, 0.13, 0.15)
    end = capsule(side, y, z, 7.1 * wide, 0.7, -0.8, 7.2 * wide, -1.6, -3.0, 0.15, 0.13)
    return min(rim, bridge, temple, end) * 0.8


@jit
def lenses(x: float, y: float, z: float, a: Anatomy, shape: int) -> float:
    """Thin panes within the rims."""
    along = abs(x) - 3.25 * a.eye_spacing
    return max(_outline(along, y, shape), abs(z - _plane(along)) - 0.04) * 0.8
