"""Where the slider of epsilon stands: a setting of its own in each norm, as links give it."""

from __future__ import annotations

from facemask_core.epsilons import LINF, Grid
from facemask_ui.base import settings


def notch(grid: Grid) -> int:
    """The notch where the link, or the visitor, has put it."""
    number = settings.read(_name(grid), grid.number(grid.usual), _parse(grid))
    return grid.notch(number)


def rests(grid: Grid, notch: int) -> None:
    """Remembers where the visitor has left it."""
    settings.remember(_name(grid), grid.number(notch), grid.number(grid.usual))


def _name(grid: Grid) -> str:
    """A length in L2 says nothing in L-infinity, where the reports go on with the setting."""
    return "epsilon" if grid == LINF else f"epsilon_{grid.norm}"


def _parse(grid: Grid) -> settings.Parse[float]:
    if grid == LINF:
        return settings.whole(0, grid.last)
    return settings.multiple(grid.step, grid.number(grid.last))
