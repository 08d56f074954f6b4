"""A card's figures as tables."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from facemask_core.attacks import get
from facemask_core.epsilons import describe_epsilon
from facemask_core.evaluation import confidence_intervals
from facemask_core.labels import LABELS
from facemask_ui.base.palette import percent


def robustness(reports: list[dict[str, Any]]) -> pd.DataFrame:
    """One row an attack and epsilon.

    Args:
        reports: As :func:`facemask_core.models.published.reports` reads them.
    """
    return pd.DataFrame(
        [
            {
                "attack": _attack(report["threat_model"]),
                "epsilon": describe_epsilon(report["threat_model"]["epsilon"]),
                "robust accuracy": percent(report["robust_accuracy"]),
                "95 % interval": _between(report["robust_accuracy"], report["images"]),
                "success rate": percent(report["success_rate"]),
                "mean confidence drop": f"{report['mean_confidence_drop']:.3f}",
                "dead gradients": report["dead_gradients"],
            }
            for report in reports
        ]
    )


def _attack(stated: dict[str, Any]) -> str:
    title = get(stated["attack"]).title
    return f"{title}-{stated['steps']}" if stated["attack"] == "pgd" else title


def _between(share: float, images: int) -> str:
    """The 95 % interval; from the counts, for reports of before intervals have none."""
    interval = confidence_intervals.proportion(np.arange(images) < round(share * images))
    return "" if interval is None else f"{100 * interval.low:.1f} to {100 * interval.high:.1f} %"


def classes(metrics: dict[str, Any]) -> pd.DataFrame:
    """One row a class of a split.

    Args:
        metrics: A split's entry of the card.
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


def sources(metrics: dict[str, Any]) -> pd.DataFrame:
    """One row a source of photographs.

    Args:
        metrics: A split's entry of the card.
    """
    return pd.DataFrame(
        [
            {
                "source": name,
                "images": row["images"],
                "accuracy": percent(row["accuracy"]),
                "balanced accuracy": percent(row["balanced_accuracy"]),
            }
            for name, row in metrics.get("sources", {}).items()
        ]
    )


def tones(rows: list[dict[str, Any]], weights_sha256: str) -> pd.DataFrame:
    """One row a way of framing the shipped faces, one column a class and group of skin tones.

    Args:
        rows: As :func:`facemask_core.models.published.skin_tones` reads them.
        weights_sha256: The model's hash; rows of others are left out.
    """
    return pd.DataFrame(
        [
            {
                "picture": row["framing"],
                "all": percent(row["accuracy"]),
                **{
                    f"{name.replace('_', ' ')}, tone {group}": percent(share)
                    for name, groups in row["accuracy_by_class_and_tone"].items()
                    for group, share in groups.items()
                },
            }
            for row in rows
            if row["model_sha256"] == weights_sha256
        ]
    )
