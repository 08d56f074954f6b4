"""A mask drawn onto a face: a change everyone sees, to set beside one that nobody sees.

The shape follows the box of the face finder, whose proportions are known: eyes at two fifths of
its height, the chin at its lower edge. No landmark is searched for, so on a turned head the mask
sits a little off.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from facemask_core.pictures.faces import Box

_OUTLINE = (
    *((0.11, 0.53), (0.30, 0.50), (0.42, 0.46), (0.50, 0.44), (0.58, 0.46), (0.70, 0.50)),
    *((0.89, 0.53), (0.88, 0.70), (0.80, 0.88), (0.67, 0.99), (0.50, 1.04)),
    *((0.33, 0.99), (0.20, 0.88), (0.12, 0.70)),
)
"""Corners in shares of the box, clockwise from the left cheek."""
_PLEATS = (0.64, 0.74, 0.84)
_LOOPS = (((0.12, 0.55), (0.04, 0.46)), ((0.88, 0.55), (0.96, 0.46)))
_CLOTH = np.array([196, 222, 233], np.float64)
"""The light blue of a surgical mask, RGB."""
_BRIGHT_SKIN = 190.0
"""Mean brightness at which the cloth has its own colour; in less light it is darker."""
_MARGIN = 0.15
"""How far mask and loops may reach beyond the box, in shares of it."""
_FINER = 4
_LARGE = 1200
"""A larger face is reduced by the model anyway, and four times its size is a lot of memory."""


def draw_mask(picture: NDArray[np.uint8], face: Box) -> NDArray[np.uint8]:
    """Draws a surgical mask onto a face.

    Args:
        picture: uint8 (height, width, 3), RGB; not changed.
        face: Its box, as :func:`facemask_core.pictures.faces.find_faces` returns it.

    Returns:
        uint8 of the same shape.
    """
    height, width = picture.shape[:2]
    margin = round(_MARGIN * face.width)
    rows = slice(max(0, face.top), min(height, face.top + face.height + margin))
    columns = slice(max(0, face.left - margin), min(width, face.left + face.width + margin))
    result = picture.copy()
    part = result[rows, columns]
    if part.size:
        place = Box(face.left - columns.start, face.top - rows.start, face.width, face.height)
        paint = _paint if face.width <= _LARGE else _paint_reduced
        result[rows, columns] = paint(part, place)
    return result


def _paint_reduced(part: NDArray[np.uint8], face: Box) -> NDArray[np.uint8]:
    """Paints a smaller copy, and changes the part as much as that was changed.

    The paint takes 80 bytes a pixel, 3 GB in the largest picture.
    """
    height, width = part.shape[:2]
    scale = _LARGE / face.width
    size = (max(1, round(scale * width)), max(1, round(scale * height)))
    small = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    place = Box(*(round(scale * length) for length in face.as_list()))
    change = _paint(small, place).astype(np.int16) - small
    painted = np.empty_like(part)
    for channel in range(3):
        larger = cv2.resize(change[..., channel], (width, height))
        painted[..., channel] = np.clip(larger + part[..., channel], 0, 255)
    return painted


def _paint(part: NDArray[np.uint8], face: Box) -> NDArray[np.uint8]:
    size = part.shape[:2]
    cover = _fill(size, _interpolate(_place(_OUTLINE, face)))[..., None]
    light = _measure_light(part, cover[..., 0])
    pixels = part * (1 - cover) + light * _shade_cloth(size, face) * cover
    for loop in _LOOPS:
        line = _stroke(size, _place(loop, face), face.width * 0.014)[..., None] * (1 - cover)
        pixels = pixels * (1 - line) + 0.92 * light * _CLOTH * line
    return np.clip(np.rint(pixels), 0, 255).astype(np.uint8)


def _place(points: tuple[tuple[float, float], ...], face: Box) -> NDArray[np.float64]:
    left, top, width, height = face.as_list()
    return np.array(points) * (width, height) + (left, top)


def _interpolate(corners: NDArray[np.float64], between: int = 12) -> NDArray[np.float64]:
    """Draws a closed Catmull-Rom spline through corners."""
    before, after, next_after = (np.roll(corners, shift, axis=0) for shift in (1, -1, -2))
    share = np.linspace(0, 1, between, endpoint=False)[:, None, None]
    spline = (
        2 * corners
        + (after - before) * share
        + (2 * before - 5 * corners + 4 * after - next_after) * share**2
        + (3 * corners - before - 3 * after + next_after) * share**3
    )
    return (spline / 2).transpose(1, 0, 2).reshape(-1, 2)


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
    finer = _FINER if max(size) <= _LARGE else 1
    canvas = np.zeros((size[0] * finer, size[1] * finer), np.uint8)
    draw(canvas, finer)
    return cv2.resize(canvas, size[::-1], interpolation=cv2.INTER_AREA) / 255.0


def _shade_cloth(size: tuple[int, int], face: Box) -> NDArray[np.float64]:
    """Shades the cloth in full light: darker towards the cheeks, with pleats, float64 (h, w, 3)."""
    left, top, width, height = face.as_list()
    across = (np.arange(size[1]) - left) / width - 0.5
    down = (np.arange(size[0]) - top) / height
    shade = np.clip(1.04 - 0.9 * across**2, 0.4, 1.1)[None, :] * np.ones((size[0], 1))
    sag = 0.05 * (1 - (2 * across) ** 2)  # pleats hang lower in the middle
    for pleat in _PLEATS:
        distance = (down[:, None] - pleat - sag[None, :]) / 0.012
        shade -= 0.13 * np.exp(-(distance**2)) - 0.05 * np.exp(-((distance + 1.6) ** 2))
    return shade[..., None] * _CLOTH


def _measure_light(part: NDArray[np.uint8], cover: NDArray[np.float64]) -> float:
    """Estimates how bright the scene is, from the pixels the mask will hide."""
    if not cover.any():
        return 1.0
    brightness = float((part.mean(axis=2) * cover).sum() / cover.sum())
    return float(np.clip(0.45 + 0.55 * brightness / _BRIGHT_SKIN, 0.45, 1.1))
