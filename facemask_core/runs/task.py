"""A task: computes the rows of a dataset's images batch by batch."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facemask_core import backend
from facemask_core.attacks import Attack
from facemask_core.attacks.base import check_seed
from facemask_core.data.datasets import Batch, Dataset, Prepare
from facemask_core.data.reading import Progress, read_batches
from facemask_core.labels import LABELS
from facemask_core.models.classifier import BUCKETS, Classifier
from facemask_core.pictures import images
from facemask_core.runs.rows import AttackRows, CorruptionRows, Rows, SmallestLevels
from facemask_core.runs.timing import Timing

BATCH_SIZE = BUCKETS[-1]
NEVER_UNSURE = 0.0
"""The threshold of a model whose card has none; a run without any was stored before there were."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Task:
    """A model and, optionally, an attack on it with everything that determines its outcome.

    Attributes:
        classifier: The model.
        attack: The attack, or None for the model alone.
        epsilon: The attack's radius.
        seed: The attack's seed.
        prepare: Maps a decoded image to the model's 224 px square.
    """

    classifier: Classifier
    attack: Attack | None = None
    epsilon: float = 0.0
    seed: int = 0
    prepare: Prepare = images.resize

    def __post_init__(self) -> None:
        if self.attack is not None:  # before anything is computed
            self.attack.check_epsilon(self.epsilon, self.classifier.input_shape)
            check_seed(self.seed)

    @property
    def batch_size(self) -> int:
        """Files a batch; batches begin at its multiples, so that they are the same in every run."""
        return BATCH_SIZE if self.attack is None else self.attack.batch_size

    def description(self) -> dict[str, Any]:
        """What has to be stated beside this task's figures, fit for JSON."""
        classifier, attack = self.classifier, self.attack
        return {
            "model": classifier.name,
            "model_sha256": classifier.card.weights_sha256,
            "threat_model": None
            if attack is None
            else attack.threat_model(self.epsilon, self.seed),
            "precision": classifier.precision,
            "arithmetic": classifier.arithmetic,
            "unsure_below": classifier.card.unsure_below or NEVER_UNSURE,
            "device": str(backend.device(classifier.arithmetic)),
            "batch_size": self.batch_size,
        }

    def rows(self, dataset: Dataset, progress: Progress, *, start: int = 0) -> Iterator[Rows]:
        """Computes a dataset's rows batch by batch, with one batch's pixels in memory at a time.

        Args:
            dataset: The images.
            progress: Called after every batch.
            start: How many files to pass over: a multiple of the batch size.
        """
        since = time.monotonic()
        for batch in read_batches(dataset, self.batch_size, self.prepare, progress, start=start):
            yield self.compute(batch, since)
            since = time.monotonic()

    def compute(self, batch: Batch, since: float) -> Rows:
        """Computes the rows of one batch.

        Args:
            batch: The images.
            since: The :func:`time.monotonic` at which reading them began.
        """
        if not batch.paths:
            nothing = np.zeros((0, len(LABELS)), np.float32)
            return Rows((), batch.labels, nothing, batch.skipped, (), _seconds_since(since))
        classifier = self.classifier
        pixels = images.to_float(batch.images)
        compilations = self._compilations
        begin = time.perf_counter()
        clean = classifier.predict(pixels)
        middle = time.perf_counter()
        part = self._change(pixels, batch.labels, clean)
        attack_seconds = None if part is None else time.perf_counter() - middle
        compiled = self._compilations > compilations
        return Rows(
            paths=batch.paths,
            labels=batch.labels,
            clean=clean,
            attack=part if isinstance(part, AttackRows) else None,
            smallest=part if isinstance(part, SmallestLevels) else None,
            corrupted=part if isinstance(part, CorruptionRows) else None,
            skipped=batch.skipped,
            timings=(Timing(len(batch.paths), middle - begin, attack_seconds, compiled),),
            seconds=_seconds_since(since),
        )

    @property
    def _compilations(self) -> int:
        """Programs compiled so far, of a transfer attack's source model as well."""
        models = (
            (self.classifier,)
            if self.attack is None
            else self.attack.queried_models(self.classifier)
        )
        return sum(model.compilations for model in models)

    def _change(
        self, pixels: NDArray[np.float32], labels: NDArray[np.int64], clean: NDArray[np.float32]
    ) -> AttackRows | SmallestLevels | CorruptionRows | None:
        """Changes images to which the model's answers are ``clean``; None where nothing does."""
        if self.attack is None:
            return None
        batch = self.attack(self.classifier, pixels, labels, epsilon=self.epsilon, seed=self.seed)
        # A single attack's batch has no ``felled_by``.
        columns: dict[str, Any] = {
            field.name: getattr(batch, field.name, None) for field in fields(AttackRows)
        }
        return AttackRows(**columns)


def _seconds_since(since: float) -> float:
    return time.monotonic() - since
