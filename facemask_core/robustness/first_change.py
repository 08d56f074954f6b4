"""Finds where each danger first changes a model's verdict on one face, and ranks the dangers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facemask_core import cores, corruptions
from facemask_core.attacks import Attack
from facemask_core.corruptions import SEVEREST, Corruption
from facemask_core.epsilons import LEVELS, describe_epsilon
from facemask_core.errors import CorruptionError
from facemask_core.models.classifier import Classifier
from facemask_core.pictures import images
from facemask_core.robustness.smallest import LARGEST, find_smallest_epsilon

STEPS = 50
"""The places on a dial that are tried."""
_TOGETHER = 10
"""Places that are judged at once; most dials need not be turned to their end."""


@dataclass(frozen=True)
class FirstChange:
    """Where a danger first changes the verdict.

    Attributes:
        danger: Name of the corruption or the attack.
        title: Its name for people.
        share: The smallest share of its dial that changes the verdict, from 0 to 1; None where the
            verdict holds to the dial's end.
        value: The dial's value there, such as ``quality 15``; None where the verdict holds.
        end: The value at the dial's end.
    """

    danger: str
    title: str
    share: float | None
    value: str | None
    end: str

    def as_dict(self) -> dict[str, Any]:
        """The result, fit for JSON."""
        return asdict(self)


def find_first_change(
    classifier: Classifier,
    face: NDArray[np.uint8],
    corruption: Corruption,
    *,
    steps: int = STEPS,
    seed: int = 0,
) -> FirstChange:
    """Finds the smallest strength of a corruption that changes the verdict on a face.

    The dial is tried from its beginning, place by place, since a verdict that has changed may
    change back. What changes it between two places is not seen.

    Args:
        classifier: The model.
        face: uint8 (224, 224, 3); not changed.
        corruption: The corruption.
        steps: How many places are tried, at equal distances up to the dial's end.
        seed: Seed of all randomness.

    Raises:
        CorruptionError: There is no place to try, or the seed is outside the contract.
    """
    if steps < 1:
        raise CorruptionError(f"A dial needs at least 1 step; {steps} were asked for.")
    strengths = (SEVEREST * np.arange(steps + 1) / steps).tolist()
    before: int | None = None
    for start in range(0, len(strengths), _TOGETHER):
        part = strengths[start : start + _TOGETHER]
        changed = cores.map_rows(lambda strength: corruption.apply(face, strength, seed), part)
        classes = classifier.predict(images.to_float(np.stack(changed))).argmax(axis=1)
        before = int(classes[0]) if before is None else before
        if (classes != before).any():
            strength = part[int((classes != before).argmax())]
            return _describe(corruption, strength)
    return _describe(corruption, None)


def _describe(corruption: Corruption, strength: float | None) -> FirstChange:
    return FirstChange(
        danger=corruption.name,
        title=corruption.title,
        share=None if strength is None else strength / SEVEREST,
        value=None if strength is None else corruption.describe(strength),
        end=corruption.describe(SEVEREST),
    )


def find_first_epsilon(
    classifier: Classifier, face: NDArray[np.uint8], attack: Attack, *, seed: int = 0
) -> FirstChange:
    """Finds the smallest epsilon of an attack that changes the verdict on a face.

    Args:
        classifier: The model.
        face: uint8 (224, 224, 3); not changed.
        attack: An untargeted attack in L-infinity; its dial ends where the lab's slider does.
        seed: Seed of all randomness.

    Raises:
        AttackError: The attack measures in another norm, or has a target.
    """
    pixels = images.to_float(face)[None]
    label = classifier.predict(pixels).argmax(axis=1)
    (level,) = find_smallest_epsilon(classifier, pixels, label, attack, seed=seed).levels.tolist()
    fell = np.isfinite(level)
    return FirstChange(
        danger=attack.name,
        title=f"{attack.title}'s epsilon",
        share=level / LARGEST if fell else None,
        value=describe_epsilon(level / LEVELS, "linf") if fell else None,
        end=describe_epsilon(LARGEST / LEVELS, "linf"),
    )


def rank_dangers(
    classifier: Classifier,
    face: NDArray[np.uint8],
    *,
    kinds: Sequence[Corruption] | None = None,
    attacks: Sequence[Attack] = (),
    steps: int = STEPS,
    seed: int = 0,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> list[FirstChange]:
    """Ranks dangers by the share of their dial at which they first change the verdict on a face.

    Args:
        classifier: The model.
        face: uint8 (224, 224, 3); not changed.
        kinds: The corruptions; None for all there are.
        attacks: Attacks whose epsilon is ranked beside them.
        steps: How many places of a corruption's dial are tried.
        seed: Seed of all randomness.
        progress: Called after every danger with how many are done and of all.

    Returns:
        One entry for each danger, the nearest first; those that leave the verdict as it is last.

    Raises:
        AttackError: An attack measures in another norm than L-infinity, or has a target.
        CorruptionError: There is no place to try, or the seed is outside the contract.
    """
    every = [corruptions.make(name) for name in corruptions.names()] if kinds is None else kinds
    changes, total = [], len(every) + len(attacks)
    for attack in attacks:  # first, since one that has no such epsilon is refused
        changes.append(find_first_epsilon(classifier, face, attack, seed=seed))
        progress(len(changes), total)
    for corruption in every:
        changes.append(find_first_change(classifier, face, corruption, steps=steps, seed=seed))
        progress(len(changes), total)
    return sorted(changes, key=lambda change: 2.0 if change.share is None else change.share)
