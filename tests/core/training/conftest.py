"""A tiny backbone and two classes that anyone can tell apart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import tiny_backbone
from PIL import Image
from tiny_backbone import RECIPE

from facemask_core import backbones, training


@pytest.fixture(scope="module", autouse=True)
def _tiny() -> Iterator[None]:
    """Training the real backbones takes seconds a step to trace; a tiny one shows the same."""
    tiny_backbone.register()
    yield
    del backbones._REGISTRY["tiny"]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bright against dark noise: two classes anyone can tell apart."""
    root = tmp_path_factory.mktemp("data")
    rng = np.random.default_rng(0)
    for split, count in (("train", 16), ("val", 4), ("test", 4)):
        for label, (low, high) in (("without_mask", (0, 120)), ("with_mask", (135, 256))):
            folder = root / split / label
            folder.mkdir(parents=True)
            for number in range(count):
                pixels = rng.integers(low, high, (48, 40, 3), dtype=np.uint8)
                Image.fromarray(pixels).save(folder / f"{number}.png")
    return root


@pytest.fixture(scope="module")
def trained(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("runs") / "unbroken"
    training.train(RECIPE, data, output, command="as typed")
    return output
