"""Ears."""

from __future__ import annotations

import math

from nobody.anatomy import Anatomy
from nobody.compiled import jit
from nobody.geometry.primitives import carve, ellipsoid, ramp, smooth_union


@jit
def ear(x: float, y: float, z: float, a: Anatomy) -> float:
    """One ear of the folded head: a plate with a rim, a hollow and a lobe."""
    size = a.ears * (1.0 + 0.06 * a.ageing)
    # Upright and pressed to the head, then leant back and opened outwards.
    px, py, pz = x - 6.75 * math.sqrt(a.face_width), (y + 1.5) / size, z + 0.35
    up, back = py + 0.2 * pz, -pz + 0.2 * py
    # The lower half lies closer to the head, so that nothing shows between lobe and jaw.
    out = px - 0.42 * max(back + 0.4, 0.0) + 0.12 * max(-up, 0.0)
    narrow = 1.0 + 0.1 * up
    plate = ellipsoid(out, up, (back - 0.55) / narrow, 0.3, 2.65, 1.5)
    hollow = ellipsoid(out - 0.36, up + 0.1, back - 0.3, 0.4, 1.15, 0.85)
    plate = carve(plate, hollow, 0.3)
    ring = (math.sqrt((up / 2.6) ** 2 + ((back - 0.55) / 1.42 / narrow) ** 2) - 1.0) * 1.7
    rim = math.sqrt(ring * ring + (out - 0.2) ** 2) - 0.2
    fades = 0.25 * ramp(-0.4, -1.3, back) + 0.25 * ramp(-1.2, -2.4, up)
    plate = smooth_union(plate, rim + fades, 0.15)
    tragus = ellipsoid(out - 0.2, up + 0.35, back + 0.55, 0.3, 0.6, 0.3)
    plate = smooth_union(plate, tragus, 0.25)
    lobe = ellipsoid(px + 0.45, up + 2.2, back + 0.1, 0.5, 0.65, 0.6)
    return smooth_union(plate, lobe, 0.7) * 0.8
