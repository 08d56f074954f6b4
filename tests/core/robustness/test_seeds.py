"""Every measure over a dataset attacks with the seed that it was given."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from small_models import judging

from facemask_core import attacks, defences, robustness
from facemask_core.attacks import Attack
from facemask_core.data import datasets
from facemask_core.labels import LABELS

SHAPE = (32, 32, 3)
SEED = 7
MODEL = judging(np.full(SHAPE, 1 / np.prod(SHAPE)), 0.5)
ATTACK = attacks.make("noise")

MEASURES: dict[str, Callable[[datasets.Dataset, Any], Any]] = {
    "curve": lambda data, how: robustness.measure_robustness_curve(
        MODEL, data, ATTACK, [0.01], **how
    ),
    "transfer": lambda data, how: robustness.measure_transfer(
        [MODEL, MODEL], data, ATTACK, epsilon=0.01, **how
    ),
    "defences": lambda data, how: robustness.compare_defences(
        MODEL, data, ATTACK, [defences.make("bit_depth")], epsilon=0.01, **how
    ),
    "survival": lambda data, how: robustness.measure_attack_survival(
        MODEL, data, ATTACK, epsilon=0.01, qualities=[90], **how
    ),
}


@pytest.mark.parametrize("measure", MEASURES)
def test_the_seed_reaches_the_attack(
    measure: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for label, level in zip(LABELS, (90, 200), strict=True):
        (tmp_path / label).mkdir()
        Image.fromarray(np.full(SHAPE, level, np.uint8)).save(tmp_path / label / "a.png")
    seeds: list[int] = []
    attack = Attack.__call__

    def watch(self: Attack, *arguments: Any, **options: Any) -> Any:
        seeds.append(options.get("seed", 0))
        return attack(self, *arguments, **options)

    monkeypatch.setattr(Attack, "__call__", watch)
    how = {"seed": SEED, "prepare": lambda image: image}
    MEASURES[measure](datasets.open_dataset(tmp_path), how)
    assert set(seeds) == {SEED}
