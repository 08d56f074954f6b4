"""What a wish may take before it goes behind those that took less."""

from __future__ import annotations

import pytest

from facemask_core.models import head_start
from facemask_core.models.head_start import HeadStart


def test_a_wish_falls_back_until_it_used_up_its_head_start() -> None:
    starts = HeadStart(8.0)
    levels = [starts.find_level("pgd")]
    for _ in range(10):
        starts.charge("pgd", 1.0)
        levels.append(starts.find_level("pgd"))
    assert levels == [0, 0, 1, 2, 2, 3, 3, 3, 3, 4, 4]
    assert starts.find_level("fgsm") == 0, "what was asked anew goes first"


def test_without_a_head_start_all_are_alike_and_none_is_remembered() -> None:
    starts = HeadStart(0.0)
    starts.charge("pgd", 2.0)
    assert starts.find_level("pgd") == starts.find_level("anew") == 0
    assert len(starts) == 0


def test_what_took_time_last_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(head_start, "_MOST_WISHES", 2)
    starts = HeadStart(1.0)
    for key in ("a", "b", "a", "c"):
        starts.charge(key, 0.7)
    assert len(starts) == 2
    assert [starts.find_level(key) for key in ("a", "b", "c")] == [4, 0, 3]
