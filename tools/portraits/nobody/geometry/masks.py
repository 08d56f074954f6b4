"""Face masks: shells around the hull of the face, cut along their hems, with loops to the ears."""

from __future__ import annotations

import math
from typing import NamedTuple

from nobody.anatomy import Anatomy
from nobody.compiled import jit
from nobody.geometry import head
from nobody.geometry.noise import noise
from nobody.geometry.primitives import FAR, bell, capsule, ramp, smooth_intersection, sphere
from nobody.traits import Mask, Worn

SURGICAL, CLOTH, FFP2 = 1, 2, 3

_TOP = -1.25
"""Where the upper hem of a mask worn properly crosses the nose."""


class Fit(NamedTuple):
    """How a mask sits.

    Attributes:
        make: SURGICAL, CLOTH or FFP2.
        drop: Centimetres by which the upper hem has slipped down.
        squeeze: Height against that of a mask worn properly.
        nose_share: 1 where it goes over the nose.
    """

    make: int
    drop: float
    squeeze: float
    nose_share: float


def fit(mask: Mask, worn: Worn) -> Fit:
    """Says how a mask of a make is worn."""
    make = {Mask.SURGICAL: SURGICAL, Mask.CLOTH: CLOTH, Mask.FFP2: FFP2}[mask]
    if worn is Worn.BELOW_NOSE:
        return Fit(make, 4.35, 0.8, 0.0)
    if worn is Worn.ON_CHIN:
        return Fit(make, 8.1, 0.42, 0.0)
    return Fit(make, 0.0, 1.0, 1.0)


class Cut(NamedTuple):
    """A mask at one point: its hems, its distance from the hull, its half-thickness and width."""

    top: float
    bottom: float
    lift: float
    thickness: float
    side: float


@jit
def unroll(x: float, z: float) -> float:
    """Where around the face a point lies, in centimetres of fabric."""
    return math.atan2(x, z + 1.0) * 9.0


@jit
def fabric_height(y: float, a: Anatomy, f: Fit) -> float:
    """The height of a point on the fabric, as if the mask were worn properly."""
    return (y / a.face_length + f.drop - _TOP) / f.squeeze + _TOP


@jit
def _cut(u: float, v: float, crumple: float, a: Anatomy, f: Fit) -> Cut:
    if f.make == SURGICAL:
        return _surgical(u, v, crumple, a)
    return _cloth(u, v, crumple) if f.make == CLOTH else _ffp2(u, v, crumple)


@jit
def _surgical(u: float, v: float, crumple: float, a: Anatomy) -> Cut:
    """Pleats across, a wire over the nose."""
    top, bottom = -1.25 - 0.056 * u**1.35, -12.4 + 0.05 * u**1.5
    phase = (v + 7.2) / 1.75 + 0.07 * noise(u * 0.25, v * 0.2, a.seed)
    phase -= math.floor(phase)
    pleat = 0.9 * phase * phase if phase < 0.93 else 11.0 * (1.0 - phase)
    flat_rim = ramp(4.3, 2.6, abs(v + 7.2)) * ramp(8.3, 5.5, u)
    wire = 0.07 * bell(v, top - 0.55, 0.16) * ramp(5.5, 4.5, u)
    return Cut(top, bottom, 0.42 + 0.22 * flat_rim * pleat + crumple + wire, 0.06, 8.6)


@jit
def _cloth(u: float, v: float, crumple: float) -> Cut:
    """Two shaped halves with a seam down the middle and sewn hems."""
    top, bottom = -1.5 - 0.02 * u**1.9, -12.2 + 0.035 * u**1.9
    bulge = 0.35 * math.exp(-u * u / 2.0) * ramp(-2.0, -5.0, v) * ramp(-12.5, -10.0, v)
    seam = 0.06 * bell(u, 0.0, 0.1)
    hems = 0.05 * (bell(v, top - 0.12, 0.1) + bell(v, bottom + 0.12, 0.1))
    return Cut(top, bottom, 0.5 + bulge + seam + hems + 1.5 * crumple, 0.09, 8.3)


@jit
def _ffp2(u: float, v: float, crumple: float) -> Cut:
    """Folded along the middle like a beak."""
    top, bottom = -1.1 - 0.16 * u**1.15, -12.6 + 0.3 * u**1.15
    ridge = (1.0 - min(u / 6.0, 1.0)) ** 1.2
    lift = 0.42 + 1.15 * ridge * bell(v, -6.6, 3.6) + 0.1 * bell(u, 0.0, 0.12) + 0.6 * crumple
    wire = 0.06 * bell(v, top - 0.55, 0.25) * ramp(4.0, 3.0, u)
    return Cut(top, bottom, lift + wire, 0.08, 7.6)


@jit
def mask(x: float, y: float, z: float, a: Anatomy, f: Fit) -> float:
    """A mask with its loops."""
    far = sphere(x, y + 6.5, z - 3.5, 12.0)
    if far > 2.0:
        return far
    u, v = abs(unroll(x, z)), fabric_height(y, a, f)
    # Cloth pushed together crumples.
    loose = 1.0 + 2.2 * (1.0 - f.squeeze)
    crumple = 0.05 * noise(x * 0.8 + a.seed, y * 0.9 * loose, z * 0.8)
    crumple = loose * (crumple + 0.02 * noise(x * 2.2, y * 2.6 + a.seed, z * 2.2))
    c = _cut(u, v, crumple, a, f)
    shell = abs(head.hull(x, y, z, a, f.nose_share) - c.lift) - c.thickness
    hems = max(v - c.top, c.bottom - v) * 0.95 * f.squeeze
    region = max(hems, (u - c.side) * 0.9, -z - 3.0)
    cloth = smooth_intersection(shell, region, 0.12)
    return min(cloth, _loops(x, y, z, a, f)) * 0.6


@jit
def _loops(x: float, y: float, z: float, a: Anatomy, f: Fit) -> float:
    """Bands from the corners of the mask to the ears, or under cloth that covers them."""
    side, wide = math.sqrt(x * x + 1e-4), math.sqrt(a.face_width)
    upper, lower, front = -4.1, -7.6, 6.2
    if f.make == CLOTH:
        lower = -8.2
    if f.make == FFP2:
        upper, lower, front = -5.1, -7.0, 6.25
    upper = (upper - _TOP) * f.squeeze + _TOP - f.drop
    lower = (lower - _TOP) * f.squeeze + _TOP - f.drop
    if a.ears <= 0.0:
        return FAR
    r = 0.12
    high = capsule(side, y, z, front * wide, upper, 3.5, 7.3 * wide, 0.2, -0.5, r, r)
    low = capsule(side, y, z, (front - 0.6) * wide, lower, 3.1, 7.2 * wide, -4.0, -1.2, r, r)
    behind = capsule(side, y, z, 7.3 * wide, 0.2, -0.5, 7.5 * wide, -2.0, -2.0, r, r)
    return min(high, low, behind)


@jit
def covers(x: float, y: float, z: float, a: Anatomy, f: Fit) -> bool:
    """Whether a point of the face lies under the mask."""
    u, v = abs(unroll(x, z)), fabric_height(y, a, f)
    c = _cut(u, v, 0.0, a, f)
    return c.bottom - 0.3 < v < c.top and u < c.side and z > -3.0
