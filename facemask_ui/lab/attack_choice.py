"""The choice of attack in the lab: its strength in words, its settings for those who want them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from typing import Any

import streamlit as st

from facemask_core import attacks
from facemask_core.attacks import Attack
from facemask_core.attacks.pgd import PGD
from facemask_core.epsilons import LEVELS
from facemask_ui.base import settings
from facemask_ui.choices import attack_setup

STRENGTHS = {
    "fgsm": "one step; quick and crude",
    "bim": "small steps from the picture itself; strong",
    "mim": "small steps with momentum; strong, and travels to other models",
    "pgd": "small steps from a random start; strong",
    "apgd": "steps that shrink by themselves; strongest, slow",
    "square": "only asks for answers, sees no gradient; slow",
    "noise": "random noise; the control group",
}
"""The attacks offered here: all that have an epsilon to slide along."""

_RANDOM = ("pgd", "apgd", "square", "noise")
_MOST_STEPS = 100
_USUAL_SIZE, _LARGEST_SIZE = 0, 16
_SHORTEST, _LONGEST = 0.125, 2.0
_MOST_RESTARTS = 10
_FEW_QUERIES = 50
_LARGEST_SEED = 9999
_FIRST = {"step_size": _USUAL_SIZE, "queries": 2 * _FEW_QUERIES}
"""Where a control stands at first, if not at the attack's own default."""


def choose_attack(*, visible: bool = True, advanced: bool = True) -> tuple[Attack, int]:
    """Draws the choice and returns the attack and its seed.

    Args:
        visible: Whether the visitor may choose the attack.
        advanced: Whether the visitor may choose its settings.
    """
    draw = partial(
        st.selectbox,
        "Attack",
        list(STRENGTHS),
        format_func=lambda name: f"{attacks.get(name).title}: {STRENGTHS[name]}",
    )
    parse = settings.one_of(list(STRENGTHS))
    name = settings.ask(draw, "attack", next(iter(STRENGTHS)), parse, visible=visible)
    keys = _list_controls(name)
    if not keys and name not in _RANDOM:
        return attacks.make(name), 0
    with st.expander("Advanced", icon=":material/tune:") if advanced else nullcontext():
        return _choose_settings(name, keys, advanced)


def _choose_settings(name: str, keys: list[str], visible: bool) -> tuple[Attack, int]:
    usual = attacks.make(name)
    values: dict[str, Any] = {}
    for key in keys:
        if key == "restarts" and not values.get("random_start", True):
            continue  # the same start would give the same end
        control = _CONTROLS[key]
        if key == "step_size" and values.get("norm") == "l2":
            control = _choose_step_length
        values[key] = control(_link_name(name, key), getattr(usual, key), visible)
    return attacks.make(name, **values), _choose_seed(visible) if name in _RANDOM else 0


def _list_controls(name: str) -> list[str]:
    """Lists an attack's settings that there are controls for."""
    return [key for key in _CONTROLS if key in attacks.settings(name)]


def usual_settings(name: str) -> dict[str, str]:
    """Writes an attack's own settings at their defaults, as a link has them.

    Args:
        name: The attack.
    """
    attack = attacks.make(name)
    keys = _list_controls(name)
    values = {key: getattr(attack, key) for key in keys} | _FIRST
    seed = {"seed": "0"} if name in _RANDOM else {}
    return {"attack": name, **{_link_name(name, key): str(values[key]) for key in keys}, **seed}


def _link_name(attack: str, key: str) -> str:
    """Names a setting in links: attacks differ in what is usual, so each has names of its own.

    The norm is a question of what may change at all, and stays when another attack is chosen.
    """
    return key if key == "norm" or attack == PGD.name else f"{attack}_{key}"


def _choose_norm(name: str, usual: str, visible: bool) -> str:
    draw = partial(
        st.segmented_control,
        "Norm",
        list(attack_setup.NORMS),
        format_func=attack_setup.NORMS.get,
        required=True,
        help="What epsilon limits: L∞ each colour value's change, L2 the Euclidean length of the "
        "whole change, so that a few values may move far.",
    )
    return settings.ask(
        draw, name, usual, settings.one_of(list(attack_setup.NORMS)), visible=visible
    )


def _choose_steps(name: str, usual: int, visible: bool) -> int:
    draw = partial(st.slider, "Steps", 1, _MOST_STEPS, help="Gradient steps at each epsilon.")
    return settings.ask(draw, name, usual, settings.whole(1, _MOST_STEPS), visible=visible)


def _choose_step_size(name: str, usual: float | None, visible: bool) -> float | None:
    draw = partial(
        st.slider,
        "Step size",
        _USUAL_SIZE,
        _LARGEST_SIZE,
        format=f"%d/{LEVELS}",
        help="Length of a step; 0 leaves it to the attack, which takes a share of epsilon.",
    )
    parse = settings.whole(_USUAL_SIZE, _LARGEST_SIZE)
    levels = settings.ask(draw, name, _FIRST["step_size"], parse, visible=visible)
    return levels / LEVELS if levels else usual


def _choose_step_length(name: str, usual: float | None, visible: bool) -> float | None:
    """The step size in L2, where it is a length over all values."""
    draw = partial(
        st.slider,
        "Step size",
        float(_USUAL_SIZE),
        _LONGEST,
        step=_SHORTEST,
        help="Euclidean length of a step; 0 leaves it to the attack, which takes a share of "
        "epsilon.",
    )
    parse = settings.multiple(_SHORTEST, _LONGEST)
    length = settings.ask(draw, f"{name}_l2", float(_USUAL_SIZE), parse, visible=visible)
    return length or usual


def _choose_random_start(name: str, usual: bool, visible: bool) -> bool:
    draw = partial(
        st.toggle,
        "Random start",
        help="Begin at a random point within epsilon rather than at the picture itself.",
    )
    return settings.ask(draw, name, usual, settings.yes_no, visible=visible)


def _choose_restarts(name: str, usual: int, visible: bool) -> int:
    draw = partial(
        st.slider,
        "Restarts",
        1,
        _MOST_RESTARTS,
        help="Attempts from different random starts; the best one counts.",
    )
    return settings.ask(draw, name, usual, settings.whole(1, _MOST_RESTARTS), visible=visible)


def _choose_queries(name: str, usual: int, visible: bool) -> int:
    draw = partial(
        st.slider,
        "Questions to the model",
        _FEW_QUERIES,
        usual,
        step=_FEW_QUERIES,
        help="How often the model may be asked at each epsilon.",
    )
    parse = settings.whole(_FEW_QUERIES, usual)
    return settings.ask(draw, name, _FIRST["queries"], parse, visible=visible)


def _choose_seed(visible: bool) -> int:
    draw = partial(
        st.number_input, "Seed", 0, _LARGEST_SEED, help="The same seed gives the same result."
    )
    return settings.ask(draw, "seed", 0, settings.whole(0, _LARGEST_SEED), visible=visible)


_CONTROLS: dict[str, Callable[[str, Any, bool], Any]] = {
    "norm": _choose_norm,
    "steps": _choose_steps,
    "step_size": _choose_step_size,
    "random_start": _choose_random_start,
    "restarts": _choose_restarts,
    "queries": _choose_queries,
}
"""What draws the control of each setting; one without an entry keeps the attack's default."""
