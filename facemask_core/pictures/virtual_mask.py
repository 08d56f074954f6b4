"""A mask drawn onto a face: a change everyone sees, to set beside one that nobody sees.

It sits on turned and tilted heads; :mod:`facemask_core.pictures.face_pose` says how.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from facemask_core.pictures.face_pose import FacePose, find_pose
from facemask_core.pictures.faces import Box
from facemask_core.pictures.mask_shape import (
    LARGE,
    LOOPS,
    OUTLINE,
    cover_face,
    draw_loop,
    measure_light,
    shade_cloth,
)

_CLOTH = np.array([196, 222, 233], np.float64)
"""The light blue of a surgical mask, RGB."""
_MARGIN = 0.05
"""How far the curves may reach beyond their corners, in shares of the box."""


def draw_mask(picture: NDArray[np.uint8], face: Box) -> NDArray[np.uint8]:
    """Draws a surgical mask onto a face.

    Args:
        picture: uint8 (height, width, 3), RGB; not changed.
        face: Its box, as :func:`facemask_core.pictures.faces.find_faces` returns it.

    Returns:
        uint8 of the same shape.
    """
    height, width = picture.shape[:2]
    pose = find_pose(picture, face)
    corners = pose.place((*OUTLINE, *LOOPS[0], *LOOPS[1]))
    margin = _MARGIN * pose.width
    left, top = np.floor(corners.min(axis=0) - margin).astype(int).clip(0, (width, height))
    right, bottom = np.ceil(corners.max(axis=0) + margin).astype(int).clip(0, (width, height))
    result = picture.copy()
    part = result[top:bottom, left:right]
    if part.size:
        paint = _paint if pose.width <= LARGE else _paint_reduced
        result[top:bottom, left:right] = paint(part, pose.move((left, top)))
    return result


def _paint_reduced(part: NDArray[np.uint8], pose: FacePose) -> NDArray[np.uint8]:
    """Paints a smaller copy, and changes the part as much as that was changed.

    A larger face is reduced by the model anyway, and the paint takes 100 bytes a pixel, 4 GB in
    the largest picture.
    """
    height, width = part.shape[:2]
    scale = LARGE / pose.width
    size = (max(1, round(scale * width)), max(1, round(scale * height)))
    small = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    change = _paint(small, pose.move((0, 0), scale)).astype(np.int16) - small
    painted = np.empty_like(part)
    for channel in range(3):
        larger = cv2.resize(change[..., channel], (width, height))
        painted[..., channel] = np.clip(larger + part[..., channel], 0, 255)
    return painted


def _paint(part: NDArray[np.uint8], pose: FacePose) -> NDArray[np.uint8]:
    size = part.shape[:2]
    cover = cover_face(size, pose)[..., None]
    light = measure_light(part, cover[..., 0])
    cloth = shade_cloth(size, pose)[..., None] * _CLOTH
    pixels = part * (1 - cover) + light * cloth * cover
    for loop in range(len(LOOPS)):
        line = draw_loop(size, pose, loop)[..., None] * (1 - cover)
        pixels = pixels * (1 - line) + 0.92 * light * _CLOTH * line
    return np.clip(np.rint(pixels), 0, 255).astype(np.uint8)
