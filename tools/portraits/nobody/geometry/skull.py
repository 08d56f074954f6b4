"""The head without features: bone, flesh, and how age and weight change them."""

from __future__ import annotations

import math

from nobody.anatomy import Anatomy
from nobody.compiled import jit
from nobody.geometry.noise import noise
from nobody.geometry.primitives import bell, capsule, carve, ellipsoid, ramp, smooth_union


@jit
def shear(y: float, a: Anatomy) -> float:
    """How far the middle of an uneven face lies to the right at a height."""
    return a.asymmetry * 0.02 * (y + 2.0)


@jit
def fold(x: float, y: float, a: Anatomy) -> tuple[float, float, float]:
    """Maps a point of the head to the half that is modelled.

    Returns:
        The distance from the middle plane (rounded, so that both halves meet without a crease), the
        height with the lower face brought to standard length, and the side, -1 or 1.
    """
    sheared = x + shear(y, a)
    height = y / a.face_length if y < 0.0 else y / a.skull_height
    return math.sqrt(sheared * sheared + 0.0025), height, 1.0 if sheared > 0.0 else -1.0


@jit
def skull(x: float, y: float, z: float, a: Anatomy, blend: float) -> float:
    """The folded head's mass; a `blend` above 1 smooths it further, as cloth does."""
    w, j = a.face_width, a.jaw_width
    d = ellipsoid(x, y - 3.2, z + 0.9, 7.3 * math.sqrt(w), 8.5, 9.5)
    d = smooth_union(d, ellipsoid(x, y + 3.2, z - 1.6, 6.1 * w, 7.2, 6.5), 2.0 * blend)
    d = smooth_union(d, ellipsoid(x, y + 6.6, z - 2.6, 4.7 * j * w, 4.6, 5.4), 1.8 * blend)
    edge = capsule(
        x, y, z, 5.3 * j * w, -6.4 - 0.5 * a.jaw_angle, 1.2, 2.0 * j, -10.0, 6.2, 1.0, 1.1
    )
    d = smooth_union(d, edge, 2.2 * blend)
    z_chin = 6.75 + a.chin_forward
    chin = ellipsoid(x, y + 10.0, z - z_chin, 1.75 * a.chin_width, 1.35 * a.chin_height, 1.75)
    d = smooth_union(d, chin, 1.6 * blend)
    bone = a.cheekbones
    d = smooth_union(d, ellipsoid(x - 4.5 * w, y + 2.7, z - 5.0, 1.9, 1.5, 1.9 * bone), 2.4 * blend)
    d = _flesh(d, x, y, z, a, blend)
    return smooth_union(d, ellipsoid(x, y + 7.0, z - 6.3, 2.9, 2.5, 2.35), 1.8 * blend)


@jit
def _flesh(d: float, x: float, y: float, z: float, a: Anatomy, blend: float) -> float:
    """Adds cheeks, and under the chin and along the jaw what weight and age put there."""
    rise = 0.35 * a.smile - 0.5 * a.ageing
    cheek = ellipsoid(
        x - 3.3 * a.face_width,
        y + 5.0 - rise,
        z - 5.7,
        2.0 * a.cheeks,
        2.2,
        1.75 * a.cheeks + 0.28 * a.smile,
    )
    d = smooth_union(d, cheek, 2.0 * blend)
    heavy = max(a.weight, 0.0)
    jowl = ellipsoid(x - 3.7 * a.jaw_width, y + 9.1, z - 4.2, 1.35, 1.3, 1.6)
    sag = 0.75 * a.ageing + 0.35 * heavy
    d = smooth_union(d, jowl + 1.8 * max(1.0 - sag, 0.0), 1.7 * blend)
    under_chin = ellipsoid(x, y + 10.9, z - 2.8, 3.4, 1.6, 3.4)
    return smooth_union(d, under_chin + 1.9 * max(1.0 - heavy - 0.35 * a.ageing, 0.0), 1.8 * blend)


@jit
def hollows(d: float, x: float, y: float, z: float, a: Anatomy) -> float:
    """Takes away at the temples and below the cheekbones what the lean and the old lack."""
    lean = max(-a.weight, 0.0)
    temple = ellipsoid(x - 7.6, y - 2.4, z - 3.6, 1.1, 2.2, 2.4)
    d = carve(d, temple + 1.6 * max(1.0 - 0.6 * a.ageing - 0.4 * lean, 0.0), 1.6)
    cheek = ellipsoid(x - 6.6, y + 6.0, z - 4.6, 1.3, 2.2, 2.0)
    return carve(d, cheek + 1.8 * max(1.0 - 0.35 * a.ageing - 0.6 * lean, 0.0), 1.8)


@jit
def wrinkles(x: float, y: float, z: float, a: Anatomy) -> float:
    """The depth of furrows: across the forehead, between the brows, beside the eyes."""
    worn = max(a.ageing - 0.22, 0.0)
    deep = 0.0
    if y > 2.4 and z > 3.0:
        wander = noise(x * 0.35, 1.0, a.seed)
        waves = max(math.sin((y + 0.4 * wander + 0.012 * x * x) * 4.1), 0.0) ** 5
        extent = ramp(2.7, 3.4, y) * ramp(6.6, 5.4, y) * ramp(5.0, 3.0, x)
        deep += 0.085 * worn * waves * extent
    between = bell(x, 0.6, 0.15) * ramp(0.5, 1.1, y) * ramp(2.9, 2.2, y)
    deep += (0.075 * worn + 0.05 * a.frown) * between * (1.0 if z > 3.0 else 0.0)
    beside = x - 4.95 * a.eye_spacing
    if -0.3 < beside < 1.5 and z > 2.0:
        angle = math.atan2(y + 0.1, beside + 0.7)
        waves = max(math.sin(angle * 7.5 + 0.6), 0.0) ** 4
        extent = ramp(-0.2, 0.3, beside) * ramp(1.4, 0.6, beside) * ramp(1.25, 0.7, abs(angle))
        deep += (0.075 * worn + 0.03 * a.smile * a.ageing) * waves * extent
    return deep
