"""Which photographs a figure is of, in the page's language."""

from __future__ import annotations

from facemask_core.data import groupings
from facemask_core.data.groupings import Grouping
from facemask_ui.language import say

_KEYS = {groupings.FIRST.name: "first", groupings.SECOND.name: "second"}
_HASH = 12


def name_grouping(grouping: Grouping) -> str:
    """Names a grouping in a table, such as ``first grouping``."""
    return say(f"base.grouping.{_KEYS[grouping.name]}.name")


def explain_grouping(grouping: Grouping) -> str:
    """Says what a reader of a grouping's figures has to know, without a full stop."""
    return say(f"base.grouping.{_KEYS[grouping.name]}.note")


def name_photographs(data_sha256: str | None, *, in_sentence: bool = False) -> str:
    """Names the photographs that a figure is of, such as ``first grouping``.

    Args:
        data_sha256: Their fingerprint; None if it is not known.
        in_sentence: Whether the name stands in a sentence, such as ``the first grouping``.
    """
    grouping = groupings.find_grouping(data_sha256)
    if grouping is not None:
        form = "phrase" if in_sentence else "name"
        return say(f"base.grouping.{_KEYS[grouping.name]}.{form}")
    if data_sha256 is None:
        return say("base.grouping.unknown")
    return say("base.grouping.others", hash=data_sha256[:_HASH])
