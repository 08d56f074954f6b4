"""One way to use a model, and how it did on the shipped portraits."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from facemask_core.data import samples
from facemask_core.models.foreign.preparation import Preparation
from facemask_core.pictures import faces, images

FRAMES = ("face", "whole")
"""Cut to the face, hairline to chin, or the whole portrait with hair and shoulders."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """One way to use a model, and how it did.

    Attributes:
        preparation: How the pixels were prepared.
        meanings: What the scores were taken for.
        frame: How the portraits were cut.
        evidence: Of each portrait the logarithm of the probability of its true class.
        right: Of each portrait whether the answer was right.
    """

    preparation: Preparation
    meanings: tuple[int, ...]
    frame: str
    evidence: NDArray[np.float64]
    right: NDArray[np.bool_]

    @property
    def usage(self) -> tuple[str, str]:
        """Scale and colours."""
        return self.preparation.scale, self.preparation.colours

    @property
    def score(self) -> float:
        """The mean evidence; 0 is best, -0.69 is that of a coin."""
        return float(self.evidence.mean())

    @property
    def accuracy(self) -> float:
        """The share of portraits that are right; both classes have as many."""
        return float(self.right.mean())

    def lead(self, other: Outcome) -> float:
        """Measures by how many standard errors this one is better than another."""
        difference = self.evidence - other.evidence
        error = float(difference.std(ddof=1)) / np.sqrt(len(difference))
        mean = float(difference.mean())
        return mean / error if error > 0 else np.inf * np.sign(mean) if mean else 0.0


@cache
def read_portraits(frame: str) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Reads the shipped portraits of the gallery.

    Args:
        frame: How they are cut, one of :data:`FRAMES`.

    Returns:
        float32 (n, 224, 224, 3), RGB in [0, 1], and their classes.
    """
    portraits = samples.read_portraits(samples.GALLERY_DIR)
    pictures = [images.decode(portrait.path.read_bytes()) for portrait in portraits]
    cut = faces.cropped if frame == "face" else images.resize
    pixels = images.to_float(np.stack([cut(picture) for picture in pictures]))
    return pixels, np.array([portrait.label for portrait in portraits])
