"""The steps of a lesson as plain data: what a class is asked, and what is true."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

Kind = Literal["welcome", "question", "guess", "slider", "own", "game", "show", "end"]
Phase = Literal["before", "after"]
MOST_STEPS = 100
_LARGEST = 20_000
"""Characters of a step's data as JSON."""


@dataclass(frozen=True, kw_only=True)
class Game:
    """A game of attackers against defenders, who choose without seeing each other's choices.

    Attributes:
        attacks: What attackers may choose, each with what it costs of the budget.
        defences: What defenders may choose.
        payoff: The share of pictures that a model with a defence still gets right, under each
            attack when it knows the defence.
        budget: What an attack may cost.
    """

    attacks: Mapping[str, float]
    defences: tuple[str, ...]
    payoff: Mapping[str, Mapping[str, float]]
    budget: float

    def __post_init__(self) -> None:
        """Checks that every attack has a figure against every defence.

        Raises:
            ValueError: One is missing, or is no share.
        """
        for attack in self.attacks:
            for defence in self.defences:
                if not 0.0 <= self.payoff[attack][defence] <= 1.0:
                    raise ValueError(f"{attack} against {defence}")

    def list_choices(self, role: str) -> tuple[str, ...]:
        """Lists what a role may choose; attackers only what their budget pays for."""
        if role == DEFENDER:
            return self.defences
        return tuple(name for name, cost in self.attacks.items() if cost <= self.budget)


ATTACKER, DEFENDER = "attacker", "defender"


@dataclass(frozen=True)
class RoomFile:
    """A file for a room's pages alone, which goes with the room.

    Attributes:
        content: What is in it.
        name: Its name in an address, which nobody outside the room can guess.
    """

    content: bytes
    name: str = field(default_factory=lambda: secrets.token_urlsafe(16))


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of a lesson.

    Attributes:
        kind: What the pages show.
        id: Its name; each step of a lesson has another.
        question: Of a questionnaire's step the question's id, which is the same before and after.
        phase: Of a questionnaire's step whether it comes before the lesson or after.
        right: Of a questionnaire's step the choice that is true, if one is.
        choices: The ids of the answers that pupils may give.
        sample: The shipped picture that is shown.
        model: The shipped model that is asked; None for one that the class brought along.
        pattern: Where the attack on such a model moves each value of the picture: first whether it
            goes up, then whether it moves at all, in bits.
        files: Those with which a device computes such a model.
        level: Epsilon in levels of 255 at first.
        levels: The levels that the teacher may ask for.
        truths: What is true at a level; pupils see it only when the teacher reveals it.
        numbers: The names of numbers that a pupil's device may send.
        game: The game that is played.
        minutes: How long the step is meant to take.
        data: What else the pages need; everyone may see it at once.
    """

    kind: Kind
    id: str
    question: str | None = None
    phase: Phase | None = None
    right: str | None = None
    choices: tuple[str, ...] = ()
    sample: str | None = None
    model: str | None = None
    pattern: RoomFile | None = None
    files: tuple[RoomFile, ...] = ()
    level: float | None = None
    levels: tuple[float, ...] = ()
    truths: Mapping[float, Mapping[str, Any]] = field(default_factory=dict)
    numbers: tuple[str, ...] = ()
    game: Game | None = None
    minutes: float = 0.0
    data: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Checks that the step is one that a room can take.

        Raises:
            ValueError: It is not.
        """
        if self.kind not in get_args(Kind):
            raise ValueError(f"{self.id}: {self.kind}")
        if self.kind == "question" and not (self.question and self.phase and self.choices):
            raise ValueError(f"{self.id}: question")
        if (self.kind == "game") != (self.game is not None):
            raise ValueError(f"{self.id}: game")
        if self.level is not None and self.levels and self.level not in self.levels:
            raise ValueError(f"{self.id}: {self.level}")
        if len(json.dumps(self.describe())) > _LARGEST:
            raise ValueError(f"{self.id}: data")

    def describe(self) -> dict[str, Any]:
        """Describes the step as everyone may see it at once."""
        described = {
            "kind": self.kind,
            "id": self.id,
            "question": self.question,
            "phase": self.phase,
            "choices": list(self.choices),
            "sample": self.sample,
            "model": self.model,
            "pattern": self.pattern and self.pattern.name,
            "levels": list(self.levels),
            "numbers": list(self.numbers),
            "minutes": self.minutes,
            "data": dict(self.data),
        }
        if self.game is not None:
            described["attacks"] = dict(self.game.attacks)
            described["defences"] = list(self.game.defences)
            described["budget"] = self.game.budget
        return {key: value for key, value in described.items() if value not in (None, [], {})}

    def find_truth(self, level: float | None) -> dict[str, Any] | None:
        """Finds what is true at a level; None where the step has no truth."""
        if self.right is not None:
            return {"answer": self.right}
        if self.game is not None:
            return {"payoff": {name: dict(row) for name, row in self.game.payoff.items()}}
        if level is None and len(self.truths) == 1:
            return dict(next(iter(self.truths.values())))
        truth = None if level is None else self.truths.get(level)
        return None if truth is None else dict(truth)
