"""What is asked of every image of a dataset, and the answers batch by batch."""

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
from facemask_core.runs.rows import Attacked, Rows, Smallest
from facemask_core.runs.timing import Timing

BATCH_SIZE = BUCKETS[-1]


@dataclass(frozen=True, eq=False, kw_only=True)
class Task:
    """A model, and perhaps an attack on it with all that determines its outcome.

    Attributes:
        classifier: The model.
        attack: The attack, or None to ask the model alone.
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
        """Files a batch; cut at multiples of it, every batch is the same in every run."""
        return BATCH_SIZE if self.attack is None else self.attack.batch_size

    def described(self) -> dict[str, Any]:
        """What a figure computed by this task has to be read with, fit for JSON."""
        classifier, attack = self.classifier, self.attack
        return {
            "model": classifier.name,
            "model_sha256": classifier.card.weights_sha256,
            "threat_model": None
            if attack is None
            else attack.threat_model(self.epsilon, self.seed),
            "precision": classifier.precision,
            "arithmetic": classifier.arithmetic,
            "device": str(backend.device(classifier.arithmetic)),
            "batch_size": self.batch_size,
        }

    def rows(self, dataset: Dataset, progress: Progress, *, start: int = 0) -> Iterator[Rows]:
        """Answers a dataset batch by batch; no two batches' pixels are kept.

        Args:
            dataset: What to answer.
            progress: Told after every batch has been dealt with.
            start: How many files were dealt with before: a multiple of the batch size.
        """
        since = time.monotonic()
        for batch in read_batches(dataset, self.batch_size, self.prepare, progress, start=start):
            yield self.answered(batch, since)
            since = time.monotonic()

    def answered(self, batch: Batch, since: float) -> Rows:
        """Answers one batch.

        Args:
            batch: The images.
            since: When their reading began, of :func:`time.monotonic`.
        """
        if not batch.paths:
            nothing = np.zeros((0, len(LABELS)), np.float32)
            return Rows((), batch.labels, nothing, batch.skipped, (), _passed(since))
        classifier = self.classifier
        pixels = images.to_float(batch.images)
        compiled = self._compilations
        started = time.perf_counter()
        clean = classifier.predict(pixels)
        predicted = time.perf_counter()
        found = None if self.attack is None else self._found(pixels, batch.labels, clean)
        attacked = None if found is None else time.perf_counter() - predicted
        waited = self._compilations > compiled
        return Rows(
            paths=batch.paths,
            labels=batch.labels,
            clean=clean,
            attacked=found if isinstance(found, Attacked) else None,
            smallest=found if isinstance(found, Smallest) else None,
            skipped=batch.skipped,
            timings=(Timing(len(batch.paths), predicted - started, attacked, waited),),
            seconds=_passed(since),
        )

    @property
    def _compilations(self) -> int:
        """Of all models that answer; a transfer attack's source may be as cold as the target."""
        models = (
            (self.classifier,)
            if self.attack is None
            else self.attack.queried_models(self.classifier)
        )
        return sum(model.compilations for model in models)

    def _found(
        self, pixels: NDArray[np.float32], labels: NDArray[np.int64], clean: NDArray[np.float32]
    ) -> Attacked | Smallest:
        """What the attack comes to on images that the model answers with ``clean``."""
        assert self.attack is not None  # noqa: S101  (for the type checker; the caller has looked)
        found = self.attack(self.classifier, pixels, labels, epsilon=self.epsilon, seed=self.seed)
        return Attacked(**{field.name: getattr(found, field.name) for field in fields(Attacked)})


def _passed(since: float) -> float:
    return time.monotonic() - since
