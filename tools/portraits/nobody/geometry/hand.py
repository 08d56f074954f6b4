"""A hand held over the mouth."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from nobody.anatomy import Anatomy
from nobody.compiled import jit
from nobody.geometry import head
from nobody.geometry.primitives import FAR, capsule, smooth_union

_LENGTHS = (7.0, 7.8, 7.2, 5.9)
_RADII = (0.8, 0.83, 0.78, 0.68)
_BEFORE_MIDDLE = (4.0, 4.0, 4.2, 4.6)
"""How far before the middle of the mouth each finger, from the index on, begins."""

_JOINTS = (0.0, 0.46, 0.75, 1.0)
"""Where along a finger its joints lie."""


def bones(a: Anatomy, side: int, slope: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lays fingers across the mouth.

    Args:
        a: Whose mouth.
        side: 1 where the hand comes from the left, -1 from the right.
        slope: Angle by which the fingers rise, in radians.

    Returns:
        Fingers and palm: rods as rows of both ends, the two radii. Fingers come finger by finger,
        three rods each, the thumb last.
    """
    along = np.array([-side * math.cos(slope), math.sin(slope)])
    across = np.array([side * math.sin(slope), math.cos(slope)])
    middle = np.array([0.4 * side, -8.3 * a.face_length])
    fingers: list[list[float]] = []
    knuckles = []
    for i, (length, radius) in enumerate(zip(_LENGTHS, _RADII, strict=True)):
        start = middle - along * _BEFORE_MIDDLE[i] + across * (1.5 - i) * 1.62
        joints = [_on_face(start + along * length * t, radius, a) for t in _JOINTS]
        fingers += _chain(joints, [radius * 1.08, radius, radius * 0.95, radius * 0.82])
        knuckles.append(joints[0])
    palm = _palm(knuckles, along, across)
    wrist = palm[0][3:6]
    thumb = np.array(wrist[:2]) + along * 3.0 + across * 2.6
    steps = [thumb, thumb + along * 0.8 + across * 2.6, thumb + along * 2.2 + across * 4.6]
    joints = [[*wrist[:2], wrist[2]], *(_on_face(step, 0.9, a) for step in steps)]
    fingers += _chain(joints, [1.5, 1.15, 0.95, 0.75])
    return np.array(fingers), np.array(palm)


def _on_face(point: NDArray[np.float64], radius: float, a: Anatomy) -> list[float]:
    x, y = float(point[0]), float(point[1])
    # Beside the face there is nothing to lie on.
    out = max(head.reach(x, y, a), head.hull_reach(x, y, a, 0.0), 2.5)
    return [x, y, out + 0.9 * radius]


def _chain(joints: list[list[float]], radii: list[float]) -> list[list[float]]:
    return [[*joints[i], *joints[i + 1], radii[i], radii[i + 1]] for i in range(len(joints) - 1)]


def _palm(
    knuckles: list[list[float]], along: NDArray[np.float64], across: NDArray[np.float64]
) -> list[list[float]]:
    """Rods from the knuckles to the wrist, and the forearm down out of the picture."""
    middle = np.mean(knuckles, axis=0)
    wrist = middle - np.array([*(along * 8.0), 1.2])
    rods = []
    for i, knuckle in enumerate(knuckles):
        end = wrist + np.array([*(across * (1.5 - i) * 0.75), 0.0])
        rods.append([*knuckle, *end, 0.95, 1.35])
    elbow = wrist + np.array([-along[0] * 3.5, -16.0, 3.0])
    return [*rods, [*wrist, *elbow, 2.1, 3.4]]


@jit
def hand(
    x: float, y: float, z: float, fingers: NDArray[np.float64], palm: NDArray[np.float64]
) -> float:
    """The hand that bones carry."""
    d = FAR
    for i in range(len(fingers)):
        d = smooth_union(d, _rod(x, y, z, fingers[i]), 0.14)
    flat = FAR
    for i in range(len(palm)):
        flat = smooth_union(flat, _rod(x, y, z, palm[i]), 1.0)
    return smooth_union(d, flat, 0.8) * 0.9


@jit
def _rod(x: float, y: float, z: float, r: NDArray[np.float64]) -> float:
    return capsule(x, y, z, r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7])
