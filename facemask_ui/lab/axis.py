"""What the lab's slider moves along: the epsilons of a norm, or the steps of an attack."""

from __future__ import annotations

from dataclasses import dataclass

from facemask_core.epsilons import LINF, Grid
from facemask_ui.language import number, say

_MARKS = [0, 1, 2, 4, 8, 16, 32]
_MOST_MARKS = 8


@dataclass(frozen=True)
class Axis:
    """What the slider moves along, notch by notch from 0.

    Attributes:
        name: Its label.
        key: Its name in the record a visitor downloads.
        values: What a notch is called there, in file names and below the curve.
        texts: How a notch is written beside the slider.
        short: How it is written elsewhere.
        stops: The notches where the slider stops.
        marks: The notches that are written below the slider.
        lengths: The L2 length a notch allows, where it is one.
        playable: Whether a button runs through the notches.
    """

    name: str
    key: str
    values: list[float]
    texts: list[str]
    short: list[str]
    stops: list[int]
    marks: list[int]
    lengths: list[float] | None = None
    playable: bool = False

    @property
    def most(self) -> int:
        """The last notch."""
        return len(self.values) - 1


def epsilon_axis(grid: Grid, stops: list[int] | None = None) -> Axis:
    """Makes the axis of epsilon in a norm.

    Args:
        grid: The norm's epsilons.
        stops: The notches where the slider stops, or None for the usual ones.
    """
    stops = grid.stops if stops is None else stops
    values = [grid.number(notch) for notch in grid.notches]
    short = [write_notch(grid, notch) for notch in grid.notches]
    lengths = [grid.epsilon(notch) for notch in grid.notches]
    if grid == LINF:
        name = say("lab.axis.epsilon")
        texts = [
            f"{text} = {number(length, 4)}" for text, length in zip(short, lengths, strict=True)
        ]
        return Axis(name, "epsilon_levels", values, texts, short, stops, _MARKS)
    name = say("lab.axis.length")
    return Axis(name, "epsilon", values, short, short, stops, _MARKS, lengths)


def step_axis(most: int) -> Axis:
    """Makes the axis of an attack's steps."""
    steps = list(range(most + 1))
    texts = [say("lab.axis.step_of", number=step, most=most) for step in steps]
    short = [say("lab.axis.step_short", number=step) for step in steps]
    marks = steps[:: max(1, round(most / _MOST_MARKS))]
    name = say("lab.axis.step")
    return Axis(name, "step", list(steps), texts, short, steps, marks, playable=True)


def write_notch(grid: Grid, notch: int) -> str:
    """Writes the epsilon at a notch as the page's language does: ``8/255``, or ``2.25``."""
    text = grid.write(notch)
    _, point, decimals = text.partition(".")
    return number(grid.number(notch), len(decimals)) if point else text
