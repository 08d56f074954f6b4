"""What a user waits for before anything is compiled."""

from __future__ import annotations

import statistics
from collections import defaultdict
from functools import partial
from typing import Any

from benchmarks.attack_speed import task
from benchmarks.attack_speed.turns import ROUNDS, seconds_of
from facemask_core import load_classifier

STEPS = 3
SIZES = {"first call": 9, "new size, same bucket": 10, "new size, new bucket": 11}
"""Batches in the order they are asked for; ours pads 9 to 10, and 11 to 12."""
CONTENDERS = (task.OURS, "cleverhans")


def waits(name: str) -> dict[str, Any]:
    """Seconds of the first call on a model just loaded, and of the first at new batch sizes."""
    seconds: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for turn in range(ROUNDS + 1):
        for contender in CONTENDERS:
            for moment, taken in _one_life(name, contender).items():
                if turn:  # TensorFlow itself starts in the first
                    seconds[moment][contender].append(taken)
    return {moment: _compared(found) for moment, found in seconds.items()}


def _one_life(name: str, contender: str) -> dict[str, float]:
    """Loads a model and asks it for one batch of every size."""
    classifier = load_classifier(name, warm_up=False)
    # The labels come from another copy, so that this one has compiled nothing yet.
    pixels, labels = task.portraits(load_classifier(name, warm_up=False), max(SIZES.values()))
    pgd = task.pgd(contender, classifier, STEPS)
    return {
        moment: seconds_of(partial(pgd, pixels[:size], labels[:size]))
        for moment, size in SIZES.items()
    }


def _compared(seconds: dict[str, list[float]]) -> dict[str, Any]:
    medians = {contender: statistics.median(seconds[contender]) for contender in CONTENDERS}
    ours, theirs = (medians[contender] for contender in CONTENDERS)
    return {
        "seconds": {key: round(value, 2) for key, value in medians.items()},
        "ratio": round(theirs / ours, 2),
    }
