"""What may cover a face: masks of any colour and pattern, and things that are no mask.

A detector that only ever sees masks over mouths takes everything there for one. So bare faces get
boxes, hands, cups, phones, scarves and beards over the mouth and stay bare faces; others get a
mask drawn onto them and count as masked; and masked faces get the same things beside the mouth.

The mouth is looked for in the lower middle of the face's box, whose upper edge is the hairline and
whose lower edge is the chin.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from facemask_core.pictures.faces import Box
from facemask_core.pictures.splines import smooth_outline
from facemask_core.training.fabrics import draw_colour, draw_fabric

Image = NDArray[np.uint8]
_Points = NDArray[np.float64]

_MASK = np.array(
    [
        *((0.10, 0.55), (0.30, 0.50), (0.42, 0.45), (0.50, 0.43), (0.58, 0.45), (0.70, 0.50)),
        *((0.90, 0.55), (0.88, 0.72), (0.78, 0.90), (0.64, 1.00), (0.50, 1.03)),
        *((0.36, 1.00), (0.22, 0.90), (0.12, 0.72)),
    ]
)
"""A mask's corners in shares of the face's box, clockwise from the left cheek."""
_BELOW_EYES = 0.46
"""Where the upper edge of things before a masked face's eyes ends, in shares of the box."""


def cover_mouth(image: Image, face: Box, donor: Image, rng: np.random.Generator) -> Image:
    """Puts something that is no mask before the mouth of a bare face.

    Args:
        image: uint8 (height, width, 3), RGB; not changed.
        face: The face's box.
        donor: Another photograph, whose pieces serve as prints.
        rng: Source of all randomness.

    Returns:
        uint8 of the same shape.
    """
    draw = _THINGS[int(rng.integers(len(_THINGS)))]
    outlines = [_to_pixels(shape, face) for shape in draw(rng)]
    return _paint(image, outlines, donor, rng)


def cover_elsewhere(image: Image, face: Box, donor: Image, rng: np.random.Generator) -> Image:
    """Puts the same kind of thing beside, above or below the mouth, which stays as it is.

    Args:
        image: uint8 (height, width, 3), RGB; not changed.
        face: The face's box.
        donor: Another photograph, whose pieces serve as prints.
        rng: Source of all randomness.

    Returns:
        uint8 of the same shape.
    """
    width, height = rng.uniform(0.1, 0.45), rng.uniform(0.08, 0.3)
    side = int(rng.integers(3))
    if side == 0:  # before the forehead or the eyes
        x, y = rng.uniform(0.1, 0.9), rng.uniform(0, _BELOW_EYES) - height / 2
    elif side == 1:  # beside the cheeks
        x = rng.choice([-0.05 - width / 2, 1.05 + width / 2])
        y = rng.uniform(0.2, 1.0)
    else:  # at the neck
        x, y = rng.uniform(0.2, 0.8), 1.08 + height / 2
    shape = _rectangle(x, y, width, height, rng.normal(0, 0.2))
    return _paint(image, [_to_pixels(shape, face)], donor, rng)


def draw_any_mask(image: Image, face: Box, donor: Image, rng: np.random.Generator) -> Image:
    """Draws a mask of any colour and pattern onto a bare face: from the nose to below the chin.

    Args:
        image: uint8 (height, width, 3), RGB; not changed.
        face: The face's box.
        donor: Another photograph, whose pieces serve as prints.
        rng: Source of all randomness.

    Returns:
        uint8 of the same shape.
    """
    corners = (_MASK - 0.5) * rng.uniform(0.9, 1.08, 2) + 0.5 + rng.normal(0, 0.02, 2)
    corners = corners + rng.normal(0, 0.012, corners.shape)
    loops = []
    if rng.random() < 0.7:
        for ear, cheek in ((0.02, corners[0]), (0.98, corners[6])):
            end = np.array([ear, rng.uniform(0.36, 0.48)])
            loops.append(np.stack([cheek, end, cheek + np.array([0, 0.12])]))
    result = image.copy()
    strap = tuple(int(level) for level in np.clip(draw_colour(rng), 0, 255))
    thickness = max(1, round(face.width * rng.uniform(0.008, 0.025)))
    for loop in loops:
        points = np.rint(_to_pixels(loop, face)).astype(np.int32)
        cv2.polylines(result, [points], False, strap, thickness, cv2.LINE_AA)
    outline = smooth_outline(_to_pixels(corners, face), between=6)
    return _paint(result, [outline], donor, rng, is_cloth=True)


def _rectangle(x: float, y: float, width: float, height: float, turn: float) -> _Points:
    """Makes the corners of a turned rectangle around a point."""
    corners = np.array([(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)]) * (width, height)
    return _turn(corners, turn) + np.array([x, y])


def _ellipse(x: float, y: float, width: float, height: float, turn: float = 0.0) -> _Points:
    angle = np.linspace(0, 2 * np.pi, 28, endpoint=False)
    points = np.stack([np.cos(angle) * width / 2, np.sin(angle) * height / 2], axis=1)
    return _turn(points, turn) + np.array([x, y])


def _turn(points: _Points, turn: float) -> _Points:
    """Turns points about the origin by an angle in radians."""
    return points @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])


def _draw_box(rng: np.random.Generator) -> list[_Points]:
    """Places an upright box over the mouth, perhaps over the nose and chin, too."""
    top, bottom = rng.uniform(0.48, 0.68), rng.uniform(0.84, 1.08)
    left, right = rng.uniform(0.05, 0.32), rng.uniform(0.68, 0.95)
    middle = ((left + right) / 2, (top + bottom) / 2)
    return [_rectangle(*middle, right - left, bottom - top, 0.0)]


def _draw_card(rng: np.random.Generator) -> list[_Points]:
    """Places a phone, a book or a card before the mouth, turned by up to a right angle."""
    x, y = _near_mouth(rng)
    width, height = rng.uniform(0.25, 0.75, 2)
    return [_rectangle(x, y, width, height, rng.uniform(-np.pi / 4, np.pi / 4))]


def _draw_ball(rng: np.random.Generator) -> list[_Points]:
    """Places something round before the mouth: a fruit, a microphone, a plate."""
    size = rng.uniform(0.28, 0.7)
    return [_ellipse(*_near_mouth(rng), size, size * rng.uniform(0.7, 1.3))]


def _draw_cup(rng: np.random.Generator) -> list[_Points]:
    """Places a cup before the mouth: wider above than below."""
    x, y = _near_mouth(rng)
    top, bottom, height = rng.uniform(0.3, 0.6), rng.uniform(0.2, 0.4), rng.uniform(0.35, 0.8)
    corners = [(-top / 2, 0.0), (top / 2, 0.0), (bottom / 2, height), (-bottom / 2, height)]
    return [np.array(corners) + np.array([x, y - rng.uniform(0.1, 0.25)])]


def _draw_hand(rng: np.random.Generator) -> list[_Points]:
    """Places a palm and four fingers before the mouth."""
    x, y = _near_mouth(rng)
    turn = rng.uniform(-0.9, 0.9)
    way = np.array([np.cos(turn), np.sin(turn)]) * rng.choice([-1, 1])
    across, slope = np.array([-way[1], way[0]]), float(np.arctan2(way[1], way[0]))
    breadth = rng.uniform(0.07, 0.11)
    fingers = []
    for number in range(4):
        root = np.array([x, y]) + across * breadth * (number - 1.5)
        tip = root + way * rng.uniform(0.28, 0.42)
        middle = (root + tip) / 2
        fingers.append(_ellipse(middle[0], middle[1], 0.5, breadth * 1.05, -slope))
    palm = np.array([x, y]) - way * 0.2
    return [_ellipse(palm[0], palm[1], 0.42, breadth * 4.6, -slope), *fingers]


def _draw_scarf(rng: np.random.Generator) -> list[_Points]:
    """Winds a scarf around chin and mouth, beyond the cheeks and down to the neck."""
    top = rng.uniform(0.56, 0.74)
    x = np.linspace(-0.25, 1.25, 9)
    edge = top + 0.12 * (2 * np.abs(x - 0.5)) ** 2 * rng.uniform(-1, 0.6) + rng.normal(0, 0.012, 9)
    upper = np.stack([x, edge], axis=1)
    lower = np.array([(1.3, 1.6), (-0.3, 1.6)])
    return [np.concatenate([upper, lower])]


def _near_mouth(rng: np.random.Generator) -> tuple[float, float]:
    return 0.5 + float(rng.normal(0, 0.06)), 0.76 + float(rng.normal(0, 0.04))


_THINGS: tuple[Callable[[np.random.Generator], list[_Points]], ...] = (
    *(_draw_box, _draw_box, _draw_card),
    *(_draw_ball, _draw_cup, _draw_hand, _draw_scarf),
)
"""Boxes twice: they are what people try first."""


def _to_pixels(shares: _Points, face: Box) -> _Points:
    return shares * (face.width, face.height) + (face.left, face.top)


def _paint(
    image: Image,
    outlines: list[_Points],
    donor: Image,
    rng: np.random.Generator,
    *,
    is_cloth: bool = False,
) -> Image:
    """Fills outlines with one fabric, whose light falls off towards the sides if it is cloth."""
    height, width = image.shape[:2]
    points = np.concatenate(outlines)
    left, top = np.clip(np.floor(points.min(axis=0)), 0, (width, height)).astype(int)
    right, bottom = np.clip(np.ceil(points.max(axis=0)) + 1, 0, (width, height)).astype(int)
    if right <= left or bottom <= top:
        return image.copy()
    size = (bottom - top, right - left)
    canvas = np.zeros(size, np.uint8)
    for outline in outlines:
        corners = np.rint((outline - (left, top)) * 16).astype(np.int32)
        cv2.fillPoly(canvas, [corners], 255, cv2.LINE_AA, 4)
    if rng.random() < 0.3:
        canvas = cv2.GaussianBlur(canvas, (0, 0), float(rng.uniform(0.5, 2.0)))
    fabric = draw_fabric(size[0], size[1], donor, rng).astype(np.float32)
    if is_cloth or rng.random() < 0.5:
        fabric *= _shade(size[0], size[1], rng, with_folds=is_cloth and rng.random() < 0.6)
    share = canvas[..., None].astype(np.float32) / 255
    result = image.copy()
    part = result[top:bottom, left:right]
    part[...] = np.clip(part * (1 - share) + fabric * share, 0, 255).astype(np.uint8)
    return result


def _shade(
    height: int, width: int, rng: np.random.Generator, *, with_folds: bool
) -> NDArray[np.float32]:
    """Shades a curved surface, perhaps with pleats across it, float32 (height, width, 1)."""
    across = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    down = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    light = np.float32(rng.uniform(0.55, 1.05))
    shade = light * (1 - np.float32(rng.uniform(0, 0.4)) * across**2) * np.ones_like(down)
    if with_folds:
        sag = np.float32(0.06) * (1 - across**2)
        for fold in np.arange(1, 4) * rng.uniform(0.2, 0.28):
            away = (down - np.float32(fold) - sag) / np.float32(0.02)
            shade = shade - np.float32(0.16) * np.exp(-(away**2))
    return shade[..., None]
