"""A compiled program is kept by a key that says everything which was compiled into it."""

from __future__ import annotations

import inspect
from collections.abc import Hashable
from contextlib import suppress
from dataclasses import fields, replace
from functools import partial
from typing import Any

import numpy as np
import pytest
from small_models import SHAPE, judging

from facemask_core import attacks, explain
from facemask_core.errors import AttackError

IMAGES = np.full((1, *SHAPE), 0.5, np.float32)
OTHER_VALUES: dict[str, tuple[Any, ...]] = {
    "norm": ("linf", "l2"),
    "loss": ("margin", "cross-entropy"),
    "target": (None, 1),
    "stop_early": (False, True),
}


class Stop(BaseException):
    """Ends an attack at its first program: no model is asked here."""


def describe_program(program: Any) -> Hashable:
    """What a program does, told by its code and what is bound to it."""
    if isinstance(program, partial):
        return (program.func, program.args, tuple(program.keywords.items()))
    if inspect.isfunction(program):
        return program
    return (type(program), tuple(vars(program).items()))


def list_variants(name: str) -> list[attacks.Attack]:
    """The attack with each value of each setting that may be compiled in, and all their pairs."""
    variants = [attacks.make(name)]
    for field in fields(variants[0]):
        for variant in list(variants):
            for value in OTHER_VALUES.get(field.name, ()):
                try:
                    variants.append(replace(variant, **{field.name: value}))
                except AttackError:  # that norm or pair is none of this attack's
                    continue
    return variants


def test_programs_of_one_key_are_one_program(monkeypatch: pytest.MonkeyPatch) -> None:
    classifier = judging(np.ones(SHAPE), 96.5)
    programs: dict[Hashable, set[Hashable]] = {}

    def run(key: Hashable, program: Any, *arrays: Any, **_: Any) -> Any:
        programs.setdefault(key, set()).add(describe_program(program))
        if key == "logits":
            return (np.array([[1.0, -1.0]] * len(arrays[0]), np.float32),)
        raise Stop

    monkeypatch.setattr(classifier, "run", run)
    for name in attacks.names():
        for attack in list_variants(name) if name != "transfer" else ():
            with suppress(Stop):
                attack(classifier, IMAGES, np.array([0]), epsilon=0.1)
    for name in explain.names():
        with pytest.raises(Stop):
            explain.make(name)(classifier, IMAGES, 0)
    assert len(programs) > 15
    assert {key: len(kinds) for key, kinds in programs.items() if len(kinds) > 1} == {}
