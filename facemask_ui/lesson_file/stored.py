"""Answers of the lesson that a browser cannot compute, as the lab has computed them.

They are the large models' of chapter 6, and those behind JPEG of chapter 7. They belong to the
weights they were computed with, which stand beside them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from facemask_core import paths
from facemask_core.errors import ExportError
from facemask_core.models import checkpoints
from facemask_ui.lesson.chapters.defence import Defence
from facemask_ui.lesson.chapters.others import Face, Others, pick_face

PATH = paths.REPORTS / "lesson.json"


@dataclass(frozen=True)
class StoredAnswers:
    """Pairs of probabilities, without a mask first.

    Attributes:
        sample: The face of chapter 6.
        level: The epsilon of its attack, in steps of 1/255.
        before: The other models' answers to that face, by model.
        after: Their answers to the picture that was made against the first model.
        naive: The first model's behind JPEG, to a picture whose attack does not know of it.
        adaptive: The same, where the attack knows.
    """

    sample: str
    level: int
    before: dict[str, list[float]]
    after: dict[str, list[float]]
    naive: list[float]
    adaptive: list[float]


def read_answers() -> StoredAnswers:
    """Reads the answers.

    Raises:
        ExportError: They are not there, or were computed with other weights.
    """
    try:
        stored: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))
        weights: dict[str, str] = stored.pop("weights")
        answers = StoredAnswers(**stored)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ExportError(f"The lesson's stored answers cannot be read from {PATH}.") from error
    for name, sha256 in weights.items():
        if checkpoints.read_card(checkpoints.locate(name)).weights_sha256 != sha256:
            raise ExportError(
                f"The lesson's stored answers belong to other weights of {name}; compute them "
                "again with python -m tools.lesson in a checkout."
            )
    if pick_face() != Face(answers.sample, answers.level):
        raise ExportError(
            "The lesson's stored answers belong to another face of chapter 6; compute them again "
            "with python -m tools.lesson in a checkout."
        )
    return answers


def compute_answers(names: Sequence[str]) -> dict[str, Any]:
    """Computes the answers anew, as the file has them.

    Args:
        names: The models of the lesson, the first one first.
    """
    face, transfer, defence = pick_face(), Others().measure(), Defence().measure()
    return {
        "weights": {
            name: checkpoints.read_card(checkpoints.locate(name)).weights_sha256 for name in names
        },
        **asdict(face),
        "before": {name: verdict.probabilities for name, verdict in transfer.before.items()},
        "after": {name: verdict.probabilities for name, verdict in transfer.after.items()},
        "naive": defence.naive.probabilities,
        "adaptive": defence.adaptive.probabilities,
    }
