"""What is printed on masks and scarves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nobody import palettes
from nobody.traits import Pattern

Array = NDArray[np.float64]


def paint(
    u: Array, v: Array, pattern: Pattern, colours: tuple[Array, Array], rng: np.random.Generator
) -> Array:
    """Colours points of a fabric.

    Args:
        u: Centimetres along the fabric's width.
        v: Centimetres along its height.
        pattern: What is on it.
        colours: Ground and print, linear RGB.
        rng: Where scattered motifs lie.

    Returns:
        Linear RGB of shape (n, 3).
    """
    ground = np.tile(colours[0], (len(u), 1))
    if pattern is Pattern.FLOWERS:
        return _flowers(ground, u, v, colours[1], rng)
    if pattern is Pattern.CAMOUFLAGE:
        return _camouflage(ground, u, v)
    share = _print(u, v, pattern)[:, None]
    return ground * (1 - share) + colours[1] * share


def _print(u: Array, v: Array, pattern: Pattern) -> Array:
    """Where the second colour is, 0 to 1."""
    if pattern is Pattern.CHECK:
        return 0.5 * (np.floor(u / 1.1) % 2) + 0.5 * (np.floor(v / 1.1) % 2)
    if pattern is Pattern.STRIPES:
        return np.clip((np.sin(3.2 * v) - 0.2) / 0.2, 0, 1)
    if pattern is Pattern.DOTS:
        in_row = (u / 1.5 + 0.5 * (np.floor(v / 1.3) % 2)) % 1 - 0.5
        return np.clip((0.25 - np.hypot(1.1 * in_row, (v / 1.3) % 1 - 0.5)) / 0.06, 0, 1)
    return np.zeros(len(u))


def _flowers(rgb: Array, u: Array, v: Array, colour: Array, rng: np.random.Generator) -> Array:
    """Scatters blossoms of five petals."""
    eye = palettes.linear((206, 170, 84))
    for _ in range(46):
        du, dv = u - rng.uniform(-9, 9), v - rng.uniform(-14, 0)
        radius, angle = np.hypot(du, dv), np.arctan2(dv, du) + rng.uniform(0, 6)
        tint = np.clip(colour * rng.uniform(0.7, 1.15, 3), 0, 1)
        petals = np.clip((0.62 * (0.65 + 0.35 * np.cos(5 * angle)) - radius) / 0.07, 0, 1)[:, None]
        rgb = rgb * (1 - petals) + tint * petals
        middle = np.clip((0.16 - radius) / 0.05, 0, 1)[:, None]
        rgb = rgb * (1 - middle) + eye * middle
    return rgb


def _camouflage(rgb: Array, u: Array, v: Array) -> Array:
    """Lays two darker patches over the ground."""
    waves = np.sin(1.1 * u + 1.5 * np.sin(1.7 * v)) + np.sin(1.3 * v + 2 * np.sin(0.9 * u))
    rgb = np.where((waves > 0.3)[:, None], palettes.linear((70, 78, 54)), rgb)
    return np.where((waves > 1.0)[:, None], palettes.linear((42, 43, 37)), rgb)
