"""Lips, the gap between them, and teeth."""

from __future__ import annotations

import math
from typing import NamedTuple

from nobody.anatomy import Anatomy
from nobody.compiled import jit
from nobody.geometry.primitives import capsule, carve, ellipsoid, smooth_union, sphere
from nobody.geometry.skull import fold

MIDDLE = -6.95
"""The height of the closed mouth's middle."""


class Line(NamedTuple):
    """Where the lips meet, at one distance from the middle plane.

    Attributes:
        half_width: From the middle to a corner.
        y: Height of the line.
        z: Reach of the line.
        taper: 1 in the middle to 0 in the corner: how full the lips are here.
        bow: The rise of the upper lip beside its middle.
        upper_gap: How far the upper lip is raised off the line.
        lower_gap: How far the lower lip is dropped.
    """

    half_width: float
    y: float
    z: float
    taper: float
    bow: float
    upper_gap: float
    lower_gap: float


@jit
def line(x: float, a: Anatomy) -> Line:
    """The mouth at a distance `x` from the middle plane."""
    half_width = 2.42 * a.mouth_width + 0.42 * a.smile
    corner_y = MIDDLE - 0.02 + 0.48 * a.smile - 0.14 * a.ageing
    corner_z = 7.75 - 0.3 * a.smile
    t = min(x / half_width, 1.0)
    round_off = math.sqrt(max(1.0 - t * t, 0.0))
    gap = a.mouth_open * round_off
    return Line(
        half_width,
        MIDDLE + (corner_y - MIDDLE) * t * t,
        8.66 + (corner_z - 8.66) * t * t,
        round_off * 0.85 + 0.15 * (1.0 - t),
        0.16 * math.exp(-(((x - 0.65) / 0.45) ** 2)) - 0.02,
        0.55 * gap,
        1.25 * gap,
    )


@jit
def add_lips(d: float, x: float, y: float, z: float, a: Anatomy) -> float:
    """Adds lips to the folded face, and the mouth between them."""
    m, full = line(x, a), a.lip_fullness
    beyond = max(x - m.half_width, 0.0)
    upper_y = m.y + m.upper_gap + 0.34 * full * m.taper + 0.6 * m.bow * m.taper
    lower_y = m.y - m.lower_gap - 0.46 * full * m.taper
    upper = math.sqrt(
        (y - upper_y) ** 2 * 1.1 + (z - m.z - 0.12 * m.taper) ** 2 + beyond * beyond
    ) - (0.44 * full * m.taper + 0.04)
    lower = math.sqrt((y - lower_y) ** 2 + (z - m.z - 0.02 * m.taper) ** 2 + beyond * beyond) - (
        0.54 * full * m.taper + 0.04
    )
    d = smooth_union(d, smooth_union(upper, lower, 0.1) * 0.8, 0.36)
    seam = math.sqrt((y - m.y) ** 2 + ((z - m.z - 0.6) * 0.6) ** 2 + (1.2 * beyond) ** 2) - 0.05
    d = carve(d, seam * 0.8, 0.13)
    if a.mouth_open > 0.0:
        d = carve(d, _cavity(x, y, z, m), 0.1)
    corner = line(m.half_width, a)
    dimple = sphere(x - m.half_width - 0.05, y - corner.y, z - corner.z - 0.5, 0.1)
    d = carve(d, dimple, 0.6)
    return carve(d, capsule(x, y, z, 0.0, -8.75, 9.0, 1.4, -8.7, 8.5, 0.22, 0.1), 0.9)


@jit
def _cavity(x: float, y: float, z: float, m: Line) -> float:
    across = max(y - m.y - m.upper_gap, m.y - m.lower_gap - y) * 0.8
    behind = ellipsoid(x, y - m.y + 0.4, z - 5.6, 2.5, 1.5, 2.3)
    return min(max(across, x - 0.96 * m.half_width, 5.0 - z), behind)


@jit
def beyond_lips(x: float, y: float, a: Anatomy) -> float:
    """How far a folded point seen from the front lies outside the red of the lips."""
    m, full = line(x, a), a.lip_fullness
    top = m.y + m.upper_gap + 0.7 * full * m.taper + 0.8 * m.bow * m.taper
    bottom = m.y - m.lower_gap - 0.9 * full * m.taper
    return max(y - top, bottom - y, x - m.half_width)


@jit
def teeth(x: float, y: float, z: float, a: Anatomy) -> float:
    """The upper row: a band along the arch, notched between the teeth."""
    x, y, _ = fold(x, y, a)
    m = line(x, a)
    arch = math.sqrt((x / 2.55) ** 2 + ((z - 4.7) / 3.6) ** 2)
    front = abs(arch - 1.0) * 2.6 - 0.22 + 0.05 * notch(x)
    bottom = m.y + m.upper_gap - 0.78 - 0.06 * x + 0.08 * notch(x)
    return max(front, y - m.y - 0.9, bottom - y, 4.6 - z) * 0.7


@jit
def notch(x: float) -> float:
    """1 between two teeth, falling to 0 on them; they narrow away from the middle."""
    place = x * (1.18 + 0.06 * x)
    off = abs(place - round(place))
    return math.exp(-((off / 0.07) ** 2))
