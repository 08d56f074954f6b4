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

_MOUTH = (slice(146, 202), slice(67, 157))
_EYES_TO_NOSE = (slice(78, 123), slice(67, 157))
"""Rows and columns of a face that is cut as the face finder cuts it, 224 pixels a side."""


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
        "covered",
        "The mouth has another colour than the skin above it",
        "If that is no mask, take away what covers it: a hand, a cup, a scarf. A beard does the "
        "same.",
        14.2,
        below=False,
    ),
)
"""Bounds of the first five: 2 of 100 faces of facemask-v2's val lie beyond. That of the last parts
its masked faces from its bare ones best, and is on the right side for 80 of 100."""


def find_conditions(face: NDArray[np.uint8], side: int) -> list[Condition]:
    """Finds the difficulties that a face has.

    Args:
        face: uint8 (224, 224, 3), RGB, the part that the model sees.
        side: The shorter side in pixels of the part of the picture that it was scaled from.
    """
    measures = measure_conditions(face, side)
    return [condition for condition in CONDITIONS if condition.holds(measures[condition.key])]


def measure_conditions(face: NDArray[np.uint8], side: int) -> dict[str, float]:
    """Measures a face.

    Args:
        face: uint8 (224, 224, 3), RGB, the part that the model sees.
        side: The shorter side in pixels of the part of the picture that it was scaled from.

    Returns:
        By key: mean brightness and its standard deviation, in shares of full brightness; the
        shorter side in pixels; the sharpness, as the standard deviation of the Laplacian over that
        of the brightness; the largest difference of two colours' means, in shares of full
        brightness; and how far the mouth's colour is from that between eyes and nose, in CIELAB.
    """
    pixels = resize(face, INPUT_SIZE)
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float64) / 255.0
    spread = float(grey.std())
    edges = float(cv2.Laplacian(grey, cv2.CV_64F, ksize=3).std())
    means = pixels.reshape(-1, 3).mean(axis=0) / 255.0
    lab = cv2.cvtColor(pixels.astype(np.float32) / 255.0, cv2.COLOR_RGB2LAB)
    mouth, above = (np.median(lab[part].reshape(-1, 3), axis=0) for part in (_MOUTH, _EYES_TO_NOSE))
    return {
        "dark": float(grey.mean()),
        "flat": spread,
        "small": float(side),
        "blurred": edges / spread if spread else 0.0,
        "cast": float(means.max() - means.min()),
        "covered": float(np.linalg.norm(mouth - above)),
    }
