"""Confidence in the true class, image by image, counted for a histogram."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from facemask_core.evaluation.predictions import Predictions
from facemask_core.evaluation.report import Evaluation
from facemask_ui.language import number, say

BINS = 10
"""An even number, so that one edge lies at 1/2, where right turns into wrong."""


def count_images(predictions: Predictions) -> NDArray[np.int64]:
    """Counts images by their confidence in the true class, in :data:`BINS` equal bins of [0, 1]."""
    return np.histogram(predictions.true_confidence, bins=BINS, range=(0.0, 1.0))[0]


def name_bin(index: int) -> str:
    """Names a bin by its edges, such as ``20 to 30 %``."""
    low, high = 100 * index // BINS, 100 * (index + 1) // BINS
    return say("report.histogram.bin", low=low, high=high)


def list_predictions(report: Evaluation) -> dict[str, Predictions]:
    """Lists the predictions before and after the attack; one of a clean run.

    Returns:
        The predictions by ``before`` and ``after``, or by ``clean``, as :func:`name_predictions`
        puts into words.
    """
    if report.adversarial is None:
        return {"clean": report.clean}
    return {"before": report.clean, "after": report.adversarial}


def name_predictions(name: str) -> str:
    """Names predictions in words, such as ``Before the attack``.

    Args:
        name: A key of :func:`list_predictions`.
    """
    return say(f"report.histogram.{name}")


def describe_histogram(report: Evaluation) -> str:
    """Puts the histogram into words; empty bins are left out."""
    sentences = []
    for name, predictions in list_predictions(report).items():
        filled = ", ".join(
            say("report.histogram.filled", bin=name_bin(index), count=number(count))
            for index, count in enumerate(count_images(predictions))
            if count
        )
        title = name_predictions(name)
        sentences.append(say("report.histogram.described", title=title, bins=filled))
    return " ".join(sentences)
