"""The images an attack fooled most, and those it fooled least."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facemask_core.evaluation.report import Evaluation
from facemask_ui.base.palette import name_class
from facemask_ui.language import say

MOST, LEAST = "most", "least"
LIMIT = 5
"""How many images stand at each end."""


@dataclass(frozen=True)
class Fall:
    """What an attack did to the confidence in one image's true class.

    Attributes:
        path: The file, relative to the dataset's root.
        truth: Its true class in words.
        before: The true class's probability before the attack.
        after: The same after it.
    """

    path: str
    truth: str
    before: float
    after: float


def title_extremes(name: str) -> str:
    """Names one end in words.

    Args:
        name: :data:`MOST` or :data:`LEAST`.
    """
    return say(f"report.extremes.{name}")


def list_extremes(report: Evaluation) -> dict[str, list[Fall]]:
    """Lists the images whose true-class confidence fell most and least, the extreme ones first.

    The most fooled are right before the attack and wrong after it, the least fooled right before
    and after. An image that is wrong before the attack is neither, for nobody had to fool the
    model. Of equal falls the earlier file counts as the greater. Nothing for a clean run.

    Returns:
        The images at either end, by :data:`MOST` and :data:`LEAST`.
    """
    if report.confidence_drops is None or report.robust is None:
        return {}
    order = np.argsort(-report.confidence_drops, kind="stable")
    fooled = order[(report.clean.right & ~report.robust)[order]]
    standing = order[report.robust[order]][::-1]
    return {
        MOST: [_measure_fall(report, row) for row in fooled[:LIMIT].tolist()],
        LEAST: [_measure_fall(report, row) for row in standing[:LIMIT].tolist()],
    }


def _measure_fall(report: Evaluation, row: int) -> Fall:
    assert report.adversarial is not None  # noqa: S101  (for the type checker)
    return Fall(
        report.paths[row],
        name_class(int(report.clean.labels[row])).lower(),
        float(report.clean.true_confidence[row]),
        float(report.adversarial.true_confidence[row]),
    )
