"""Grids and attacks as the core defines them, so that a browser need not define them again."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from facemask_core import attacks
from facemask_core.attacks import sweep_order, warm_sweep
from facemask_core.attacks.iterative_ascent import STEPS_BETWEEN_LOOKS, IterativeAscent
from facemask_core.attacks.setting_list import Setting
from facemask_core.epsilons import L2, LEVELS, LINF
from facemask_core.labels import LABELS

ATTACKS = ("fgsm", "pgd", "noise")
"""The attacks that a browser carries out."""
_LEFT_OUT = {"loss", "stop_early"}
"""Settings a browser does not offer: it climbs the margin, and stops early where only that asks."""


def describe_attacks() -> dict[str, Any]:
    """States the grids, the attacks with the defaults of their settings, and how a sweep goes."""
    return {
        "levels": LEVELS,
        "classes": list(LABELS),
        "grids": {grid.norm: asdict(grid) for grid in (LINF, L2)},
        "attacks": {name: _describe(name) for name in ATTACKS},
        "sweep": {
            "coarse_shares": list(sweep_order.SHARES),
            "least": warm_sweep.LEAST,
            "slope": warm_sweep.SLOPE,
        },
        "steps_between_looks": STEPS_BETWEEN_LOOKS,
    }


def choose_settings(attack: attacks.Attack) -> dict[str, Any]:
    """Chooses those of an attack's settings that a browser is told.

    Args:
        attack: One of :data:`ATTACKS`.
    """
    return {key: value for key, value in asdict(attack).items() if key not in _LEFT_OUT}


def _describe(name: str) -> dict[str, Any]:
    attack = attacks.get(name)
    listed = [it for it in attacks.describe_settings(name) if it.name not in _LEFT_OUT]
    described: dict[str, Any] = {
        "title": attack.title,
        "settings": {setting.name: _write(setting) for setting in listed},
    }
    if issubclass(attack, IterativeAscent):
        described["reach"] = attack.reach
    return described


def _write(setting: Setting) -> dict[str, Any]:
    return {
        "kind": setting.kind.__name__,
        "default": setting.default,
        "choices": list(setting.choices),
    }
