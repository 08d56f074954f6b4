"""A run small enough to be killed twenty times, and what it leaves in the store."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from small_models import judging

from facemask_core import Classifier, attacks, evaluation, runs
from facemask_core.data import datasets
from facemask_core.data.datasets import Dataset, Sample, SkippedFile
from facemask_core.errors import RunInUseError
from facemask_core.evaluation.report import Evaluation
from facemask_core.labels import LABELS
from facemask_core.pictures import images
from facemask_core.runs import records
from facemask_core.runs.rows import Rows

EPSILON = 8 / 255
SIDE = 32
INPUT = (16, 16, 3)
IN_USE = 3


def small(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Prepares pictures for the model of these tests."""
    return image[: INPUT[0], : INPUT[1]]


small.__module__ = "facemask_core.tests"  # the store takes none but the lab's own


def write_pictures(root: Path, count: int, *, broken: Iterable[int] = ()) -> Dataset:
    """Writes pictures of noise, no two alike, and some files that are none."""
    rng = np.random.default_rng(0)
    for number in range(count):
        path = root / LABELS[number % 2] / f"{number:04d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = rng.integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(path, compress_level=1)
        if number in broken:
            path.write_bytes(b"no picture")
    return datasets.open_dataset(root)


def judge() -> Classifier:
    """A linear model: no two pictures have the same logits."""
    return judging(np.random.default_rng(1).normal(size=INPUT), 0.0)


def evaluate_noise(
    classifier: Classifier, dataset: Dataset, store: runs.Store | None, **more: Any
) -> Evaluation:
    """The question of these tests; random noise needs no gradient, so nothing is compiled long."""
    question = {"attack": attacks.make("noise"), "epsilon": EPSILON, "seed": 3, "prepare": small}
    return evaluation.evaluate(classifier, dataset, store=store, **question | more)


class Witness:
    """Writes down every image a model is evaluate_noise about, at once and for good."""

    def __init__(self, classifier: Classifier, log: Path) -> None:
        self._ask, self._log = classifier.predict, log
        classifier.predict = self.predict  # type: ignore[method-assign]

    def predict(self, pixels: NDArray[np.floating]) -> NDArray[np.float32]:
        lines = "".join(f"{name(image)}\n" for image in pixels)
        file = os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.write(file, lines.encode())
        os.close(file)
        return self._ask(pixels)


def name(pixels: NDArray[np.floating]) -> str:
    """Tells one picture from another."""
    levels = np.rint(np.asarray(pixels) * 255).astype(np.uint8)
    return hashlib.sha256(levels.tobytes()).hexdigest()


def names(dataset: Dataset) -> dict[str, str]:
    """The names of a dataset's pictures, by path."""
    (batch,) = datasets.stream(dataset, len(dataset), small)
    pictures = zip(batch.paths, images.to_float(batch.images), strict=True)
    return {path: name(pixels) for path, pixels in pictures}


def compute(home: Path, data: Path, log: Path, ready: Connection | None = None) -> None:
    """Asks the question through a store; ends with exit code 3 where another process does."""
    dataset, classifier = datasets.open_dataset(data), judge()
    classifier.predict(np.zeros((32, *INPUT), np.float32))
    Witness(classifier, log)
    if ready is not None:
        ready.send("ready")
        ready.recv()
    try:
        with runs.Store(home) as store:
            evaluate_noise(classifier, dataset, store)
    except RunInUseError:
        sys.exit(IN_USE)


def stored(home: Path) -> list[records.Image]:
    """Every column of every row of the only run in a store."""
    with runs.Store(home) as store:
        return rows(store)


def rows(store: runs.Store) -> list[records.Image]:
    """As :func:`stored`, of a store that is open."""
    if not (found := store.runs()):
        return []
    (entry,) = found
    return [image for _, images in store.read(entry.question)._batches() for image in images]


def append_nothing(run: runs.Run) -> None:
    """Completes a run of one file that is no picture."""
    skipped = (SkippedFile("a.png", "no picture"),)
    nothing = np.zeros((0, len(LABELS)), np.float32)
    answers = Rows((), np.zeros(0, np.int64), nothing, skipped, (), 0.0)
    run.append([Sample("a.png", 0)], answers)
