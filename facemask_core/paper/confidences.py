"""A model's confidence over a whole dataset: with one softmax, and with two."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from facemask_core.evaluation.predictions import Predictions
from facemask_core.models.classifier import probabilities
from facemask_core.paper.second_softmax import softmax_twice

BINS = 50
"""Bins of a hundredth from 1/2, the least confidence in the surer of two classes, to 1."""


def summarise_confidences(predictions: Predictions) -> dict[str, Any]:
    """Sums up the confidence in the predicted class, fit for JSON.

    Args:
        predictions: Of at least one image.

    Returns:
        ``loss``, the mean cross-entropy of the true class, and under ``once`` and ``twice``, for
        as many softmaxes, the result of :func:`_spread`.
    """
    right = predictions.right
    return {
        "loss": float(_cross_entropy(predictions).mean()),
        "once": _spread(probabilities(predictions.logits).max(axis=1), right),
        "twice": _spread(softmax_twice(predictions.logits).max(axis=1), right),
    }


def _cross_entropy(predictions: Predictions) -> NDArray[np.float64]:
    """Computes each image's cross-entropy of the true class, (n,)."""
    logits = predictions.logits.astype(np.float64)
    of_true = logits[np.arange(len(logits)), predictions.labels]
    return np.logaddexp(logits[:, 0], logits[:, 1]) - of_true


def _spread(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> dict[str, Any]:
    """Returns the right predictions' mean confidence (None without one), and a histogram of all."""
    counts, edges = np.histogram(confidence, BINS, (0.5, 1.0))
    return {
        "mean_of_right": float(confidence[right].mean()) if right.any() else None,
        "mean": float(confidence.mean()),
        "median": float(np.median(confidence)),
        "largest": float(confidence.max()),
        "edges": edges.round(2).tolist(),
        "counts": counts.tolist(),
    }
