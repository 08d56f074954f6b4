"""Below which confidence a model's answer is no verdict, measured on photographs of known class.

Where a model is right in one answer of two, a coin is as good. What confidence that happens at
differs from model to model, so each has a threshold of its own, on its card.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression

MOST_RIGHT = 0.75
"""Halfway between a coin and certainty: of unsure answers no more than this share is right."""
LEAST_IMAGES = 5
"""Of fewer answers, one more that is wrong would move the threshold far."""


def measure_unsure_below(
    probabilities: NDArray[np.floating], labels: NDArray[np.integer]
) -> float | None:
    """Finds the confidence below which a model's answers are too often wrong to be verdicts.

    How often a model is right at a confidence is fitted by isotonic regression, which assumes only
    that more confidence is no worse (Zadrozny and Elkan 2002). The threshold ends the part where
    at most :data:`MOST_RIGHT` are right. The answers should be to photographs that the model was
    not trained on, and not those that its accuracy is reported on: the split ``val``.

    Args:
        probabilities: Floats of shape (n, 2) in [0, 1] whose rows sum to 1.
        labels: Integers of shape (n,), the true classes.

    Returns:
        The threshold in (0.5, 1], or None where fewer than :data:`LEAST_IMAGES` answers lie below.
    """
    if len(labels) < LEAST_IMAGES:
        return None
    confidences = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    share_right = IsotonicRegression().fit_transform(confidences, right)
    unsure = share_right <= MOST_RIGHT
    if unsure.sum() < LEAST_IMAGES:
        return None
    # Halfway to the first answer that is sure, so that rounding decides for neither side.
    edges = [confidences[unsure].max(), *confidences[~unsure]]
    return round(float(np.mean(np.sort(edges)[:2])), 4)
