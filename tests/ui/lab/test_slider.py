"""A link puts epsilon's slider at one of its notches, or nowhere."""

from __future__ import annotations

import pytest

from facemask_core.epsilons import L2, LINF, Grid
from facemask_ui.lab import slider


@pytest.mark.parametrize("grid", [LINF, L2], ids=lambda grid: grid.norm)
def test_a_link_reaches_the_last_notch_and_not_beyond(grid: Grid) -> None:
    parse = slider._parse(grid)
    assert parse(f"{grid.number(grid.last):g}") == grid.number(grid.last)
    assert parse(f"{grid.number(grid.last + 1):g}") is None
    assert parse("-1") is None
