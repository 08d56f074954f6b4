"""Finds the face in a photograph and cuts it out as the classifiers expect it.

How the finder works is in :mod:`facemask_core.pictures.face_search`. How often it is right, and
where it fails, is measured by ``benchmarks/face_finder.py``; a caller should let the user set the
box by hand.

Boxes are in whole pixels of the image that was given, left and top inclusive.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facemask_core.errors import FaceError, ImageError
from facemask_core.pictures.face_search import look_at, search_faces
from facemask_core.pictures.images import INPUT_SIZE, resize

SURE = 0.5
"""Log-odds from which a face is still there."""


@dataclass(frozen=True)
class Box:
    """A rectangle in an image, in pixels; left and top belong to it.

    Attributes:
        left: First column.
        top: First row.
        width: Number of columns.
        height: Number of rows; equal to ``width`` unless the image is too narrow for a square.
    """

    left: int
    top: int
    width: int
    height: int

    def as_list(self) -> list[int]:
        """Returns ``[left, top, width, height]``, ready for JSON."""
        return [self.left, self.top, self.width, self.height]


@dataclass(frozen=True)
class FaceCrop:
    """A face cut out of a photograph.

    Attributes:
        image: uint8 array of shape (size, size, 3), RGB.
        box: The part of the photograph that ``image`` shows.
        found: False when no face was found and ``box`` is the whole photograph.
    """

    image: NDArray[np.uint8]
    box: Box
    found: bool


def find_faces(image: NDArray[np.uint8]) -> list[Box]:
    """Finds the faces in a photograph, with or without a mask.

    Args:
        image: uint8 array of shape (height, width, 3), RGB; it is not changed.

    Returns:
        A box around each face, hairline to chin with a little margin, largest first; empty when
        there is none. Boxes are square and lie inside the image; in an image narrower than the
        face, the box takes the image's whole width (or height) and is not square.

    Raises:
        ImageError: ``image`` is not a uint8 array of that shape.
        FaceFinderError: The finder's weights are missing, or are others than expected.
    """
    _check(image)
    boxes = [
        square_around(image, x=x, y=y, side=side) for (x, y), (side, _) in search_faces(image).boxes
    ]
    return sorted(boxes, key=lambda box: box.width * box.height, reverse=True)


def follow_face(image: NDArray[np.uint8], box: Box) -> Box | None:
    """Finds the face of one picture of a film in the next, in a fifth of a search's time.

    Args:
        image: uint8 array of shape (height, width, 3), RGB; it is not changed.
        box: Where the face was a moment ago.

    Returns:
        A box around it, or None where it has gone too far; then a search may find it.

    Raises:
        ImageError: ``image`` is not a uint8 array of that shape.
        FaceFinderError: The finder's weights are missing, or are others than expected.
    """
    _check(image)
    face = look_at(image, *_centre(box))
    if not len(face) or face.log_odds[0] < SURE:
        return None
    (x, y), (side, _) = face.boxes[0]
    height, width = image.shape[:2]
    inside = 0 <= x < width and 0 <= y < height
    return square_around(image, x=x, y=y, side=side) if inside else None


def find_points(image: NDArray[np.uint8], box: Box) -> NDArray[np.float64] | None:
    """Finds the eyes, nose, mouth and ears of the face in a box.

    Args:
        image: uint8 array of shape (height, width, 3), RGB; it is not changed.
        box: The face's box, hairline to chin.

    Returns:
        float64 (6, 2), x and y in pixels: the person's right eye, left eye, tip of the nose, mouth,
        right ear and left ear; those that a mask or the head hides are where they would be. None
        where no face is seen in the box.

    Raises:
        ImageError: ``image`` is not a uint8 array of that shape.
        FaceFinderError: The finder's weights are missing, or are others than expected.
    """
    _check(image)
    face = look_at(image, *_centre(box))
    return face.points[0] if len(face) and face.log_odds[0] >= 0 else None


def _centre(box: Box) -> tuple[float, float, float]:
    """Returns the column and row of a box's centre, and its side."""
    side = max(box.width, box.height)
    return box.left + box.width / 2, box.top + box.height / 2, side


def left_to_right(boxes: list[Box]) -> list[Box]:
    """Sorts the faces of a picture as they are numbered, from its left."""
    return sorted(boxes, key=lambda box: (2 * box.left + box.width, box.top))


def crop(image: NDArray[np.uint8], box: Box | None, size: int = INPUT_SIZE) -> NDArray[np.uint8]:
    """Cuts a box out of an image and scales it to a square.

    Args:
        image: uint8 array of shape (height, width, 3), RGB; it is not changed.
        box: Any rectangle; what lies outside the image is left out. A box that is not square, or
            no longer is, gets stretched, as the training photographs are. None for all of it.
        size: Side of the result in pixels.

    Returns:
        uint8 array of shape (size, size, 3): every value is on the k/255 grid.

    Raises:
        ImageError: ``image`` is not a uint8 array of that shape, or ``size`` is not positive.
    """
    _check(image)
    if size < 1:
        raise ImageError(f"A crop of {size} pixels a side cannot be made; ask for at least 1.")
    if box is None:
        return resize(image, size)
    inside = _clamped(box, image)
    rows = slice(inside.top, inside.top + inside.height)
    columns = slice(inside.left, inside.left + inside.width)
    # The one way of scaling in the lab, so that a crop of everything is the whole image.
    return resize(image[rows, columns], size)


def crop_face(image: NDArray[np.uint8], *, face: int = 0, size: int = INPUT_SIZE) -> FaceCrop:
    """Finds a face and cuts it out, or takes the whole image when there is none.

    Args:
        image: uint8 array of shape (height, width, 3), RGB; it is not changed.
        face: Which face, counted from the largest, which is 0.
        size: Side of the crop in pixels.

    Returns:
        The crop. Without any face it shows the whole image, stretched to a square, and ``found``
        is False: a tight crop of a face may well be what was given.

    Raises:
        FaceError: ``face`` is negative, or there are faces but not that many.
        ImageError: ``image`` is not a uint8 array of that shape, or ``size`` is not positive.
    """
    boxes = find_faces(image)
    if face < 0 or face >= max(len(boxes), 1):
        raise FaceError(
            f"There is no face number {face} in this picture; "
            f"{max(len(boxes), 1)} can be chosen, counted from 0."
        )
    height, width = image.shape[:2]
    box = boxes[face] if boxes else Box(0, 0, width, height)
    return FaceCrop(crop(image, box, size), box, found=bool(boxes))


def cropped(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Cuts the first face out, or the whole image where there is none; a dataset's preparation.

    Args:
        image: uint8 array of shape (height, width, 3), RGB.

    Returns:
        uint8 array of shape (224, 224, 3).

    Raises:
        ImageError: The image is no such array.
    """
    return crop_face(image).image


def square_around(image: NDArray[np.uint8], *, x: float, y: float, side: float) -> Box:
    """Makes a square box inside an image, for a face found or a crop set by hand.

    A square that sticks out is moved in, not cut, so that nothing gets stretched. Only when it is
    larger than the image is it cut, to the image's whole width or height.

    Args:
        image: Array of shape (height, width, ...).
        x: Centre column in pixels.
        y: Centre row in pixels.
        side: Side in pixels; at least one is used.

    Returns:
        A box of whole pixels inside the image.
    """
    height, width = image.shape[:2]
    length = max(1, round(side))
    across, down = min(length, width), min(length, height)
    left = min(max(round(x - across / 2), 0), width - across)
    top = min(max(round(y - down / 2), 0), height - down)
    return Box(left, top, across, down)


def _check(image: NDArray[np.uint8]) -> None:
    if not isinstance(image, np.ndarray) or image.dtype != np.uint8:
        kind = getattr(image, "dtype", type(image).__name__)
        raise ImageError(f"A picture must be an array of uint8, not {kind}.")
    if image.ndim != 3 or image.shape[2] != 3 or 0 in image.shape:
        raise ImageError(f"A picture must have shape (height, width, 3), not {image.shape}.")


def _clamped(box: Box, image: NDArray[np.uint8]) -> Box:
    """Returns the part of a box inside the image; at least the nearest pixel."""
    height, width = image.shape[:2]
    left = min(max(box.left, 0), width - 1)
    top = min(max(box.top, 0), height - 1)
    right = min(max(box.left + box.width, left + 1), width)
    bottom = min(max(box.top + box.height, top + 1), height)
    return Box(left, top, right - left, bottom - top)
