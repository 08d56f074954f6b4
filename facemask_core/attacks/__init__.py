"""The registry of attacks: adding one is a file in this folder and a line below."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from facemask_core.attacks.base import AdversarialBatch, Attack
from facemask_core.attacks.fgsm import FGSM
from facemask_core.attacks.pgd import PGD
from facemask_core.errors import AttackError

__all__ = ["AdversarialBatch", "Attack", "get", "make", "names", "settings"]

_REGISTRY: dict[str, type[Attack]] = {attack.name: attack for attack in (FGSM, PGD)}


def names() -> tuple[str, ...]:
    """Lists the registered attacks, weakest first."""
    return tuple(_REGISTRY)


def get(name: str) -> type[Attack]:
    """Looks an attack's class up.

    Args:
        name: A name from :func:`names`.

    Raises:
        AttackError: There is no such attack.
    """
    if name not in _REGISTRY:
        raise AttackError(f"There is no attack {name!r}; choose one of {', '.join(names())}.")
    return _REGISTRY[name]


def settings(name: str) -> tuple[str, ...]:
    """Lists the settings an attack knows.

    Raises:
        AttackError: There is no such attack.
    """
    return tuple(field.name for field in fields(get(name)))


def make(name: str, **chosen: Any) -> Attack:
    """Makes an attack by name.

    Args:
        name: A name from :func:`names`.
        **chosen: Its settings, such as ``steps=20``; the rest keep their defaults.

    Raises:
        AttackError: The attack or a setting does not exist, or a value makes no sense.
    """
    unknown = chosen.keys() - set(settings(name))
    if unknown:
        raise AttackError(
            f"{name} has no setting {', '.join(sorted(unknown))}; "
            f"it knows {', '.join(settings(name))}."
        )
    return get(name)(**chosen)
