"""Random changes a photograph may undergo in training without changing its class.

Webcams differ from web photographs in framing, light, sharpness and compression, so these
vary. Random erasing keeps away from the lower middle, where the mask is or is not.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]

MOUTH = (0.25, 0.40, 0.75, 0.95)
"""Left, top, right, bottom of the region that erasing must not hide, as shares of the side."""


def augment(image: Image, size: int, rng: np.random.Generator) -> Image:
    """Draws one augmented view of a photograph.

    Args:
        image: uint8 array of shape (height, width, 3), RGB; not changed.
        size: Side of the square result in pixels.
        rng: Source of all randomness.

    Returns:
        uint8 array of shape (size, size, 3).
    """
    view = _reframe(image, size, rng)
    view = _relight(view, rng)
    if rng.random() < 0.25:
        view = _soften(view, rng)
    if rng.random() < 0.2:
        view = _add_noise(view, rng)
    if rng.random() < 0.3:
        view = _compress(view, rng)
    if rng.random() < 0.3:
        view = _erase(view, rng)
    return view


def _reframe(image: Image, size: int, rng: np.random.Generator) -> Image:
    """Mirrors, turns, zooms, stretches and shifts in one resampling, to lose detail but once."""
    height, width = image.shape[:2]
    zoom = np.exp(rng.uniform(np.log(0.8), np.log(1.35)))
    aspect = np.exp(rng.uniform(-0.12, 0.12))
    angle = np.deg2rad(rng.normal(0.0, 8.0))
    mirror = -1.0 if rng.random() < 0.5 else 1.0
    scale = np.diag([mirror * zoom * aspect * size / width, zoom / aspect * size / height])
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    linear = turn @ scale
    centre = np.array([width / 2, height / 2])
    target = size / 2 + rng.uniform(-0.08, 0.08, 2) * size
    matrix = np.column_stack([linear, target - linear @ centre])
    if max(height, width) * zoom > 1.5 * size * zoom:  # shrinking: filter first, or edges alias
        image = cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA)
        matrix[:, :2] = matrix[:, :2] @ np.diag([width / size, height / size])
    border = cv2.BORDER_REPLICATE if rng.random() < 0.7 else cv2.BORDER_REFLECT
    return cv2.warpAffine(image, matrix, (size, size), flags=cv2.INTER_LINEAR, borderMode=border)


def _relight(image: Image, rng: np.random.Generator) -> Image:
    """Changes exposure, contrast and gamma by one lookup table a channel; at times to grey."""
    levels = np.linspace(0.0, 1.0, 256)
    gamma = np.exp(rng.uniform(-0.4, 0.4))
    contrast, brightness = rng.uniform(0.7, 1.3), rng.uniform(-0.12, 0.12)
    curve = (levels**gamma - 0.5) * contrast + 0.5 + brightness
    casts = rng.normal(1.0, 0.06, 3)
    table = np.clip(curve[:, None] * casts * 255.0, 0, 255).astype(np.uint8)
    lit = cv2.LUT(image, table.reshape(1, 256, 3))
    if rng.random() < 0.08:
        lit = cv2.cvtColor(cv2.cvtColor(lit, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    return lit


def _soften(image: Image, rng: np.random.Generator) -> Image:
    """Blurs as a lens out of focus, a moving camera, or a coarser sensor does."""
    kind = rng.integers(3)
    if kind == 0:
        return cv2.GaussianBlur(image, (0, 0), float(rng.uniform(0.5, 1.8)))
    if kind == 1:
        length = int(rng.integers(3, 8))
        kernel = np.zeros((length, length), np.float32)
        kernel[length // 2] = 1.0 / length
        return cv2.filter2D(image, -1, kernel if rng.random() < 0.5 else kernel.T)
    size = image.shape[0]
    small = max(24, int(size * rng.uniform(0.3, 0.7)))
    coarse = cv2.resize(image, (small, small), interpolation=cv2.INTER_AREA)
    return cv2.resize(coarse, (size, size), interpolation=cv2.INTER_LINEAR)


def _add_noise(image: Image, rng: np.random.Generator) -> Image:
    """Adds the noise of a sensor."""
    noise = rng.normal(0.0, rng.uniform(2.0, 10.0), image.shape)
    return np.clip(image + noise, 0, 255).astype(np.uint8)


def _compress(image: Image, rng: np.random.Generator) -> Image:
    """Compresses to JPEG and back."""
    quality = int(rng.integers(25, 95))
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def _erase(image: Image, rng: np.random.Generator) -> Image:
    """Fills one rectangle that does not touch the mouth with one random colour."""
    size = image.shape[0]
    height, width = (rng.uniform(0.08, 0.3, 2) * size).astype(int)
    top, left = rng.integers(0, size - height), rng.integers(0, size - width)
    mouth_left, mouth_top, mouth_right, mouth_bottom = (np.array(MOUTH) * size).astype(int)
    clear = (
        left + width <= mouth_left
        or left >= mouth_right
        or top + height <= mouth_top
        or top >= mouth_bottom
    )
    if clear:
        image = image.copy()
        image[top : top + height, left : left + width] = rng.integers(0, 256, 3)
    return image
