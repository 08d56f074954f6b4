"""A bucket of models' time for every visitor."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facemask_ui.visitors.allowance import Allowances

BURST, REFILL = 10.0, 0.5


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_visitor_over_the_burst_has_to_wait() -> None:
    clock = Clock()
    allowances = Allowances(clock)
    allowances.spend("a", 9.0, refill=REFILL)
    assert allowances.seconds_to_wait("a", burst=BURST, refill=REFILL) == 0
    allowances.spend("a", 3.0, refill=REFILL)
    assert allowances.seconds_to_wait("a", burst=BURST, refill=REFILL) == 4.0
    assert allowances.seconds_to_wait("b", burst=BURST, refill=REFILL) == 0
    clock.now += 3.0
    assert allowances.seconds_to_wait("a", burst=BURST, refill=REFILL) == pytest.approx(1.0)
    clock.now += 1.0
    assert allowances.seconds_to_wait("a", burst=BURST, refill=REFILL) == 0


@given(st.lists(st.tuples(st.floats(0.0, 5.0), st.floats(0.0, 20.0))))
def test_over_time_nobody_gets_more_than_burst_and_refill(
    pieces: list[tuple[float, float]],
) -> None:
    """Except for the last piece, which runs to its end."""
    clock = Clock()
    allowances, start, used = Allowances(clock), clock.now, 0.0
    for pause, piece in pieces:
        clock.now += pause + allowances.seconds_to_wait("a", burst=BURST, refill=REFILL)
        assert used <= BURST + REFILL * (clock.now - start) + 1e-6
        allowances.spend("a", piece, refill=REFILL)
        used += piece


def test_a_full_bucket_takes_no_memory() -> None:
    clock = Clock()
    allowances = Allowances(clock)
    for visitor in range(100):
        allowances.spend(visitor, 1.0, refill=REFILL)
        clock.now += 1.0
    assert len(allowances._missing) <= 3
