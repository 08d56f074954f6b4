"""A run's question: everything that its rows depend on, as canonical JSON."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from facemask_core.data.datasets import Dataset, Prepare
from facemask_core.errors import RunStoreError
from facemask_core.runs.rows import AttackRows, CorruptionRows, RowKind, SmallestLevels

if TYPE_CHECKING:
    from facemask_core.runs.task import Task

_PACKAGE = __name__.partition(".")[0]

_CROPPED = {f"{_PACKAGE}.pictures.faces.cropped", f"{_PACKAGE}.faces.cropped"}
"""The names of that preparation, now and in older runs; importing it would load the face finder."""


@dataclass(frozen=True)
class Question:
    """A question in canonical spelling: equal questions have equal text.

    Attributes:
        text: Canonical JSON of an object.
    """

    text: str

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Question:
        """Writes a question as canonical JSON.

        Args:
            values: Plain values, fit for JSON.
        """
        return cls(json.dumps(values, sort_keys=True, separators=(",", ":"), allow_nan=False))

    @property
    def sha256(self) -> str:
        """The question's identity in the store."""
        return hashlib.sha256(self.text.encode("utf-8", "surrogateescape")).hexdigest()

    @property
    def values(self) -> dict[str, Any]:
        """The model, the data, the threat model and so on, by name."""
        return dict(json.loads(self.text))

    @property
    def kind(self) -> RowKind | None:
        """What its rows hold besides the model's answers to the images as they are, if anything."""
        if "largest_level" in self.values:
            return SmallestLevels
        if "corruptions" in self.values:
            return CorruptionRows
        return None if self.values["threat_model"] is None else AttackRows

    @property
    def is_cropped(self) -> bool:
        """Whether each picture was cropped to its face first."""
        return bool(self.values["preparation"] in _CROPPED)

    @property
    def files(self) -> int:
        """How many files the dataset has."""
        return int(self.values["files"])

    @property
    def batch_size(self) -> int:
        """How many files a batch has; a run goes on at multiples of it."""
        return int(self.values["batch_size"])


def make_question(
    task: Task, dataset: Dataset, data_sha256: str, device: str | None = None
) -> Question:
    """Writes down the question that a task puts to a dataset.

    The order of the files is part of it, though not of the dataset's hash: it decides which images
    share a batch, and so the last bit of their logits. The device and the code are part of it for
    the same reason.

    Args:
        task: The model, the attack and the preparation.
        dataset: The files, in the order they are computed.
        data_sha256: Their hash.
        device: The device that computes; None for this process's.

    Raises:
        RunStoreError: The preparation is not one of the lab's own functions.
    """
    from facemask_core import versions  # starts the numerical backend

    paths = "\n".join(sample.path for sample in dataset.samples)
    return Question.of(
        task.description()
        | ({} if device is None else {"device": device})
        | {
            "data_sha256": data_sha256,
            "files": len(dataset),
            "order_sha256": hashlib.sha256(paths.encode("utf-8", "surrogateescape")).hexdigest(),
            "preparation": _preparation_name(task.prepare),
            "code_sha256": versions.source_sha256(),
            "libraries": versions.package_versions(),
        }
    )


def _preparation_name(prepare: Prepare) -> str:
    """Names a preparation; its code must be the lab's own, whose hash is in the question."""
    module, name = getattr(prepare, "__module__", ""), getattr(prepare, "__qualname__", "")
    if not module.startswith(f"{_PACKAGE}.") or not name.isidentifier():
        raise RunStoreError(
            "A stored run can only be told from others if its pictures are prepared by a function "
            "of the lab, such as images.resize; evaluate without a store."
        )
    return f"{module}.{name}"
