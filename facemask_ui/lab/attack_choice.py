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
from facemask_ui.language import say

STRENGTHS = ("fgsm", "bim", "mim", "pgd", "apgd", "square", "noise")
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
        say("attacks.lab.title"),
        list(STRENGTHS),
        format_func=_describe_strength,
    )
    parse = settings.one_of(list(STRENGTHS))
    name = settings.ask(draw, "attack", STRENGTHS[0], parse, visible=visible)
    keys = _list_controls(name)
    if not keys and name not in _RANDOM:
        return attacks.make(name), 0
    with (
        st.expander(say("attacks.lab.advanced"), icon=":material/tune:")
        if advanced
        else nullcontext()
    ):
        return _choose_settings(name, keys, advanced)


def _describe_strength(name: str) -> str:
    strength = say(f"attacks.{name}.strength")
    return say("attacks.lab.offer", attack=attack_setup.name_attack(name), strength=strength)


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
        attack_setup.name_setting("norm"),
        list(attack_setup.NORMS),
        format_func=attack_setup.NORMS.get,
        required=True,
        help=say("attacks.lab.norm"),
    )
    return settings.ask(
        draw, name, usual, settings.one_of(list(attack_setup.NORMS)), visible=visible
    )


def _choose_steps(name: str, usual: int, visible: bool) -> int:
    title, meaning = attack_setup.name_setting("steps"), say("attacks.lab.steps")
    draw = partial(st.slider, title, 1, _MOST_STEPS, help=meaning)
    return settings.ask(draw, name, usual, settings.whole(1, _MOST_STEPS), visible=visible)


def _choose_step_size(name: str, usual: float | None, visible: bool) -> float | None:
    draw = partial(
        st.slider,
        attack_setup.name_setting("step_size"),
        _USUAL_SIZE,
        _LARGEST_SIZE,
        format=f"%d/{LEVELS}",
        help=say("attacks.lab.step_size"),
    )
    parse = settings.whole(_USUAL_SIZE, _LARGEST_SIZE)
    levels = settings.ask(draw, name, _FIRST["step_size"], parse, visible=visible)
    return levels / LEVELS if levels else usual


def _choose_step_length(name: str, usual: float | None, visible: bool) -> float | None:
    """The step size in L2, where it is a length over all values."""
    draw = partial(
        st.select_slider,
        attack_setup.name_setting("step_size"),
        [_SHORTEST * step for step in range(round(_LONGEST / _SHORTEST) + 1)],
        format_func=attack_setup.write_significant,
        help=say("attacks.lab.step_length"),
    )
    parse = settings.multiple(_SHORTEST, _LONGEST)
    length = settings.ask(draw, f"{name}_l2", float(_USUAL_SIZE), parse, visible=visible)
    return length or usual


def _choose_random_start(name: str, usual: bool, visible: bool) -> bool:
    draw = partial(
        st.toggle,
        attack_setup.name_setting("random_start"),
        help=say("attacks.lab.random_start"),
    )
    return settings.ask(draw, name, usual, settings.yes_no, visible=visible)


def _choose_restarts(name: str, usual: int, visible: bool) -> int:
    draw = partial(
        st.slider,
        attack_setup.name_setting("restarts"),
        1,
        _MOST_RESTARTS,
        help=say("attacks.lab.restarts"),
    )
    return settings.ask(draw, name, usual, settings.whole(1, _MOST_RESTARTS), visible=visible)


def _choose_queries(name: str, usual: int, visible: bool) -> int:
    draw = partial(
        st.slider,
        say("attacks.lab.questions"),
        _FEW_QUERIES,
        usual,
        step=_FEW_QUERIES,
        help=say("attacks.lab.queries"),
    )
    parse = settings.whole(_FEW_QUERIES, usual)
    return settings.ask(draw, name, _FIRST["queries"], parse, visible=visible)


def _choose_seed(visible: bool) -> int:
    title, meaning = attack_setup.name_setting("seed"), say("attacks.lab.seed")
    draw = partial(st.number_input, title, 0, _LARGEST_SEED, help=meaning)
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
