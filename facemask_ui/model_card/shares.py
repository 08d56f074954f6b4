"""The figures of a card's parts as points of a chart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from facemask_core.evaluation.confidence_intervals import bound_proportion
from facemask_core.evaluation.parts import list_parts
from facemask_core.labels import LABELS
from facemask_core.text import on_one_line
from facemask_ui.base.palette import name_class
from facemask_ui.base.parts import name_part
from facemask_ui.language import say
from facemask_ui.model_card.share_chart import Point


def list_part_points(record: Mapping[str, Any], figure: str) -> list[Point]:
    """Lists a figure of each class and kind of mask: a row for all sources, and one for each.

    Args:
        record: A report's or a card's figures.
        figure: The figure's name, such as ``robust_accuracy``.
    """
    return [
        _read_point(
            part.source or say("base.parts.all"), name_part(part.name), part.figures, figure
        )
        for part in list_parts(record)
        if part.figures.get(figure) is not None
    ]


def list_source_points(metrics: Mapping[str, Any]) -> list[Point]:
    """Lists both accuracies of each source.

    Args:
        metrics: The card's metrics of one split.
    """
    return [
        _read_point(on_one_line(source), say(f"models.tables.{figure}"), row, figure)
        for source, row in (metrics.get("sources") or {}).items()
        for figure in ("accuracy", "balanced_accuracy")
        if row.get(figure) is not None
    ]


def list_class_points(metrics: Mapping[str, Any]) -> list[Point]:
    """Lists precision and recall of each class.

    Args:
        metrics: The card's metrics of one split.
    """
    return [
        Point(
            row=name_class(label),
            kind=say(f"models.tables.{figure}"),
            share=metrics["report"][name][figure],
        )
        for label, name in enumerate(LABELS)
        for figure in ("precision", "recall")
    ]


def list_tone_points(row: Mapping[str, Any]) -> list[Point]:
    """Lists the accuracy of each class by skin tone.

    Args:
        row: A row of :func:`facemask_core.models.published.read_skin_tones`.
    """
    return [
        _count_tone(row, name, group, share)
        for name, groups in row["accuracy_by_class_and_tone"].items()
        for group, share in groups.items()
    ]


def _count_tone(row: Mapping[str, Any], name: str, group: str, share: float) -> Point:
    images = row.get("images_by_class_and_tone", {}).get(name, {}).get(group)
    interval = (
        None if images is None else bound_proportion(np.arange(images) < round(share * images))
    )
    first, _, last = group.partition(" to ")
    return Point(
        row=say("models.shares.tone", first=first, last=last),
        kind=name_class(LABELS.index(name)),
        share=share,
        ends=None if interval is None else (interval.low, interval.high),
        images=images,
    )


def _read_point(row: str, kind: str, figures: Mapping[str, Any], figure: str) -> Point:
    interval = (figures.get("intervals") or {}).get(figure)
    return Point(
        row=row,
        kind=kind,
        share=figures[figure],
        ends=None if interval is None else (interval["low"], interval["high"]),
        images=figures["images"],
    )
