"""The choice of attack in the lab: its strength in words, its settings for those who want them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from facemask_core import attacks
from facemask_core.attacks import Attack
from facemask_core.attacks.pgd import PGD
from facemask_core.epsilons import LEVELS
from facemask_ui import settings

STRENGTHS = {
    "fgsm": "one step; quick and crude",
    "bim": "small steps from the picture itself; strong",
    "mim": "small steps with momentum; strong, and travels to other models",
    "pgd": "small steps from a random start; strong",
    "apgd": "steps that shrink by themselves; strongest, slow",
    "square": "only asks for answers, sees no gradient; slow",
    "noise": "random noise; the control group",
}
"""The attacks offered here: all that have an epsilon in steps of 1/255."""

_RANDOM = ("pgd", "apgd", "square", "noise")
_MOST_STEPS = 100
_USUAL_SIZE, _LARGEST_SIZE = 0, 16
_MOST_RESTARTS = 10
_FEW_QUERIES = 50
_LARGEST_SEED = 9999


def choose() -> tuple[Attack, int]:
    """Draws the choice and returns the attack and its seed."""
    name = str(
        st.selectbox(
            "Attack",
            list(STRENGTHS),
            format_func=lambda name: f"{attacks.get(name).title}: {STRENGTHS[name]}",
            **settings.bound("attack", next(iter(STRENGTHS)), settings.one_of(list(STRENGTHS))),
        )
    )
    usual = attacks.make(name)
    drawn = [key for key in _CONTROLS if key in attacks.settings(name)]
    if not drawn and name not in _RANDOM:
        return usual, 0
    with st.expander("Advanced", icon=":material/tune:"):
        chosen: dict[str, Any] = {}
        for key in drawn:
            if key == "restarts" and not chosen.get("random_start", True):
                continue  # the same start would give the same end
            chosen[key] = _CONTROLS[key](_own(name, key), getattr(usual, key))
        seed = _seed() if name in _RANDOM else 0
    return attacks.make(name, **chosen), seed


def _own(attack: str, key: str) -> str:
    """A setting's name in links: attacks differ in what is usual, so each has its own."""
    return key if attack == PGD.name else f"{attack}_{key}"


def _steps(name: str, usual: int) -> int:
    bound = settings.bound(name, usual, settings.whole(1, _MOST_STEPS))
    return int(st.slider("Steps", 1, _MOST_STEPS, help="Gradient steps at each epsilon.", **bound))


def _step_size(name: str, usual: float | None) -> float | None:
    levels = st.slider(
        "Step size",
        _USUAL_SIZE,
        _LARGEST_SIZE,
        format=f"%d/{LEVELS}",
        help="Length of a step; 0 leaves it to the attack, which takes a share of epsilon.",
        **settings.bound(name, _USUAL_SIZE, settings.whole(_USUAL_SIZE, _LARGEST_SIZE)),
    )
    return levels / LEVELS if levels else usual


def _random_start(name: str, usual: bool) -> bool:
    return bool(
        st.toggle(
            "Random start",
            help="Begin at a random point within epsilon rather than at the picture itself.",
            **settings.bound(name, usual, settings.yes_no),
        )
    )


def _restarts(name: str, usual: int) -> int:
    return int(
        st.slider(
            "Restarts",
            1,
            _MOST_RESTARTS,
            help="Attempts from different random starts; the best one counts.",
            **settings.bound(name, usual, settings.whole(1, _MOST_RESTARTS)),
        )
    )


def _queries(name: str, usual: int) -> int:
    return int(
        st.slider(
            "Questions to the model",
            _FEW_QUERIES,
            usual,
            step=_FEW_QUERIES,
            help="How often the model may be asked at each epsilon.",
            **settings.bound(name, 2 * _FEW_QUERIES, settings.whole(_FEW_QUERIES, usual)),
        )
    )


def _seed() -> int:
    return int(
        st.number_input(
            "Seed",
            0,
            _LARGEST_SEED,
            help="The same seed gives the same result.",
            **settings.bound("seed", 0, settings.whole(0, _LARGEST_SEED)),
        )
    )


_CONTROLS: dict[str, Callable[[str, Any], Any]] = {
    "steps": _steps,
    "step_size": _step_size,
    "random_start": _random_start,
    "restarts": _restarts,
    "queries": _queries,
}
"""How each setting is asked for; one without an entry keeps the attack's default."""
