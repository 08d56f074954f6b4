"""Where hair grows."""

from __future__ import annotations

import math

from nobody.anatomy import Anatomy
from nobody.compiled import jit
from nobody.geometry.mouth import beyond_lips
from nobody.geometry.primitives import ramp
from nobody.geometry.skull import fold

NO_BEARD, ALL_OVER, MOUSTACHE, GOATEE = 0, 1, 2, 3


@jit
def inside_hairline(x: float, y: float, z: float, a: Anatomy, bald: bool) -> float:
    """How far a point of the scalp lies behind the hairline, in centimetres; negative before it."""
    side = abs(x)
    temples = 0.5 * ramp(1.0, 4.0, side)
    front = 1.1 + 0.86 * y - 0.1 * side - a.hairline * (1.2 + temples)
    if y < -0.5:
        # Sideburns end and the line runs round the ear to the nape.
        front = min(front, 0.67 + (y + 0.5) * 2.2)
    edge = front - z
    if bald:
        edge = min(edge, 4.4 - y - 0.12 * z)
    return edge


@jit
def above_nape(y: float, z: float) -> bool:
    """Whether a point is above the lower edge of the hair, around the ears and in the neck."""
    if y < -6.5 or (y < -4.0 and z > -3.0):
        return False
    return not (z > -2.6 and y < -1.5)


@jit
def beard_cover(x: float, y: float, z: float, a: Anatomy, style: int) -> float:
    """How densely a beard grows at a point of the face, 0 to 1."""
    height = y
    x, y, _ = fold(x, y, a)
    if y > -1.0 or z < -1.5 or height < -14.0 or style == NO_BEARD:
        return 0.0
    # The cheek's edge rises from the mouth to the sideburn.
    edge = -5.6 + 1.9 * ramp(2.8, 6.2, x) + 1.8 * ramp(5.6, 6.6, x)
    cover = ramp(0.35, -0.35, y - edge)
    lip = ramp(-5.15, -5.4, y) * ramp(3.3, 2.7, x)
    if style == MOUSTACHE:
        cover = lip * ramp(-7.6, -7.2, y)
    elif style == GOATEE:
        cover = max(lip, cover * ramp(3.4, 2.8, x))
    else:
        cover = max(cover, lip)
    cover *= ramp(-12.8, -11.0, y) * ramp(0.02, 0.14, beyond_lips(x, y, a))
    # Few hairs grow beside the lower lip and in the philtrum.
    cover *= 1.0 - 0.6 * math.exp(-(((x - 1.6) / 0.6) ** 2) - ((y + 8.5) / 0.5) ** 2)
    return cover * (1.0 - 0.4 * math.exp(-((x / 0.3) ** 2) - ((y + 5.7) / 0.5) ** 2))
