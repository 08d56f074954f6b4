"""What the page of a report is filled in with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from facemask_core import versions
from facemask_core.evaluation.predictions import Predictions
from facemask_core.evaluation.report import Evaluation
from facemask_core.robustness import SmallestEpsilons
from facemask_ui.base import parts
from facemask_ui.base.palette import name_classes
from facemask_ui.base.printed_page import open_templates
from facemask_ui.choices import attack_setup, models
from facemask_ui.language import join_clauses, number, read_current, say
from facemask_ui.language.refusals import translate_refusal
from facemask_ui.reports import (
    confidence_histogram,
    epsilon_curve,
    headline_figures,
    most_fooled,
    sentences,
)
from facemask_ui.reports.mcnemar_table import ModelComparison
from facemask_ui.reports.printed.curves import lay_out_curves
from facemask_ui.reports.printed.histogram import lay_out_histogram

_TEMPLATES = open_templates(Path(__file__).parent)


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
    """Writes a report as one self-contained HTML page, in the language of the calling thread.

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
        language=read_current().language,
        say=say,
        title=_write_title(report),
        sentence=sentences.write_sentence(report),
        interval=sentences.write_interval(report),
        model=models.name(report.model),
        classes=name_classes(),
        confusion_heads=_name_confusion_heads(),
        report=report,
        cropped=supplement.cropped,
        figures=headline_figures.list_figures(report),
        notes=[note for note in notes if note is not None],
        threat_model=_state_threat_model(report),
        predictions=_title_predictions(report),
        histogram=lay_out_histogram(report),
        extremes=_title_extremes(report),
        comparisons=supplement.comparisons,
        searches=epsilon_curve.count_searches(searches),
        dead=_count_dead_gradients(searches),
        curves=lay_out_curves(searches) if searches else None,
        transfers=[_make_table(title, rates) for title, rates in supplement.transfers.items()],
        sources=sources,
        manifest_problem=report.manifest_problem and translate_refusal(report.manifest_problem),
        classes_and_masks=_tabulate_parts(report.parts | {"sources": sources}),
        parts_meaning=parts.explain_parts(),
        skipped=[(file.path, translate_refusal(file.reason)) for file in report.skipped],
        identity=_list_identity(report),
        versions=_list_versions(),
    )


def _title_predictions(report: Evaluation) -> dict[str, Predictions]:
    predictions = confidence_histogram.list_predictions(report)
    return {confidence_histogram.name_predictions(name): it for name, it in predictions.items()}


def _title_extremes(report: Evaluation) -> dict[str, list[most_fooled.Fall]]:
    extremes = most_fooled.list_extremes(report)
    return {most_fooled.title_extremes(name): falls for name, falls in extremes.items()}


def _write_title(report: Evaluation) -> str:
    """Short enough for a browser's tab and the margin of a sheet."""
    model = models.name(report.model)
    if report.threat_model is None:
        return say("report.printed.title", model=model)
    stated = report.threat_model
    return say(
        "report.printed.title_attacked",
        model=model,
        attack=attack_setup.name_attack(stated["attack"]),
        epsilon=attack_setup.write_epsilon(stated["epsilon"], stated["norm"]),
    )


def _state_threat_model(report: Evaluation) -> str:
    if report.threat_model is None:
        return say("report.result.no_attack")
    return f"{attack_setup.describe_threat_model(report.threat_model)}."


def _name_confusion_heads() -> list[str]:
    said = [say("report.confusion.said", name=word.lower()) for word in name_classes()]
    return [say("report.printed.true_class"), *said]


def _count_dead_gradients(searches: Mapping[str, SmallestEpsilons]) -> str:
    """Counts the images of each search that had no gradient to follow; empty if none had."""
    counts = join_clauses(
        say("report.histogram.filled", bin=name, count=number(search.dead_gradients))
        for name, search in searches.items()
        if search.dead_gradients
    )
    return say("report.printed.dead", counts=counts) if counts else ""


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
    identity = {
        "model": models.name(report.model),
        "model_sha256": report.model_sha256,
        "data_sha256": report.data_sha256,
        "images": number(len(report.paths)),
        "seconds": number(report.seconds, 1),
        "forward": _write_speed(report.speed.forward_ms_per_image),
        "attack": "–" if attack is None else _write_speed(attack),
        "device": report.speed.device,
        "precision": f"{report.precision} ({report.arithmetic})",
    }
    return {say(f"report.identity.{key}"): value for key, value in identity.items()}


def _write_speed(milliseconds: float) -> str:
    return say("report.identity.per_image", number=number(milliseconds, 2))


def _list_versions() -> dict[str, str]:
    core = {say("report.identity.core"): versions.source_sha256()}
    return versions.package_versions() | core
