"""Computes in this process, on one device, while threads read ahead."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar

from facemask_core.data.datasets import Dataset
from facemask_core.data.reading import Progress
from facemask_core.engines.base import Crew, Engine, Notice
from facemask_core.runs.rows import Rows
from facemask_core.runs.task import Task


@dataclass(frozen=True)
class _LocalCrew:
    task: Task

    @property
    def device(self) -> str:
        return str(self.task.description()["device"])

    def rows(self, dataset: Dataset, progress: Progress, *, start: int = 0) -> Iterator[Rows]:
        return self.task.rows(dataset, progress, start=start)


@dataclass(frozen=True, kw_only=True)
class Local(Engine):
    """The default: nothing is started, and nothing has to be installed."""

    name: ClassVar[str] = "local"

    @contextmanager
    def start(self, task: Task, notice: Notice) -> Iterator[Crew]:
        yield _LocalCrew(task)
