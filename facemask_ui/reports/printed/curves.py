"""Accuracy against epsilon as SVG; lines differ by dashes and marks, since print has no colour."""

from __future__ import annotations

from collections.abc import Mapping

from facemask_core.epsilons import LEVELS
from facemask_core.robustness import SmallestEpsilons
from facemask_ui.reports import epsilon_curve
from facemask_ui.reports.printed.markup import Markup, element

_WIDTH, _HEIGHT = 480, 200
_LEFT, _TOP, _RIGHT, _BELOW = 44, 8, 12, 40
_DASHES = ("none", "7 4", "2 3", "7 3 2 3")
_MARKS = ("●", "■", "▲", "◆")
_SHARES = (0, 25, 50, 75, 100)
_MARKED = (0, 1, 2, 4, 8, 16, 32)


def curves(found: Mapping[str, SmallestEpsilons]) -> Markup:
    """Draws one line a search, with its name in a list above.

    Args:
        found: Searches of one dataset, by what they are called.
    """
    largest = max(search.largest for search in found.values())
    lines = [
        part
        for number, search in enumerate(found.values())
        for part in _line(search, number, largest)
    ]
    drawing = element(
        "svg", *_frame(largest), *lines,
        viewBox=f"0 0 {_LEFT + _WIDTH + _RIGHT} {_TOP + _HEIGHT + _BELOW}", role="img",
        aria_label=epsilon_curve.spoken(found),
    )  # fmt: skip
    keys = [
        element("li", f"{_MARKS[number % len(_MARKS)]} {name}") for number, name in enumerate(found)
    ]
    return element("figure", element("ul", *keys, class_="keys"), drawing)


def _line(search: SmallestEpsilons, number: int, largest: int) -> list[Markup]:
    points = [
        (_across(level, largest), _down(share))
        for level, share in enumerate(search.robust_accuracy.tolist())
    ]
    drawn = [
        element(
            "polyline",
            points=" ".join(f"{x:.1f},{y:.1f}" for x, y in points),
            class_="line",
            stroke_dasharray=_DASHES[number % len(_DASHES)],
        )
    ]
    mark = _MARKS[number % len(_MARKS)]
    marked = [points[level] for level in _MARKED if level <= search.largest]
    drawn += [
        element("text", mark, x=f"{x:.1f}", y=f"{y + 3:.1f}", class_="mark") for x, y in marked
    ]
    return drawn


def _frame(largest: int) -> list[Markup]:
    bottom, right = _TOP + _HEIGHT, _LEFT + _WIDTH
    levels = [level for level in _MARKED if level <= largest]
    return [
        *(
            element("line", x1=_LEFT, x2=right, y1=_down(share / 100), y2=_down(share / 100),
                    class_="half" if share else "axis")
            for share in _SHARES
        ),
        *(
            element("text", f"{share} %", x=_LEFT - 6, y=_down(share / 100) + 4, class_="end")
            for share in _SHARES
        ),
        *(
            element("text", str(level), x=f"{_across(level, largest):.1f}", y=bottom + 16,
                    class_="middle")
            for level in levels
        ),
        element("text", f"Epsilon, in steps of 1/{LEVELS}", x=(_LEFT + right) / 2,
                y=bottom + 34, class_="middle"),
    ]  # fmt: skip


def _across(level: int, largest: int) -> float:
    return _LEFT + _WIDTH * level / largest


def _down(share: float) -> float:
    return _TOP + _HEIGHT * (1 - share)
