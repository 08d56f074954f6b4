"""The choice of attacks for reports: every attack of the core, with its own settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from facemask_core import attacks
from facemask_core.attacks import Attack, Setting
from facemask_core.attacks.pgd import PGD
from facemask_core.attacks.transfer import Transfer
from facemask_core.epsilons import L2, LEVELS, LINF, Grid
from facemask_core.errors import AttackError
from facemask_core.labels import LABELS
from facemask_ui.base import messages, settings
from facemask_ui.choices import attack_setup

NONE = attack_setup.NONE
OFFERED = tuple(name for name in attacks.names() if name != Transfer.name)
"""The attacks to choose from; a switch of the page makes transfers of any of them."""
_STEP = "step_size"
_LARGEST_SEED = 9999
_LARGEST_NUMBER = 999_999
_OWN = "0 leaves it to the attack."


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
    # The attack page's own choice is the first guess.
    first = settings.peek("attack", OFFERED[0], settings.one_of(names))
    choice = st.pills(
        "Attacks",
        names,
        selection_mode="multi",
        format_func=lambda name: "None" if name == NONE else attacks.get(name).title,
        help="One report each. FGSM takes one step and PGD many small ones; DeepFool, "
        "Carlini-Wagner and L-BFGS look for the nearest picture that fools; Square asks for "
        "answers alone; random noise is the control group.",
        wrap=True,
        **settings.bind_several("attacks", [first], names),
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


def can_search(attack: Attack) -> bool:
    """Whether the smallest epsilon of an attack can be searched: in L-infinity, untargeted."""
    stated = attack.threat_model(0.0)
    return stated["norm"] == LINF.norm and stated.get("target") is None


def _read_norm(attack: Attack) -> str:
    return str(attack.threat_model(0.0)["norm"])


def _choose_epsilon(grid: Grid) -> float:
    if grid is LINF:
        label, form = "Epsilon", f"%d/{LEVELS}"
        meaning = "How far an attack may move each colour value. The smaller, the harder to see."
    else:
        label, form = "Epsilon in L2", "%.2f"
        meaning = (
            "How long the whole change may be: the root of the sum of all its squares, with colour "
            "values from 0 to 1."
        )
    name = "epsilon" if grid is LINF else f"epsilon_{grid.norm}"
    numbers = [grid.number(notch) for notch in grid.notches]
    least, most = (int(numbers[0]), int(numbers[-1])) if grid is LINF else (numbers[0], numbers[-1])
    parse: settings.Parse[Any] = (
        settings.whole(int(least), int(most))
        if grid is LINF
        else settings.multiple(grid.step, float(most))
    )
    usual = type(least)(grid.number(grid.usual))
    number = st.slider(
        label,
        least,
        most,
        step=type(least)(grid.step),
        format=form,
        help=meaning,
        **settings.bind(name, usual, parse),
    )
    return float(number) / grid.unit


def _choose_seed() -> int:
    seed = st.number_input(
        "Seed",
        0,
        _LARGEST_SEED,
        help="Of all that is random about the attacks; the same seed gives the same result.",
        **settings.bind("seed", 0, settings.whole(0, _LARGEST_SEED)),
    )
    return int(seed)


def _choose_settings(name: str) -> Attack:
    """Draws the settings of an attack as its class defines them, and makes it.

    Raises:
        AttackError: They make no sense together; the core's sentence says why.
    """
    values: dict[str, Any] = {}
    title = attacks.get(name).title
    with st.expander(f"{title} settings", icon=":material/tune:"):
        for setting in attacks.describe_settings(name):
            if len(setting.choices) == 1:
                continue
            link = setting.name if name == PGD.name else f"{name}_{setting.name}"
            if setting.name == _STEP:
                values[_STEP] = _choose_step(link, setting, str(values.get("norm", "")))
            else:
                values[setting.name] = _choose_value(link, setting)
    try:
        return attacks.make(name, **values)
    except AttackError as error:
        raise AttackError(f"{title}: {error}") from error


def _choose_value(link: str, setting: Setting) -> Any:
    if setting.choices:
        words = {str(value): value for value in setting.choices}
        bound = settings.bind(link, str(setting.default), settings.one_of(list(words)))
        choice = st.segmented_control(
            setting.title,
            list(words),
            format_func=lambda word: _name_choice(setting.name, words[word]),
            required=True,
            help=setting.meaning,
            **bound,
        )
        return words[str(choice)]
    if setting.kind is bool:
        bound = settings.bind(link, setting.default, settings.yes_no)
        return st.toggle(setting.title, help=setting.meaning, **bound)
    if setting.kind is int:
        bound = settings.bind(link, int(setting.default), settings.whole(0, _LARGEST_NUMBER))
        return int(
            st.number_input(
                setting.title, 0, _LARGEST_NUMBER, step=1, help=setting.meaning, **bound
            )
        )
    return _choose_number(setting.title, link, float(setting.default), setting.meaning)


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


def _choose_step(link: str, setting: Setting, norm: str) -> float | None:
    """Draws the step size, in 8-bit levels where the norm is L-infinity.

    The attack page has whole levels alone, so the link has a name of its own here.
    """
    if norm == L2.norm:
        length = _choose_number(setting.title, f"{link}_l2", 0.0, f"{setting.meaning} {_OWN}")
        return length or None
    title = f"{setting.title}, of {LEVELS}"
    return (
        _choose_number(title, f"{link}_levels", 0.0, f"{setting.meaning} {_OWN}") / LEVELS or None
    )


def _name_choice(name: str, value: Any) -> str:
    if name == "norm":
        return attack_setup.NORMS[value]
    if name == "target":
        return "none" if value is None else LABELS[value].replace("_", " ")
    return str(value)
