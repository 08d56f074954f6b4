"""A report beside those of other models on the same question: is one better, or was it luck?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from facemask_core import evaluation
from facemask_core.evaluation.mcnemar import Comparison
from facemask_core.evaluation.report import Evaluation
from facemask_ui.choices import models

MEANING = (
    "McNemar's exact test counts the images that one model has right and the other wrong; p is how "
    "often two equally good models would differ at least as much by chance."
)
WORDS = {"accuracy": "Clean accuracy", "robust_accuracy": "Robust accuracy"}
"""What two reports are compared by, as :func:`facemask_core.evaluation.report.compare` names it."""


@dataclass(frozen=True)
class Duel:
    """One figure of this report's model beside another's.

    Attributes:
        model: The other model's name as it is shown.
        figure: The figure in words.
        here: This report's.
        there: The other's.
        test: Whether they differ by more than chance.
    """

    model: str
    figure: str
    here: float
    there: float
    test: Comparison

    @property
    def p(self) -> str:
        """The p-value as people write it."""
        return written(self.test.p_value)


def written(p_value: float) -> str:
    """A p-value as people write it."""
    return "< 0.001" if p_value < 0.001 else f"{p_value:.3f}"


def duels(report: Evaluation, answers: Iterable[Evaluation]) -> list[Duel]:
    """Compares a report with those of other models on the same images under the same attack.

    Args:
        report: This one.
        answers: All there are; this one and those to other questions are left out.
    """
    # The same photographs may have been asked about as a folder and as a zip.
    others = {it.model_sha256: it for it in answers if _comparable(report, it)}
    return [
        Duel(
            models.name(other.model),
            WORDS[name],
            _figure(report, name),
            _figure(other, name),
            test,
        )
        for other in others.values()
        for name, test in evaluation.compare(report, other).items()
    ]


def _comparable(report: Evaluation, other: Evaluation) -> bool:
    return (
        report.model_sha256 != other.model_sha256
        and (report.data_sha256, report.paths) == (other.data_sha256, other.paths)
        and report.threat_model == other.threat_model
    )


def _figure(report: Evaluation, name: str) -> float:
    standing = report.clean.right if name == "accuracy" else report.standing
    assert standing is not None  # noqa: S101  (for the type checker; only attacked runs are asked)
    return float(standing.mean())
