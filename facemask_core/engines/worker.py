"""What runs in a process of its own, perhaps on another machine: one model that answers blocks."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass

from facemask_core import versions
from facemask_core.data import datasets
from facemask_core.data.datasets import Dataset
from facemask_core.engines import blocks
from facemask_core.errors import EngineError
from facemask_core.runs.rows import Rows
from facemask_core.runs.task import Task


@dataclass(frozen=True)
class Introduction:
    """What a worker's rows depend on besides the task.

    Attributes:
        device: Where and how it computes.
        code_sha256: Hash of the lab's code as it runs there.
        libraries: Versions of the libraries, by name.
    """

    device: str
    code_sha256: str
    libraries: Mapping[str, str]


def introduced(task: Task) -> Introduction:
    """Says what the rows depend on that this process computes for a task."""
    device = str(task.described()["device"])
    return Introduction(device, versions.source_sha256(), versions.library_versions())


def refuse_others(found: Introduction, expected: Introduction) -> None:
    """Refuses a worker whose rows may differ in the last digits, or in more.

    Args:
        found: What it says of itself.
        expected: What the first worker is.

    Raises:
        EngineError: They differ.
    """
    if found.libraries != expected.libraries:
        name = next(
            key for key in expected.libraries if found.libraries.get(key) != expected.libraries[key]
        )
        raise EngineError(
            f"A worker has {name} {found.libraries.get(name)} where others have "
            f"{expected.libraries[name]}; install the same requirements on every machine."
        )
    if found.code_sha256 != expected.code_sha256:
        raise EngineError("A worker runs another version of the lab; use the same everywhere.")
    if found.device != expected.device:
        raise EngineError(
            f"One worker computes on {found.device}, another on {expected.device}, and their last "
            "digits may differ; use machines of one kind."
        )


class Worker:
    """Answers blocks, two at a time: one is read while the other is computed."""

    def __init__(self, task: Task) -> None:
        """Takes on a task.

        Args:
            task: What to ask of every image.
        """
        self._task = task
        self._computing = threading.Lock()

    def introduce(self) -> Introduction:
        """Says what this worker's rows depend on."""
        return introduced(self._task)

    def answer(self, block: Dataset) -> Rows:
        """Answers one batch.

        Args:
            block: Its files.

        Raises:
            DatasetError: One changed since its hash was taken.
        """
        since = time.monotonic()
        (batch,) = datasets.stream(block, len(block), self._task.prepare)
        blocks.check(block)
        with self._computing:  # no batch's time contains another's
            return self._task.answered(batch, since)
