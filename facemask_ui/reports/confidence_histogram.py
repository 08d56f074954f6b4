"""Confidence in the true class, image by image, counted for a histogram."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from facemask_core.evaluation.predictions import Predictions
from facemask_core.evaluation.report import Evaluation

BINS = 10
"""An even number, so that one edge lies at 1/2, where right turns into wrong."""


def count_images(predictions: Predictions) -> NDArray[np.int64]:
    """Counts images by their confidence in the true class, in :data:`BINS` equal bins of [0, 1]."""
    return np.histogram(predictions.true_confidence, bins=BINS, range=(0.0, 1.0))[0]


def name_bin(index: int) -> str:
    """Names a bin by its edges, such as ``20 to 30 %``."""
    return f"{100 * index // BINS} to {100 * (index + 1) // BINS} %"


def list_predictions(report: Evaluation) -> dict[str, Predictions]:
    """Lists the predictions before and after the attack, by their title; one of a clean run."""
    if report.adversarial is None:
        return {"Clean": report.clean}
    return {"Before the attack": report.clean, "After the attack": report.adversarial}


def describe_histogram(report: Evaluation) -> str:
    """Puts the histogram into words; empty bins are left out."""
    sentences = []
    for title, predictions in list_predictions(report).items():
        filled = ", ".join(
            f"{name_bin(index)}: {count}"
            for index, count in enumerate(count_images(predictions))
            if count
        )
        sentences.append(f"{title}, images by their confidence in the true class: {filled}.")
    return " ".join(sentences)
