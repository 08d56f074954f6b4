"""Settles ties between ways to use a network that do as well on portraits.

How sure a network is of portraits does not tell its scale: with less contrast than it was trained
on, some networks are surer. So a tie is settled by what the file itself says, in this order:

1. what it does with its pixels before its first weights (``front``);
2. what it remembers of the pixels that it was trained on (``statistics``);
3. where the ways answer alike, what is usual (``convention``): the pixels that a published network
   takes, and red first.

What contradicts itself, or may mean either class, stays a tie, and the user is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from facemask_core.backend import keras
from facemask_core.models.foreign.front import is_usual, read_front
from facemask_core.models.foreign.outcome import Outcome, read_portraits
from facemask_core.models.foreign.statistics import find_memory

FRONT, STATISTICS, CONVENTION = "front", "statistics", "convention"
_MOST_OTHERWISE = 3
"""Of 24 portraits those on which two ways may answer otherwise and still answer alike."""
Usage = tuple[str, str]


def settle_ties(
    network: keras.Model, even: Sequence[Outcome], usual: Usage | None
) -> tuple[list[Outcome], tuple[str, ...]]:
    """Settles a tie as far as it can be.

    Args:
        network: Prepared pixels to scores.
        even: The ways that do as well, the best first.
        usual: Scale and colours of the published network that it is.

    Returns:
        Those that are left, and what settled it.
    """
    left, settled = list(even), []
    steps: dict[str, Callable[[list[Outcome]], list[Outcome]]] = {
        FRONT: lambda ways: _keep_prepared(network, ways),
        STATISTICS: lambda ways: _keep_remembered(network, ways),
        CONVENTION: lambda ways: _keep_usual(ways, usual),
    }
    for name, keep in steps.items():
        if len({it.usage for it in left}) < 2:
            break
        kept = keep(left)
        if len(kept) < len(left):
            left = kept
            settled.append(name)
    return left, tuple(settled)


def _keep_prepared(network: keras.Model, ways: list[Outcome]) -> list[Outcome]:
    """Keeps the ways that a network's own arithmetic turns into usual pixels."""
    front = read_front(network)
    if front is None or front.is_plain:
        return ways
    return [it for it in ways if is_usual(front.find_inside(it.usage))] or ways


def _keep_remembered(network: keras.Model, ways: list[Outcome]) -> list[Outcome]:
    """Keeps the ways whose pixels are nearest to those of the training."""
    memory = find_memory(network)
    if memory is None:
        return ways
    pixels, _ = read_portraits("face")
    likely = memory.keep_likely([memory.measure(it.preparation, pixels) for it in ways])
    return [it for it, is_likely in zip(ways, likely, strict=True) if is_likely]


def _keep_usual(ways: list[Outcome], usual: Usage | None) -> list[Outcome]:
    """Keeps the usual way of several that answer alike."""
    if usual not in {it.usage for it in ways}:
        scales = {it.usage[0] for it in ways}
        usual = next((it.usage for it in ways if len(scales) == 1 and is_usual(it.usage)), None)
    chosen = [it for it in ways if it.usage == usual]
    if not chosen or not all(_answer_alike(chosen[0], it) for it in ways):
        return ways
    return chosen


def _answer_alike(one: Outcome, other: Outcome) -> bool:
    return int(np.sum(one.right != other.right)) <= _MOST_OTHERWISE
