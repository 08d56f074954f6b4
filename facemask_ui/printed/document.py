"""The whole report: its title and its sections."""

from __future__ import annotations

from collections.abc import Sequence

from facemask_core import attacks
from facemask_core.epsilons import describe_epsilon
from facemask_core.evaluation import Evaluation
from facemask_ui import models
from facemask_ui.printed import sections
from facemask_ui.printed.frame import framed
from facemask_ui.printed.markup import Markup, element
from facemask_ui.rivals import Duel


def document(report: Evaluation, duels: Sequence[Duel] = ()) -> str:
    """Writes a report as one self-contained HTML page.

    Args:
        report: What to write.
        duels: How it compares with other models'.
    """
    return framed(_title(report), _content(report, duels))


def _title(report: Evaluation) -> str:
    """Short enough for a browser's tab and the margin of a sheet."""
    title = f"Face-mask report: {models.name(report.model)}"
    if report.threat_model is None:
        return title
    stated = report.threat_model
    written = describe_epsilon(stated["epsilon"], stated["norm"])
    return f"{title}, {attacks.get(stated['attack']).title}, epsilon {written}"


def _content(report: Evaluation, duels: Sequence[Duel]) -> list[Markup]:
    return [
        element("h1", "How often does it go wrong?"),
        element("p", f"{models.name(report.model)} on {len(report.paths)} images.", class_="lead"),
        sections.figures(report),
        sections.threat_model(report),
        sections.answers(report),
        sections.confidence(report),
        sections.rivals(duels),
        sections.sources(report),
        sections.skipped(report),
        sections.identity(report),
    ]
