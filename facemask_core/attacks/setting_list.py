"""The settings of an attack as its own class defines them: type, default, choices and meaning."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, get_args, get_type_hints

from facemask_core.attacks import losses, norms
from facemask_core.attacks.base import Attack
from facemask_core.errors import AttackError
from facemask_core.labels import LABELS

_PLAIN = (bool, int, float, str)
_CHOICES: dict[str, Callable[[], tuple[Any, ...]]] = {
    "norm": norms.names,
    "loss": losses.names,
    "target": lambda: (None, *range(len(LABELS))),
}
"""Settings that are one of a few values; an attack may refuse some of them."""
_ENTRY = re.compile(r"^    (\w+): (.*(?:\n {8,}.*)*)", re.MULTILINE)
"""An entry under "Attributes:" in a docstring, with its further lines."""


@dataclass(frozen=True)
class Setting:
    """One setting of an attack.

    Attributes:
        name: As the class and the command line call it.
        kind: The type of its values.
        default: Its value unless someone chooses another.
        optional: Whether it may also be None, which leaves it to the attack.
        choices: The values it can have, where they are few; empty otherwise.
        meaning: What the class's docstring says of it.
    """

    name: str
    kind: type
    default: Any
    optional: bool
    choices: tuple[Any, ...]
    meaning: str

    @property
    def title(self) -> str:
        """Its name in words, such as ``Step size``."""
        return self.name.replace("_", " ").capitalize()


def list_settings(attack: type[Attack]) -> tuple[Setting, ...]:
    """Lists the settings of an attack that are plain values, in the order of its class.

    Args:
        attack: The attack's class.
    """
    kinds, meanings = get_type_hints(attack), _read_meanings(attack)
    listed = []
    for field in fields(attack):
        hints = get_args(kinds[field.name]) or (kinds[field.name],)
        kind = next((hint for hint in hints if hint in _PLAIN), None)
        if kind is None:  # such as the model of a transfer attack
            continue
        listed.append(
            Setting(
                field.name,
                kind,
                field.default,
                type(None) in hints,
                _list_choices(attack, field.name),
                meanings.get(field.name, ""),
            )
        )
    return tuple(listed)


def _list_choices(attack: type[Attack], name: str) -> tuple[Any, ...]:
    """Lists the values of a setting that the attack does not refuse."""
    return tuple(value for value in _CHOICES.get(name, tuple)() if _takes(attack, name, value))


def _takes(attack: type[Attack], name: str, value: Any) -> bool:
    try:
        attack(**{name: value})
    except AttackError:
        return False
    return True


def _read_meanings(attack: type[Attack]) -> dict[str, str]:
    """Reads what the docstrings of a class and its bases say of its settings, its own first."""
    meanings: dict[str, str] = {}
    for base in attack.__mro__:
        text = inspect.cleandoc(base.__doc__ or "").partition("Attributes:\n")[2]
        for name, meaning in _ENTRY.findall(text):
            meanings.setdefault(name, " ".join(meaning.split()))
    return meanings
