"""How a face stands in a picture: the way from shares of an upright face to pixels, and back.

It follows the eyes, ears and mouth that the face finder sees, so what is placed by it sits on
turned and tilted heads. Where the finder sees none, as in a box set by hand beside a face, the face
stands as the box does, in which the eyes of an upright face are a third down.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facemask_core.pictures.faces import Box, find_points

EYES = 0.315
"""How far down its box the eyes of an upright face are; medians, as the next, over portraits and
the photographs for tuning."""
_MOUTH, _EARS, _EAR = 0.68, 0.39, 0.345
"""Heights of mouth and ears in such a box, and the ears' distance from its middle."""
_LEAST_TURN = 0.35
"""A head turned further shows its far half at this share of the near one."""


@dataclass(frozen=True, eq=False)
class FacePose:
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

    def move(self, shift: tuple[int, int], scale: float = 1.0) -> FacePose:
        """Takes it to a part of the picture, or to one of another size."""
        ways = (scale * way for way in (self.down, self.right, self.left))
        return FacePose(scale * (self.eyes - shift), *ways)

    def warp(self, matrix: NDArray[np.float64]) -> FacePose:
        """Takes it along where the picture is warped.

        Args:
            matrix: float64 (2, 3), an affine map of columns and rows, as OpenCV takes it.
        """
        turn = matrix[:, :2]
        ways = (turn @ way for way in (self.down, self.right, self.left))
        return FacePose(turn @ self.eyes + matrix[:, 2], *ways)

    @property
    def turn(self) -> float:
        """How far the head is turned, from -1 (to the picture's left) over 0 (ahead) to 1."""
        left, right = (float(np.linalg.norm(way)) for way in (self.right, self.left))
        return (left - right) / (left + right)

    def place(self, points: tuple[tuple[float, float], ...]) -> NDArray[np.float64]:
        """Places points of the box in the picture, float64 (n, 2)."""
        across, down = (np.array(points) - (0.5, EYES)).T[..., None]
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
        return across, np.where(is_left, to_left[..., 1], to_right[..., 1]) + EYES


def find_pose(picture: NDArray[np.uint8], face: Box) -> FacePose:
    """Finds how a face stands, from its points; where none are seen, it stands as its box does."""
    middle = np.array([face.left + face.width / 2, face.top + EYES * face.height])
    across, down = np.array([face.width, 0.0]), np.array([0.0, face.height])
    upright = FacePose(middle, down, -across, across)
    points = find_points(picture, face)
    if points is None:
        return upright
    right_eye, left_eye, _, mouth, right_ear, left_ear = points
    eyes = (right_eye + left_eye) / 2
    down = (mouth - eyes) / (_MOUTH - EYES)
    ear_line = eyes + (_EARS - EYES) * down
    right, left = (right_ear - ear_line) / _EAR, (left_ear - ear_line) / _EAR
    # To either side of the way down, and never so far that an ear is gone.
    normal = np.array([down[1], -down[0]]) / max(float(np.linalg.norm(down)), 1.0)
    wide = _LEAST_TURN * max(-(right @ normal), left @ normal)
    if wide < _LEAST_TURN * _LEAST_TURN * face.width:
        return upright
    right -= max(0.0, wide + right @ normal) * normal
    left += max(0.0, wide - left @ normal) * normal
    return FacePose(eyes, down, right, left)
