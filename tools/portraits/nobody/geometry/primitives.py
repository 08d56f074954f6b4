"""The few shapes and blends everything is made of."""

from __future__ import annotations

import math

from nobody.compiled import jit

FAR = 1e3
"""The distance of a shape that is not there."""


@jit
def smooth_union(a: float, b: float, blend: float) -> float:
    """Joins two shapes; the seam is rounded over about `blend`."""
    h = max(blend - abs(a - b), 0.0) / blend
    return min(a, b) - h * h * blend * 0.25


@jit
def smooth_intersection(a: float, b: float, blend: float) -> float:
    """Keeps what lies in both shapes; the edge is rounded over about `blend`."""
    h = max(blend - abs(a - b), 0.0) / blend
    return max(a, b) + h * h * blend * 0.25


@jit
def carve(a: float, b: float, blend: float) -> float:
    """Takes shape `b` away from shape `a`; the edge is rounded over about `blend`."""
    return smooth_intersection(a, -b, blend)


@jit
def sphere(x: float, y: float, z: float, radius: float) -> float:
    """A ball around the origin."""
    return math.sqrt(x * x + y * y + z * z) - radius


@jit
def ellipsoid(x: float, y: float, z: float, rx: float, ry: float, rz: float) -> float:
    """An ellipsoid around the origin; exact on its surface, good enough around it."""
    near = math.sqrt((x / rx) ** 2 + (y / ry) ** 2 + (z / rz) ** 2)
    slope = math.sqrt((x / (rx * rx)) ** 2 + (y / (ry * ry)) ** 2 + (z / (rz * rz)) ** 2) + 1e-9
    return near * (near - 1.0) / slope


@jit
def capsule(
    x: float,
    y: float,
    z: float,
    ax: float,
    ay: float,
    az: float,
    bx: float,
    by: float,
    bz: float,
    radius_a: float,
    radius_b: float,
) -> float:
    """A rod from a to b with round ends, tapering from `radius_a` to `radius_b`."""
    px, py, pz = x - ax, y - ay, z - az
    dx, dy, dz = bx - ax, by - ay, bz - az
    along = (px * dx + py * dy + pz * dz) / (dx * dx + dy * dy + dz * dz)
    along = min(max(along, 0.0), 1.0)
    off = math.sqrt((px - dx * along) ** 2 + (py - dy * along) ** 2 + (pz - dz * along) ** 2)
    return off - (radius_a + (radius_b - radius_a) * along)


@jit
def ramp(start: float, end: float, x: float) -> float:
    """Rises smoothly from 0 at `start` to 1 at `end`; `start` may be the larger one."""
    t = min(max((x - start) / (end - start), 0.0), 1.0)
    return t * t * (3.0 - 2.0 * t)


@jit
def bell(x: float, centre: float, width: float) -> float:
    """A bump of height 1 around `centre`."""
    return math.exp(-(((x - centre) / width) ** 2))
