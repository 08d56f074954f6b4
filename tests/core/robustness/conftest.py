"""A small dataset of 8-bit pictures and two small models for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from small_models import SHAPE

from facemask_core.data import datasets
from facemask_core.data.datasets import Dataset


@pytest.fixture
def levels() -> NDArray[np.uint8]:
    """Twelve random 8-bit images of the small models' shape, away from black and white."""
    return np.random.default_rng(5).integers(90, 166, (12, *SHAPE), dtype=np.uint8)


@pytest.fixture
def pictures(tmp_path: Path, levels: NDArray[np.uint8]) -> Dataset:
    """The same images eight times enlarged, as files, six a class, and one that is none."""
    for index, image in enumerate(levels):
        folder = tmp_path / ("without_mask", "with_mask")[index // 6]
        folder.mkdir(exist_ok=True)
        enlarged = image.repeat(8, axis=0).repeat(8, axis=1)
        Image.fromarray(enlarged).save(folder / f"{index:02d}.png")
    (tmp_path / "with_mask" / "broken.png").write_bytes(b"no picture")
    return datasets.open_dataset(tmp_path)


@pytest.fixture
def small() -> Callable[[NDArray[np.uint8]], NDArray[np.uint8]]:
    """Takes the enlarged pictures back to the size of the small models."""
    return lambda image: image[::8, ::8]
