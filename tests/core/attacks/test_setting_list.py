"""Every attack's settings are described by its own class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pytest

from facemask_core import attacks
from facemask_core.attacks.pgd import PGD
from facemask_core.attacks.setting_list import list_settings


@pytest.mark.parametrize("name", attacks.names())
def test_every_setting_has_a_meaning_and_its_default_makes_the_attack(name: str) -> None:
    listed = attacks.describe_settings(name)
    assert all(len(setting.meaning) > 9 for setting in listed)
    assert all(not setting.choices or setting.default in setting.choices for setting in listed)
    if name != "transfer":
        assert {setting.name for setting in listed} == set(attacks.settings(name))
        values = {setting.name: setting.default for setting in listed}
        assert attacks.make(name, **values) == attacks.make(name)


def test_choices_are_those_that_the_attack_takes() -> None:
    choices = {it.name: it.choices for it in attacks.describe_settings("cw")}
    assert choices["norm"] == ("l2",)
    assert choices["target"] == (None, 0, 1)
    assert choices["steps"] == ()


def test_an_attack_that_is_added_is_described_without_more_code() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Own(PGD):
        """An attack.

        Attributes:
            steps: Another meaning,
                on two lines.
            nerve: How brave
                it is.
        """

        name: ClassVar[str] = "own"
        nerve: float = 0.5

    listed = {setting.name: setting for setting in list_settings(Own)}
    assert listed["nerve"].meaning == "How brave it is."
    assert listed["steps"].meaning == "Another meaning, on two lines."
    assert listed["restarts"].meaning.startswith("Attempts from different random starts")
    assert (listed["nerve"].kind, listed["nerve"].title) == (float, "Nerve")
    assert listed["step_size"].optional
