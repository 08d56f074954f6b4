"""Where the slider of epsilon stands: one setting for each norm, as links give it."""

from __future__ import annotations

from facemask_core.epsilons import LINF, Grid
from facemask_ui.base import settings


def read_notch(grid: Grid) -> int:
    """Reads the notch where the link or the visitor has put the slider."""
    number = settings.read(_setting_name(grid), grid.number(grid.usual), _parse(grid))
    return grid.notch(number)


def store_notch(grid: Grid, notch: int) -> None:
    """Stores the notch where the visitor has left the slider."""
    settings.remember(_setting_name(grid), grid.number(notch), grid.number(grid.usual))


def _setting_name(grid: Grid) -> str:
    """A length in L2 says nothing in L-infinity, where the reports go on with the setting."""
    return "epsilon" if grid == LINF else f"epsilon_{grid.norm}"


def _parse(grid: Grid) -> settings.Parse[float]:
    if grid == LINF:
        return settings.whole(0, grid.last)
    return settings.multiple(grid.step, grid.number(grid.last))
