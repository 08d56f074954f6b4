"""How often a mask's pattern hides the mask, beside a plain mask and a random pattern."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facemask_core.evaluation import confidence_intervals
from facemask_core.labels import WITHOUT_MASK
from facemask_core.models.classifier import Classifier
from facemask_core.printable_mask.cloth_pattern import Pattern, make_plain, make_random
from facemask_core.printable_mask.conditions import draw_conditions
from facemask_core.printable_mask.worn_pattern import Wearer, put_on

Progress = Callable[[int, int], None]
STATEMENT = (
    "The masks are drawn onto pictures by a program, under drawn light, print and camera; how a "
    "printed one fares before a real camera is unmeasured."
)
"""What goes with every figure about them."""
_AHEAD = 0.12
"""A head turned less than this, on the pose's scale, looks ahead."""
_TOGETHER = 32


def add_controls(pattern: Pattern, *, seed: int = 0) -> dict[str, Pattern]:
    """Sets a plain mask and a random pattern beside a trained one.

    Args:
        pattern: The trained one.
        seed: Seed of the random one.
    """
    return {"trained": pattern, "plain": make_plain(), "random": make_random(seed)}


def name_pose(wearer: Wearer) -> str:
    """Names how a head is turned: ``left`` and ``right`` as one sees it, or ``ahead``."""
    turn = wearer.pose.turn
    return "ahead" if abs(turn) < _AHEAD else "left" if turn < 0 else "right"


def measure_effect(
    classifier: Classifier,
    wearers: Sequence[Wearer],
    patterns: Mapping[str, Pattern],
    *,
    seed: int = 0,
    progress: Progress = lambda *_: None,
) -> dict[str, Any]:
    """Measures how many faces in a mask are called unmasked.

    Every face is seen once, with each pattern under the same conditions.

    Args:
        classifier: The model.
        wearers: Bare faces that no pattern was trained on.
        patterns: The patterns by name.
        seed: Seed of the conditions.
        progress: Called with (pictures judged, pictures in all).

    Returns:
        The figures fit for JSON: by pattern, for all faces and by pose, the number of faces, how
        many were called unmasked, the share and its 95 % interval.
    """
    poses = np.array([name_pose(wearer) for wearer in wearers])
    found = {}
    for number, (name, pattern) in enumerate(patterns.items()):
        overlooked = np.zeros(len(wearers), bool)
        rng = np.random.default_rng(seed)
        for start in range(0, len(wearers), _TOGETHER):
            group = wearers[start : start + _TOGETHER]
            pictures = np.stack([put_on(it, draw_conditions(rng)).show(pattern) for it in group])
            answers = classifier.predict(pictures).argmax(axis=1)
            overlooked[start : start + len(group)] = answers == WITHOUT_MASK
            progress(number * len(wearers) + start + len(group), len(patterns) * len(wearers))
        found[name] = {"all": _count(overlooked)} | {
            pose: _count(overlooked[poses == pose]) for pose in ("left", "ahead", "right")
        }
    return found


def _count(overlooked: NDArray[np.bool_]) -> dict[str, Any]:
    interval = confidence_intervals.bound_proportion(overlooked)
    return {
        "faces": len(overlooked),
        "called_unmasked": int(overlooked.sum()),
        "share": float(overlooked.mean()) if len(overlooked) else None,
        "interval": interval.as_dict() if interval else None,
    }
