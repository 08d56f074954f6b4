"""Which photographs a model was trained and measured on, in the page's language."""

from __future__ import annotations

from typing import Any

from facemask_core.data import groupings
from facemask_core.data.groupings import FIRST, SECOND, Grouping
from facemask_ui.language import percent, say

_CODES = {FIRST.name: "first", SECOND.name: "second"}


def write_part(grouping: Grouping, part: str) -> str:
    """Writes a part of what is known of a grouping of the photographs.

    Args:
        grouping: The grouping.
        part: ``name`` in a table, ``phrase`` in a sentence, or ``note``: a sentence about it.
    """
    return say(f"models.photographs.{_CODES[grouping.name]}.{part}")


def name_photographs(data_sha256: str | None) -> str:
    """Names the photographs that a figure is of, such as ``first grouping``.

    Args:
        data_sha256: Their fingerprint; None if it is not known.
    """
    grouping = groupings.find_grouping(data_sha256)
    if grouping is not None:
        return write_part(grouping, "name")
    if data_sha256 is None:
        return say("models.photographs.unknown")
    return say("models.photographs.others", sha256=data_sha256[:12])


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
        trained=write_part(trained, "phrase"),
        measured=write_part(measured, "phrase"),
        note=write_part(measured, "note"),
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
            name = write_part(grouping, "name")
            sentences.append(say("models.photographs.count", grouping=name, **figures))
            sentences.append(write_part(grouping, "note"))
    return " ".join(sentences)
