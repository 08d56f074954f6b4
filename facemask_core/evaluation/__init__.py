"""From rows to figures: a report with its intervals, one face's verdict, calibration."""

from __future__ import annotations

from facemask_core.evaluation.report import Evaluation, Predictions, compare, evaluate, of_rows

__all__ = ["Evaluation", "Predictions", "compare", "evaluate", "of_rows"]
