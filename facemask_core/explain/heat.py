"""Heat maps: enlarge them, scale them, lay them over a face, and sum them up in figures."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from facemask_core.errors import ExplanationError

_LEVELS = np.arange(256, dtype=np.uint8)[:, None]
COLOURS: NDArray[np.uint8] = cv2.applyColorMap(_LEVELS, cv2.COLORMAP_CIVIDIS)[:, 0, ::-1]
"""RGB of each level of heat, uint8 (256, 3): cividis, of which OpenCV's table is BGR."""
COLOURS.setflags(write=False)


def enlarge(maps: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    """Enlarges coarse maps by bilinear interpolation.

    Args:
        maps: float32 (n, height, width), any n.
        size: Height and width of the result in pixels.

    Returns:
        float32 (n, *size). Beyond the centres of the outermost cells their value stays.
    """
    results = np.empty((len(maps), *size), np.float32)
    for result, coarse in zip(results, maps, strict=True):
        result[:] = cv2.resize(coarse, size[::-1], interpolation=cv2.INTER_LINEAR)
    return results


def normalise(maps: NDArray[np.float32], percentile: float = 100.0) -> NDArray[np.float32]:
    """Scales each map to [0, 1], independently of the others.

    Args:
        maps: float32 (n, height, width), from 0 upwards; any n.
        percentile: Of a map's values, the one that becomes 1; larger values are cut off. Where it
            is 0, since nearly the whole map is, the largest value takes its place.

    Returns:
        float32 of the same shape. A map that is all zero, or not finite, comes out all zero.
    """
    count, height, width = maps.shape
    rows = maps.reshape(count, height * width)
    usable = np.where(np.isfinite(rows).all(axis=1, keepdims=True), rows, np.float32(0))
    tops = np.percentile(usable, percentile, axis=1, keepdims=True)
    tops = np.where(tops > 0, tops, usable.max(axis=1, keepdims=True))
    shares = np.minimum(usable / np.where(tops > 0, tops, 1.0), 1.0)
    return shares.reshape(maps.shape).astype(np.float32)


def overlay(
    face: NDArray[np.uint8], heat: NDArray[np.float32], share: float = 0.5
) -> NDArray[np.uint8]:
    """Lays a heat map over a face, from dark blue (cold) over grey to yellow (hot).

    The colours are cividis (Nuñez et al. 2018, doi:10.1371/journal.pone.0199239): their lightness
    rises evenly, and they look alike with and without the usual colour vision deficiencies.

    Args:
        face: uint8 (height, width, 3), RGB; not changed.
        heat: float (height, width) in [0, 1].
        share: How much of the map to show: 0 gives the face alone, 1 the map alone.

    Returns:
        uint8 picture of the face's shape.

    Raises:
        ExplanationError: The two do not fit, or the share is out of range.
    """
    if face.dtype != np.uint8 or face.shape != (*heat.shape, 3):
        raise ExplanationError(
            f"A face of {face.dtype} {face.shape} and heat of shape {heat.shape} do not fit."
        )
    if not 0.0 <= share <= 1.0:
        raise ExplanationError(f"The map's share is {share:g}; it must lie from 0 to 1.")
    return np.rint((1.0 - share) * face + share * COLOURS[levels(heat)]).astype(np.uint8)


def levels(heat: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Rounds heat to the levels that have a colour.

    Args:
        heat: Float of any shape, in [0, 1].

    Returns:
        uint8 of the same shape; row number of each value in :data:`COLOURS`.
    """
    return np.rint(255 * np.clip(heat, 0.0, 1.0)).astype(np.uint8)


@dataclass(frozen=True)
class Summary:
    """A heat map in figures; all None where the map is all zero.

    Attributes:
        peak: The hottest place, in pixels from the left and from the top, of the map blurred by a
            sixteenth of the picture: in a saliency map hundreds of pixels share the value 1.
        lower_half: Share of all heat that lies in the lower half of the picture, where a mask is.
        area: Share of the pixels that are at least half as hot as the hottest.
    """

    peak: tuple[int, int] | None
    lower_half: float | None
    area: float | None


def summarise(heat: NDArray[np.float32]) -> Summary:
    """Sums a heat map up in figures.

    Args:
        heat: float (height, width) in [0, 1].

    Returns:
        The figures; of an odd number of rows the middle one counts to the lower half.
    """
    largest = heat.max()
    if largest <= 0:
        return Summary(None, None, None)
    blurred = cv2.GaussianBlur(heat, (0, 0), min(heat.shape) / 16, borderType=cv2.BORDER_CONSTANT)
    row, column = np.unravel_index(blurred.argmax(), heat.shape)
    total = heat.sum(dtype=np.float64)
    return Summary(
        peak=(int(column), int(row)),
        lower_half=float(heat[len(heat) // 2 :].sum(dtype=np.float64) / total),
        area=float((heat >= largest / 2).mean()),
    )
