"""Datasets of tests: small pictures by class, in folders."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from facemask_core.data.datasets import Dataset
from facemask_core.labels import LABELS
from facemask_core.pictures import images


def picture(seed: int, side: int = 32) -> bytes:
    rng = np.random.default_rng(seed)
    return images.encode_png(rng.integers(0, 256, (side, side, 3), dtype=np.uint8))


def write(root: Path, files: dict[str, bytes]) -> Path:
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    return root


def folders(each: int) -> dict[str, bytes]:
    names = [(name, index) for name in LABELS for index in range(each)]
    return {f"{name}/{i:03}.png": picture(seed) for seed, (name, i) in enumerate(names)}


def below(folder: str, files: dict[str, bytes]) -> dict[str, bytes]:
    return {f"{folder}/{path}": data for path, data in files.items()}


def divided(*names: str, each: int = 1) -> dict[str, bytes]:
    return {path: data for name in names for path, data in below(name, folders(each)).items()}


def paths(dataset: Dataset) -> list[str]:
    return [sample.path for sample in dataset.samples]
