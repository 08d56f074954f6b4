"""Attacks and threat models in words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from facemask_core import attacks
from facemask_core.attacks import Attack
from facemask_core.attacks.iterative_ascent import IterativeAscent
from facemask_core.epsilons import LEVELS, LINF, describe_epsilon
from facemask_core.labels import LABELS
from facemask_ui.base import messages
from facemask_ui.choices import models

DEFAULT_LEVELS = LINF.usual
NONE, NO_ATTACK = "none", "no attack"
NORMS = {"linf": "L∞", "l2": "L2"}
"""How a norm is written."""
_SAID_OTHERWISE = {"norm", "steps", "stop_early"}
"""Settings that a description has in words of its own, or that change no figure of a list."""


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
    words += _describe_unusual(name, epsilon, details)
    if details.get("source") is not None:
        words.append(f"made on {models.name(str(details['source']))}")
    return ", ".join(words)


def _describe_unusual(name: str, epsilon: float, details: Mapping[str, object]) -> list[str]:
    """Describes the settings that differ from the attack's own, so that no two look alike."""
    words = []
    for setting in attacks.describe_settings(name):
        value = details.get(setting.name, setting.default)
        if setting.name in _SAID_OTHERWISE or value == setting.default:
            continue
        if setting.name == "step_size":
            words += _describe_step(name, epsilon, details)
        elif setting.name == "target":
            words.append(f"towards {LABELS[int(str(value))].replace('_', ' ')}")
        elif setting.kind is bool:
            words.append(setting.title.lower() if value else f"no {setting.title.lower()}")
        elif setting.kind is int:
            words.append(f"{value} {setting.title.lower()}")
        else:
            words.append(f"{setting.title.lower()} {_write_value(value)}")
    if details.get("seed"):
        words.append(f"seed {details['seed']}")
    return words


def _describe_step(name: str, epsilon: float, details: Mapping[str, object]) -> list[str]:
    """Describes a step size, unless it is the attack's own at this epsilon, as reports state it."""
    step, steps = float(str(details["step_size"])), details.get("steps")
    usual = attacks.make(name) if steps is None else attacks.make(name, steps=steps)
    if isinstance(usual, IterativeAscent) and math.isclose(step, usual.step_size_at(epsilon)):
        return []
    length = f"{step:.3g}" if details.get("norm") == "l2" else f"{LEVELS * step:.3g}/{LEVELS}"
    return [f"step size {length}"]


def title_stored_attack(stated: Mapping[str, Any]) -> str:
    """Names a stored attack without its settings: ``FGSM``, or ``FGSM made on VGG19``.

    Args:
        stated: Its threat model.
    """
    title = attacks.get(stated.get("made_with", stated["attack"])).title
    source = stated.get("source")
    return title if source is None else f"{title} made on {models.name(source)}"


def name_stored_attack(stated: Mapping[str, Any]) -> str:
    """Names a stored attack with its epsilon: ``FGSM at 8/255``.

    Args:
        stated: Its threat model.
    """
    epsilon, norm = float(stated["epsilon"]), stated["norm"]
    where = f"{epsilon:.4g} in L2" if norm == "l2" else f"{round(LEVELS * epsilon, 3):g}/{LEVELS}"
    return f"{title_stored_attack(stated)} at {where}"


def describe_stored_attack(values: Mapping[str, Any]) -> str:
    """Describes a stored question's attack in a few words.

    Args:
        values: The question's, or a report's with its threat model.
    """
    model = values["threat_model"]
    if model is None:
        return NO_ATTACK
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


def write_sweep_command(model: str, attack: Attack, seed: int) -> str:
    """Writes the command that repeats the slider's answers about a picture.

    Args:
        model: Name of the model.
        attack: The attack.
        seed: Its seed.
    """
    usual = asdict(attacks.make(attack.name))
    words = [f"facemask sweep PICTURE --model {model} --attack {attack.name}"]
    for key, value in asdict(attack).items():
        if value != usual[key]:
            text = {True: "yes", False: "no"}[value] if isinstance(value, bool) else value
            words.append(f"--set {key}={text}")
    if seed:
        words.append(f"--seed {seed}")
    return " ".join(words)


def _write_value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.3g}" if isinstance(value, float) else messages.write_name(str(value))
