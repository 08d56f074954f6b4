"""A mask drawn onto a face: a change everyone sees, to set beside one that nobody sees.

The shape follows the eyes, ears and mouth that the face finder sees, so it sits on turned and
tilted heads. Where it sees none, as in a box set by hand beside a face, the shape follows the box,
in which the eyes of an upright face are a third down.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from facemask_core.pictures.faces import Box, find_points
from facemask_core.pictures.splines import smooth_outline

_OUTLINE = (
    *((0.11, 0.445), (0.30, 0.415), (0.42, 0.375), (0.50, 0.355), (0.58, 0.375), (0.70, 0.415)),
    *((0.89, 0.445), (0.88, 0.615), (0.80, 0.795), (0.67, 0.905), (0.50, 0.955)),
    *((0.33, 0.905), (0.20, 0.795), (0.12, 0.615)),
)
"""Corners in shares of the box around an upright face, clockwise from the left cheek."""
_PLEATS = (0.555, 0.655, 0.755)
_LOOPS = (((0.12, 0.465), (0.04, 0.375)), ((0.88, 0.465), (0.96, 0.375)))
_EYES, _MOUTH, _EARS, _EAR = 0.315, 0.68, 0.39, 0.345
"""Heights of eyes, mouth and ears in such a box, and the ears' distance from its middle: medians
over portraits and the photographs for tuning."""
_LEAST_TURN = 0.35
"""A head turned further shows its far half at this share of the near one."""
_CLOTH = np.array([196, 222, 233], np.float64)
"""The light blue of a surgical mask, RGB."""
_BRIGHT_SKIN = 190.0
"""Mean brightness at which the cloth has its own colour; in less light it is darker."""
_MARGIN = 0.05
"""How far the curves may reach beyond their corners, in shares of the box."""
_FINER = 4
_LARGE = 1200
"""A larger face is reduced by the model anyway, and four times its size is a lot of memory."""


@dataclass(frozen=True, eq=False)
class _Pose:
    """How a face stands in the picture: the way from shares of an upright face's box to pixels.

    Attributes:
        eyes: float64 (2,), the middle between the eyes, x and y in pixels.
        down: float64 (2,), the way down the face, of a box's height.
        right: float64 (2,), the way across the half on the picture's left, of a box's width.
        left: float64 (2,), the same for the other half.
    """

    eyes: NDArray[np.float64]
    down: NDArray[np.float64]
    right: NDArray[np.float64]
    left: NDArray[np.float64]

    @property
    def width(self) -> float:
        """Width of the face's box in pixels."""
        return float(np.linalg.norm(self.right) + np.linalg.norm(self.left)) / 2

    def move(self, shift: tuple[int, int], scale: float = 1.0) -> _Pose:
        """Takes it to a part of the picture, or to one of another size."""
        ways = (scale * way for way in (self.down, self.right, self.left))
        return _Pose(scale * (self.eyes - shift), *ways)

    def place(self, points: tuple[tuple[float, float], ...]) -> NDArray[np.float64]:
        """Places points of the box in the picture, float64 (n, 2)."""
        across, down = (np.array(points) - (0.5, _EYES)).T[..., None]
        half = np.where(across < 0, self.right, self.left)
        return np.asarray(self.eyes + down * self.down + np.abs(across) * half)

    def locate(self, size: tuple[int, int]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Returns for each pixel how far it is across from the middle, and down, in shares."""
        y, x = np.indices(size, np.float64)
        pixels = np.stack([x, y], axis=-1) - self.eyes
        to_left = pixels @ np.linalg.inv(np.stack([self.left, self.down]))
        to_right = pixels @ np.linalg.inv(np.stack([self.right, self.down]))
        is_left = to_left[..., 0] >= 0
        across = np.where(is_left, to_left[..., 0], -to_right[..., 0])
        return across, np.where(is_left, to_left[..., 1], to_right[..., 1]) + _EYES


def draw_mask(picture: NDArray[np.uint8], face: Box) -> NDArray[np.uint8]:
    """Draws a surgical mask onto a face.

    Args:
        picture: uint8 (height, width, 3), RGB; not changed.
        face: Its box, as :func:`facemask_core.pictures.faces.find_faces` returns it.

    Returns:
        uint8 of the same shape.
    """
    height, width = picture.shape[:2]
    pose = _find_pose(picture, face)
    corners = pose.place((*_OUTLINE, *_LOOPS[0], *_LOOPS[1]))
    margin = _MARGIN * pose.width
    left, top = np.floor(corners.min(axis=0) - margin).astype(int).clip(0, (width, height))
    right, bottom = np.ceil(corners.max(axis=0) + margin).astype(int).clip(0, (width, height))
    result = picture.copy()
    part = result[top:bottom, left:right]
    if part.size:
        paint = _paint if pose.width <= _LARGE else _paint_reduced
        result[top:bottom, left:right] = paint(part, pose.move((left, top)))
    return result


def _find_pose(picture: NDArray[np.uint8], face: Box) -> _Pose:
    """Finds how a face stands, from its points; where none are seen, it stands as its box does."""
    middle = np.array([face.left + face.width / 2, face.top + _EYES * face.height])
    across, down = np.array([face.width, 0.0]), np.array([0.0, face.height])
    upright = _Pose(middle, down, -across, across)
    points = find_points(picture, face)
    if points is None:
        return upright
    right_eye, left_eye, _, mouth, right_ear, left_ear = points
    eyes = (right_eye + left_eye) / 2
    down = (mouth - eyes) / (_MOUTH - _EYES)
    ear_line = eyes + (_EARS - _EYES) * down
    right, left = (right_ear - ear_line) / _EAR, (left_ear - ear_line) / _EAR
    # To either side of the way down, and never so far that an ear is gone.
    normal = np.array([down[1], -down[0]]) / max(float(np.linalg.norm(down)), 1.0)
    wide = _LEAST_TURN * max(-(right @ normal), left @ normal)
    if wide < _LEAST_TURN * _LEAST_TURN * face.width:
        return upright
    right -= max(0.0, wide + right @ normal) * normal
    left += max(0.0, wide - left @ normal) * normal
    return _Pose(eyes, down, right, left)


def _paint_reduced(part: NDArray[np.uint8], pose: _Pose) -> NDArray[np.uint8]:
    """Paints a smaller copy, and changes the part as much as that was changed.

    The paint takes 100 bytes a pixel, 4 GB in the largest picture.
    """
    height, width = part.shape[:2]
    scale = _LARGE / pose.width
    size = (max(1, round(scale * width)), max(1, round(scale * height)))
    small = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    change = _paint(small, pose.move((0, 0), scale)).astype(np.int16) - small
    painted = np.empty_like(part)
    for channel in range(3):
        larger = cv2.resize(change[..., channel], (width, height))
        painted[..., channel] = np.clip(larger + part[..., channel], 0, 255)
    return painted


def _paint(part: NDArray[np.uint8], pose: _Pose) -> NDArray[np.uint8]:
    size = part.shape[:2]
    cover = _fill(size, smooth_outline(pose.place(_OUTLINE)))[..., None]
    light = _measure_light(part, cover[..., 0])
    pixels = part * (1 - cover) + light * _shade_cloth(size, pose) * cover
    for loop in _LOOPS:
        line = _stroke(size, pose.place(loop), pose.width * 0.014)[..., None] * (1 - cover)
        pixels = pixels * (1 - line) + 0.92 * light * _CLOTH * line
    return np.clip(np.rint(pixels), 0, 255).astype(np.uint8)


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


def _shade_cloth(size: tuple[int, int], pose: _Pose) -> NDArray[np.float64]:
    """Shades the cloth in full light: darker towards the cheeks, with pleats, float64 (h, w, 3)."""
    across, down = pose.locate(size)
    shade = np.clip(1.04 - 0.9 * across**2, 0.4, 1.1)
    sag = 0.05 * (1 - (2 * across) ** 2)  # pleats hang lower in the middle
    for pleat in _PLEATS:
        distance = np.clip((down - pleat - sag) / 0.012, -10, 10)
        shade -= 0.13 * np.exp(-(distance**2)) - 0.05 * np.exp(-((distance + 1.6) ** 2))
    return shade[..., None] * _CLOTH


def _measure_light(part: NDArray[np.uint8], cover: NDArray[np.float64]) -> float:
    """Estimates how bright the scene is, from the pixels the mask will hide."""
    if not cover.any():
        return 1.0
    brightness = float((part.mean(axis=2) * cover).sum() / cover.sum())
    return float(np.clip(0.45 + 0.55 * brightness / _BRIGHT_SKIN, 0.45, 1.1))
