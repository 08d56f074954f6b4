"""Accuracy against epsilon for paper; curves differ by dashes and marks, not by colour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from facemask_core.epsilons import LEVELS
from facemask_core.robustness import SmallestEpsilons
from facemask_ui.reports import epsilon_curve

_WIDTH = 480
_DASHES = ("none", "7 4", "2 3", "7 3 2 3")
_MARKS = ("●", "■", "▲", "◆")
_SHARES = (0, 25, 50, 75, 100)
_MARKED_LEVELS = (0, 1, 2, 4, 8, 16, 32)


@dataclass(frozen=True)
class Curve:
    """One search's curve, in the drawing's units.

    Attributes:
        name: What the search is called.
        points: The accuracy at each level of epsilon.
        marked_points: Those of them that carry a mark.
        mark: The mark.
        dashes: The line's pattern, as SVG writes it.
    """

    name: str
    points: list[tuple[float, float]]
    marked_points: list[tuple[float, float]]
    mark: str
    dashes: str


@dataclass(frozen=True)
class Curves:
    """What ``curves.html.jinja`` draws.

    Attributes:
        curves: One curve a search.
        levels: Where the marked levels of epsilon stand, from left to right.
        shares: Where the shares of images stand, by their percentage.
        description: The drawing in words.
        left: Where the horizontal axis begins.
        right: Where it ends.
        top: The plot's upper edge.
        height: The plot's height.
        steps: The levels of a colour value.
    """

    curves: list[Curve]
    levels: dict[int, float]
    shares: dict[int, float]
    description: str
    left: ClassVar[int] = 44
    right: ClassVar[int] = 44 + _WIDTH
    top: ClassVar[int] = 8
    height: ClassVar[int] = 200
    steps: ClassVar[int] = LEVELS


def lay_out_curves(searches: Mapping[str, SmallestEpsilons]) -> Curves:
    """Lays out one curve a search.

    Args:
        searches: Searches of one dataset, by what they are called.
    """
    largest = max(search.largest for search in searches.values())
    return Curves(
        curves=[
            _lay_out_curve(name, search, number, largest)
            for number, (name, search) in enumerate(searches.items())
        ],
        levels={level: _x(level, largest) for level in _MARKED_LEVELS if level <= largest},
        shares={share: _y(share / 100) for share in _SHARES},
        description=epsilon_curve.describe_curves(searches),
    )


def _lay_out_curve(name: str, search: SmallestEpsilons, number: int, largest: int) -> Curve:
    points = [
        (_x(level, largest), _y(share))
        for level, share in enumerate(search.robust_accuracy.tolist())
    ]
    return Curve(
        name=name,
        points=points,
        marked_points=[points[level] for level in _MARKED_LEVELS if level <= search.largest],
        mark=_MARKS[number % len(_MARKS)],
        dashes=_DASHES[number % len(_DASHES)],
    )


def _x(level: int, largest: int) -> float:
    return Curves.left + _WIDTH * level / largest


def _y(share: float) -> float:
    return Curves.top + Curves.height * (1 - share)
