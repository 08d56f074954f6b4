"""A split decoded once and served in batches, random by seed and epoch alone."""

from __future__ import annotations

import logging
import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from copy import copy

import numpy as np
from numpy.typing import NDArray

from facemask_core.backend import keras
from facemask_core.data import datasets
from facemask_core.errors import TrainingError
from facemask_core.labels import LABELS
from facemask_core.pictures import images
from facemask_core.training.augmentation import augment
from facemask_core.training.recipes import Recipe

_READERS = max(2, (os.cpu_count() or 2) // 2)
"""Threads that augment; the other half of a large machine's cores feeds and runs the model."""
_PREFETCH = 2 * _READERS
_PLAIN_ROUND = 1_000_000
"""Replaces the epoch in the random streams of plain batches; no run has that many epochs."""

_log = logging.getLogger(__name__)

LabelledBatch = tuple[NDArray[np.float32], NDArray[np.float32]]
"""Pixels (n, size, size, 3) in [0, 1] and one-hot labels (n, 2)."""


class Photographs:
    """A split's images as 8-bit arrays in memory.

    Attributes:
        labels: int64 (n,), the true classes.
        skipped: Files that could not be read, and why.
    """

    def __init__(self, dataset: datasets.Dataset, split: str) -> None:
        """Decodes a split; files that cannot be read are left out and logged.

        Args:
            dataset: The split.
            split: Its name, for messages.

        Raises:
            TrainingError: No readable image is left of a class.
        """
        batches = list(datasets.stream(dataset, 256, prepare=images.resize))
        self._images = [image for batch in batches for image in batch.images]
        self.labels = np.concatenate([batch.labels for batch in batches])
        self.skipped = [entry for batch in batches for entry in batch.skipped]
        if self.skipped:
            _log.warning(
                "The %s split has %d files, of which %d cannot be used; the first: %s: %s",
                split,
                len(dataset),
                len(self.skipped),
                self.skipped[0].path,
                self.skipped[0].reason,
            )
        for label, name in enumerate(LABELS):
            if label not in self.labels:
                raise TrainingError(
                    f"No picture of the class {name} in the {split} split of "
                    f"{dataset.source.name!r} can be read; add some that can."
                )

    def join(self, other: Photographs) -> Photographs:
        """Appends another set's images to this one's; neither is copied or changed."""
        union = copy(self)
        union._images = [*self._images, *other._images]  # noqa: SLF001 - its own class
        union.labels = np.concatenate([self.labels, other.labels])
        union.skipped = [*self.skipped, *other.skipped]
        return union

    def __len__(self) -> int:
        return len(self._images)

    def class_weights(self) -> dict[int, float]:
        """Returns weights by which both classes count the same in the loss."""
        counts = np.bincount(self.labels, minlength=len(LABELS))
        return {label: len(self) / (len(LABELS) * count) for label, count in enumerate(counts)}

    def batches(self, recipe: Recipe, epoch: int, size: int, steps: int) -> Iterator[LabelledBatch]:
        """Serves one epoch in random order; each image is augmented by its own random stream.

        Args:
            recipe: Gives seed, batch size, and whether images are augmented.
            epoch: Number of the epoch, from 0.
            size: Side of the square images.
            steps: How many batches to make.
        """
        order = np.random.default_rng([recipe.seed, epoch]).permutation(len(self))

        def view(index: int) -> NDArray[np.uint8]:
            if not recipe.augment:
                return images.resize(self._images[index], size)
            rng = np.random.default_rng([recipe.seed, epoch, index])
            return augment(self._images[index], size, rng)

        return self._prefetch(order, recipe.batch_size, steps, view)

    def plain_batches(self, recipe: Recipe, size: int, steps: int) -> Iterator[LabelledBatch]:
        """Serves batches in random order, resized but not augmented, as the model will be used."""
        rng = np.random.default_rng([recipe.seed, _PLAIN_ROUND])
        rounds = -(-steps * recipe.batch_size // len(self))
        order = np.concatenate([rng.permutation(len(self)) for _ in range(rounds)])
        return self._prefetch(
            order, recipe.batch_size, steps, lambda index: images.resize(self._images[index], size)
        )

    def _prefetch(
        self,
        order: NDArray[np.int64],
        batch_size: int,
        steps: int,
        view: Callable[[int], NDArray[np.uint8]],
    ) -> Iterator[LabelledBatch]:
        one_hot = np.eye(len(LABELS), dtype=np.float32)

        def make(indices: NDArray[np.int64]) -> LabelledBatch:
            pixels = np.stack([view(int(index)) for index in indices])
            return images.to_float(pixels), one_hot[self.labels[indices]]

        slices = [order[step * batch_size : (step + 1) * batch_size] for step in range(steps)]
        with ThreadPoolExecutor(_READERS) as pool:
            pending: deque[Future[LabelledBatch]] = deque()
            for indices in slices:
                pending.append(pool.submit(make, indices))
                if len(pending) > _PREFETCH:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()

    def sample(self, count: int, size: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Takes an even sample of the split, the same in every run.

        Args:
            count: At most how many images.
            size: Side of the square images.

        Returns:
            float32 pixels (n, size, size, 3) and int64 labels (n,).
        """
        rows = np.linspace(0, len(self) - 1, min(count, len(self))).astype(int)
        return self._pixels(rows, size), self.labels[rows]

    def logits(
        self, model: keras.Model, size: int
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Runs a model over the whole split at one size, without augmentation.

        Returns:
            float32 logits (n, 2) and int64 labels (n,).
        """
        outputs = []
        for start in range(0, len(self), 64):
            # The last batch is filled up: JAX would compile the model anew for a smaller one.
            rows = np.minimum(np.arange(start, start + 64), len(self) - 1)
            outputs.append(np.asarray(model.predict_on_batch(self._pixels(rows, size))))
        return np.concatenate(outputs)[: len(self)].astype(np.float32), self.labels

    def _pixels(self, rows: NDArray[np.int64], size: int) -> NDArray[np.float32]:
        return images.to_float(
            np.stack([images.resize(self._images[index], size) for index in rows])
        )
