"""Rows shared out over the cores."""

from __future__ import annotations

import threading

import pytest

from facemask_core import cores


@pytest.mark.parametrize("rows", [[], [3], list(range(50))])
def test_results_come_in_the_order_of_the_rows(rows: list[int]) -> None:
    assert cores.map_rows(lambda row: row * row, rows) == [row * row for row in rows]


def test_one_row_starts_no_thread() -> None:
    assert cores.map_rows(lambda _: threading.current_thread(), [0]) == [threading.current_thread()]


def test_rows_are_worked_on_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each waits until the other has begun, and would wait for ever behind it."""
    monkeypatch.setattr(cores.os, "cpu_count", lambda: 2)
    both = threading.Barrier(2)
    cores.map_rows(lambda _: both.wait(60), [0, 1])


def test_an_error_reaches_the_caller() -> None:
    with pytest.raises(ZeroDivisionError):
        cores.map_rows(lambda row: 1 // row, [1, 0, 1])
