"""Confidence in the true class, image by image, counted for a histogram."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from facemask_core.evaluation.report import Evaluation, Predictions

BINS = 10
"""An even number, so that one edge lies at 1/2, where right turns into wrong."""


def counts(predictions: Predictions) -> NDArray[np.int64]:
    """Counts images by their confidence in the true class, in :data:`BINS` equal bins of [0, 1]."""
    return np.histogram(predictions.true_confidence, bins=BINS, range=(0.0, 1.0))[0]


def bin_name(index: int) -> str:
    """A bin in words, such as ``20 to 30 %``."""
    return f"{100 * index // BINS} to {100 * (index + 1) // BINS} %"


def parts(report: Evaluation) -> dict[str, Predictions]:
    """The answers before and after the attack, or the only ones, by what they are called."""
    if report.adversarial is None:
        return {"Clean": report.clean}
    return {"Before the attack": report.clean, "After the attack": report.adversarial}


def spoken(report: Evaluation) -> str:
    """The histogram in words, its empty bins left out."""
    sentences = []
    for title, predictions in parts(report).items():
        filled = ", ".join(
            f"{bin_name(index)}: {count}"
            for index, count in enumerate(counts(predictions))
            if count
        )
        sentences.append(f"{title}, images by their confidence in the true class: {filled}.")
    return " ".join(sentences)
