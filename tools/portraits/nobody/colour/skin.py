"""Skin: tone, mottling, blood, age, beard shadow, lips; a colour and a roughness a vertex."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nobody import palettes
from nobody.anatomy import Anatomy
from nobody.compiled import jit
from nobody.geometry import eyes, mouth, skull
from nobody.geometry.hairline import beard_cover, inside_hairline
from nobody.geometry.noise import noise_at

Array = NDArray[np.float64]

_BENEATH_LIPS = 0.75
"""How far behind the front of the lips the inside of the mouth begins, in centimetres."""


@dataclass(frozen=True, kw_only=True)
class Complexion:
    """What colours a person's skin; colours are linear RGB.

    Attributes:
        tone: Skin.
        lips: Lips.
        hair: Scalp under hair.
        beard: Skin under a beard.
        blood: How red cheeks, nose and ears are, 0 to 1.
        freckles: 0 to 1.
        shadow: How far a beard darkens the skin, 0 to 1.
        beard_style: See :mod:`nobody.geometry.hairline`.
        make_up: On the upper lids, 0 to 1.
        hairy: Whether hair covers the scalp.
        bald: Whether it covers the sides only.
    """

    tone: Array
    lips: Array
    hair: Array
    beard: Array
    blood: float
    freckles: float
    shadow: float
    beard_style: int
    make_up: float
    hairy: bool
    bald: bool


def lip_colour(tone: Array, lipstick: str, strength: float) -> Array:
    """The colour of lips on a skin.

    Bare lips are skin with more blood and less brown. Lipstick lies over them as a thin coat, so
    that on dark skin it is dark too: a fixed colour would glow there.
    """
    light = float(np.clip((tone.mean() - 0.03) / 0.45, 0, 1))
    bare = tone * (np.array([0.8, 0.52, 0.56]) * light + np.array([0.98, 0.66, 0.74]) * (1 - light))
    if not lipstick:
        return bare
    coat = palettes.linear(palettes.LIPSTICK[lipstick]) * (0.3 + 0.7 * light)
    return bare * (1 - strength) + coat * strength


def paint(points: NDArray[np.float32], a: Anatomy, c: Complexion) -> tuple[Array, Array]:
    """Colours the skin.

    Returns:
        Linear RGB of shape (n, 3), and what to add to the skin's roughness.
    """
    mottle = [noise_at(points, f, a.seed + f) for f in (0.45, 1.3, 4.1, 9.0)]
    x, y, z = points.astype(np.float64).T
    side = np.abs(x)
    along = side - eyes.spacing(a)
    rgb = (
        c.tone
        * (1 + 0.05 * mottle[0] + 0.05 * mottle[1] + 0.06 * mottle[2] + 0.05 * mottle[3])[:, None]
    )
    rgb = _blood(rgb, side, y, z, c.blood, 0.25 * mottle[1] + 0.2 * mottle[2])
    rgb = _around_eyes(rgb, along, y, z, a, c.make_up)
    rgb = _spots(rgb, points, side, y, a, c.freckles)
    rgb = rgb * (1 - 4.5 * furrows(points, a))[:, None]
    hairs = regions(points, a, c.beard_style, c.bald)
    rgb = _cover(rgb, c.beard, c.shadow * hairs[:, 0] * (0.75 + 0.5 * mottle[3]))
    if c.hairy:
        rgb = _cover(rgb, c.hair, 0.85 * _step(-0.2, 1.1, hairs[:, 1] + 0.25 * mottle[2]))
    red = _step(0.1, -0.12, hairs[:, 2] + 0.04 * mottle[2]) * (0.8 + 0.13 * mottle[3])
    rgb = _cover(rgb, c.lips, np.clip(red, 0, 1))
    rgb = _cover(rgb, c.lips * 0.12, hairs[:, 3])
    gloss = -0.06 * np.exp(-((side / 1.4) ** 2)) * (z > 7) - 0.12 * np.clip(red, 0, 1)
    return np.clip(rgb, 0.001, 1), 0.06 * mottle[1] + gloss


def _blood(rgb: Array, side: Array, y: Array, z: Array, blood: float, uneven: Array) -> Array:
    """Reddens cheeks, tip of the nose, ears and chin."""
    red = 0.7 * _blob((side - 4.2) / 2.0, (y + 3.6) / 1.9) * (z > 2)
    red += 0.35 * _blob(side / 1.6, (y + 3.9) / 1.1) * (z > 6)
    red += 0.5 * _step(6.6, 7.4, side) * _step(-6, -4, y) * _step(3, 1, y)
    red += 0.3 * _blob(side / 1.7, (y + 10.3) / 1.0) + uneven
    amount = blood * np.maximum(red, -0.3)
    return rgb * (1 + amount[:, None] * np.array([0.1, -0.22, -0.2]))


def _around_eyes(rgb: Array, along: Array, y: Array, z: Array, a: Anatomy, make_up: float) -> Array:
    """Darkens the sockets, reddens the rims, paints the upper lids."""
    socket = _blob(along / 1.9, (y + 0.25) / 1.25) * (z > 4) * (0.14 + 0.16 * a.ageing)
    bag = _blob(along / 1.1, (y + 0.95) / 0.4) * (z > 5) * (0.05 + 0.12 * a.ageing)
    rim = _blob(along / 1.5, (y + 0.45) / 0.35) * (z > 5)
    paint_on = 0.5 * make_up * _blob(along / 1.5, (y - 0.75) / 0.45) * (z > 4)
    rgb = rgb * (1 - (socket + bag)[:, None] * np.array([0.75, 1.0, 0.9]))
    rgb = rgb * (1 - rim[:, None] * np.array([0.0, 0.12, 0.12]))
    return rgb * (1 - paint_on[:, None] * np.array([0.5, 0.65, 0.6]))


def _spots(
    rgb: Array, points: NDArray[np.float32], side: Array, y: Array, a: Anatomy, freckles: float
) -> Array:
    """Adds freckles, and the spots of age."""
    young = noise_at(points, 3.1, 9.0) + 0.4 * noise_at(points, 7.0, 4.0)
    where = _blob((side - 2.8) / 3.2, (y + 2.6) / 2.2)
    freckle = freckles * _step(0.4, 0.62, young) * where
    rgb = rgb * (1 - freckle[:, None] * np.array([0.28, 0.42, 0.52]))
    old = 0.4 * max(a.ageing - 0.4, 0.0) * _step(0.5, 0.7, noise_at(points, 1.7, 31.0 + a.seed))
    return rgb * (1 - old[:, None] * np.array([0.4, 0.5, 0.55]))


@jit
def furrows(points: NDArray[np.float32], a: Anatomy) -> NDArray[np.float64]:
    """The depth of wrinkles, whose ground the coarse mesh leaves too light."""
    depth = np.zeros(len(points))
    for i in range(len(points)):
        x, y, _ = skull.fold(points[i, 0], points[i, 1], a)
        depth[i] = min(skull.wrinkles(x, y, points[i, 2], a), 0.1)
    return depth


@jit
def regions(points: NDArray[np.float32], a: Anatomy, beard: int, bald: bool) -> NDArray[np.float64]:
    """Tells beard cover, distances behind the hairline and outside the lips, the mouth's inside."""
    found = np.zeros((len(points), 4))
    for i in range(len(points)):
        x, y, z = points[i, 0], points[i, 1], points[i, 2]
        found[i, 0] = beard_cover(x, y, z, a, beard)
        ear = abs(x) > 6.9 * math.sqrt(a.face_width) and y < 1.5
        found[i, 1] = -1.0 if y < -4.0 or ear else inside_hairline(x, y, z, a, bald)
        fx, fy, _ = skull.fold(x, y, a)
        found[i, 2] = mouth.beyond_lips(fx, fy, a) if z > 5.5 else 9.0
        line = mouth.line(fx, a)
        behind = line.z + 0.55 - _BENEATH_LIPS - z
        if a.mouth_open > 0.0 and behind > 0.0 and z > 3.0 and abs(fy - line.y) < 1.6:
            found[i, 3] = 1.0 if fx < line.half_width and behind < 6.0 else 0.0
    return found


def _blob(u: Array, v: Array) -> Array:
    return np.exp(-(u * u + v * v))


def _step(start: float, end: float, value: Array) -> Array:
    t = np.clip((value - start) / (end - start), 0, 1)
    return t * t * (3 - 2 * t)


def _cover(rgb: Array, colour: Array, share: Array) -> Array:
    return rgb * (1 - share)[:, None] + colour * share[:, None]
