"""Where the face lies in the square that a model sees: a box over its mouth has to be there."""

from __future__ import annotations

from facemask_core.corruptions.mouth_box import CHIN
from facemask_core.pictures.faces import Box
from facemask_ui.face.pictures import Picture

Place = tuple[float, float, float, float]
"""Left, top, right and bottom of a face, in shares of the square."""
_EVERYWHERE = (0.0, 0.0, 1.0, 1.0)


def find_place(picture: Picture, region: Box | None) -> Place:
    """Finds where the largest face lies that is in use for the most part.

    Args:
        picture: The picture.
        region: The part in use, or None for all of it.

    Returns:
        The face's place; the whole square where there is none.
    """
    height, width = picture.pixels.shape[:2]
    part = region or Box(0, 0, width, height)
    for box in picture.faces:
        left, right = _clip(box.left, box.width, part.left, part.width)
        top, bottom = _clip(box.top, CHIN * box.height, part.top, part.height)
        inside = (right - left) * part.width * (bottom - top) * part.height
        if inside > box.width * box.height / 2:
            return left, top, right, bottom
    return _EVERYWHERE


def _clip(start: int, length: float, origin: int, size: int) -> tuple[float, float]:
    """Computes both ends of a stretch in shares of the part, cut off at its ends."""
    ends = (start - origin) / size, (start + length - origin) / size
    return min(max(ends[0], 0.0), 1.0), min(max(ends[1], 0.0), 1.0)
