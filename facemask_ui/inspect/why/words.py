"""Heat maps in words: where the heat is."""

from __future__ import annotations

from facemask_core.explain import Summary
from facemask_core.pictures.images import INPUT_SIZE
from facemask_ui.language import number, say

_NEAR, _FAR = INPUT_SIZE / 11, INPUT_SIZE / 3
"""Pixels from the middle: less than the first is the middle, more than the second an edge."""


def describe_place(summary: Summary) -> str:
    """Describes where in a face the heat is.

    Args:
        summary: The figures of a map as large as the models' input.
    """
    if summary.peak is None or summary.lower_half is None:
        return say("inspect.why.empty")
    place, share = _name_place(*summary.peak), number(100 * summary.lower_half)
    return say("inspect.why.place", place=place, share=share)


def _name_place(column: int, row: int) -> str:
    for part, bound in (("edge", _FAR), ("centre", _NEAR)):
        height = _name_side(row, bound, "top", "bottom")
        side = _name_side(column, bound, "left", "right")
        if height != "middle" or side != "middle":
            return say(f"inspect.why.{part}.{height}.{side}")
    return say("inspect.why.centre.middle.middle")


def _name_side(place: int, bound: float, before: str, behind: str) -> str:
    offset = place - INPUT_SIZE / 2
    if abs(offset) < bound:
        return "middle"
    return before if offset < 0 else behind
