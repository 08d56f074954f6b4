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
    points: NDArray[np.float32], a: Anatomy, iris: Array, gaze: Array, *, darkness: float
) -> Array:
    """Colours the eyeballs.

    Args:
        points: Their vertices.
        a: Whose.
        iris: Colour of the iris, linear RGB.
        gaze: Unit vector from the eyes to what they look at.
        darkness: Of the skin, 0 to 1. A picture is exposed for the skin, so that the same white
            would glare out of a dark face; it is a little browner there, too.

    Returns:
        Linear RGB of shape (n, 3).
    """
    centre_x = np.where(points[:, 0] > 0, eyes.spacing(a), -eyes.spacing(a))
    outward = points - np.stack(
        [centre_x, np.zeros(len(points)), np.full(len(points), eyes.DEPTH)], 1
    )
    outward = outward / np.linalg.norm(outward, axis=1, keepdims=True)
    off_axis = np.arccos(np.clip(outward @ gaze, -1, 1)) * eyes.RADIUS
    white = np.array([0.5, 0.45, 0.41]) * (1 - np.array([0.5, 0.57, 0.62]) * darkness)
    from_middle = np.clip(np.abs(points[:, 0] - centre_x) - 0.6, 0, 1)[:, None]
    white = white * (1 - from_middle * np.array([0.16, 0.4, 0.42]))
    rgb = _mix(white, _iris(outward, off_axis, gaze, iris), (_IRIS - off_axis) / 0.07)
    rgb = _mix(rgb, np.full(3, 0.004), (_PUPIL - off_axis) / 0.03 + 0.5)
    return rgb * eyes.shade_at(points.astype(np.float64), a)[:, None]


def _iris(outward: Array, off_axis: Array, gaze: Array, colour: Array) -> Array:
    """Spokes, a lighter ring around the pupil, a dark one at the rim."""
    right = np.cross([0.0, 1.0, 0.0], gaze)
    right /= np.linalg.norm(right)
    angle = np.arctan2(outward @ np.cross(gaze, right), outward @ right)
    spokes = 1 + 0.25 * np.sin(angle * 23 + 3 * np.sin(angle * 5)) + 0.15 * np.sin(angle * 47 + 1)
    inner = 0.75 + 0.7 * np.clip(1 - (off_axis - 0.24) / 0.3, 0, 1)
    rim = 1 - 0.75 * np.clip((off_axis - 0.47) / 0.12, 0, 1)
    return colour * (spokes * inner * rim)[:, None]


def _mix(below: Array, above: Array, share: Array) -> Array:
    share = np.clip(share, 0, 1)[:, None]
    return below * (1 - share) + above * share
