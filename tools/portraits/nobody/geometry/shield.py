"""A face shield: a clear visor held by a band around the head."""

from __future__ import annotations

import math

from nobody.anatomy import Anatomy
from nobody.compiled import jit
from nobody.geometry import head
from nobody.geometry.primitives import ramp

_TOP, _BOTTOM = 6.4, -14.5


@jit
def _front(x: float, y: float, z: float) -> float:
    """Distance from the visor's bent sheet; it stands off further below."""
    lean = 0.04 * (_TOP - y)
    around = math.sqrt((x / 9.6) ** 2 + ((z + 1.0) / (11.4 + lean)) ** 2)
    return (around - 1.0) * 9.6


@jit
def visor(x: float, y: float, z: float) -> float:
    """The clear sheet."""
    lower = _BOTTOM + 3.0 * ramp(3.0, 9.0, abs(x))
    return max(abs(_front(x, y, z)) - 0.05, y - _TOP, lower - y, 0.8 - z) * 0.8


@jit
def band(x: float, y: float, z: float, a: Anatomy) -> float:
    """Foam at the forehead and a strap around the head."""
    scalp = head.scalp(x, y, z, a)
    foam = max(-scalp + 0.05, _front(x, y, z) + 0.06, abs(y - 5.5) - 0.85, 4.5 - z)
    strap = max(abs(scalp - 0.75) - 0.12, abs(y - 5.4) - 0.7, z - 6.0)
    return min(foam, strap) * 0.8
