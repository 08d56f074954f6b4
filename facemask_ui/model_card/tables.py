"""The figures of a card as tables."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from facemask_core.attacks import get
from facemask_core.evaluation import confidence_intervals
from facemask_core.evaluation.cut_short import leaves_alone_once_fooled
from facemask_core.labels import LABELS
from facemask_core.text import on_one_line
from facemask_ui.base import palette, parts
from facemask_ui.base.grouping_words import name_photographs
from facemask_ui.choices import attack_setup
from facemask_ui.language import number, percent, say, say_known


def tabulate_robustness(reports: list[dict[str, Any]]) -> pd.DataFrame:
    """Tabulates robust accuracy, a row for each attack and epsilon.

    Args:
        reports: The reports of :func:`facemask_core.models.published.read_reports`.
    """
    return pd.DataFrame(
        [
            {
                _head("attack"): name_attack(report["threat_model"]),
                _head("epsilon"): attack_setup.write_epsilon(report["threat_model"]["epsilon"]),
                _head("robust_accuracy"): percent(report["robust_accuracy"]),
                _head("interval"): _write_interval(report["robust_accuracy"], report["images"]),
                _head("real_masks"): _write_real_masks(report),
                _head("success_rate"): percent(report["success_rate"]),
                _head("confidence_drop"): _write_drop(report),
                _head("dead_gradients"): report["dead_gradients"],
                _head("photographs"): name_photographs(report["data_sha256"]),
            }
            for report in reports
        ]
    )


def name_attack(threat_model: dict[str, Any]) -> str:
    """Names an attack as people do, such as ``PGD-20``.

    Args:
        threat_model: What a report states of it.
    """
    title = get(threat_model["attack"]).title
    return f"{title}-{threat_model['steps']}" if threat_model["attack"] == "pgd" else title


def _write_drop(report: dict[str, Any]) -> str:
    """Writes the confidence drop; a lower bound where images were left alone once fooled."""
    drop = number(report["mean_confidence_drop"], 3)
    return f"≥ {drop}" if leaves_alone_once_fooled(report["threat_model"]) else drop


def _write_real_masks(report: dict[str, Any]) -> str:
    """Writes the balanced robust accuracy without drawn masks; a dash in older reports."""
    counting = report.get("without_drawn")
    return "–" if counting is None else parts.write_share(counting, "balanced_robust_accuracy")


def _write_interval(share: float, images: int) -> str:
    """Writes the 95 % interval, from the counts, since old reports hold no interval."""
    interval = confidence_intervals.bound_proportion(np.arange(images) < round(share * images))
    return "" if interval is None else write_interval(interval.low, interval.high)


def write_interval(low: float, high: float) -> str:
    """Writes a 95 % interval, such as ``96.2 to 99.1 %``.

    Args:
        low: Its lower end, from 0 to 1.
        high: Its upper end.
    """
    return say("models.card.interval", low=number(100 * low, 1), high=number(100 * high, 1))


def tabulate_classes(metrics: dict[str, Any]) -> pd.DataFrame:
    """Tabulates precision and recall, a row for each class.

    Args:
        metrics: The card's metrics of one split.
    """
    return pd.DataFrame(
        [
            {
                _head("class"): palette.name_class(label).lower(),
                _head("precision"): percent(metrics["report"][name]["precision"]),
                _head("recall"): percent(metrics["report"][name]["recall"]),
                _head("images"): int(metrics["report"][name]["support"]),
            }
            for label, name in enumerate(LABELS)
        ]
    )


def tabulate_sources(metrics: dict[str, Any]) -> pd.DataFrame:
    """Tabulates accuracy, a row for each source of photographs.

    Args:
        metrics: The card's metrics of one split.
    """
    return pd.DataFrame(
        [
            {
                _head("source"): on_one_line(name),
                _head("images"): row["images"],
                _head("accuracy"): percent(row["accuracy"]),
                _head("balanced_accuracy"): percent(row["balanced_accuracy"]),
            }
            for name, row in (metrics.get("sources") or {}).items()
        ]
    )


def _write_tone(row: dict[str, Any], name: str, group: str, share: float) -> str:
    """Writes a share of rendered faces with its interval, where their number is on record."""
    images = row.get("images_by_class_and_tone", {}).get(name, {}).get(group)
    if images is None:
        return percent(share)
    interval = _write_interval(share, images)
    return say("models.tables.with_interval", share=percent(share), interval=interval)


def _name_tones(name: str, group: str) -> str:
    """Names a column of skin tones, such as ``without mask, tone 1 to 3``."""
    first, _, last = group.partition(" to ")
    label = palette.name_class(LABELS.index(name)).lower()
    return say("models.tables.tone", name=label, first=first, last=last)


def tabulate_skin_tones(rows: list[dict[str, Any]], weights_sha256: str) -> pd.DataFrame:
    """Tabulates accuracy by class and skin tone, a row for each framing of the faces.

    Args:
        rows: The rows of :func:`facemask_core.models.published.read_skin_tones`.
        weights_sha256: The model's hash; rows of other models are left out.
    """
    return pd.DataFrame(
        [
            {
                _head("picture"): name_framing(row["framing"]),
                _head("all"): percent(row["accuracy"]),
                **{
                    _name_tones(name, group): _write_tone(row, name, group, share)
                    for name, groups in row["accuracy_by_class_and_tone"].items()
                    for group, share in groups.items()
                },
            }
            for row in rows
            if row["model_sha256"] == weights_sha256
        ]
    )


def name_framing(framing: str) -> str:
    """Names what of a picture a model saw, as the file of skin tones has it."""
    known = "cropped" if framing.startswith("cropped") else framing
    return say_known(f"models.tables.framing.{known}", framing)


def _head(name: str) -> str:
    return say(f"models.tables.{name}")
