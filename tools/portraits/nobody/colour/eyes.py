"""Irises and the whites of the eyes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nobody.anatomy import Anatomy
from nobody.geometry import eyes

Array = NDArray[np.float64]

_IRIS, _PUPIL = 0.61, 0.22
"""Radii in centimetres along the eyeball."""


def paint(
    points: NDArray[np.float32], a: Anatomy, iris: Array, axes: Array, *, darkness: float
) -> Array:
    """Colours the eyeballs.

    Args:
        points: Their vertices.
        a: Whose.
        iris: Colour of the iris, linear RGB.
        axes: Where the irises point, first the right one, of shape (2, 3).
        darkness: Of the skin, 0 to 1. A picture is exposed for the skin, so that the same white
            would glare out of a dark face; it is a little browner there, too.

    Returns:
        Linear RGB of shape (n, 3).
    """
    left = (points[:, 0] > 0).astype(int)
    from_centre = points - np.stack([eyes.centre(a, -1.0), eyes.centre(a, 1.0)])[left]
    outward = from_centre / np.linalg.norm(from_centre, axis=1, keepdims=True)
    axis = axes[left]
    off_axis = np.arccos(np.clip((outward * axis).sum(1), -1, 1)) * eyes.RADIUS
    white = np.array([0.5, 0.45, 0.41]) * (1 - np.array([0.5, 0.57, 0.62]) * darkness)
    from_middle = np.clip(np.abs(from_centre[:, :1]) - 0.6, 0, 1)
    white = white * (1 - from_middle * np.array([0.16, 0.4, 0.42]))
    rgb = _mix(white, _iris(outward, off_axis, axis, iris), (_IRIS - off_axis) / 0.07)
    rgb = _mix(rgb, np.full(3, 0.004), (_PUPIL - off_axis) / 0.03 + 0.5)
    return rgb * eyes.shade_at(points.astype(np.float64), a)[:, None]


def _iris(outward: Array, off_axis: Array, axis: Array, colour: Array) -> Array:
    """Spokes, a lighter ring around the pupil, a dark one at the rim."""
    right = np.cross([0.0, 1.0, 0.0], axis)
    right /= np.linalg.norm(right, axis=1, keepdims=True)
    angle = np.arctan2((outward * np.cross(axis, right)).sum(1), (outward * right).sum(1))
    spokes = 1 + 0.25 * np.sin(angle * 23 + 3 * np.sin(angle * 5)) + 0.15 * np.sin(angle * 47 + 1)
    inner = 0.75 + 0.7 * np.clip(1 - (off_axis - 0.24) / 0.3, 0, 1)
    rim = 1 - 0.75 * np.clip((off_axis - 0.47) / 0.12, 0, 1)
    return colour * (spokes * inner * rim)[:, None]


def _mix(below: Array, above: Array, share: Array) -> Array:
    share = np.clip(share, 0, 1)[:, None]
    return below * (1 - share) + above * share
