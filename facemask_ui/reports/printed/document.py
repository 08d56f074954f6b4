"""What the page of a report is filled in with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from facemask_core import attacks, versions
from facemask_core.epsilons import describe_epsilon
from facemask_core.evaluation.report import Evaluation
from facemask_core.robustness import SmallestEpsilons
from facemask_ui.base import parts
from facemask_ui.base.palette import name_classes
from facemask_ui.base.printed_page import open_templates
from facemask_ui.choices import attack_setup, models
from facemask_ui.reports import (
    confidence_histogram,
    epsilon_curve,
    headline_figures,
    mcnemar_table,
    most_fooled,
    transfer_table,
)
from facemask_ui.reports.mcnemar_table import ModelComparison
from facemask_ui.reports.printed.curves import lay_out_curves
from facemask_ui.reports.printed.histogram import lay_out_histogram

_TEMPLATES = open_templates(Path(__file__).parent)
_MEANING = {
    "comparisons": mcnemar_table.MEANING,
    "searches": epsilon_curve.MEANING_UNSHADED,
    "transfers": transfer_table.MEANING,
}


@dataclass(frozen=True)
class Supplement:
    """What is printed with a report, but is not part of it.

    Attributes:
        cropped: Whether the pictures were cropped to the face first.
        comparisons: The report's model beside others on the same images and attack.
        searches: Accuracy against epsilon on the same files, by what the searches are called.
        transfers: For each attack that was transferred, its success from model to model.
    """

    cropped: bool = False
    comparisons: Sequence[ModelComparison] = ()
    searches: Mapping[str, SmallestEpsilons] = field(default_factory=dict)
    transfers: Mapping[str, pd.DataFrame] = field(default_factory=dict)


@dataclass(frozen=True)
class _Table:
    """A table in words; the first cell of a row names it."""

    title: str
    header: list[str]
    rows: list[list[str]]


def write_page(report: Evaluation, supplement: Supplement | None = None) -> str:
    """Writes a report as one self-contained HTML page.

    Args:
        report: The report.
        supplement: What is printed with it.
    """
    supplement = supplement or Supplement()
    notes = [
        *headline_figures.explain_figures(report),
        headline_figures.warn_of_missing_class(report),
        headline_figures.warn_of_dead_gradients(report),
        headline_figures.warn_of_small_changes(report),
    ]
    searches, sources = supplement.searches, report.by_source()
    return _TEMPLATES.get_template("report.html.jinja").render(
        language="en",
        title=_write_title(report),
        model=models.name(report.model),
        classes=name_classes(),
        report=report,
        cropped=supplement.cropped,
        figures=headline_figures.list_figures(report),
        notes=[note for note in notes if note is not None],
        threat_model=_state_threat_model(report),
        parts=confidence_histogram.list_predictions(report),
        histogram=lay_out_histogram(report),
        extremes=most_fooled.list_extremes(report),
        comparisons=supplement.comparisons,
        searches=epsilon_curve.tabulate_searches(searches).to_dict("records"),
        curves=lay_out_curves(searches) if searches else None,
        transfers=[_make_table(title, rates) for title, rates in supplement.transfers.items()],
        sources=sources,
        classes_and_masks=_tabulate_parts(report.parts | {"sources": sources}),
        identity=_list_identity(report),
        versions=versions.package_versions() | {"core source sha256": versions.source_sha256()},
        meaning={**_MEANING, "parts": parts.explain_parts()},
    )


def _write_title(report: Evaluation) -> str:
    """Short enough for a browser's tab and the margin of a sheet."""
    title = f"Face-mask report: {models.name(report.model)}"
    if report.threat_model is None:
        return title
    stated = report.threat_model
    written = describe_epsilon(stated["epsilon"], stated["norm"])
    return f"{title}, {attacks.get(stated['attack']).title}, epsilon {written}"


def _state_threat_model(report: Evaluation) -> str:
    if report.threat_model is None:
        return "No attack"
    return attack_setup.describe_threat_model(report.threat_model)


def _make_table(title: str, success_rates: pd.DataFrame) -> _Table:
    return _Table(
        title,
        ["", *(_capital(column) for column in success_rates.columns)],
        [
            [_capital(source), *cells]
            for source, cells in zip(
                success_rates.index, success_rates.to_numpy().tolist(), strict=True
            )
        ],
    )


def _tabulate_parts(record: dict[str, Any]) -> _Table:
    table = parts.tabulate_parts(record)
    return _Table(
        "",
        [_capital(column) for column in table.columns],
        [[str(cell) for cell in cells] for cells in table.to_numpy().tolist()],
    )


def _capital(text: str) -> str:
    """Begins with a capital; the names of models in it stay as they are."""
    return f"{text[:1].upper()}{text[1:]}"


def _list_identity(report: Evaluation) -> dict[str, Any]:
    """What the figures are of and what computed them, in full."""
    attack = report.speed.attack_ms_per_image
    return {
        "model": models.name(report.model),
        "model sha256": report.model_sha256,
        "data sha256": report.data_sha256,
        "images": len(report.paths),
        "seconds": f"{report.seconds:.1f}",
        "forward": f"{report.speed.forward_ms_per_image:.2f} ms an image",
        "attack": "–" if attack is None else f"{attack:.2f} ms an image",
        "device": report.speed.device,
        "precision": f"{report.precision} ({report.arithmetic})",
    }
