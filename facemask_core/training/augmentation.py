"""Random changes a photograph may undergo in training, and the class it has afterwards.

What people bring differs from web photographs in framing, distance, light, sharpness and
compression, and in what covers a face. So all of these vary, each in some views only, and one view
in five is changed a little only, since most pictures are fair. Measured in benchmarks of corruption
(Hendrycks and Dietterich 2019, arXiv:1903.12261), which are other changes than these.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from facemask_core.labels import WITH_MASK, WITHOUT_MASK
from facemask_core.pictures.faces import Box
from facemask_core.training import coverings

Image = NDArray[np.uint8]

_MILD = 0.2
_DRAWN_MASK, _COVERED_MOUTH, _COVERED_ELSEWHERE = 0.18, 0.3, 0.2
_FULL_SIDE = 224
"""Lengths below are in pixels of a view of this side, and shrink with it."""


@dataclass(frozen=True)
class Photograph:
    """A photograph of the train split.

    Attributes:
        image: uint8 (height, width, 3), RGB.
        label: Its class, 0 or 1.
        face: Where the face is, from the hairline to the chin.
    """

    image: Image
    label: int
    face: Box


def augment(
    photograph: Photograph, donor: Image, size: int, rng: np.random.Generator
) -> tuple[Image, int]:
    """Draws one augmented view of a photograph.

    Args:
        photograph: The photograph; not changed.
        donor: Another photograph, for backgrounds and prints.
        size: Side of the square result in pixels.
        rng: Source of all randomness.

    Returns:
        uint8 array of shape (size, size, 3), and the view's class: a bare face onto which a mask
        was drawn is masked.
    """
    is_mild = rng.random() < _MILD
    image, label = _cover(photograph, donor, rng)
    view = _reframe(image, donor, size, rng, is_mild=is_mild)
    for probability, change in _MILD_CHANGES if is_mild else _CHANGES:
        if rng.random() < probability:
            view = change(view, rng)
    return view, label


def _cover(photograph: Photograph, donor: Image, rng: np.random.Generator) -> tuple[Image, int]:
    """Covers a part of some faces; only a mask over the mouth changes the class."""
    image, label, face = photograph.image, photograph.label, photograph.face
    choice = rng.random()
    if label == WITHOUT_MASK and choice < _DRAWN_MASK:
        return coverings.draw_any_mask(image, face, donor, rng), WITH_MASK
    if label == WITHOUT_MASK and choice < _DRAWN_MASK + _COVERED_MOUTH:
        return coverings.cover_mouth(image, face, donor, rng), label
    if choice > 1 - _COVERED_ELSEWHERE:
        return coverings.cover_elsewhere(image, face, donor, rng), label
    return image, label


def _reframe(
    image: Image, donor: Image, size: int, rng: np.random.Generator, *, is_mild: bool
) -> Image:
    """Mirrors, turns, zooms, stretches and shifts in one resampling, to lose detail but once."""
    height, width = image.shape[:2]
    zoom = np.exp(rng.uniform(np.log(0.85), np.log(1.25)))
    tilt = rng.normal(0.0, 8.0)
    if not is_mild and rng.random() < 0.45:
        zoom = np.exp(rng.uniform(np.log(0.28), np.log(1.0)))
    if not is_mild and rng.random() < 0.3:
        tilt = rng.uniform(-45, 45)
    aspect, angle = np.exp(rng.uniform(-0.12, 0.12)), np.deg2rad(tilt)
    mirror = -1.0 if rng.random() < 0.5 else 1.0
    if max(height, width) > 1.5 * size * zoom:  # shrinking: filter first, or edges alias
        side = max(8, round(size * min(1.0, 1.2 * zoom)))
        image = cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA)
        height = width = side
    scale = np.diag([mirror * zoom * aspect * size / width, zoom / aspect * size / height])
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    linear = turn @ scale
    room = max(0.08, 0.45 * (1 - zoom))
    target = size / 2 + rng.uniform(-room, room, 2) * size
    matrix = np.column_stack([linear, target - linear @ np.array([width / 2, height / 2])])
    return _warp(image, matrix, donor, size, rng)


def _warp(
    image: Image,
    matrix: NDArray[np.float64],
    donor: Image,
    size: int,
    rng: np.random.Generator,
) -> Image:
    """Moves an image into a square, with one of several backgrounds around it."""
    kind = rng.random()
    if kind < 0.45:
        border = cv2.BORDER_REPLICATE if kind < 0.35 else cv2.BORDER_REFLECT
        return _move(image, matrix, size, border)
    if kind < 0.7:
        behind = np.broadcast_to(rng.integers(0, 256, 3).astype(np.uint8), (size, size, 3))
    else:
        behind = _draw_background(donor, size, rng)
    ones = np.full(image.shape[:2], 255, np.uint8)
    share = _move(ones, matrix, size, cv2.BORDER_CONSTANT)[..., None] / np.float32(255)
    front = _move(image, matrix, size, cv2.BORDER_REPLICATE)
    return np.asarray(front * share + behind * (1 - share)).astype(np.uint8)


def _move(image: Image, matrix: NDArray[np.float64], size: int, border: int) -> Image:
    moved = cv2.warpAffine(image, matrix, (size, size), flags=cv2.INTER_LINEAR, borderMode=border)
    return np.asarray(moved, np.uint8)


def _draw_background(donor: Image, size: int, rng: np.random.Generator) -> Image:
    """Makes a background of another photograph: a corner of it enlarged, or all of it blurred."""
    height, width = donor.shape[:2]
    if rng.random() < 0.5:
        tall, wide = max(1, height // 4), max(1, width // 4)
        top, left = int(rng.choice([0, height - tall])), int(rng.choice([0, width - wide]))
        donor = np.ascontiguousarray(donor[top : top + tall, left : left + wide])
    picture = cv2.resize(donor, (size, size), interpolation=cv2.INTER_LINEAR)
    blur = rng.uniform(0.02, 0.1) * size
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), float(blur)), np.uint8)


def _relight(image: Image, rng: np.random.Generator) -> Image:
    """Changes exposure, contrast, gamma and cast a little, by one lookup table a channel."""
    curve = _levels() ** np.exp(rng.uniform(-0.4, 0.4))
    curve = (curve - 0.5) * rng.uniform(0.7, 1.3) + 0.5 + rng.uniform(-0.12, 0.12)
    return _look_up(image, curve[:, None] * rng.normal(1.0, 0.06, 3))


def _darken_or_fade(image: Image, rng: np.random.Generator) -> Image:
    """Takes most of the light or of the contrast away, or overexposes."""
    curve = _levels()
    kind = int(rng.integers(4))
    if kind == 0:
        curve = curve * np.exp(rng.uniform(np.log(0.08), np.log(0.7)))
    elif kind == 1:
        grey = rng.uniform(0.15, 0.85)
        curve = (curve - grey) * np.exp(rng.uniform(np.log(0.08), np.log(0.7))) + grey
    elif kind == 2:
        curve = curve + rng.uniform(0.1, 0.7)
    else:
        curve = curve * rng.uniform(0.1, 0.6) + rng.uniform(0, 0.5)
    return _look_up(image, np.repeat(curve[:, None], 3, axis=1))


def _cast_colour(image: Image, rng: np.random.Generator) -> Image:
    """Lights the picture by a coloured lamp, lays a colour over it, or takes all colour."""
    kind = rng.random()
    if kind < 0.2:
        return cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    curve = np.repeat(_levels()[:, None], 3, axis=1)
    if kind < 0.7:
        return _look_up(image, curve * rng.uniform(0.2, 1.15, 3))
    share, colour = rng.uniform(0.1, 0.55), rng.uniform(0, 1, 3)
    colour[int(rng.integers(3))] = rng.choice([0.0, 1.0])
    return _look_up(image, curve * (1 - share) + colour * share)


def _levels() -> NDArray[np.float64]:
    return np.linspace(0.0, 1.0, 256)


def _look_up(image: Image, curves: NDArray[np.float64]) -> Image:
    """Replaces every level by a curve's value; the curves are (256, 3) in [0, 1]."""
    table = np.clip(np.rint(curves * 255.0), 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(image, table.reshape(1, 256, 3)), np.uint8)


def _soften(image: Image, rng: np.random.Generator) -> Image:
    """Blurs as a lens out of focus, a moving camera, or a coarser sensor does."""
    kind, size = int(rng.integers(3)), image.shape[0]
    if kind == 0:
        sigma = np.exp(rng.uniform(np.log(0.5), np.log(7))) * size / _FULL_SIDE
        return np.asarray(cv2.GaussianBlur(image, (0, 0), float(max(sigma, 0.3))), np.uint8)
    if kind == 1:
        length = max(3, round(rng.integers(3, 16) * size / _FULL_SIDE))
        kernel = np.zeros((length, length), np.float32)
        kernel[length // 2] = 1.0 / length
        way = cv2.getRotationMatrix2D((length / 2 - 0.5, length / 2 - 0.5), rng.uniform(0, 180), 1)
        kernel = cv2.warpAffine(kernel, way, (length, length))
        return np.asarray(cv2.filter2D(image, -1, kernel / max(kernel.sum(), 1e-3)), np.uint8)
    small = max(12, int(size * np.exp(rng.uniform(np.log(0.08), np.log(0.6)))))
    coarse = cv2.resize(image, (small, small), interpolation=cv2.INTER_AREA)
    way_back = cv2.INTER_LINEAR if rng.random() < 0.7 else cv2.INTER_NEAREST
    return np.asarray(cv2.resize(coarse, (size, size), interpolation=way_back), np.uint8)


def _add_noise(image: Image, rng: np.random.Generator) -> Image:
    """Adds the noise of a sensor in bad light, of each pixel or of grains of several."""
    height, width = image.shape[:2]
    deviation = np.exp(rng.uniform(np.log(3.0), np.log(64.0)))
    grain = int(rng.choice([1, 1, 2, 3]))
    channels = 1 if rng.random() < 0.2 else 3
    rows, columns = -(-height // grain), -(-width // grain)
    noise = rng.standard_normal((rows, columns, channels), np.float32) * np.float32(deviation)
    if grain > 1:
        noise = np.repeat(np.repeat(noise, grain, axis=0), grain, axis=1)[:height, :width]
    return np.clip(image + noise, 0, 255).astype(np.uint8)


def _compress(image: Image, rng: np.random.Generator) -> Image:
    """Compresses to JPEG and back."""
    quality = int(rng.integers(4, 90))
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


_Change = Callable[[Image, np.random.Generator], Image]
_MILD_CHANGES: tuple[tuple[float, _Change], ...] = ((1.0, _relight), (0.2, _compress))
_CHANGES: tuple[tuple[float, _Change], ...] = (
    *((0.6, _relight), (0.3, _darken_or_fade), (0.18, _cast_colour)),
    *((0.25, _soften), (0.3, _add_noise), (0.2, _compress)),
)
"""Each change with the share of views that undergo it, in a camera's order."""
