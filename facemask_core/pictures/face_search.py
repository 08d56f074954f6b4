"""Looks for the faces of a picture: twice at all of it, then closely at what may be one.

Each look is a square part of the picture, scaled to what BlazeFace takes. The first look has the
picture as it is, for faces that fill it, and the second a margin around it and more pixels, for
smaller ones. What either takes for a face is looked at again with its surroundings, as it is and in
the mirror, and with stretched contrast where that is low. Both kinds of look together decide, since
each alone takes patterns for faces. The close look also gives the place.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from facemask_core.pictures import blaze_face
from facemask_core.pictures.blaze_face import BACK_CAMERA, SHORT_RANGE, Answers, Variant

# All constants were chosen on the "tune" photographs of benchmarks/face_boxes.csv, as they are,
# shrunk on other backgrounds, darkened, with less contrast, with noise and blurred.
_MARGIN = 0.15
"""Width of the margin of the second look, over the longer side."""
_AROUND = 3.2
"""Side of a close look over the side of the network's box."""
_MAYBE, _HOPEFUL = -0.6, -0.2
"""Log-odds from which a first look's answer says something about a face's place, and from which a
face is looked at closely."""
_MOST = 24
"""Answers that are looked at closely; in a picture with more, the others are texture."""
_LIMIT = 4.0
"""Log-odds beyond this count as this much."""
_ENOUGH = 0.4
"""Least mean of the log-odds, of which a first look's count twice."""
_ENOUGH_IN_TILES = 0.75
"""The same in the tiles of a large picture: many looks make more mistakes."""
_LAST_MARGIN, _LARGE_FACE, _ENOUGH_LARGE = 0.25, 0.38, 0.2
"""Where nothing else was found, one more look with a wider margin, for a masked face that fills the
picture: from brows to lips at least this share of its longer side, by at least this mean."""
_NEAR = 0.4
"""How far off the middle of a close look its face may be, in sides of the face's box."""
_LEAST_SIZE, _MOST_SIZE = 0.5, 2.0
"""How large that face may be, in sizes of the box that was looked at."""
_FAINT = -2.2
"""Log-odds below which an answer says nothing about a face's place."""
_INSIDE = 0.5
"""A box that shares this much of its area with a surer one is a part of that face, or holds it."""
_SIDE, _SMALLER = 1.70, 0.17
"""Side of a face from hairline to chin over that of the network's box, and how much smaller it is
for each unit of log-odds: where a mask makes the network unsure, its box ends higher. These and the
next are least squares over the drawn faces, with a tenth of margin, as the training photographs are
cut, and a little more below, since a crop has to show the chin."""
_DROP, _HIGHER = 0.155, 0.055
"""How far the face's centre lies below that box's, in its sides, and how much higher a unit."""
_LOW_CONTRAST = 160
"""Where 98 of 100 values differ by less than this, of 255, the contrast is stretched."""

_LARGE_PICTURE = 700
"""Longer side from which small faces may be lost in a look at the whole picture."""
_SMALL_FACE = 0.15
"""A face smaller than this share of the longer side is small: there may be others."""
_TILE = 0.35
"""Side of a tile over the longer side of the picture."""

_FIRST_LOOKS = ((SHORT_RANGE, 0.0), (BACK_CAMERA, _MARGIN))


def describe_search() -> dict[str, float]:
    """States the constants of the search by their names, so that a browser need not define them."""
    return {
        "margin": _MARGIN,
        "around": _AROUND,
        "maybe": _MAYBE,
        "hopeful": _HOPEFUL,
        "most": _MOST,
        "limit": _LIMIT,
        "enough": _ENOUGH,
        "enough_in_tiles": _ENOUGH_IN_TILES,
        "last_margin": _LAST_MARGIN,
        "large_face": _LARGE_FACE,
        "enough_large": _ENOUGH_LARGE,
        "near": _NEAR,
        "least_size": _LEAST_SIZE,
        "most_size": _MOST_SIZE,
        "faint": _FAINT,
        "inside": _INSIDE,
        "side": _SIDE,
        "smaller": _SMALLER,
        "drop": _DROP,
        "higher": _HIGHER,
        "low_contrast": _LOW_CONTRAST,
        "large_picture": _LARGE_PICTURE,
        "small_face": _SMALL_FACE,
        "tile": _TILE,
    }


@dataclass(frozen=True)
class _Square:
    """A square part of a picture; it may reach beyond it."""

    left: float
    top: float
    side: float


def search_faces(image: NDArray[np.uint8]) -> Answers:
    """Searches a picture for faces.

    Args:
        image: uint8 (height, width, 3), RGB.

    Returns:
        A row for every face, the surest first, in pixels of the picture; the log-odds are those of
        all looks together. The boxes are squares from the hairline to the chin, with a little
        margin, and may reach beyond the picture.
    """
    if _is_darker_left(image):
        # Of a picture and its mirror image one is searched, so that both have the same faces.
        return _search(np.ascontiguousarray(image[:, ::-1])).mirror(image.shape[1])
    return _search(image)


def _is_darker_left(image: NDArray[np.uint8]) -> bool:
    """Compares the halves of a picture, in every eighth pixel from its sides."""
    half = image.shape[1] // 2
    left, right = image[::8, :half:8], image[::8, ::-1][:, :half:8]
    return int(left.sum()) < int(right.sum())


def _search(image: NDArray[np.uint8]) -> Answers:
    faces = _confirm(image, _look_at_all(image))
    height, width = image.shape[:2]
    longer = max(height, width)
    if not len(faces) and _contrast(image[::8, ::8]) < _LOW_CONTRAST:
        faces = _confirm(image, _look_at_all(image, stretched=True))
    if not len(faces):
        square = _add_margin(height, width, _LAST_MARGIN)
        answers = _look(image, square, SHORT_RANGE)
        large = answers[np.flatnonzero(answers.boxes[:, 1, 0] >= _LARGE_FACE * longer)]
        faces = _confirm(image, large, enough=_ENOUGH_LARGE)
    if longer > _LARGE_PICTURE and not (faces.boxes[:, 1] > _SMALL_FACE * longer).any():
        tiles = [_look(image, tile, BACK_CAMERA) for tile in _lay_tiles(height, width)]
        more = _confirm(image, blaze_face.join(tiles), enough=_ENOUGH_IN_TILES)
        faces = _drop_parts(blaze_face.join([faces, more]))
    return faces


def look_at(image: NDArray[np.uint8], x: float, y: float, side: float) -> Answers:
    """Looks for one face in a square from the hairline to the chin, as a search would frame it.

    Args:
        image: uint8 (height, width, 3), RGB.
        x: Column of the square's centre, in pixels.
        y: Row of its centre.
        side: Its side.

    Returns:
        One row, or none where the network sees no face there. The log-odds are those of this look.
    """
    length = side / (_SIDE - _SMALLER)
    close = look_closely(image, np.array([x, y - (_DROP - _HIGHER) * length]), length)
    return _frame(close, close.log_odds) if len(close) else close


def look_closely(image: NDArray[np.uint8], centre: NDArray[np.float64], side: float) -> Answers:
    """Looks for one face at a known place, as it is and in the mirror.

    Args:
        image: uint8 (height, width, 3), RGB.
        centre: float64 (2,), x and y of the middle between brows and lips, in pixels.
        side: Distance from the brows to the lips, in pixels.

    Returns:
        One row, or none where the network sees no face there.
    """
    around = _AROUND * side
    square = _Square(centre[0] - around / 2, centre[1] - around / 2, around)
    view = _cut(image, square, SHORT_RANGE.size)
    versions = [view.pixels]
    if _contrast(view.pixels) < _LOW_CONTRAST:
        versions.append(_stretch(view.pixels))
    faces = blaze_face.join([_look_both_ways(view, pixels, centre, side) for pixels in versions])
    return faces[np.argsort(-faces.log_odds)[:1]]


def _look_both_ways(
    view: _View, pixels: NDArray[np.uint8], centre: NDArray[np.float64], side: float
) -> Answers:
    """Looks for the face in the middle of a view and of its mirror image; one row, or none."""
    straight = blaze_face.answer(SHORT_RANGE, pixels)
    mirrored = blaze_face.answer(SHORT_RANGE, np.ascontiguousarray(pixels[:, ::-1]))
    near = []
    for answers in (straight, mirrored.mirror(SHORT_RANGE.size)):
        places = view.to_image(answers)
        off = np.abs(places.boxes[:, 0] - centre).max(axis=1) / side
        size = places.boxes[:, 1, 0] / side
        there = np.flatnonzero((off < _NEAR) & (size > _LEAST_SIZE) & (size < _MOST_SIZE))
        near.append(places[there])
    if not all(len(one) for one in near):
        return near[0][:0]
    both = blaze_face.join(near)
    face = blaze_face.merge(both[both.log_odds >= min(_FAINT, both.log_odds.max())])
    sureness = np.mean([np.clip(one.log_odds.max(), -_LIMIT, _LIMIT) for one in near])
    return Answers(np.array([sureness]), face.boxes[:1], face.points[:1])


def _contrast(pixels: NDArray[np.uint8]) -> float:
    """Measures how far apart the darkest and the brightest of 98 in 100 values are."""
    low, high = np.percentile(pixels, (1, 99))
    return float(high - low)


def _stretch(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Stretches contrast, so that 98 in 100 values take up the whole range."""
    low, high = np.percentile(pixels, (1, 99))
    stretched = (pixels - low) * (255 / max(high - low, 1.0))
    return np.asarray(np.clip(np.rint(stretched), 0, 255), dtype=np.uint8)


def _look_at_all(image: NDArray[np.uint8], *, stretched: bool = False) -> Answers:
    """Takes both first looks, and joins their answers."""
    height, width = image.shape[:2]
    looks = []
    for variant, margin in _FIRST_LOOKS:
        square = _add_margin(height, width, margin)
        looks.append(_look(image, square, variant, stretched=stretched))
    return blaze_face.join(looks)


def _add_margin(height: int, width: int, margin: float) -> _Square:
    """Makes the square around a picture, with a margin in shares of its longer side."""
    side = max(height, width) * (1 + 2 * margin)
    return _Square((width - side) / 2, (height - side) / 2, side)


def _lay_tiles(height: int, width: int) -> list[_Square]:
    """Lays squares over a picture, each of which overlaps the next by half."""
    side = _TILE * max(height, width)
    columns, rows = (
        np.linspace(0, length - side, max(1, round(2 * length / side) - 1))
        if length > side
        else [(length - side) / 2]
        for length in (width, height)
    )
    return [_Square(left, top, side) for top in rows for left in columns]


def _confirm(image: NDArray[np.uint8], answers: Answers, *, enough: float = _ENOUGH) -> Answers:
    """Looks closely at answers, and keeps those that are faces by both looks."""
    candidates = blaze_face.merge(answers)[:_MOST]
    faces = []
    for row in np.flatnonzero(candidates.log_odds >= _HOPEFUL):
        first = min(candidates.log_odds[row], _LIMIT)
        close = look_closely(image, *_place(candidates.boxes[row]))
        if len(close) and (2 * first + close.log_odds[0]) / 3 >= enough:
            faces.append(_frame(close, (2 * first + close.log_odds) / 3))
    return _drop_parts(blaze_face.join([answers[:0], *faces]))


def _place(box: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """Returns a box's centre, and its side."""
    return box[0], float(box[1].mean())


def _frame(face: Answers, sureness: NDArray[np.float64]) -> Answers:
    """Makes a face's box, from the brows to the lips, a square from the hairline to the chin."""
    centre, length = _place(face.boxes[0])
    side = (_SIDE - _SMALLER * face.log_odds[0]) * length
    drop = (_DROP - _HIGHER * face.log_odds[0]) * length
    square = np.array([(centre[0], centre[1] + drop), (side, side)])
    return Answers(sureness, square[None], face.points)


def _drop_parts(faces: Answers) -> Answers:
    """Drops what shares most of itself with a surer face."""
    left = faces[np.argsort(-faces.log_odds, kind="stable")]
    kept = [faces[:0]]
    while len(left):
        area = left.boxes[:, 1].prod(axis=1)
        shared = blaze_face.share(left.boxes[0], left.boxes) / np.minimum(area, area[0])
        kept.append(left[:1])
        left = left[1 + np.flatnonzero(shared[1:] <= _INSIDE)]
    return blaze_face.join(kept)


def _look(
    image: NDArray[np.uint8], square: _Square, variant: Variant, *, stretched: bool = False
) -> Answers:
    """Looks at a square once; answers that are worth a close look, in pixels of the picture."""
    view = _cut(image, square, variant.size)
    answers = blaze_face.answer(variant, _stretch(view.pixels) if stretched else view.pixels)
    places = view.to_image(answers[answers.log_odds >= _MAYBE])
    centres, size = places.boxes[:, 0], np.array(image.shape[1::-1])
    return places[np.flatnonzero(((centres >= 0) & (centres < size)).all(axis=1))]


@dataclass(frozen=True, eq=False)
class _View:
    """What a network is shown of a picture.

    Attributes:
        pixels: uint8 (size, size, 3).
        scale: float64 (2,), pixels of the picture for one here, across and down.
        shift: float64 (2,), where the view's corner lies in the picture.
    """

    pixels: NDArray[np.uint8]
    scale: NDArray[np.float64]
    shift: NDArray[np.float64]

    def to_image(self, answers: Answers) -> Answers:
        """Takes answers from pixels of the view to pixels of the picture."""
        return answers.move(self.scale, self.shift)


def _cut(image: NDArray[np.uint8], square: _Square, size: int) -> _View:
    """Cuts a square out of a picture; where it reaches beyond, the edge is repeated."""
    height, width = image.shape[:2]
    scale = size / square.side
    left, right = _clip(square.left, square.side, width)
    top, bottom = _clip(square.top, square.side, height)
    part = image[top:bottom, left:right]
    across = min(max(1, round((right - left) * scale)), size)
    down = min(max(1, round((bottom - top) * scale)), size)
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(part, (across, down), interpolation=method)
    before_x = min(max(0, round((left - square.left) * scale)), size - across)
    before_y = min(max(0, round((top - square.top) * scale)), size - down)
    after = (size - down - before_y, before_x, size - across - before_x)
    pixels = cv2.copyMakeBorder(small, before_y, *after, cv2.BORDER_REPLICATE)
    pixel = np.array([(right - left) / across, (bottom - top) / down])
    return _View(pixels, pixel, np.array([left, top]) - np.array([before_x, before_y]) * pixel)


def _clip(start: float, side: float, length: int) -> tuple[int, int]:
    """Clips a stretch to a length; at least one pixel is left."""
    first = min(max(0, round(start)), length - 1)
    return first, min(max(first + 1, round(start + side)), length)
