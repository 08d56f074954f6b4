"""Where the slider of epsilon stands and stops: one setting for each norm, as links give it."""

from __future__ import annotations

import streamlit as st

from facemask_core.epsilons import LINF, Grid
from facemask_ui.base import settings


def read_notch(grid: Grid) -> int:
    """Reads the notch where the link or the visitor has put the slider."""
    number = settings.read(_setting_name(grid), grid.number(grid.usual), _parse(grid))
    return grid.notch(number)


def find_linked_notch(grid: Grid) -> int | None:
    """Finds the notch where a link has put the slider, if it does not usually stop there.

    It stays one of the stops when the visitor moves away from it, so that the film of the same
    stops goes on being shown.
    """
    notch, key = read_notch(grid), f"linked_notch_{grid.norm}"
    if notch not in grid.stops:
        st.session_state[key] = notch
    linked: int | None = st.session_state.get(key)
    return linked


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
