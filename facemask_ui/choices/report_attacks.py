"""The choice of attacks for reports: every attack of the core, with its own settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from facemask_core import attacks
from facemask_core.attacks import Attack, Setting
from facemask_core.attacks.pgd import PGD
from facemask_core.attacks.transfer import Transfer
from facemask_core.epsilons import L2, LEVELS, LINF, Grid
from facemask_core.errors import AttackError
from facemask_ui.base import messages, settings
from facemask_ui.choices import attack_setup
from facemask_ui.language import say

NONE = attack_setup.NONE
OFFERED = tuple(name for name in attacks.names() if name != Transfer.name)
"""The attacks to choose from; a switch of the page makes transfers of any of them."""
_CHOICE, _UNCHOSEN = "attacks", ""
_STEP = "step_size"
_LARGEST_SEED = 9999
_LARGEST_NUMBER = 999_999


@dataclass(frozen=True)
class AttackChoice:
    """An attack with its epsilon and seed, as a report needs them.

    Attributes:
        attack: The attack, or None for a clean run.
        epsilon: Its epsilon, in its own norm.
        seed: Its seed.
    """

    attack: Attack | None
    epsilon: float = 0.0
    seed: int = 0


def choose_attacks() -> list[AttackChoice]:
    """Draws the choice of attacks, an epsilon for each norm, and the settings of each attack.

    Returns:
        The choices; none where a setting makes no sense, which a sentence says.
    """
    names = (NONE, *OFFERED)
    _guess_first(names)
    choice = st.pills(
        say("attacks.choice.title"),
        names,
        selection_mode="multi",
        format_func=_name_offer,
        help=say("attacks.choice.help"),
        wrap=True,
        **settings.bind_several(_CHOICE, [OFFERED[0]], names),
    )
    epsilons = st.container()
    chosen = [name for name in OFFERED if name in choice]
    try:
        made = [_choose_settings(name) for name in chosen]
    except AttackError as error:
        messages.show_error(error)
        return []
    with epsilons:
        by_norm = {
            grid.norm: _choose_epsilon(grid)
            for grid in (LINF, L2)
            if any(_read_norm(attack) == grid.norm for attack in made)
        }
    seed = _choose_seed() if any(attack.uses_seed for attack in made) else 0
    attacked = [
        AttackChoice(attack, by_norm[_read_norm(attack)], seed if attack.uses_seed else 0)
        for attack in made
    ]
    return [AttackChoice(None), *attacked] if NONE in choice else attacked


def _guess_first(names: Sequence[str]) -> None:
    """Begins with the attack page's own choice, which is in the link, so that a reload keeps it."""
    if settings.peek(_CHOICE, _UNCHOSEN, str) == _UNCHOSEN:
        first = settings.peek("attack", OFFERED[0], settings.one_of(names))
        settings.remember(_CHOICE, first, OFFERED[0])


def _name_offer(name: str) -> str:
    return say("attacks.choice.none") if name == NONE else attack_setup.name_attack(name)


def can_search(attack: Attack) -> bool:
    """Whether the smallest epsilon of an attack can be searched: in L-infinity, untargeted."""
    stated = attack.threat_model(0.0)
    return stated["norm"] == LINF.norm and stated.get("target") is None


def _read_norm(attack: Attack) -> str:
    return str(attack.threat_model(0.0)["norm"])


def _choose_epsilon(grid: Grid) -> float:
    numbers = [grid.number(notch) for notch in grid.notches]
    usual = grid.number(grid.usual)
    if grid is LINF:
        last = round(numbers[-1])
        number = st.slider(
            say("attacks.choice.levels.title"),
            0,
            last,
            format=f"%d/{LEVELS}",
            help=say("attacks.choice.levels.meaning"),
            **settings.bind("epsilon", round(usual), settings.whole(0, last)),
        )
    else:
        number = st.select_slider(
            say("attacks.choice.length.title"),
            numbers,
            format_func=attack_setup.write_significant,
            help=say("attacks.choice.length.meaning"),
            **settings.bind(
                f"epsilon_{grid.norm}", usual, settings.multiple(grid.step, numbers[-1])
            ),
        )
    return float(number) / grid.unit


def _choose_seed() -> int:
    seed = st.number_input(
        attack_setup.name_setting("seed"),
        0,
        _LARGEST_SEED,
        help=say("attacks.choice.seed"),
        **settings.bind("seed", 0, settings.whole(0, _LARGEST_SEED)),
    )
    return int(seed)


def _choose_settings(name: str) -> Attack:
    """Draws the settings of an attack as its class defines them, and makes it.

    Raises:
        AttackError: They make no sense together; the core's sentence says why.
    """
    values: dict[str, Any] = {}
    title = attack_setup.name_attack(name)
    with st.expander(say("attacks.choice.settings", attack=title), icon=":material/tune:"):
        for setting in attacks.describe_settings(name):
            if len(setting.choices) == 1:
                continue
            link = setting.name if name == PGD.name else f"{name}_{setting.name}"
            meaning = attack_setup.explain_setting(name, setting)
            if setting.name == _STEP:
                norm = str(values.get("norm", ""))
                values[_STEP] = _choose_step(link, meaning, norm)
            else:
                values[setting.name] = _choose_value(link, setting, meaning)
    try:
        return attacks.make(name, **values)
    except AttackError as error:
        raise AttackError(say("attacks.choice.refused", attack=title, reason=error)) from error


def _choose_value(link: str, setting: Setting, meaning: str) -> Any:
    title = attack_setup.name_setting(setting.name)
    if setting.choices:
        words = {str(value): value for value in setting.choices}
        bound = settings.bind(link, str(setting.default), settings.one_of(list(words)))
        choice = st.segmented_control(
            title,
            list(words),
            format_func=lambda word: attack_setup.name_value(setting, words[word]),
            required=True,
            help=meaning,
            **bound,
        )
        return words[str(choice)]
    if setting.kind is bool:
        bound = settings.bind(link, setting.default, settings.yes_no)
        return st.toggle(title, help=meaning, **bound)
    if setting.kind is int:
        bound = settings.bind(link, int(setting.default), settings.whole(0, _LARGEST_NUMBER))
        return int(st.number_input(title, 0, _LARGEST_NUMBER, step=1, help=meaning, **bound))
    return _choose_number(title, link, float(setting.default), meaning)


def _choose_number(title: str, link: str, default: float, meaning: str) -> float:
    number = st.number_input(
        title,
        0.0,
        step=None,
        format="%g",
        help=meaning,
        **settings.bind(link, default, settings.decimal),
    )
    return float(number)


def _choose_step(link: str, meaning: str, norm: str) -> float | None:
    """Draws the step size, in 8-bit levels where the norm is L-infinity.

    The attack page has whole levels alone, so the link has a name of its own here.
    """
    title, whole = attack_setup.name_setting(_STEP), say("attacks.choice.own", meaning=meaning)
    if norm == L2.norm:
        return _choose_number(title, f"{link}_l2", 0.0, whole) or None
    title = say("attacks.choice.of_levels", title=title, levels=LEVELS)
    return _choose_number(title, f"{link}_levels", 0.0, whole) / LEVELS or None
