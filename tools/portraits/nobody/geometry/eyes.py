"""Sockets, lids and eyeballs."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from nobody.anatomy import Anatomy
from nobody.compiled import jit
from nobody.geometry.primitives import (
    capsule,
    carve,
    ellipsoid,
    ramp,
    smooth_union,
    sphere,
)
from nobody.geometry.skull import fold, shear

DEPTH = 6.15
"""How far in front of the head's centre the eyes' centres lie."""

RADIUS = 1.36

_WIDTH = 1.56
"""Half an eyeball's width; wider than round, or the corners of the eye would be black gaps."""

_CORNEA, _BULGE = 0.8, 0.1
"""Radius of the clear front of an eye, and how far it stands out."""

_OUTWARDS = math.radians(5.0)
"""By how much an iris points past what its eye sees sharply. People see with a spot that lies off
the axis of the eye; irises that point straight at a thing look crossed."""


@jit
def spacing(a: Anatomy) -> float:
    """How far from the middle plane an eye's centre lies."""
    return 3.2 * a.eye_spacing


def centre(a: Anatomy, side: float) -> NDArray[np.float64]:
    """Where the middle of an eyeball lies; `side` is -1 or 1."""
    return np.array([side * spacing(a) - shear(0.0, a), 0.0, DEPTH])


def axis(target: NDArray[np.float64], a: Anatomy, side: float) -> NDArray[np.float64]:
    """The direction in which an iris points while its eye looks at a point, a unit vector."""
    sight = target - centre(a, side)
    turn = math.atan2(sight[0], sight[2]) + side * _OUTWARDS
    ahead = math.hypot(sight[0], sight[2])
    turned = np.array([ahead * math.sin(turn), sight[1], ahead * math.cos(turn)])
    return turned / np.linalg.norm(turned)


def corneas(a: Anatomy, axes: NDArray[np.float64]) -> NDArray[np.float64]:
    """The middles of the spheres that bulge out of the two eyeballs.

    Args:
        a: Whose eyes.
        axes: Where the irises point, first the right one, of shape (2, 3).
    """
    surface = 1.0 / np.linalg.norm(axes / np.array([_WIDTH, RADIUS, RADIUS]), axis=1, keepdims=True)
    middles = np.stack([centre(a, -1.0), centre(a, 1.0)])
    return middles + axes * (surface + _BULGE - _CORNEA)


@jit
def lid_edges(along: float, a: Anatomy, side: float) -> tuple[float, float]:
    """Heights of the upper and the lower lid's edge, before the eye's tilt.

    Args:
        along: Distance from the eye's middle, outwards.
        a: Whose eyes.
        side: -1 or 1; the two eyes are not opened alike.
    """
    q = min(abs(along) / 1.38, 1.0)
    opening = a.eye_opening * (1.0 + 0.05 * side * a.asymmetry)
    upper = 0.43 * opening * (1.0 - q**2.2) + 0.015 * along - 0.10 * a.hood * max(along, 0.0)
    lower = -0.4 * (1.0 - q**2.4) - 0.02 * along + 0.15 * a.smile
    return upper + 0.35 * a.glance * (1.0 - q), lower + 0.15 * a.glance * (1.0 - q)


@jit
def add_brows_and_sockets(d: float, x: float, y: float, z: float, a: Anatomy) -> float:
    """Shapes the folded face around the eyes."""
    lift = a.brow_height
    radius = 0.5 + 0.14 * a.brow_ridge
    ridge = capsule(x, y, z, 1.1, 1.55 + lift, 7.7, 4.6, 2.0 + lift, 5.9, radius, radius - 0.07)
    d = smooth_union(d, ridge, 1.6)
    shallow = 0.18 * a.lid_fold
    socket = ellipsoid(x - spacing(a), y - 0.15, z - 8.35 - shallow, 1.9, 1.25, 1.55)
    d = carve(d, socket, 1.5)
    return carve(d, ellipsoid(x - 1.75, y - 0.4, z - 8.9 - 2.0 * shallow, 0.6, 0.8, 0.8), 1.0)


@jit
def add_lids(d: float, x: float, y: float, z: float, a: Anatomy, side: float) -> float:
    """Lays lids over the eyes of the folded face and opens them."""
    along, deep = x - spacing(a), z - DEPTH
    tilted = y - a.eye_tilt * along
    upper, lower = lid_edges(along, a, side)
    outside = max(max(tilted - upper, lower - tilted) * 0.9, abs(along) - 1.4)
    lid = ellipsoid(along, y, deep, RADIUS + 0.36, RADIUS + 0.15, RADIUS + 0.15)
    d = smooth_union(d, carve(lid, outside, 0.12), 0.38)
    d = carve(d, max(outside, 0.3 - deep), 0.12)
    if abs(along) < 1.6:
        d = _crease(d, along, y, deep, tilted - upper, a)
        d = _bag(d, along, tilted, z, a)
    return _hood(d, along, y, z, a)


@jit
def _crease(d: float, along: float, y: float, deep: float, above: float, a: Anatomy) -> float:
    """The groove where the upper lid folds away; a fold of skin may hide it."""
    q = along / 1.38
    off = abs(above - 0.36 + 0.05 * q * q)
    groove = math.sqrt(off * off + sphere(along, y, deep, RADIUS + 0.22) ** 2)
    return carve(d, groove - 0.08 + 0.12 * a.lid_fold, 0.22)


@jit
def _bag(d: float, along: float, tilted: float, z: float, a: Anatomy) -> float:
    """The pouch below the eye and the groove that ends it."""
    q = along / 1.38
    pouch = ellipsoid(along, tilted + 0.92, z - 7.05, 1.15, 0.32, 0.42)
    d = smooth_union(d, pouch + 0.45 * max(1.0 - a.ageing, 0.0), 0.5)
    off = math.sqrt(
        (tilted + 1.0 + 0.25 * a.ageing - 0.18 * q * q) ** 2 + (z - 7.1 + 0.28 * q * q) ** 2
    )
    return carve(d, off - 0.05 - 0.04 * a.ageing, 0.26 + 0.12 * a.ageing)


@jit
def _hood(d: float, along: float, y: float, z: float, a: Anatomy) -> float:
    """Skin that sags over the outer half of the upper lid."""
    drape = ellipsoid(along - 0.75, y - 0.86, z - 7.0, 1.25, 0.4, 0.62)
    return smooth_union(d, drape + 0.5 * max(1.0 - a.hood, 0.0), 0.5)


@jit
def eyeball(x: float, y: float, z: float, a: Anatomy, bulges: NDArray[np.float64]) -> float:
    """Both eyeballs.

    The clear front is rounder than the rest, which makes the mirror images of the lights small: on
    an even ball they would hide half an iris, in each eye another half.
    """
    along, height, side = fold(x, y, a)
    ball = ellipsoid(along - spacing(a), height, z - DEPTH, _WIDTH, RADIUS, RADIUS)
    own = bulges[1 if side > 0.0 else 0]
    return smooth_union(ball, sphere(x - own[0], y - own[1], z - own[2], _CORNEA), 0.1)


@jit
def shade_at(points: NDArray[np.float64], a: Anatomy) -> NDArray[np.float32]:
    """How much light the lids and lashes leave at points of the eyeballs, 0 to 1."""
    light = np.empty(len(points), np.float32)
    for i in range(len(points)):
        x, y, side = fold(points[i, 0], points[i, 1], a)
        along = x - spacing(a)
        upper, lower = lid_edges(along, a, side)
        tilted = y - a.eye_tilt * along
        above = 0.35 + 0.65 * ramp(0.0, 0.3, upper - tilted)
        below = 0.7 + 0.3 * ramp(0.0, 0.12, tilted - lower)
        corner = 0.6 + 0.4 * ramp(1.4, 0.9, abs(along))
        light[i] = above * below * corner
    return light
