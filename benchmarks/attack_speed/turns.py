"""Contenders take turns, so that a machine that slows down slows all of them down."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

Contender = Callable[[], Any]

ROUNDS = 3


def median_seconds(contenders: dict[str, Contender], rounds: int = ROUNDS) -> dict[str, float]:
    """Times every contender in every round; a round before the first only warms up.

    Args:
        contenders: What to call, by name, in the order of their turns.
        rounds: How many of each one's calls count.
    """
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for turn in range(rounds + 1):
        for name, call in contenders.items():
            taken = seconds_of(call)
            if turn:
                seconds[name].append(taken)
    return {name: statistics.median(found) for name, found in seconds.items()}


def seconds_of(call: Contender) -> float:
    """Wall-clock seconds of one call."""
    started = time.perf_counter()
    call()
    return time.perf_counter() - started
