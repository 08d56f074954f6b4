"""The face of chapter 6: one that some of the other models fall for and some do not.

Which portrait at which epsilon is so was measured on all of them, and the chapter picks from that.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import numpy as np

from facemask_core import paths
from facemask_core.data import samples
from facemask_core.errors import CheckpointError
from facemask_core.evaluation import verdicts
from facemask_ui.choices import models
from facemask_ui.lesson import subjects

PATH = paths.REPORTS / "lesson-transfer.json"
"""Written by ``python -m tools.lesson``."""
EPSILONS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32)
"""In steps of 1/255; every one is a stop of the slider."""


@dataclass(frozen=True)
class Trial:
    """One portrait, attacked against the lesson's model and shown to the others.

    Attributes:
        sample: The portrait.
        level: The epsilon in steps of 1/255.
        first_fooled: Whether the attacked model is right before the attack and wrong after it.
        right_before: The other models that are right before the attack.
        fooled: Those of them that are wrong after it.
        least: The smallest confidence of any model in its answer to the attacked picture.
    """

    sample: str
    level: int
    first_fooled: bool
    right_before: tuple[str, ...]
    fooled: tuple[str, ...]
    least: float


def measure_trials(names: Sequence[str]) -> list[Trial]:
    """Measures every portrait of the gallery at every epsilon, as the chapter measures its face.

    Args:
        names: The lesson's model, and then the others.
    """
    first, *others = (models.load(name) for name in names)
    trials = []
    for portrait in samples.read_portraits(samples.GALLERY_DIR):
        faces = [
            subjects.attack_face(first, portrait.id, subjects.MANY_STEPS, level)
            for level in EPSILONS
        ]
        pictures = np.stack([faces[0].original, *(face.adversarial for face in faces)])
        judged = dict(zip(names[1:], (verdicts.judge(it, pictures) for it in others), strict=True))
        right = tuple(name for name, row in judged.items() if row[0].label == portrait.label)
        for place, (level, face) in enumerate(zip(EPSILONS, faces, strict=True), 1):
            after = {name: row[place] for name, row in judged.items()}
            trials.append(
                Trial(
                    sample=portrait.id,
                    level=level,
                    first_fooled=face.before.label == portrait.label != face.after.label,
                    right_before=right,
                    fooled=tuple(name for name in right if after[name].label != portrait.label),
                    least=min(it.confidence for it in (face.after, *after.values())),
                )
            )
    return trials


def write_trials(names: Sequence[str]) -> dict[str, Any]:
    """Writes what was measured as the file has it.

    Args:
        names: The lesson's model, and then the others.
    """
    return {
        "weights": {name: models.sha256(name) for name in names},
        "attack": f"pgd, {subjects.STEPS} steps",
        "trials": [asdict(it) for it in measure_trials(names)],
    }


@dataclass(frozen=True)
class Trials:
    """All trials, and the other models that took part.

    Attributes:
        others: The other models.
        rows: The trials.
    """

    others: tuple[str, ...]
    rows: tuple[Trial, ...]

    def pick(self) -> Trial | None:
        """Picks the portrait and epsilon on which the other models differ most clearly.

        The attacked model falls, the others are right before, and about half of them fall with it.
        Of several such pictures it is the one whose least certain answer is the most certain.
        """
        count = len(self.others)
        fit = [
            it
            for it in self.rows
            if it.first_fooled and len(it.right_before) == count and 0 < len(it.fooled) < count
        ]
        return max(
            fit,
            key=lambda it: (-abs(2 * len(it.fooled) - count), it.least, it.sample),
            default=None,
        )

    def count_portraits(self, level: int, others: Sequence[str]) -> tuple[int, int, int]:
        """Counts the portraits on which none, some or all of these models are fooled.

        Args:
            level: The epsilon in steps of 1/255.
            others: Some of the other models.
        """
        fallen = [len({*it.fooled} & {*others}) for it in self.rows if it.level == level]
        kinds = Counter("all" if n == len(others) else "some" if n else "none" for n in fallen)
        return kinds["none"], kinds["some"], kinds["all"]


@cache
def read_trials() -> Trials | None:
    """Reads what was measured; None where it cannot be read or belongs to other weights."""
    try:
        stored = json.loads(PATH.read_text(encoding="utf-8"))
        first, *others = stored["weights"]
        if first != subjects.pick_model():
            return None
        if any(models.sha256(name) != weights for name, weights in stored["weights"].items()):
            return None
        rows = tuple(Trial(**row) for row in stored["trials"])
    except (OSError, ValueError, KeyError, TypeError, CheckpointError):
        return None
    return Trials(tuple(others), rows)
