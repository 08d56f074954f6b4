"""McNemar's test between a report and those of other models: is one better, or was it luck?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from facemask_core import evaluation
from facemask_core.evaluation.mcnemar import Comparison
from facemask_core.evaluation.report import Evaluation
from facemask_ui.choices import models
from facemask_ui.language import number, say
from facemask_ui.reports.headline_figures import name_figure


@dataclass(frozen=True)
class ModelComparison:
    """One figure of this report's model beside another's.

    Attributes:
        model: The other model's name on the screen.
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
        return write_p_value(self.test.p_value)


def write_p_value(p_value: float) -> str:
    """Writes a p-value as people do."""
    return say("report.comparison.tiny_p") if p_value < 0.001 else number(p_value, 3)


def compare_models(report: Evaluation, reports: Iterable[Evaluation]) -> list[ModelComparison]:
    """Compares a report with those of other models on the same images under the same attack.

    Args:
        report: This one.
        reports: All reports; this one and those on other questions are left out.
    """
    # The same photographs may have a report as a folder and another as a zip.
    others = {it.model_sha256: it for it in reports if _are_comparable(report, it)}
    return [
        ModelComparison(
            models.name(other.model),
            name_figure(name),
            _read_figure(report, name),
            _read_figure(other, name),
            test,
        )
        for other in others.values()
        for name, test in evaluation.compare(report, other).items()
    ]


def _are_comparable(report: Evaluation, other: Evaluation) -> bool:
    return (
        report.model_sha256 != other.model_sha256
        and (report.data_sha256, report.paths) == (other.data_sha256, other.paths)
        and report.threat_model == other.threat_model
    )


def _read_figure(report: Evaluation, name: str) -> float:
    standing = report.clean.right if name == "accuracy" else report.robust
    assert standing is not None  # noqa: S101  (for the type checker; only attacked runs have this figure)
    return float(standing.mean())
