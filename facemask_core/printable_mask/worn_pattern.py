"""A face in a mask, as a function of the mask's pattern, and that function's gradient."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from facemask_core.pictures.face_pose import FacePose, find_pose
from facemask_core.pictures.faces import Box, find_faces
from facemask_core.pictures.images import INPUT_SIZE
from facemask_core.pictures.mask_shape import cover_face, measure_light, shade_cloth
from facemask_core.printable_mask.cloth_pattern import COLUMNS, ROWS, Pattern, flatten
from facemask_core.printable_mask.conditions import Conditions

_MIDDLE = (0.5, 0.655)
"""The middle of the cloth, in shares of the face's box."""
_KEPT = 1.3
"""Pixels of a kept picture for each that the model sees, along a line."""


@dataclass(frozen=True, eq=False)
class Wearer:
    """A bare face that can put a mask on.

    Attributes:
        picture: uint8 (height, width, 3), the face with what is around it.
        box: The part of the picture that a model is shown.
        pose: How the face stands in the picture.
    """

    picture: NDArray[np.uint8]
    box: Box
    pose: FacePose


def find_wearer(picture: NDArray[np.uint8], *, crop: bool = True) -> Wearer | None:
    """Finds the largest face of a picture; None where there is none.

    Args:
        picture: uint8 (height, width, 3), RGB; not changed.
        crop: Whether a model is shown the face alone, as for a photograph, or all of the picture,
            as for a dataset whose pictures are cut out already.
    """
    boxes = find_faces(picture)
    return make_wearer(picture, boxes[0], boxes[0] if crop else None) if boxes else None


def make_wearer(picture: NDArray[np.uint8], face: Box, shown: Box | None) -> Wearer:
    """Makes a wearer of a face.

    Args:
        picture: uint8 (height, width, 3), RGB; not changed.
        face: The face's box, hairline to chin.
        shown: The part of the picture that a model is shown; None for all of it.
    """
    height, width = picture.shape[:2]
    box = shown or Box(0, 0, width, height)
    pose = find_pose(picture, face)
    scale = min(1.0, _KEPT * INPUT_SIZE / max(box.width, box.height))
    if scale < 1.0:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
        pose = pose.move((0, 0), scale)
        box = Box(*(round(scale * it) for it in box.as_list()))
    return Wearer(picture, box, pose)


@dataclass(frozen=True, eq=False)
class WornPattern:
    """A face in a mask under certain conditions; only the mask's pattern is open.

    Attributes:
        around: float32 (224, 224, 3), what the mask leaves of the face, in the light there is.
        cloth: float32 (n, 3), the share of a printed colour that each covered pixel gets.
        covered: int64 (n,), the covered pixels, row by row.
        fields: Sparse (n, 6144), the shares of the pattern's fields in each covered pixel.
        conditions: How it is seen.
    """

    around: NDArray[np.float32]
    cloth: NDArray[np.float32]
    covered: NDArray[np.int64]
    fields: csr_matrix
    conditions: Conditions

    def show(self, pattern: Pattern) -> NDArray[np.float32]:
        """Shows the face with a pattern on its mask.

        Args:
            pattern: The colours sent to the printer.

        Returns:
            float32 (224, 224, 3) in [0, 1].
        """
        seen = self.conditions
        printed = seen.black + (seen.white - seen.black) * pattern**seen.gamma
        picture = self.around.copy()
        flat = picture.reshape(-1, 3)
        flat[self.covered] += self.cloth * (self.fields @ printed.reshape(-1, 3))
        noise = np.random.default_rng(seen.seed).normal(0.0, seen.noise, picture.shape)
        return np.clip(self._blur(picture) + noise.astype(np.float32), 0.0, 1.0)

    def pull_back(self, pattern: Pattern, gradient: NDArray[np.float32]) -> NDArray[np.float32]:
        """Takes a gradient with respect to the picture to one with respect to the pattern.

        What the camera cuts off at black and white is passed on, so that a field that is too
        bright now can learn to be darker.

        Args:
            pattern: Where the gradient was taken.
            gradient: float32 (224, 224, 3).

        Returns:
            float32 of the pattern's shape.
        """
        seen = self.conditions
        on_cloth = self.cloth * self._blur(gradient).reshape(-1, 3)[self.covered]
        on_printed = (self.fields.T @ on_cloth).reshape(pattern.shape)
        slope = seen.gamma * np.maximum(pattern, 1e-3) ** (seen.gamma - 1.0)
        return np.asarray(on_printed * (seen.white - seen.black) * slope, np.float32)

    def _blur(self, picture: NDArray[np.float32]) -> NDArray[np.float32]:
        """Blurs as the camera does; but for the picture's rim this is its own adjoint."""
        return np.asarray(cv2.GaussianBlur(picture, (0, 0), self.conditions.blur))


def put_on(wearer: Wearer, conditions: Conditions) -> WornPattern:
    """Puts a mask on a face.

    Args:
        wearer: The face.
        conditions: How the mask sits, and how the face is seen.
    """
    size = (INPUT_SIZE, INPUT_SIZE)
    matrix = _cut_out(wearer.box, conditions.crop)
    face = cv2.warpAffine(wearer.picture, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    pose = wearer.pose.warp(matrix)
    (middle,) = pose.place((_MIDDLE,))
    pose = pose.warp(_move(middle, pose.width, conditions.fit))
    cover = cover_face(size, pose)
    slope = 1.0 + conditions.slope * np.linspace(-0.5, 0.5, INPUT_SIZE)[None, :, None]
    light = np.asarray(conditions.light * slope, np.float32)
    covered = np.flatnonzero(cover > 0.0)
    brightness = measure_light(np.asarray(face, np.uint8), cover) * shade_cloth(size, pose) * cover
    cloth = (brightness[..., None] * light).reshape(-1, 3)[covered]
    around = face / np.float32(255.0) * (1.0 - cover[..., None]) * light
    across, down = (it.reshape(-1)[covered] for it in pose.locate(size))
    return WornPattern(
        around.astype(np.float32),
        cloth.astype(np.float32),
        covered,
        _share_fields(*flatten(across, down)),
        conditions,
    )


def _cut_out(box: Box, crop: tuple[float, float, float, float]) -> NDArray[np.float64]:
    """The map from a picture to what the model is shown of it."""
    corner = np.array([box.left, box.top], np.float64)
    scale = np.diag([INPUT_SIZE / box.width, INPUT_SIZE / box.height])
    cut = np.hstack([scale, (-scale @ corner)[:, None]])
    middle = np.full(2, INPUT_SIZE / 2.0)
    moved = _move(middle, float(INPUT_SIZE), crop)
    return np.asarray(moved[:, :2] @ cut + np.hstack([np.zeros((2, 2)), moved[:, 2:]]))


def _move(
    middle: NDArray[np.float64], side: float, move: tuple[float, float, float, float]
) -> NDArray[np.float64]:
    """The map that shifts, scales and tilts around a point."""
    across, down, scale, tilt = move
    matrix = cv2.getRotationMatrix2D((float(middle[0]), float(middle[1])), tilt, scale)
    matrix[:, 2] += (across * side, down * side)
    return np.asarray(matrix, np.float64)


def _share_fields(column: NDArray[np.float64], row: NDArray[np.float64]) -> csr_matrix:
    """Shares each pixel among the four fields around its place, as bilinear interpolation does."""
    column, row = np.clip(column, 0.0, COLUMNS - 1.0), np.clip(row, 0.0, ROWS - 1.0)
    left = np.minimum(column.astype(np.int64), COLUMNS - 2)
    top = np.minimum(row.astype(np.int64), ROWS - 2)
    x, y = column - left, row - top
    corners = ((0, 0, (1 - x) * (1 - y)), (0, 1, x * (1 - y)), (1, 0, (1 - x) * y), (1, 1, x * y))
    pixels = np.arange(len(column))
    fields = [(top + dy) * COLUMNS + left + dx for dy, dx, _ in corners]
    shares = np.concatenate([share for *_, share in corners]).astype(np.float32)
    return csr_matrix(
        (shares, (np.tile(pixels, 4), np.concatenate(fields))), (len(column), ROWS * COLUMNS)
    )
