"""Lets cascades vote for the squares of a picture that hold a face.

The finder is a vote among the Haar cascades that OpenCV carries (Viola and Jones, "Rapid object
detection using a boosted cascade of simple features", 2001). A mask hides the mouth and the nose
that the frontal cascades were trained on, so each of them alone misses more than half of the
masked faces. Three things bring some of those back: the cascades' raw windows are counted instead
of thresholded one cascade at a time, pairs of eyes vote for the face they belong to, and so does
the profile cascade.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import cv2.data
import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class _Cascade:
    """One cascade, and how its windows become votes for a face from hairline to chin.

    Attributes:
        file: Name of the cascade among those that OpenCV carries.
        weight: Votes a window counts for.
        grow: Side of the voted face over the side of the window (or the eyes' distance).
        drop: How far the face's centre lies below the window's (or the eyes') centre, as a share
            of the window's side (or of the eyes' distance).
        step: Ratio of one window size searched to the next smaller one.
        smallest: Side of the smallest window searched, in pixels of the search.
    """

    file: str
    weight: float
    grow: float
    drop: float
    step: float
    smallest: int


# Each grow and drop is the median over the faces drawn by hand in the "tune" photographs of
# benchmarks/face_boxes.csv, with a tenth of margin added, which is how the training photographs
# are cut. Windows sit high on a masked face because its dark lower edge is missing. Weights and
# steps were weighed on the same photographs: recall against false boxes and time.
_FRONTAL = tuple(
    _Cascade(
        f"haarcascade_frontalface_{kind}.xml", 1.0, grow=1.22, drop=0.10, step=1.1, smallest=24
    )
    for kind in ("default", "alt2")
)
_PROFILE = _Cascade("haarcascade_profileface.xml", 2.0, grow=0.99, drop=0.14, step=1.2, smallest=30)
# A plausible pair of eyes is rarer than a stray window, so it counts for more; of the two eye
# cascades the one trained with spectacles is the stricter.
_EYES = (
    _Cascade("haarcascade_eye.xml", 2.0, grow=3.0, drop=0.57, step=1.15, smallest=12),
    _Cascade(
        "haarcascade_eye_tree_eyeglasses.xml", 3.0, grow=3.0, drop=0.57, step=1.15, smallest=12
    ),
)

_FACE_SIDE = 240
"""Longer side at which faces are searched; more costs time and finds no more."""
_EYE_SIDE = 320
"""Longer side at which eyes are searched: they are a fifth of a face."""
_BORDER = 0.2
"""Width of the replicated border over the longer side, so that a face may fill the picture."""
_LARGEST_EYE = _EYE_SIDE // 4
"""An eye's window is a quarter of a face at most, and no face is larger than the picture."""

_MOST_EYES = 60
"""Eyes beyond this are texture; pairing them all would cost time quadratic in their number."""
_EYE_SIZE_RATIO = 1.6
_EYE_SLOPE = 0.4
_EYE_DISTANCE = (1.0, 2.6)
"""Least and greatest distance of two eyes, in widths of their windows."""

_SAME_FACE = 0.45
"""Votes whose boxes overlap by this much (intersection over union) are for one face."""
_OTHER_FACE = 0.2
"""Two faces of one picture overlap by less than this."""
_INSIDE = 0.6
"""A box with this share of its area inside another is part of that face."""
_ENOUGH_VOTES = 4.0
"""Fewer votes than this are noise; one pair of eyes alone is not enough."""
_MANY_VOTES = 12.0
"""What one cascade alone has seen needs this many votes: texture seldom fools two of them."""
_LEAST_SHARE = 0.2
"""Beside a face with five times the votes, a box is most likely a piece of background."""
_LARGER_SHARE = 0.6
"""A box larger than the surest face would be the first choice, so it has to be nearly as sure."""
_CLEAR_VOTES = 10.0
"""With so many votes from the frontal cascades the slower ones hardly ever change the answer."""

_LOCAL = threading.local()
"""``CascadeClassifier.detectMultiScale`` keeps state, so every thread has cascades of its own."""

_Votes = NDArray[np.float64]
"""Shape (n, 4): left, top and side of a square in pixels of the image, and its votes."""


def vote_for_faces(grey: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Finds the squares that the cascades take for faces, the best supported first.

    Args:
        grey: uint8 (height, width), the picture in grey; it is not changed.

    Returns:
        float64 (n, 4): left, top and side of each square in the picture's pixels, and its votes.
        A square may reach beyond the picture.
    """
    picture = _scaled(grey, _FACE_SIDE)
    ballots = [_window_votes(picture, cascade) for cascade in _FRONTAL]
    squares = _agree(ballots)
    if not len(squares) or squares[0, 3] < _CLEAR_VOTES:
        squares = _agree([*ballots, *_second_look(grey, picture)])
    return squares


@dataclass(frozen=True)
class _Picture:
    """The grey image scaled for a search, with a border.

    Attributes:
        pixels: uint8 array of shape (rows, columns).
        scale: Pixels here for one pixel of the image.
        border: Width of the border in pixels here.
    """

    pixels: NDArray[np.uint8]
    scale: float
    border: int


def _scaled(grey: NDArray[np.uint8], longer_side: int) -> _Picture:
    height, width = grey.shape
    scale = longer_side / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    border = round(_BORDER * longer_side)
    pixels = cv2.copyMakeBorder(
        cv2.resize(grey, size, interpolation=method),
        *(border, border, border, border),
        cv2.BORDER_REPLICATE,
    )
    return _Picture(pixels, scale, border)


def _cascade(file: str) -> cv2.CascadeClassifier:
    """Returns this thread's copy of a cascade, read from disk the first time."""
    loaded = _LOCAL.__dict__.setdefault("cascades", {})
    if file not in loaded:
        loaded[file] = cv2.CascadeClassifier(str(Path(cv2.data.haarcascades) / file))
    return loaded[file]


def _window_votes(picture: _Picture, cascade: _Cascade, *, mirrored: bool = False) -> _Votes:
    """Turns every raw window of a face cascade into a vote; no window is grouped away."""
    pixels = cv2.flip(picture.pixels, 1) if mirrored else picture.pixels
    windows = _cascade(cascade.file).detectMultiScale(
        pixels,
        scaleFactor=cascade.step,
        minNeighbors=0,
        minSize=(cascade.smallest, cascade.smallest),
    )
    found = _ordered(windows)
    width = found[:, 2]
    x = found[:, 0] + width / 2
    if mirrored:
        x = pixels.shape[1] - x
    y = found[:, 1] + width / 2 + cascade.drop * width
    return _squares(picture, x, y, cascade.grow * width, cascade.weight)


def _ordered(windows: Any) -> NDArray[np.float64]:
    """Sorts windows, largest first: OpenCV's threads hand them over as each gets done."""
    found = np.asarray(windows, dtype=np.float64).reshape(-1, 4)
    x, y, width = found[:, 0], found[:, 1], found[:, 2]
    return found[np.lexsort((x, y, -width))]


def _second_look(grey: NDArray[np.uint8], picture: _Picture) -> list[_Votes]:
    """Collects the votes that most easy photographs can do without: profiles and pairs of eyes."""
    close = _scaled(grey, _EYE_SIDE)
    return [
        _window_votes(picture, _PROFILE),
        _window_votes(picture, _PROFILE, mirrored=True),
        *(_eye_votes(close, cascade) for cascade in _EYES),
    ]


def _eye_votes(picture: _Picture, cascade: _Cascade) -> _Votes:
    """Turns every plausible pair of eyes into a vote for the face around it."""
    windows = _cascade(cascade.file).detectMultiScale(
        picture.pixels,
        scaleFactor=cascade.step,
        minNeighbors=1,  # lone windows are mostly eyebrows and texture
        minSize=(cascade.smallest, cascade.smallest),
        maxSize=(_LARGEST_EYE, _LARGEST_EYE),
    )
    eyes = _ordered(windows)[:_MOST_EYES]
    x, y, width = eyes[:, 0] + eyes[:, 2] / 2, eyes[:, 1] + eyes[:, 3] / 2, eyes[:, 2]
    one, other = np.triu_indices(len(eyes), k=1)
    across, down = np.abs(x[one] - x[other]), np.abs(y[one] - y[other])
    distance = np.hypot(across, down)
    unit = (width[one] + width[other]) / 2
    larger, smaller = np.maximum(width[one], width[other]), np.minimum(width[one], width[other])
    plausible = (
        (larger <= _EYE_SIZE_RATIO * smaller)
        & (down <= _EYE_SLOPE * across)
        & (distance > _EYE_DISTANCE[0] * unit)
        & (distance < _EYE_DISTANCE[1] * unit)
    )
    one, other, distance = one[plausible], other[plausible], distance[plausible]
    middle_x, middle_y = (x[one] + x[other]) / 2, (y[one] + y[other]) / 2
    side = cascade.grow * distance
    return _squares(picture, middle_x, middle_y + cascade.drop * distance, side, cascade.weight)


def _squares(
    picture: _Picture,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    side: NDArray[np.float64],
    weight: float,
) -> _Votes:
    """Takes squares with centres x, y back to the pixels of the image, and gives them votes."""
    left = (x - side / 2 - picture.border) / picture.scale
    top = (y - side / 2 - picture.border) / picture.scale
    return np.stack([left, top, side / picture.scale, np.full_like(side, weight)], axis=1)


def _overlap(squares: _Votes) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Returns, for every two squares, intersection over union and over the smaller area."""
    left, top, side = squares[:, 0], squares[:, 1], squares[:, 2]
    right, bottom = left + side, top + side
    across = np.minimum.outer(right, right) - np.maximum.outer(left, left)
    down = np.minimum.outer(bottom, bottom) - np.maximum.outer(top, top)
    shared = np.clip(across, 0, None) * np.clip(down, 0, None)
    area = side * side
    return shared / (np.add.outer(area, area) - shared), shared / np.minimum.outer(area, area)


def _agree(ballots: list[_Votes]) -> _Votes:
    """Joins votes for one face into one square, the best supported first.

    A square is the weighted mean of the votes that overlap it well. What overlaps it less well is
    a part of the same face, or the same face at a wrong size, and is dropped.

    Args:
        ballots: The votes of each cascade.
    """
    votes = np.concatenate(ballots)
    witness = np.repeat(np.arange(len(ballots)), [len(ballot) for ballot in ballots])
    union, smaller = _overlap(votes)
    same = union > _SAME_FACE
    near = (union > _OTHER_FACE) | (smaller > _INSIDE)
    weight, left = votes[:, 3], np.ones(len(votes), dtype=bool)
    faces: list[NDArray[np.float64]] = []
    while left.any():
        support = np.where(left, same @ (weight * left), 0.0)
        best = int(support.argmax())
        if support[best] < max(_ENOUGH_VOTES, _LEAST_SHARE * (faces[0][3] if faces else 0.0)):
            break
        members = same[best] & left
        left &= ~near[best]
        if support[best] >= _MANY_VOTES or len(set(witness[members])) > 1:
            square = np.average(votes[members, :3], axis=0, weights=weight[members])
            faces.append(np.append(square, support[best]))
    return _without_doubtful(np.array(faces).reshape(-1, 4))


def _without_doubtful(squares: _Votes) -> _Votes:
    """Drops squares that are larger than the surest face, the first, but much less sure."""
    larger, unsure = squares[:, 2] > squares[:1, 2], squares[:, 3] < _LARGER_SHARE * squares[:1, 3]
    return squares[~(larger & unsure)]
