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
from facemask_core.labels import LABELS, WITHOUT_MASK
from facemask_core.pictures import faces, images
from facemask_core.training.augmentation import Photograph, augment
from facemask_core.training.recipes import Recipe

_READERS = max(2, (os.cpu_count() or 2) // 2)
"""Threads that augment; the other half of a large machine's cores feeds and runs the model."""
_PREFETCH = 2 * _READERS
_STATISTICS_ROUND = 1_000_000
"""Replaces the epoch where statistics are computed; no run has that many epochs."""

_log = logging.getLogger(__name__)

LabelledBatch = tuple[NDArray[np.float32], NDArray[np.float32]]
"""Pixels (n, size, size, 3) in [0, 1] and one-hot labels (n, 2)."""

View = tuple[NDArray[np.uint8], int]
"""An image as training sees it, and its class, which a mask drawn onto it may change."""


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
        self._boxes: list[faces.Box] = []
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
        union._boxes = []  # noqa: SLF001 - its own class
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
        return self._prefetch(order, recipe.batch_size, steps, self._view(recipe, epoch, size))

    def statistics_batches(self, recipe: Recipe, size: int, steps: int) -> Iterator[LabelledBatch]:
        """Serves batches of the same kind, over which batch norm's statistics are computed."""
        rng = np.random.default_rng([recipe.seed, _STATISTICS_ROUND])
        rounds = -(-steps * recipe.batch_size // len(self))
        order = np.concatenate([rng.permutation(len(self)) for _ in range(rounds)])
        view = self._view(recipe, _STATISTICS_ROUND, size)
        return self._prefetch(order, recipe.batch_size, steps, view)

    def _view(self, recipe: Recipe, epoch: int, size: int) -> Callable[[int], View]:
        """Returns what makes the view of an image; each has a random stream of its own."""
        if not recipe.augment:
            return lambda row: (images.resize(self._images[row], size), int(self.labels[row]))
        boxes = self._face_boxes()

        def view(row: int) -> View:
            rng = np.random.default_rng([recipe.seed, epoch, row])
            donor = self._images[int(rng.integers(len(self)))]
            photograph = Photograph(self._images[row], int(self.labels[row]), boxes[row])
            return augment(photograph, donor, size, rng)

        return view

    def _face_boxes(self) -> list[faces.Box]:
        """Finds every bare face once; where none is found, the face is taken to fill the picture.

        Masked faces are not looked for: what covers them elsewhere may lie anywhere.
        """
        if not self._boxes:

            def find(index: int) -> faces.Box:
                height, width = self._images[index].shape[:2]
                is_bare = self.labels[index] == WITHOUT_MASK
                found = faces.find_faces(self._images[index]) if is_bare else []
                return found[0] if found else faces.Box(0, 0, width, height)

            with ThreadPoolExecutor(_READERS) as pool:
                self._boxes = list(pool.map(find, range(len(self))))
        return self._boxes

    def _prefetch(
        self,
        order: NDArray[np.int64],
        batch_size: int,
        steps: int,
        view: Callable[[int], View],
    ) -> Iterator[LabelledBatch]:
        one_hot = np.eye(len(LABELS), dtype=np.float32)

        def make(indices: NDArray[np.int64]) -> LabelledBatch:
            views = [view(int(index)) for index in indices]
            pixels = np.stack([pixels for pixels, _ in views])
            return images.to_float(pixels), one_hot[[label for _, label in views]]

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
