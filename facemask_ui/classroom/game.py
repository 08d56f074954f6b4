"""The game: attackers with a budget against defenders, scored by what was measured."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from facemask_ui.rooms.steps import Game, Step

PAYOFF = Path(__file__).with_name("payoff.json")
"""Measured by ``python -m benchmarks.room_game``."""


def is_measured() -> bool:
    """Tells whether there are figures to play with; they belong to the shipped models."""
    return PAYOFF.is_file()


@cache
def _read_payoff() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(PAYOFF.read_text(encoding="utf-8"))
    return data


def make_step() -> Step:
    """Makes the step of the game.

    An attack costs its epsilon in levels of 255 and a point for every three gradients it asks for,
    so that attackers choose between one large step and many small ones. The figure of an attack
    against a defence is the accuracy that is left when the attacker knows the defence.
    """
    data = _read_payoff()
    attacks = {attack["name"]: attack["cost"] for attack in data["attacks"]}
    game = Game(
        attacks=attacks,
        defences=tuple(data["defences"]),
        payoff=data["accuracy"],
        budget=data["budget"],
    )
    described = {
        attack["name"]: {"level": attack["level"], "steps": attack["steps"]}
        for attack in data["attacks"]
    }
    return Step(kind="game", id="game", game=game, data={"described": described})
