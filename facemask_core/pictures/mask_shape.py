"""The cloth of a drawn mask: its outline on a face, its folds, and the light on it."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from facemask_core.pictures.face_pose import FacePose
from facemask_core.pictures.splines import smooth_outline

OUTLINE = (
    *((0.11, 0.445), (0.30, 0.415), (0.42, 0.375), (0.50, 0.355), (0.58, 0.375), (0.70, 0.415)),
    *((0.89, 0.445), (0.88, 0.615), (0.80, 0.795), (0.67, 0.905), (0.50, 0.955)),
    *((0.33, 0.905), (0.20, 0.795), (0.12, 0.615)),
)
"""Corners in shares of the box around an upright face, clockwise from the left cheek."""
LOOPS = (((0.12, 0.465), (0.04, 0.375)), ((0.88, 0.465), (0.96, 0.375)))
"""The ends of the ear loops, likewise."""
LARGE = 1200
"""Width of a face in pixels from which nothing is drawn finer than the picture."""
_PLEATS = (0.555, 0.655, 0.755)
_LOOP = 0.014
"""Thickness of an ear loop, in shares of the box."""
_BRIGHT_SKIN = 190.0
"""Mean brightness at which the cloth has its own colour; in less light it is darker."""
_FINER = 4


def cover_face(size: tuple[int, int], pose: FacePose) -> NDArray[np.float64]:
    """Computes how much of each pixel the cloth covers, float64 (height, width) in [0, 1]."""
    return _fill(size, smooth_outline(pose.place(OUTLINE)))


def draw_loop(size: tuple[int, int], pose: FacePose, loop: int) -> NDArray[np.float64]:
    """Computes how much of each pixel one of the two ear loops covers, as :func:`cover_face`."""
    return _stroke(size, pose.place(LOOPS[loop]), pose.width * _LOOP)


def _fill(size: tuple[int, int], outline: NDArray[np.float64]) -> NDArray[np.float64]:
    """Computes how much of each pixel lies inside an outline, float64 (height, width) in [0, 1]."""

    def fill(canvas: NDArray[np.uint8], finer: int) -> None:
        cv2.fillPoly(canvas, [_to_subpixels(outline, finer)], 255)

    return _rasterise(size, fill)


def _stroke(
    size: tuple[int, int], points: NDArray[np.float64], thickness: float
) -> NDArray[np.float64]:
    def stroke(canvas: NDArray[np.uint8], finer: int) -> None:
        thick = max(1, round(thickness * finer))
        cv2.polylines(canvas, [_to_subpixels(points, finer)], False, 255, thick)

    return _rasterise(size, stroke)


def _to_subpixels(points: NDArray[np.float64], finer: int) -> NDArray[np.int32]:
    return np.rint(points * finer).astype(np.int32)


def _rasterise(
    size: tuple[int, int], draw: Callable[[NDArray[np.uint8], int], None]
) -> NDArray[np.float64]:
    """Draws larger and reduces, so that no edge has steps; OpenCV's own smoothing leaves some."""
    finer = _FINER if max(size) <= LARGE else 1
    canvas = np.zeros((size[0] * finer, size[1] * finer), np.uint8)
    draw(canvas, finer)
    return cv2.resize(canvas, size[::-1], interpolation=cv2.INTER_AREA) / 255.0


def shade_cloth(size: tuple[int, int], pose: FacePose) -> NDArray[np.float64]:
    """Shades the cloth in full light: darker towards the cheeks, with pleats, float64 (h, w)."""
    across, down = pose.locate(size)
    shade = np.clip(1.04 - 0.9 * across**2, 0.4, 1.1)
    sag = 0.05 * (1 - (2 * across) ** 2)  # pleats hang lower in the middle
    for pleat in _PLEATS:
        distance = np.clip((down - pleat - sag) / 0.012, -10, 10)
        shade -= 0.13 * np.exp(-(distance**2)) - 0.05 * np.exp(-((distance + 1.6) ** 2))
    return shade


def measure_light(part: NDArray[np.uint8], cover: NDArray[np.float64]) -> float:
    """Estimates how bright the scene is, from the pixels the mask will hide."""
    if not cover.any():
        return 1.0
    brightness = float((part.mean(axis=2) * cover).sum() / cover.sum())
    return float(np.clip(0.45 + 0.55 * brightness / _BRIGHT_SKIN, 0.45, 1.1))
