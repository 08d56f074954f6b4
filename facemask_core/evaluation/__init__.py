"""From rows to figures: a report with its intervals, one face's verdict, calibration."""

from __future__ import annotations

from facemask_core.evaluation.predictions import Predictions
from facemask_core.evaluation.report import Evaluation, compare, evaluate

__all__ = ["Evaluation", "Predictions", "compare", "evaluate"]
