"""The tables of accuracy, clean and robust, by class, source and kind of mask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from facemask_core import backbones
from facemask_core.data import groupings
from facemask_core.evaluation.confidence_intervals import bound_proportion
from facemask_core.evaluation.parts import Part, list_parts
from facemask_core.labels import LABELS, WITH_MASK
from facemask_core.models import published
from facemask_core.models.checkpoints import Card
from tools.results.markdown import markdown, percent, share

README_LEVEL = 4
PARTS_LEVEL = 8
"""Epsilons of PGD, in 255ths: in the README's table, and of the robust accuracy by class."""

FOOTNOTE = "¹"
"""Marks figures of the first grouping in the README."""


def tabulate_models(cards: Iterable[Card]) -> str:
    """Tabulates every model's balanced accuracy."""
    rows = []
    for card in cards:
        test = card.metrics["test"]
        rows.append(
            (
                card.name,
                backbones.get(card.backbone).title,
                _describe_origin(card),
                percent(card.metrics["val"]["balanced_accuracy"]),
                share(test, "balanced_accuracy"),
                share(test["without_drawn"], "balanced_accuracy"),
            )
        )
    heads = ("model", "backbone", "trained from", "validation", "test", "test, real masks")
    return markdown(heads, rows)


def _describe_origin(card: Card) -> str:
    """Describes the weights a model started from, and the sizes of its training images."""
    if card.recipe.get("adversary"):
        return f"{card.initial_weights}, against {card.recipe['adversary']['attack'].upper()}"
    first = card.ancestors[0]["initial_weights"] if card.ancestors else card.initial_weights
    histories = [*(ancestor["history"] for ancestor in card.ancestors), card.history]
    sizes = sorted({epoch["size"] for history in histories for epoch in history})
    return f"{first} weights, at {', '.join(map(str, sizes))} px"


def tabulate_parts(records: Mapping[str, Mapping[str, Any]], key: str) -> str:
    """Tabulates one figure by class, source and kind of mask, a column a model.

    Args:
        records: Figures of the same photographs, by model.
        key: Which figure, such as ``accuracy``.
    """
    columns = [list(list_parts(record)) for record in records.values()]
    rows = [
        (
            parts[0].source or "all",
            parts[0].name,
            str(parts[0].figures["images"]),
            *(share(part.figures, key) for part in parts),
        )
        for parts in zip(*columns, strict=True)
    ]
    return markdown(("source", "photographs", "number", *records), rows)


def tabulate_robustness(cards: Iterable[Card]) -> str:
    """Tabulates every report's robust accuracy and success rate."""
    rows = []
    for card in cards:
        for report in published.read_reports(card.weights_sha256):
            stated = report["threat_model"]
            counting = report.get("without_drawn")
            rows.append(
                (
                    card.name,
                    stated["attack"].upper(),
                    f"{255 * stated['epsilon']:.0f}/255",
                    share(_with_intervals(report), "robust_accuracy"),
                    "–" if counting is None else share(counting, "balanced_robust_accuracy"),
                    share(_with_intervals(report), "success_rate"),
                    groupings.name_photographs(report["data_sha256"]),
                )
            )
    heads = ("model", "attack", "epsilon", "robust accuracy", "balanced, real masks")
    return markdown((*heads, "success rate", "photographs"), rows)


def tabulate_robust_parts(cards: Iterable[Card]) -> str:
    """Tabulates robust accuracy under PGD by class, source and kind of mask.

    Models without a report on photographs whose kinds are known are left out.
    """
    records = {}
    for card in cards:
        report = find_pgd_report(card, PARTS_LEVEL)
        if report is not None and report.get("masks"):
            records[card.name] = report
    return tabulate_parts(records, "robust_accuracy") if records else "Not measured yet."


def list_readme_rows(cards: Iterable[Card]) -> list[str]:
    """Lists the rows of the README's table."""
    return [
        f"| {card.name} | {share(card.metrics['test']['without_drawn'], 'balanced_accuracy')} "
        f"| {_write_robustness(find_pgd_report(card, README_LEVEL))} |"
        for card in cards
    ]


def _write_robustness(report: Mapping[str, Any] | None) -> str:
    """Writes a report's robust accuracy, marked where it is of the first grouping."""
    if report is None:
        return "–"
    first = groupings.find_grouping(report["data_sha256"]) is groupings.FIRST
    return share(_with_intervals(report), "robust_accuracy") + (f" {FOOTNOTE}" if first else "")


def _with_intervals(report: Mapping[str, Any]) -> Mapping[str, Any]:
    """Adds the intervals that the oldest reports lack, from their counts."""
    images = report["images"]
    counts = {
        "robust_accuracy": images,
        "success_rate": round(images * report["clean"]["accuracy"]),  # no target: all right ones
    }
    missing = {
        key: bound_proportion(np.arange(count) < round(count * report[key]))
        for key, count in counts.items()
        if key not in report.get("intervals", {})
    }
    added = {key: it.as_dict() for key, it in missing.items() if it is not None}
    return {**report, "intervals": report.get("intervals", {}) | added}


def describe_weakest(card: Card) -> str:
    """Describes where among the masked photographs a model holds least often under PGD.

    Args:
        card: The card of a model whose report tells real masks from drawn ones.
    """
    report = find_pgd_report(card, PARTS_LEVEL) or {}
    masked = [
        part
        for part in list_parts(report)
        if part.source and part.name.startswith(LABELS[WITH_MASK].replace("_", " "))
    ]
    if not masked:
        return f"By class and source {card.name} has not been measured under PGD yet."
    weakest = min(masked, key=lambda part: part.figures["robust_accuracy"])
    _, _, kind = weakest.name.partition(", ")
    return (
        f"Of the {weakest.figures['images']} photographs with a {f'{kind} mask'.strip()} from "
        f"{weakest.source}, {card.name} withstands PGD at {PARTS_LEVEL}/255 on "
        f"{share(weakest.figures, 'robust_accuracy')}."
    )


def tabulate_ensemble(cards: Iterable[Card]) -> str:
    """Tabulates what withstands the ensemble, by class and source, and what felled the others."""
    rows = []
    for card in cards:
        report = find_report(card, "ensemble", PARTS_LEVEL)
        if report is None:
            continue
        whole = Part("", "all", _with_intervals(report))
        for part in (whole, *list_parts(report)):
            felled = ", ".join(f"{it} {n}" for it, n in part.figures["felled_by"].items())
            shown = share(part.figures, "robust_accuracy")
            number = str(part.figures["images"])
            rows.append(
                (card.name, part.source or "all", part.name, number, shown, felled or "none")
            )
    heads = ("model", "source", "photographs", "number", "robust accuracy", "felled by")
    return markdown(heads, rows) if rows else "Not measured yet."


def list_without_ensemble(cards: Iterable[Card]) -> str:
    """Lists the models that the ensemble has not been measured on."""
    missing = [it.name for it in cards if find_report(it, "ensemble", PARTS_LEVEL) is None]
    return ", ".join(missing) or "none"


def find_pgd_report(card: Card, level: int) -> dict[str, Any] | None:
    """Finds a model's report under PGD; None if there is none.

    Args:
        card: The model's card.
        level: Epsilon in 255ths.
    """
    return find_report(card, "pgd", level)


def find_report(card: Card, attack: str, level: int) -> dict[str, Any] | None:
    """Finds a model's report under an attack; None if there is none.

    Args:
        card: The model's card.
        attack: The attack's name.
        level: Epsilon in 255ths.
    """
    for report in published.read_reports(card.weights_sha256):
        stated = report["threat_model"]
        if stated["attack"] == attack and round(255 * stated["epsilon"]) == level:
            return report
    return None


def count_photographs(cards: Sequence[Card]) -> dict[str, str]:
    """Counts the photographs that the reports are of, by grouping, for the page's text."""
    counts: dict[str, str] = {}
    for card in cards:
        for report in published.read_reports(card.weights_sha256):
            name = groupings.name_photographs(report["data_sha256"], in_sentence=True)
            usable, refused = report["images"], len(report["skipped"])
            counts[name] = f"{usable} of the {usable + refused} test photographs of {name}"
    return counts
