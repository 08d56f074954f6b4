"""The whole report: its title and its sections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from facemask_core import attacks
from facemask_core.epsilons import describe_epsilon
from facemask_core.evaluation.report import Evaluation
from facemask_core.robustness import SmallestEpsilons
from facemask_ui.choices import models
from facemask_ui.reports.mcnemar_table import Duel
from facemask_ui.reports.printed import sections
from facemask_ui.reports.printed.frame import framed
from facemask_ui.reports.printed.markup import Markup, element


@dataclass(frozen=True)
class Company:
    """What a report does not tell of itself: how its pictures were prepared, what else is known.

    Attributes:
        cropped: Whether the pictures were cropped to the face first.
        duels: How the report compares with other models' on the same question.
        searches: Accuracy against epsilon, by what the searches are called.
        travels: A table of success rates from model to model for each attack that was transferred.
    """

    cropped: bool = False
    duels: Sequence[Duel] = ()
    searches: Mapping[str, SmallestEpsilons] = field(default_factory=dict)
    travels: Mapping[str, pd.DataFrame] = field(default_factory=dict)


def document(report: Evaluation, company: Company | None = None) -> str:
    """Writes a report as one self-contained HTML page.

    Args:
        report: What to write.
        company: What else is known of the same files.
    """
    return framed(_title(report), _content(report, company or Company()))


def _title(report: Evaluation) -> str:
    """Short enough for a browser's tab and the margin of a sheet."""
    title = f"Face-mask report: {models.name(report.model)}"
    if report.threat_model is None:
        return title
    stated = report.threat_model
    written = describe_epsilon(stated["epsilon"], stated["norm"])
    return f"{title}, {attacks.get(stated['attack']).title}, epsilon {written}"


def _content(report: Evaluation, company: Company) -> list[Markup]:
    cut = ", cropped to the face" if company.cropped else ""
    return [
        element("h1", "How often does it go wrong?"),
        element(
            "p", f"{models.name(report.model)} on {len(report.paths)} images{cut}.", class_="lead"
        ),
        sections.figures(report),
        sections.threat_model(report),
        sections.answers(report),
        sections.confidence(report),
        sections.rivals(company.duels),
        sections.curves(company.searches),
        sections.travels(company.travels),
        sections.sources(report),
        sections.skipped(report),
        sections.identity(report),
    ]
