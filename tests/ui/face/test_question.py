"""What decides an answer is in the key by which the answer is kept."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from facemask_core import attacks
from facemask_core.evaluation.verdicts import Verdict
from facemask_ui.face.question import Question
from facemask_ui.lab import sweeps


def made_up_model(sha256: str) -> Any:
    return SimpleNamespace(
        card=SimpleNamespace(weights_sha256=sha256, backbone="mobilenetv3"), take_turn=nullcontext
    )


FACE = np.zeros((224, 224, 3), np.uint8)
QUESTION = Question(FACE, made_up_model("a"), 0, attacks.make("pgd"), 0)


@pytest.mark.parametrize(
    "other",
    [
        {"face": FACE + 1},
        {"classifier": made_up_model("b")},
        {"label": 1},
        {"attack": attacks.make("pgd", steps=3)},
        {"seed": 1},
    ],
    ids=lambda other: next(iter(other)),
)
def test_another_question_has_another_key(other: dict[str, Any]) -> None:
    assert replace(QUESTION, **other).key() != QUESTION.key()
    assert replace(QUESTION, face=FACE.copy()).key() == QUESTION.key()
    assert QUESTION.key(0.1) != QUESTION.key(0.2)


def test_the_steps_at_another_epsilon_are_another_film() -> None:
    before = Verdict(0, (0.9, 0.1))
    films = [sweeps.film_steps(QUESTION, epsilon, before) for epsilon in (0.1, 0.2, 0.1)]
    assert films[0] is films[2]
    assert films[0] is not films[1]
    assert films[0].name != films[1].name
