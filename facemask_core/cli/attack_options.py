"""Options about attacks and defences: ``--set decay=0.5``, ``--defence jpeg:75``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from facemask_core.epsilons import parse_epsilon
from facemask_core.errors import AttackError, DefenceError
from facemask_core.labels import parse_label

if TYPE_CHECKING:
    from facemask_core.attacks import Attack
    from facemask_core.defences import Defence

SettingsOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="A setting of the attack; may be repeated."),
]
SourceOption = Annotated[
    str | None,
    typer.Option(help="Make the examples on this other model, and only try them here."),
]
DefencesOption = Annotated[
    list[str] | None,
    typer.Option(
        "--defence",
        metavar="NAME[:STRENGTH]",
        help="Such as jpeg:75; repeat for more (default: every defence there is).",
    ),
]

_YES_NO = {"yes": True, "true": True, "no": False, "false": False}


def make_attack(
    name: str,
    pairs: Sequence[str] | None,
    source: str | None = None,
    *,
    step_size: str | None = None,
    target: str | None = None,
    **settings: Any,
) -> Attack:
    """Makes an attack from options.

    Args:
        name: A registered attack, but not ``transfer``, which a source selects.
        pairs: Settings as ``NAME=VALUE``.
        source: Name or folder of another model to make the examples on.
        step_size: Such as ``2/255``; None, here and below, keeps the attack's default.
        target: Name of a class.
        **settings: Other settings by name.

    Raises:
        AttackError: There is no such attack or setting, or a value makes no sense.
        CheckpointError: The source cannot be loaded.
    """
    from facemask_core import attacks, load_classifier

    if name == "transfer":
        raise AttackError(
            "A transfer attack is another attack made on another model: name that attack. Commands "
            "that take --source MODEL make it on that model; transfer tries every pair of models."
        )
    settings["step_size"] = None if step_size is None else parse_epsilon(step_size)
    settings["target"] = None if target is None else parse_label(target)
    given = {key: value for key, value in settings.items() if value is not None}
    attack = attacks.make(name, **given | _read_pairs(name, pairs or ()))
    if source is None:
        return attack
    return attacks.make("transfer", source=load_classifier(source, warm_up=False), attack=attack)


def _read_pairs(name: str, pairs: Sequence[str]) -> dict[str, Any]:
    from facemask_core import attacks

    kinds = get_type_hints(attacks.get(name))
    values = {}
    for pair in pairs:
        key, equals, text = pair.partition("=")
        if not equals or key not in attacks.settings(name):
            raise AttackError(
                f"{pair!r} sets nothing; write NAME=VALUE with one of "
                f"{', '.join(attacks.settings(name))}."
            )
        values[key] = _read_value(key, text, kinds[key])
    return values


def _read_value(key: str, text: str, kind: Any) -> Any:
    """Reads a value according to its setting's type."""
    if key == "target":
        return parse_label(text)
    if kind is bool:
        if text.lower() not in _YES_NO:
            raise AttackError(f"{key} is {text!r}; it must be yes or no.")
        return _YES_NO[text.lower()]
    if kind is int:
        try:
            return int(text)
        except ValueError as error:
            raise AttackError(f"{key} is {text!r}; it must be a whole number.") from error
    return text if kind is str else parse_epsilon(text)


def make_defences(names: Sequence[str] | None) -> list[Defence]:
    """Makes defences from options.

    Args:
        names: Names, or names with a strength such as ``jpeg:75``; None for every registered
            defence. Without a strength a defence keeps its default.

    Raises:
        DefenceError: There is no such defence, or a strength makes no sense.
    """
    from facemask_core import defences

    return [_make_defence(text) for text in names or defences.names()]


def _make_defence(text: str) -> Defence:
    from facemask_core import defences

    name, colon, strength = text.partition(":")
    if not colon:
        return defences.make(name)
    kind, setting = defences.get(name), defences.settings(name)[0]
    try:
        value = get_type_hints(kind)[setting](strength)
    except ValueError as error:
        raise DefenceError(
            f"{name} cannot have {setting} {strength!r}; write a number as in "
            f"{name}:{getattr(kind, setting)}."
        ) from error
    return defences.make(name, **{setting: value})
