"""A worker: computes blocks in a process of its own, perhaps on another machine."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

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
        device: The device and the arithmetic it computes with.
        code_sha256: Hash of the lab's code that it runs.
        libraries: Versions of the libraries, by name.
        machine: Ray's name of its machine, on which rows do not depend.
    """

    device: str
    code_sha256: str
    libraries: Mapping[str, str]
    machine: str = ""


def make_introduction(task: Task) -> Introduction:
    """States what this process's rows for a task depend on besides the task."""
    device = str(task.description()["device"])
    return Introduction(device, versions.source_sha256(), versions.package_versions())


def check_introduction(introduction: Introduction, expected: Introduction) -> None:
    """Refuses a worker whose rows may differ in the last digits, or in more.

    Args:
        introduction: The worker's.
        expected: The first worker's.

    Raises:
        EngineError: They differ.
    """
    if introduction.libraries != expected.libraries:
        name = next(
            key
            for key in expected.libraries
            if introduction.libraries.get(key) != expected.libraries[key]
        )
        raise EngineError(
            f"A worker has {name} {introduction.libraries.get(name)} where others have "
            f"{expected.libraries[name]}; install the same requirements on every machine."
        )
    if introduction.code_sha256 != expected.code_sha256:
        raise EngineError("A worker runs another version of the lab; use the same everywhere.")
    if introduction.device != expected.device:
        raise EngineError(
            f"One worker computes on {introduction.device}, another on {expected.device}, and "
            "their last digits may differ; use machines of one kind."
        )


class Worker:
    """Computes blocks, two at a time: one is read while the other is computed."""

    def __init__(self, task: Task) -> None:
        """Makes a worker for one task.

        Args:
            task: What to compute for every image.
        """
        self._task = task
        self._computing = threading.Lock()

    def introduce(self) -> Introduction:
        """States what this worker's rows depend on."""
        import ray

        machine = ray.get_runtime_context().get_node_id()
        return replace(make_introduction(self._task), machine=machine)

    def compute(self, block: Dataset) -> Rows:
        """Computes the rows of one batch.

        Args:
            block: Its files.

        Raises:
            DatasetError: One changed since its hash was taken.
            MissingFileError: This machine lacks one.
        """
        since = time.monotonic()
        blocks.check_present(block)
        (batch,) = datasets.stream(block, len(block), self._task.prepare)
        blocks.check_unchanged(block)
        with self._computing:  # no batch's time contains another's
            return self._task.compute(batch, since)
