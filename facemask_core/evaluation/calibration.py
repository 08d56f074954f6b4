"""Calibration: whether a model that says 90 % is right nine times in ten."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import brier_score_loss

from facemask_core.errors import DatasetError
from facemask_core.labels import WITH_MASK

BINS = 15
"""As in the experiments of Guo et al. 2017."""


@dataclass(frozen=True)
class Bin:
    """The images whose confidence in the predicted class is in (lower, upper].

    Attributes:
        lower: Lower edge, in [0, 1]; outside the bin, except 0 in the first one.
        upper: Upper edge, in [0, 1]; inside the bin.
        count: How many images it holds.
        mean_confidence: Their mean confidence, in [0, 1]; None for an empty bin.
        accuracy: The share of them that is classed rightly; None for an empty bin.
    """

    lower: float
    upper: float
    count: int
    mean_confidence: float | None
    accuracy: float | None


@dataclass(frozen=True)
class Calibration:
    """How well a model's confidence agrees with its accuracy.

    Attributes:
        expected_calibration_error: Mean gap between confidence and accuracy, weighted by the bins'
            counts; in [0, 1], best 0. Guo et al. 2017, eq. 5.
        brier_score: Mean squared error of the probability of ``with_mask``; in [0, 1], best 0.
            Brier 1950, halved for two classes as scikit-learn does.
        bins: The reliability diagram, Guo et al. 2017, eq. 3; equal widths, empty bins included.
    """

    expected_calibration_error: float
    brier_score: float
    bins: tuple[Bin, ...]

    def as_dict(self) -> dict[str, Any]:
        """The figures, fit for JSON."""
        return {
            "expected_calibration_error": self.expected_calibration_error,
            "brier_score": self.brier_score,
            "bins": [asdict(entry) for entry in self.bins],
        }


def measure_calibration(
    probabilities: NDArray[np.floating], labels: NDArray[np.integer]
) -> Calibration:
    """Compares a model's confidence with how often it is right.

    The bins are those of Guo et al., "On Calibration of Modern Neural Networks", ICML 2017,
    arXiv:1706.04599: :data:`BINS` of equal width over the confidence in the predicted class. With
    two classes that confidence is at least 1/2, so the bins below stay empty.

    Args:
        probabilities: Floats of shape (n, 2) in [0, 1] whose rows sum to 1, n at least 1.
        labels: Integers of shape (n,), the true classes.

    Raises:
        DatasetError: There is no image.
    """
    if not len(labels):
        raise DatasetError("Calibration cannot be measured without one classified image.")
    confidences = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    bins = _bins(confidences, right)
    gaps = [
        entry.count * abs(entry.accuracy - entry.mean_confidence)
        for entry in bins
        if entry.accuracy is not None and entry.mean_confidence is not None
    ]
    return Calibration(
        expected_calibration_error=sum(gaps) / len(labels),
        # As 0 and 1: where only one class occurs, scikit-learn cannot know which one is meant.
        brier_score=float(brier_score_loss(labels == WITH_MASK, probabilities[:, WITH_MASK])),
        bins=bins,
    )


def _bins(confidences: NDArray[np.floating], right: NDArray[np.bool_]) -> tuple[Bin, ...]:
    edges = np.arange(BINS + 1) / BINS
    # A confidence on an edge belongs to the bin below it; only 0 has no bin below.
    indices = np.maximum(np.searchsorted(edges, confidences, side="left") - 1, 0)
    bins = []
    for index in range(BINS):
        inside = indices == index
        count = int(inside.sum())
        bins.append(
            Bin(
                lower=float(edges[index]),
                upper=float(edges[index + 1]),
                count=count,
                mean_confidence=float(confidences[inside].mean()) if count else None,
                accuracy=float(right[inside].mean()) if count else None,
            )
        )
    return tuple(bins)
