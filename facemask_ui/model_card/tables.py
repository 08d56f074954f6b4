"""The figures of a card as tables."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from facemask_core.attacks import get
from facemask_core.data import groupings
from facemask_core.epsilons import describe_epsilon
from facemask_core.evaluation import confidence_intervals
from facemask_core.labels import LABELS
from facemask_core.text import on_one_line
from facemask_ui.base import parts
from facemask_ui.language import percent


def tabulate_robustness(reports: list[dict[str, Any]]) -> pd.DataFrame:
    """Tabulates robust accuracy, a row for each attack and epsilon.

    Args:
        reports: The reports of :func:`facemask_core.models.published.read_reports`.
    """
    return pd.DataFrame(
        [
            {
                "attack": name_attack(report["threat_model"]),
                "epsilon": describe_epsilon(report["threat_model"]["epsilon"]),
                "robust accuracy": percent(report["robust_accuracy"]),
                "95 % interval": _write_interval(report["robust_accuracy"], report["images"]),
                "balanced, real masks": _write_real_masks(report),
                "fooled by the attack": percent(report["success_rate"]),
                "mean confidence drop": f"{report['mean_confidence_drop']:.3f}",
                "without a gradient": report["dead_gradients"],
                "photographs": groupings.name_photographs(report["data_sha256"]),
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


def describe_photographs(reports: list[dict[str, Any]]) -> str:
    """Describes the photographs of each grouping that reports are of, in sentences.

    Args:
        reports: The reports, of one model.
    """
    by_data = {report["data_sha256"]: report for report in reports}
    sentences = []
    for data_sha256, report in by_data.items():
        grouping = groupings.find_grouping(data_sha256)
        name = "others" if grouping is None else grouping.name
        sentences.append(
            f"{report['images']} test photographs ({name}), clean accuracy "
            f"{percent(report['clean']['accuracy'])}."
        )
        if grouping is not None:
            sentences.append(f"{grouping.note}.")
    return " ".join(sentences)


def _write_real_masks(report: dict[str, Any]) -> str:
    """Writes the balanced robust accuracy without drawn masks; a dash in older reports."""
    counting = report.get("without_drawn")
    return "–" if counting is None else parts.write_share(counting, "balanced_robust_accuracy")


def _write_interval(share: float, images: int) -> str:
    """Writes the 95 % interval, from the counts, since old reports hold no interval."""
    interval = confidence_intervals.bound_proportion(np.arange(images) < round(share * images))
    return "" if interval is None else f"{100 * interval.low:.1f} to {100 * interval.high:.1f} %"


def tabulate_classes(metrics: dict[str, Any]) -> pd.DataFrame:
    """Tabulates precision and recall, a row for each class.

    Args:
        metrics: The card's metrics of one split.
    """
    return pd.DataFrame(
        [
            {
                "class": name.replace("_", " "),
                "precision": percent(metrics["report"][name]["precision"]),
                "recall": percent(metrics["report"][name]["recall"]),
                "images": int(metrics["report"][name]["support"]),
            }
            for name in LABELS
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
                "source": on_one_line(name),
                "images": row["images"],
                "accuracy": percent(row["accuracy"]),
                "balanced accuracy": percent(row["balanced_accuracy"]),
            }
            for name, row in (metrics.get("sources") or {}).items()
        ]
    )


def _write_tone(row: dict[str, Any], name: str, group: str, share: float) -> str:
    """Writes a share of rendered faces with its interval, where their number is on record."""
    images = row.get("images_by_class_and_tone", {}).get(name, {}).get(group)
    return (
        percent(share)
        if images is None
        else (f"{percent(share)} ({_write_interval(share, images)})")
    )


def tabulate_skin_tones(rows: list[dict[str, Any]], weights_sha256: str) -> pd.DataFrame:
    """Tabulates accuracy by class and skin tone, a row for each framing of the faces.

    Args:
        rows: The rows of :func:`facemask_core.models.published.read_skin_tones`.
        weights_sha256: The model's hash; rows of other models are left out.
    """
    return pd.DataFrame(
        [
            {
                "picture": row["framing"],
                "all": percent(row["accuracy"]),
                **{
                    f"{name.replace('_', ' ')}, tone {group}": _write_tone(row, name, group, share)
                    for name, groups in row["accuracy_by_class_and_tone"].items()
                    for group, share in groups.items()
                },
            }
            for row in rows
            if row["model_sha256"] == weights_sha256
        ]
    )
