"""The choice of attacks for reports, and a threat model in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from facemask_core import attacks
from facemask_core.attacks import Attack
from facemask_core.attacks.fgsm import FGSM
from facemask_core.attacks.pgd import PGD
from facemask_core.epsilons import LEVELS, LINF, describe_epsilon
from facemask_ui.base import messages, settings
from facemask_ui.choices import models

MAX_LEVELS, DEFAULT_LEVELS = LINF.last, LINF.usual
NONE = "none"
OFFERED = (FGSM.name, PGD.name)
"""Attacks this choice has controls for."""
NORMS = {"linf": "L∞", "l2": "L2"}
"""How a norm is written."""
_MAX_STEPS = 100
_MAX_RESTARTS = 10
_MAX_SEED = 9999


@dataclass(frozen=True)
class AttackChoice:
    """An attack with its epsilon and seed, as a report needs them.

    Attributes:
        attack: The attack, or None for a clean run.
        levels: Epsilon in 8-bit levels.
        seed: Its seed.
    """

    attack: Attack | None
    levels: int
    seed: int

    @property
    def epsilon(self) -> float:
        """Epsilon on the [0, 1] scale."""
        return self.levels / LEVELS


def choose_attacks() -> list[AttackChoice]:
    """Draws the choice of attacks, with one epsilon for all and the settings of each."""
    names = (NONE, *OFFERED)
    # The attack page's own choice is the first guess.
    first = settings.peek("attack", OFFERED[0], settings.one_of(names))
    choice = st.pills(
        "Attacks",
        names,
        selection_mode="multi",
        format_func=lambda name: "None" if name == NONE else attacks.get(name).title,
        help="One report each. FGSM takes one step; PGD takes many small ones and finds more.",
        wrap=True,
        **settings.bind_several("attacks", [first], names),
    )
    levels = 0
    if set(choice) & set(OFFERED):
        levels = st.slider(
            "Epsilon",
            0,
            MAX_LEVELS,
            format=f"%d/{LEVELS}",
            help="How far an attack may move each colour value. The smaller, the harder to see.",
            **settings.bind("epsilon", DEFAULT_LEVELS, settings.whole(0, MAX_LEVELS)),
        )
        st.caption(f"Each colour value moves by at most {describe_epsilon(levels / LEVELS)}.")
    return [_choose_settings(name, levels) for name in names if name in choice]


def _choose_settings(name: str, levels: int) -> AttackChoice:
    if name == NONE:
        return AttackChoice(None, 0, 0)
    if name == PGD.name:
        with st.expander("PGD settings", icon=":material/tune:"):
            return _choose_pgd(levels)
    return AttackChoice(attacks.make(name), levels, 0)


def _choose_pgd(levels: int) -> AttackChoice:
    steps = st.slider(
        "Steps",
        1,
        _MAX_STEPS,
        help="Gradient steps; each is 2.5 × epsilon / steps long.",
        **settings.bind("steps", PGD.steps, settings.whole(1, _MAX_STEPS)),
    )
    random_start = st.toggle(
        "Random start",
        help="Begin at a random point within epsilon rather than at the picture itself.",
        **settings.bind("random_start", True, settings.yes_no),
    )
    restarts = st.slider(
        "Restarts",
        1,
        _MAX_RESTARTS,
        disabled=not random_start,
        help="Attempts from different random starts; the best one counts.",
        **settings.bind("restarts", 1, settings.whole(1, _MAX_RESTARTS)),
    )
    seed = st.number_input(
        "Seed",
        0,
        _MAX_SEED,
        disabled=not random_start,
        help="The same seed gives the same result.",
        **settings.bind("seed", 0, settings.whole(0, _MAX_SEED)),
    )
    attack = PGD(steps=steps, random_start=random_start, restarts=restarts if random_start else 1)
    return AttackChoice(attack, levels, int(seed))


def describe_attack(name: str, epsilon: float, details: Mapping[str, object]) -> str:
    """Describes an attack in a few words, for a list.

    Args:
        name: Its name.
        epsilon: Its radius.
        details: Its settings, or a whole threat model.
    """
    title = attacks.get(name).title
    words = [f"{title} {round(LEVELS * epsilon, 3):g}/{LEVELS}"]
    if details.get("norm") == "l2":
        words = [f"{title} L2 {epsilon:.3g}"]
    if details.get("largest_level") is not None:
        words = [f"{title}, smallest epsilon"]
    if "steps" in details:
        words.append(f"{details['steps']} steps")
    if details.get("restarts", 1) != 1:
        words.append(f"{details['restarts']} restarts")
    if details.get("random_start") is False:
        words.append("no random start")
    if details.get("source") is not None:
        words.append(f"made on {models.name(str(details['source']))}")
    return ", ".join(words)


def describe_stored_attack(values: Mapping[str, Any]) -> str:
    """Describes a stored question's attack in a few words.

    Args:
        values: The question's, or a report's with its threat model.
    """
    model = values["threat_model"]
    if model is None:
        return "no attack"
    name = model.get("made_with", model["attack"])
    return describe_attack(
        name, model["epsilon"], {**model, "largest_level": values.get("largest_level")}
    )


def describe_threat_model(threat_model: dict[str, object]) -> str:
    """Writes in one line what the attacker knows and may do; every figure needs it."""
    rest = dict(threat_model)
    name = attacks.get(str(rest.pop("attack"))).title
    norm = str(rest.pop("norm"))
    epsilon = describe_epsilon(float(str(rest.pop("epsilon"))), norm)
    target = rest.pop("target", None)
    knowledge = rest.pop("knowledge")
    aim = "untargeted" if target is None else f"target {target}"
    first = f"{name}, {knowledge}, {aim}, {NORMS[norm]}, epsilon {epsilon}"
    details = [
        f"{messages.write_name(key.replace('_', ' '))} {_write_value(value)}"
        for key, value in rest.items()
    ]
    return ", ".join([first, *details])


def _write_value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.3g}" if isinstance(value, float) else messages.write_name(str(value))
