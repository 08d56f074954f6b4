"""How much computing a report may take, estimated when it is ordered."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from facemask_core.errors import FacemaskError, TooLongReportError
from facemask_core.jobs.budget import Budget
from facemask_core.jobs.order import Order
from facemask_core.text import write_span

if TYPE_CHECKING:
    from facemask_core.attacks import Attack

_START = 8.0
"""Seconds for loading a model and compiling its programs, as on two cores."""
_READING, _CROPPING = 0.01, 0.05
"""Seconds for reading a picture, and for finding the face in it."""
_SLOWEST = 0.25
"""Seconds a pass of the slowest shipped model takes on two cores, where nothing better is known."""
_REDUCIBLE = ("restarts", "steps", "queries", "draws", "searches")
"""The settings an attack takes in proportion longer for, in the order of advice."""


@dataclass(frozen=True)
class Cost:
    """The computing time a report may take at most.

    Attributes:
        images: How many images it covers.
        per_image: Seconds for each.
        batch_size: How many images one batch holds.
        once: Seconds before the first image, those of every report left out.
    """

    images: int
    per_image: float
    batch_size: int
    once: float = 0.0

    @property
    def seconds(self) -> float:
        """For the whole report."""
        return _START + self.once + self.images * self.per_image

    def fits(self, budget: Budget) -> bool:
        """Tells whether the report is within a budget."""
        batch = self.once + min(self.images, self.batch_size) * self.per_image
        return self.seconds <= budget.job and batch <= budget.batch


def estimate_cost(order: Order, images: int, measured: Mapping[str, float]) -> Cost:
    """Estimates the most a report may take; an attack that fools early takes less.

    Args:
        order: The report.
        images: How many images it covers.
        measured: Seconds a pass for an image by models' names, as measured on this machine; for a
            model that is not among them its card's speed is taken.

    Raises:
        FacemaskError: The attack cannot be made with these settings.
    """
    from facemask_core import attacks
    from facemask_core.models.classifier import BUCKETS

    victim = _seconds_a_pass(order.model, measured)
    per_image = victim + _READING + (_CROPPING if order.crop else 0.0)
    if order.attack is None:
        return Cost(images, per_image, BUCKETS[-1])
    attack = attacks.make(order.attack, **order.settings)
    source = victim if order.source is None else _seconds_a_pass(order.source, measured)
    rounds = 1 if order.largest is None else _count_rounds(order.largest)
    if order.source is None:
        per_image += victim * _count_passes(attack, order.largest)
    else:
        per_image += rounds * (source * attack.passes + victim)
    once = rounds * attack.passes_once * source
    return Cost(images, per_image, attack.batch_size, once)


def check_cost(order: Order, images: int, measured: Mapping[str, float], budget: Budget) -> Cost:
    """Estimates a report as :func:`estimate_cost` does, and refuses it where it takes too long.

    Raises:
        TooLongReportError: It is above the budget; the sentence says what would fit.
        FacemaskError: As for :func:`estimate_cost`.
    """
    cost = estimate_cost(order, images, measured)
    if cost.fits(budget):
        return cost

    def fits(order: Order, images: int) -> bool:
        return estimate_cost(order, images, measured).fits(budget)

    options = _list_options(order, images, fits)
    advice = (
        f"with {', or '.join(options)}, it would fit"
        if options
        else "choose a faster model or attack"
    )
    raise TooLongReportError(
        f"This report would take up to about {write_span(cost.seconds)} of computing, in which "
        f"others wait, and a report here may take {write_span(budget.job)}: {advice}."
    )


def _list_options(order: Order, images: int, fits: Callable[[Order, int], bool]) -> list[str]:
    """Lists the single changes with which a report would fit."""
    options = []
    if most := _find_most(images, lambda count: fits(order, count)):
        options.append(f"at most {most} {'image' if most == 1 else 'images'}")
    reducible = {name: order.settings[name] for name in _REDUCIBLE if name in order.settings}
    for name, value in reducible.items():

        def changed(count: int, name: str = name) -> bool:
            return fits(replace(order, settings=order.settings | {name: count}), images)

        if most := _find_most(int(value), changed):
            options.append(f"{most} {name if most > 1 else name[:-1]}")
    if len(reducible) > 1 and len(options) < 2:
        # No setting alone brings it down: all but one at their least.
        *others, last = reducible
        least = order.settings | dict.fromkeys(others, 1)

        def reduced(count: int) -> bool:
            return fits(replace(order, settings=least | {last: count}), images)

        if most := _find_most(int(reducible[last]), reduced):
            words = ", ".join(f"1 {name[:-1]}" for name in others)
            options.append(f"{words} and {most} {last if most > 1 else last[:-1]}")
    return options


def _find_most(limit: int, fits: Callable[[int], bool]) -> int:
    """Finds the largest number from 1 to a limit that fits; 0 if none does."""
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low


def _count_passes(attack: Attack, largest: int | None) -> float:
    """Counts the most passes an attack, or a search with it, takes for an image."""
    from facemask_core.attacks.base import GRADIENT_PASSES
    from facemask_core.attacks.fgsm import FGSM
    from facemask_core.attacks.pgd import stop_once_fooled

    if largest is None:
        return attack.passes
    if isinstance(attack, FGSM):  # one gradient, and every level along it
        return GRADIENT_PASSES + largest
    return _count_rounds(largest) * stop_once_fooled(attack).passes


def _count_rounds(largest: int) -> int:
    """Counts the attacks of a bisection up to a level: one there, then one for each halving."""
    return 1 + math.ceil(math.log2(max(largest, 1)))


def _seconds_a_pass(model: str, measured: Mapping[str, float]) -> float:
    """Finds the seconds of a pass for an image, as measured here or on such a device by a card."""
    if model in measured:
        return measured[model]
    from facemask_core import backend
    from facemask_core.models import checkpoints

    kind = backend.device().name.partition(" ")[0]
    try:
        card = checkpoints.read_card(checkpoints.locate(model))
        alike = [
            card,
            *map(checkpoints.read_card, map(checkpoints.locate, checkpoints.available())),
        ]
    except (FacemaskError, OSError):
        return _SLOWEST  # the worker says what is wrong with the model
    for other in alike:
        if other.backbone == card.backbone and (seconds := _read_speed(other.metrics, kind)):
            return seconds
    return _SLOWEST


def _read_speed(metrics: Mapping[str, Any], kind: str) -> float | None:
    """Reads a card's seconds a pass; None if they were measured on another kind of device."""
    speed = metrics.get("test", {}).get("speed") or {}
    if not str(speed.get("device", "")).startswith(kind):
        return None
    return float(speed["forward_ms_per_image"]) / 1000
