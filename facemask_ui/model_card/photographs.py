"""Which photographs a model was trained and measured on, in the page's language."""

from __future__ import annotations

from typing import Any

from facemask_core.data import groupings
from facemask_core.data.groupings import FIRST
from facemask_ui.base.grouping_words import explain_grouping, name_grouping, name_photographs
from facemask_ui.language import percent, say


def describe_measurement(train_sha256: str | None, data_sha256: str | None) -> str:
    """Describes on which photographs a model was trained and measured, in whole sentences.

    Args:
        train_sha256: The fingerprint of the training photographs; None if it is not known.
        data_sha256: That of the photographs it was measured on; None if it is not known.

    Returns:
        The sentences; empty where a fingerprint is of no grouping, so that nothing is known.
    """
    trained, measured = map(groupings.find_grouping, (train_sha256, data_sha256))
    if trained is None or measured is None:
        return ""
    kind = "same" if trained is measured else "outside" if trained is FIRST else "two"
    return say(
        f"models.photographs.{kind}",
        trained=name_photographs(train_sha256, in_sentence=True),
        measured=name_photographs(data_sha256, in_sentence=True),
        note=explain_grouping(measured),
    )


def describe_photographs(reports: list[dict[str, Any]]) -> str:
    """Describes the photographs of each grouping that reports are of, in sentences.

    Args:
        reports: The reports, of one model.
    """
    by_data = {report["data_sha256"]: report for report in reports}
    sentences = []
    for data_sha256, report in by_data.items():
        grouping = groupings.find_grouping(data_sha256)
        figures = {"images": report["images"], "accuracy": percent(report["clean"]["accuracy"])}
        if grouping is None:
            sentences.append(say("models.photographs.count_others", **figures))
        else:
            name, note = name_grouping(grouping), explain_grouping(grouping)
            sentences.append(say("models.photographs.count", grouping=name, note=note, **figures))
    return " ".join(sentences)
