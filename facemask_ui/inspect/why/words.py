"""Heat maps in words: where the heat is, and what no map can tell."""

from __future__ import annotations

from facemask_core.explain import Summary
from facemask_core.pictures.images import INPUT_SIZE

LIMITS = (
    "A map shows where the score reacts, not why: a wrong answer can come with a convincing map, "
    "and two methods can disagree about the same answer."
)
_ACROSS = ("left", "right")
_NEAR, _FAR = INPUT_SIZE / 11, INPUT_SIZE / 3
"""Pixels from the middle: less than the first is the middle, more than the second an edge."""


def describe_place(summary: Summary) -> str:
    """Describes where in a face the heat is.

    Args:
        summary: The figures of a map as large as the models' input.
    """
    if summary.peak is None or summary.lower_half is None:
        return "The map is empty: nothing speaks for this answer, or no gradient comes through."
    share = f"{summary.lower_half:.0%}".replace("%", "\N{NO-BREAK SPACE}%")
    return (
        f"Hottest {_name_place(*summary.peak)}. {share} of the heat lies in the lower half, where "
        "masks are worn."
    )


def _name_place(column: int, row: int) -> str:
    middle = INPUT_SIZE / 2
    edges = [
        _name_side(row - middle, _FAR, "top", "bottom"),
        _name_side(column - middle, _FAR, *_ACROSS),
    ]
    if any(edges):
        return f"near the {' '.join(filter(None, edges))} {'corner' if all(edges) else 'edge'}"
    sides = [
        _name_side(row - middle, _NEAR, "above", "below"),
        _name_side(column - middle, _NEAR, *(f"{side} of" for side in _ACROSS)),
    ]
    return f"{' and '.join(filter(None, sides)) or 'in'} the middle"


def _name_side(offset: float, bound: float, before: str, behind: str) -> str:
    if abs(offset) < bound:
        return ""
    return before if offset < 0 else behind
