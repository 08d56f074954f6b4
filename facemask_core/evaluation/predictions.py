"""A model's answers to images of known class, and the figures that follow from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import (
    accuracy_score,
    classification_report,
    confusion_matrix,
    recall_score,
)

from facemask_core.evaluation.calibration import Calibration, measure_calibration
from facemask_core.labels import LABELS
from facemask_core.models.classifier import probabilities


@dataclass(frozen=True, eq=False)
class Predictions:
    """A model's answers to images of known class.

    Attributes:
        labels: int64 (n,), true classes.
        logits: float32 (n, 2).
        unsure_below: The confidence below which the model is unsure, 0 if it never is; None where
            that is not known.
    """

    labels: NDArray[np.int64]
    logits: NDArray[np.float32]
    unsure_below: float | None = None

    @property
    def classes(self) -> NDArray[np.int64]:
        """int64 (n,): the predicted classes."""
        return self.logits.argmax(axis=1)

    @property
    def right(self) -> NDArray[np.bool_]:
        """Bool (n,): the images classed rightly."""
        return self.classes == self.labels

    @property
    def unsure(self) -> NDArray[np.bool_] | None:
        """Bool (n,): the answers whose confidence is too little for a verdict.

        None where the threshold is not known. Every other figure counts these answers like all.
        """
        if self.unsure_below is None:
            return None
        return probabilities(self.logits).max(axis=1) < self.unsure_below

    @property
    def true_confidence(self) -> NDArray[np.float64]:
        """float64 (n,): the probability given to the true class."""
        return probabilities(self.logits)[np.arange(len(self.labels)), self.labels]

    @property
    def accuracy(self) -> float:
        """Share of images classed rightly."""
        return float(accuracy_score(self.labels, self.classes))

    @property
    def balanced_accuracy(self) -> float:
        """Mean recall of the classes that occur: a large class does not hide a small one."""
        present = np.unique(self.labels)
        return float(recall_score(self.labels, self.classes, labels=present, average="macro"))

    @property
    def missing_classes(self) -> tuple[str, ...]:
        """The classes of which there is no image, by name; balanced accuracy leaves them out."""
        present = set(self.labels.tolist())
        return tuple(name for label, name in enumerate(LABELS) if label not in present)

    @property
    def confusion(self) -> NDArray[np.int64]:
        """int64 (2, 2): rows are true classes, columns predicted ones."""
        return confusion_matrix(self.labels, self.classes, labels=range(len(LABELS)))

    @property
    def calibration(self) -> Calibration:
        """How well the confidence in the predicted class agrees with the accuracy."""
        return measure_calibration(probabilities(self.logits), self.labels)

    def select(self, rows: NDArray[np.bool_]) -> Predictions:
        """Selects some of the answers.

        Args:
            rows: bool (n,), True for the answers to select.
        """
        return Predictions(self.labels[rows], self.logits[rows], self.unsure_below)

    def report(self) -> dict[str, Any]:
        """scikit-learn's classification report as a dictionary."""
        return self._report(output_dict=True)

    def report_text(self) -> str:
        """scikit-learn's classification report as it prints it."""
        return self._report(output_dict=False, digits=4)

    def _report(self, **options: Any) -> Any:
        return classification_report(
            self.labels,
            self.classes,
            labels=range(len(LABELS)),
            target_names=LABELS,
            zero_division=0,
            **options,
        )

    def as_dict(self) -> dict[str, Any]:
        """The figures, fit for JSON; how many answers are unsure only where that is known."""
        unsure = self.unsure
        counts = {} if unsure is None else {
            "unsure": int(unsure.sum()), "unsure_right": int((unsure & self.right).sum())
        }  # fmt: skip
        return counts | {
            "accuracy": self.accuracy,
            "balanced_accuracy": self.balanced_accuracy,
            "confusion_matrix": self.confusion.tolist(),
            "report": self.report(),
            "calibration": self.calibration.as_dict(),
        }
