"""The whole skin: head, neck and shoulders; and the smooth hull that cloth lies on."""

from __future__ import annotations

from nobody.anatomy import Anatomy
from nobody.compiled import jit
from nobody.geometry import body, ears, eyes, mouth, nose, skull
from nobody.geometry.primitives import ellipsoid, smooth_union, sphere


@jit
def face(x: float, y: float, z: float, a: Anatomy) -> float:
    """The skin of the head alone."""
    far = sphere(x, y + 0.5, z, 13.8)
    if far > 3.0:
        return far
    x, y, side = skull.fold(x, y, a)
    d = skull.hollows(skull.skull(x, y, z, a, 1.0), x, y, z, a)
    d = eyes.add_brows_and_sockets(d, x, y, z, a)
    d = smooth_union(d, nose.nose(x, y, z, a), 0.85)
    d = nose.carve_nose(d, x, y, z, a)
    d = mouth.add_lips(d, x, y, z, a)
    d = eyes.add_lids(d, x, y, z, a, side)
    if a.ears > 0.0 and x > 4.0:
        d = smooth_union(d, ears.ear(x, y, z, a), 0.45)
    if (a.ageing > 0.2 or a.frown > 0.0) and abs(d) < 0.6:
        d += skull.wrinkles(x, y, z, a)
    # The blends are no exact distances; this keeps a step along a ray from overshooting.
    return d * 0.85


@jit
def skin(x: float, y: float, z: float, a: Anatomy) -> float:
    """All skin."""
    return smooth_union(face(x, y, z, a), body.body(x, y, z, a), 1.2)


@jit
def scalp(x: float, y: float, z: float, a: Anatomy) -> float:
    """The head without features, which hair grows on."""
    x, y, _ = skull.fold(x, y, a)
    return skull.skull(x, y, z, a, 1.0)


@jit
def hull(x: float, y: float, z: float, a: Anatomy, nose_share: float) -> float:
    """What cloth stretched over the face lies on.

    Args:
        x: Left.
        y: Up.
        z: Forward.
        a: Whose face.
        nose_share: 1 where the cloth goes over the nose, 0 where the nose stays free.
    """
    x, y, _ = skull.fold(x, y, a)
    d = skull.skull(x, y, z, a, 1.5)
    d = smooth_union(d, ellipsoid(x, y + 7.0, z - 7.3, 2.4, 1.9, 2.2), 3.0)
    return smooth_union(d, nose.nose(x, y, z, a) + 0.05 + 4.0 * (1.0 - nose_share), 3.6)


@jit
def reach(x: float, y: float, a: Anatomy) -> float:
    """How far out of the face a point seen from the front lies."""
    z = 12.5
    for _ in range(80):
        d = face(x, y, z, a)
        if d < 0.004 or z < -2.0:
            break
        z -= max(d, 0.004)
    return z


@jit
def hull_reach(x: float, y: float, a: Anatomy, nose_share: float) -> float:
    """The same on the hull."""
    z = 14.0
    for _ in range(80):
        d = hull(x, y, z, a, nose_share)
        if d < 0.01 or z < -2.0:
            break
        z -= max(0.8 * d, 0.01)
    return z
