"""Computes a model's answers to a dataset's pictures under corruptions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facemask_core import cores, corruptions
from facemask_core.corruptions import SEVERITIES, Corruption
from facemask_core.corruptions.base import check_seed
from facemask_core.data import datasets
from facemask_core.errors import CorruptionError
from facemask_core.labels import LABELS
from facemask_core.models.classifier import Classifier
from facemask_core.pictures import images
from facemask_core.runs.rows import CorruptionRows
from facemask_core.runs.task import Task

_BATCH_SIZE = 16
"""Files a batch. Each is computed as often as there are cells, and a kill costs a batch."""


@dataclass(frozen=True, eq=False, kw_only=True)
class CorruptionTask(Task):
    """Classifies every image as it is and under every corruption at every severity.

    Attributes:
        kinds: The k corruptions.
        severities: The s severities.
    """

    kinds: tuple[Corruption, ...]
    severities: tuple[int, ...]

    @classmethod
    def of(
        cls,
        classifier: Classifier,
        *,
        kinds: Sequence[Corruption] | None = None,
        severities: Sequence[int] = SEVERITIES,
        seed: int = 0,
        prepare: datasets.Prepare = images.resize,
    ) -> CorruptionTask:
        """Makes a task.

        Args:
            classifier: The model.
            kinds: The corruptions; None for all there are.
            severities: Rising whole numbers from 1 to 5.
            seed: Seed of all randomness.
            prepare: Maps a decoded image to the model's 224 px square, which is then corrupted.

        Raises:
            CorruptionError: There is no corruption, or one twice, or a severity or the seed is
                outside the contract.
        """
        every = tuple(corruptions.make(name) for name in corruptions.names())
        chosen = every if kinds is None else tuple(kinds)
        if not chosen or len(set(chosen)) < len(chosen):
            raise CorruptionError("Name each corruption once, and at least one.")
        return cls(
            classifier=classifier,
            kinds=chosen,
            severities=_check_severities(severities),
            seed=check_seed(seed),
            prepare=prepare,
        )

    @property
    def batch_size(self) -> int:
        return _BATCH_SIZE

    def description(self) -> dict[str, Any]:
        """The description of any task, and the corruptions with their severities."""
        return super().description() | {
            "corruptions": [kind.statement() for kind in self.kinds],
            "severities": list(self.severities),
            "corruption_seed": self.seed,
        }

    def _change(
        self, pixels: NDArray[np.float32], labels: NDArray[np.int64], clean: NDArray[np.float32]
    ) -> CorruptionRows:
        pictures = images.to_uint8(pixels)
        logits = classify_corrupted(
            self.classifier, pictures, self.kinds, self.severities, self.seed
        )
        return CorruptionRows(logits.reshape(len(pictures), -1, len(LABELS)))


def classify_corrupted(
    classifier: Classifier,
    pictures: NDArray[np.uint8],
    kinds: Sequence[Corruption],
    severities: Sequence[int],
    seed: int,
) -> NDArray[np.float32]:
    """Computes a model's answers to pictures under corruptions.

    Args:
        classifier: The model.
        pictures: uint8 (n, 224, 224, 3).
        kinds: The k corruptions.
        severities: The s severities.
        seed: Seed of all randomness.

    Returns:
        float32 (n, k, s, 2), the logits.
    """
    tasks = [(picture, severity) for picture in pictures for severity in severities]

    def classify(kind: Corruption) -> NDArray[np.float32]:
        changed = cores.map_rows(lambda task: kind.apply(*task, seed), tasks)
        logits = classifier.predict(images.to_float(np.stack(changed)))
        return logits.reshape(len(pictures), len(severities), len(LABELS))

    return np.stack([classify(kind) for kind in kinds], axis=1)


def _check_severities(severities: Sequence[int]) -> tuple[int, ...]:
    chosen = tuple(severities)
    if not chosen or not set(chosen) <= set(SEVERITIES) or list(chosen) != sorted(set(chosen)):
        raise CorruptionError("Severities are rising whole numbers from 1 to 5, such as 1, 3, 5.")
    return chosen
