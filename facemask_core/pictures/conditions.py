"""What of a face makes a wrong verdict likely, measured on the picture itself.

Each measure is a plain figure of the pixels, and its bound lies where photographs become rare among
those the models were validated on. So it says "unlike what the models know", not "this is why".
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from facemask_core.pictures.images import INPUT_SIZE, resize

_LOWER_FACE = (slice(140, 205), slice(55, 169))
_UPPER_FACE = (slice(30, 123), slice(67, 157))
"""Rows and columns of a face that is cut as the face finder cuts it, 224 pixels a side."""
_LEAST_COLOUR = 4.0
"""A skin with less colour than this, in CIELAB, is that of a grey picture, of which colours say
nothing."""


@dataclass(frozen=True)
class Condition:
    """One kind of difficulty.

    Attributes:
        key: Its measure, see :func:`measure_conditions`.
        title: What the picture is, as a short sentence.
        advice: What to do about it, as a sentence.
        bound: Where it begins.
        below: Whether it begins below the bound, and not above it.
    """

    key: str
    title: str
    advice: str
    bound: float
    below: bool = True

    def holds(self, value: float) -> bool:
        """Says whether a picture with this measure has the difficulty."""
        return value < self.bound if self.below else value > self.bound


CONDITIONS = (
    Condition("dark", "The face is dark", "Let light fall on the face.", 0.23),
    Condition(
        "flat",
        "The face has little contrast",
        "Turn to the light, and have no bright window behind you.",
        0.13,
    ),
    Condition("small", "The face is small", "Come closer, or use a larger picture.", 48),
    Condition("blurred", "The face is blurred", "Hold still, and wipe the lens.", 0.158),
    Condition(
        "cast",
        "The light is coloured",
        "Use daylight or a white lamp.",
        0.34,
        below=False,
    ),
    Condition(
        "turned",
        "The face is turned to the side",
        "Look into the camera.",
        0.8,
        below=False,
    ),
    Condition(
        "covered",
        "The lower face has another colour than the skin above it",
        "If that is no mask, take away what covers it: a cup, a scarf. A beard does the same.",
        0.64,
        below=False,
    ),
)
"""Bounds of the first five: 2 of 100 faces of facemask-v2's val lie beyond. Beyond the sixth lie 37
of the 491 in which the face finder sees its points; of those, 34 were looked at, and each shows a
turned head. The last one parts masked faces from bare ones best: 88 of 100 of the masked lie beyond
it, and 3 of the bare."""


def find_conditions(
    face: NDArray[np.uint8], side: int, points: NDArray[np.float64] | None = None
) -> list[Condition]:
    """Finds the difficulties that a face has.

    Args:
        face: uint8 (224, 224, 3), RGB, the part that the model sees.
        side: The shorter side in pixels of the part of the picture that it was scaled from.
        points: Where eyes, nose, mouth and ears are, as
            :func:`facemask_core.pictures.faces.find_points` gives them; None where they are not
            seen.
    """
    measures = measure_conditions(face, side)
    if points is not None:
        measures["turned"] = measure_turn(points)
    return [
        condition
        for condition in CONDITIONS
        if condition.key in measures and condition.holds(measures[condition.key])
    ]


def measure_turn(points: NDArray[np.float64]) -> float:
    """Measures how far a head is turned to the side, by how much nearer its nose is to one ear.

    Args:
        points: float64 (6, 2), as :func:`facemask_core.pictures.faces.find_points` gives them.

    Returns:
        0 for a face that looks into the camera, 1 for one whose nose hides an ear or lies beyond
        it. Distances are along the line of the eyes, so that a tilt to the shoulder does not count.
    """
    right_eye, left_eye, nose, _, right_ear, left_ear = points
    eyes = left_eye - right_eye
    right, left = float((nose - right_ear) @ eyes), float((left_ear - nose) @ eyes)
    whole = abs(right) + abs(left)
    return abs(right - left) / whole if whole else 0.0


def measure_conditions(face: NDArray[np.uint8], side: int) -> dict[str, float]:
    """Measures the pixels of a face.

    Args:
        face: uint8 (224, 224, 3), RGB, the part that the model sees.
        side: The shorter side in pixels of the part of the picture that it was scaled from.

    Returns:
        By key: mean brightness and its standard deviation, in shares of full brightness; the
        shorter side in pixels; the sharpness, as the standard deviation of the Laplacian over that
        of the brightness; the largest difference of two colours' means, in shares of full
        brightness; and how far the lower face's colours are from that of the skin above, in the
        middle and in shares of how colourful that skin is. Lightness does not count in the last:
        shadows below the nose are the rule.
    """
    pixels = resize(face, INPUT_SIZE)
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float64) / 255.0
    spread = float(grey.std())
    edges = float(cv2.Laplacian(grey, cv2.CV_64F, ksize=3).std())
    means = pixels.reshape(-1, 3).mean(axis=0) / 255.0
    return {
        "dark": float(grey.mean()),
        "flat": spread,
        "small": float(side),
        "blurred": edges / spread if spread else 0.0,
        "cast": float(means.max() - means.min()),
        "covered": _measure_covering(pixels),
    }


def _measure_covering(face: NDArray[np.uint8]) -> float:
    """Measures how unlike the skin above it the lower face is in colour, uint8 (224, 224, 3)."""
    colours = cv2.cvtColor(face.astype(np.float32) / 255.0, cv2.COLOR_RGB2LAB)[..., 1:]
    skin = np.median(colours[_UPPER_FACE].reshape(-1, 2), axis=0)
    away = np.linalg.norm(colours[_LOWER_FACE].reshape(-1, 2) - skin, axis=1)
    return float(np.median(away) / max(float(np.linalg.norm(skin)), _LEAST_COLOUR))
