"""Attacks, their settings and threat models in words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from facemask_core import attacks
from facemask_core.attacks import Attack, Setting
from facemask_core.attacks.fgsm import FGSM
from facemask_core.attacks.iterative_ascent import IterativeAscent
from facemask_core.epsilons import LEVELS, LINF
from facemask_ui.base import messages
from facemask_ui.base.palette import name_class
from facemask_ui.choices import models
from facemask_ui.language import number, read_current, say, say_known

DEFAULT_LEVELS = LINF.usual
NONE = "none"
NORMS = {"linf": "L∞", "l2": "L2"}
"""How a norm is written."""
_SAID_OTHERWISE = {"norm", "steps", "stop_early"}
"""Settings that a description has in words of its own, or that change no figure of a list."""


def name_attack(name: str) -> str:
    """Names an attack; one that the languages' files do not know has the core's own title.

    Args:
        name: Its name in the registry.
    """
    return say_known(f"attacks.{name}.title", attacks.get(name).title)


def name_setting(name: str) -> str:
    """Names a setting of an attack, such as ``Step size``.

    Args:
        name: As the attack's class calls it.
    """
    return say_known(f"attacks.settings.{name}.title", name.replace("_", " ").capitalize())


def explain_setting(attack: str, setting: Setting) -> str:
    """Explains in a sentence what a setting of an attack means.

    Args:
        attack: The attack, which may have a sentence of its own for it.
        setting: The setting.
    """
    meaning = say_known(f"attacks.settings.{setting.name}.meaning", setting.meaning)
    return say_known(f"attacks.{attack}.{setting.name}.meaning", meaning)


def name_value(setting: Setting, value: object) -> str:
    """Names a value of a setting that has few of them.

    Args:
        setting: The setting.
        value: One of its choices.
    """
    if setting.name == "norm":
        return NORMS[str(value)]
    if setting.name == "target":
        return say("attacks.none") if value is None else name_class(int(str(value))).lower()
    if value in setting.choices:
        key = f"attacks.settings.{setting.name}.choices.{setting.choices.index(value)}"
        return say_known(key, _write_value(value))
    return _write_value(value)


def describe_attack(name: str, epsilon: float, details: Mapping[str, object]) -> str:
    """Describes an attack in a few words, for a list.

    Args:
        name: Its name.
        epsilon: Its radius.
        details: Its settings, or a whole threat model.
    """
    title = name_attack(name)
    words = [f"{title} {_write_levels(epsilon)}"]
    if details.get("norm") == "l2":
        words = [f"{title} L2 {write_significant(epsilon)}"]
    if details.get("largest_level") is not None:
        words = [say("attacks.described.smallest", attack=title)]
    if "steps" in details:
        words.append(_count(int(str(details["steps"])), "steps"))
    words += _describe_unusual(name, epsilon, details)
    if details.get("source") is not None:
        words.append(say("attacks.described.source", model=models.name(str(details["source"]))))
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
            words.append(say("attacks.described.target", name=name_value(setting, value)))
        elif setting.kind is bool:
            words.append(_switch(setting.name, is_on=bool(value)))
        elif setting.kind is int:
            words.append(_count(int(str(value)), setting.name))
        else:
            words.append(_describe_setting(setting.name, name_value(setting, value)))
    if details.get("seed"):
        words.append(say("attacks.stated.seed", value=details["seed"]))
    return words


def _describe_step(name: str, epsilon: float, details: Mapping[str, object]) -> list[str]:
    """Describes a step size, unless it is the attack's own at this epsilon, as reports state it."""
    step, steps = float(str(details["step_size"])), details.get("steps")
    usual = attacks.make(name) if steps is None else attacks.make(name, steps=steps)
    if isinstance(usual, IterativeAscent) and math.isclose(step, usual.step_size_at(epsilon)):
        return []
    is_length = details.get("norm") == "l2"
    length = write_significant(step if is_length else LEVELS * step)
    return [_describe_setting("step_size", length if is_length else f"{length}/{LEVELS}")]


def _count(count: int, name: str) -> str:
    """Writes how many there are of what a setting counts, such as ``20 steps``."""
    key = f"attacks.settings.{name}.counted"
    if read_current().has(f"{key}.other"):
        return say(key, count=count)
    return f"{number(count)} {_name_inside(name)}"


def _switch(name: str, *, is_on: bool) -> str:
    """Writes whether a setting is on, such as ``no random start``."""
    key = f"attacks.settings.{name}.{'on' if is_on else 'off'}"
    return say_known(key, _describe_setting(name, _write_value(is_on)))


def _describe_setting(name: str, value: str) -> str:
    return say("attacks.described.setting", title=_name_inside(name), value=value)


def _name_inside(name: str) -> str:
    """Names a setting within a sentence; the names of a stranger's are written as such."""
    title = messages.write_name(name_setting(name))
    return title[:1].lower() + title[1:]


def title_stored_attack(stated: Mapping[str, Any]) -> str:
    """Names a stored attack without its settings: ``FGSM``, or ``FGSM made on VGG19``.

    Args:
        stated: Its threat model.
    """
    title = name_attack(stated.get("made_with", stated["attack"]))
    source = stated.get("source")
    if source is None:
        return title
    return say("attacks.described.made_with", attack=title, model=models.name(source))


def name_stored_attack(stated: Mapping[str, Any]) -> str:
    """Names a stored attack with its epsilon: ``FGSM at 8/255``.

    Args:
        stated: Its threat model.
    """
    epsilon, key = float(stated["epsilon"]), "attacks.described.at_levels"
    where = _write_levels(epsilon)
    if stated["norm"] == "l2":
        key, where = "attacks.described.at_length", write_significant(epsilon, 4)
    return say(key, attack=title_stored_attack(stated), epsilon=where)


def describe_stored_attack(values: Mapping[str, Any]) -> str:
    """Describes a stored question's attack in a few words.

    Args:
        values: The question's, or a report's with its threat model.
    """
    model = values["threat_model"]
    if model is None:
        return say("attacks.no_attack")
    name = model.get("made_with", model["attack"])
    return describe_attack(
        name, model["epsilon"], {**model, "largest_level": values.get("largest_level")}
    )


def describe_threat_model(threat_model: dict[str, object]) -> str:
    """Writes in one line what the attacker knows and may do; every figure needs it."""
    rest = dict(threat_model)
    name, norm = str(rest.pop("attack")), str(rest.pop("norm"))
    epsilon = write_epsilon(float(str(rest.pop("epsilon"))), norm)
    target, knowledge = rest.pop("target", None), str(rest.pop("knowledge"))
    key = "attacks.stated." + ("untargeted" if target is None else "targeted")
    first = say(
        key,
        attack=name_attack(name),
        knowledge=_name_knowledge(name, knowledge),
        norm=NORMS[norm],
        epsilon=epsilon,
        target=target,
    )
    details = [_state_setting(name, key, value) for key, value in rest.items()]
    return ", ".join([first, *details])


def _name_knowledge(name: str, knowledge: str) -> str:
    """Names what the attacker knows, which the core says in English."""
    is_usual = knowledge == attacks.get(name).knowledge
    return say_known(f"attacks.{name}.knowledge", knowledge) if is_usual else knowledge


def _state_setting(attack: str, name: str, value: object) -> str:
    """States one setting of a threat model, also one that the attack has no control for."""
    known = {setting.name: setting for setting in attacks.describe_settings(attack)}
    if name in known:
        return _describe_setting(name, name_value(known[name], value))
    written = _write_value(value)
    return say_known(f"attacks.stated.{name}", _describe_setting(name, written), value=written)


def write_epsilon(epsilon: float, norm: str = "linf") -> str:
    """Writes an epsilon on both scales, such as ``8/255 (0.0314)``; one in L2 as it is.

    Args:
        epsilon: The radius.
        norm: The norm it is a length in.
    """
    if norm == "l2":
        return write_significant(epsilon, 4)
    return f"{_write_levels(epsilon)} ({write_significant(epsilon)})"


def write_significant(value: float, digits: int = 3) -> str:
    """Writes a number of any size with its first digits, as the page's language does.

    Args:
        value: The number.
        digits: How many digits.
    """
    text = f"{value:.{digits}g}"
    if "e" in text or not math.isfinite(value):
        return text
    return number(float(text), len(text.partition(".")[2]))


def _write_levels(epsilon: float) -> str:
    return f"{write_significant(round(LEVELS * epsilon, 3), 6)}/{LEVELS}"


def write_sweep_command(model: str, attack: Attack, seed: int, linked: float | None = None) -> str:
    """Writes the command that repeats the slider's answers about a picture.

    Args:
        model: Name of the model.
        attack: The attack.
        seed: Its seed.
        linked: The epsilon of one more place where the slider stops, as it is written.
    """
    usual = asdict(attacks.make(attack.name))
    words = [
        "facemask",
        "sweep",
        "PICTURE",
        "--model",
        models.write_argument(model),
        "--attack",
        attack.name,
    ]
    for key, value in asdict(attack).items():
        if value != usual[key]:
            text = {True: "yes", False: "no"}[value] if isinstance(value, bool) else value
            words.append(f"--set {key}={text}")
    if attack.name != FGSM.name:  # of which every epsilon is computed
        words += ["--at", "stops" if linked is None else f"stops,{linked:g}"]
    if seed:
        words.append(f"--seed {seed}")
    return " ".join(words)


def _write_value(value: object) -> str:
    if isinstance(value, bool):
        return say("attacks.described.yes" if value else "attacks.described.no")
    return write_significant(value) if isinstance(value, float) else messages.write_name(str(value))
