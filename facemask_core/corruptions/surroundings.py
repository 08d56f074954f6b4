"""What lies around a picture that no longer fills its frame."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

_SOFTNESS = 0.08
"""Standard deviation of the blur, in shares of the frame: no streak looks like a thing."""
_COARSER = 4
"""The blur is computed on a picture so much smaller, on which it takes a sixteenth of the time."""


def place(image: NDArray[np.uint8], scale: float, degrees: float) -> NDArray[np.uint8]:
    """Shrinks and turns a picture about the middle of its frame.

    Around it its edge pixels are drawn outwards and blurred: a neutral wall in the picture's own
    colours, on which there is no second face, as there would be in a mirrored picture.

    Args:
        image: uint8 (height, width, 3); not changed.
        scale: Its new size, in shares of the frame, at most 1.
        degrees: How far it is turned, anticlockwise.

    Returns:
        uint8 of the same shape.
    """
    height, width = image.shape[:2]
    size = max(1, round(width * scale)), max(1, round(height * scale))
    # Averaged while it shrinks: a camera's pixels are areas, and thin lines would flicker else.
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA) if scale < 1.0 else image
    middle = ((size[0] - 1) / 2, (size[1] - 1) / 2)
    move = cv2.getRotationMatrix2D(middle, degrees, 1.0)
    move[:, 2] += ((width - size[0]) / 2, (height - size[1]) / 2)
    frame = (width, height)
    inside = cv2.warpAffine(np.ones(small.shape[:2], np.float32), move, frame)[..., None]
    placed = cv2.warpAffine(small, move, frame, borderMode=cv2.BORDER_REPLICATE)
    outside = 1.0 - inside
    return np.rint(placed * inside + _blur_outside(placed, outside) * outside).astype(np.uint8)


def _blur_outside(picture: NDArray[np.uint8], outside: NDArray[np.float32]) -> NDArray[np.float32]:
    """Blurs what lies outside, without what lies inside shining into it."""
    height, width = picture.shape[:2]
    coarse = -(-width // _COARSER), -(-height // _COARSER)
    weighted = np.concatenate([picture * outside, outside], axis=2)
    weighted = cv2.resize(weighted, coarse, interpolation=cv2.INTER_AREA)
    weighted = cv2.GaussianBlur(weighted, (0, 0), _SOFTNESS * max(coarse))
    weighted = cv2.resize(weighted, (width, height), interpolation=cv2.INTER_LINEAR)
    # Far inside, where nothing outside is near, the quotient means nothing and is not used.
    return np.asarray(weighted[..., :3] / np.maximum(weighted[..., 3:], 1e-6), np.float32)
