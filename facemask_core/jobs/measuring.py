"""Measures, while a report is computed, how long its model takes for an image."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from facemask_core.data.datasets import Dataset
from facemask_core.data.reading import Progress
from facemask_core.engines import Local
from facemask_core.engines.base import Crew, Notice
from facemask_core.runs.rows import Rows
from facemask_core.runs.task import Task

_ENOUGH_IMAGES = 8
"""A batch of fewer takes longer for each."""


@dataclass(frozen=True)
class _MeasuringCrew:
    crew: Crew
    record: Callable[[float], None]

    @property
    def device(self) -> str:
        return self.crew.device

    def rows(self, dataset: Dataset, progress: Progress, *, start: int = 0) -> Iterator[Rows]:
        for rows in self.crew.rows(dataset, progress, start=start):
            for timing in rows.timings:
                if timing.images >= _ENOUGH_IMAGES and not timing.compiled:
                    self.record(timing.forward / timing.images)
            yield rows


@dataclass(frozen=True, kw_only=True)
class Measuring(Local):
    """Computes in this process, and reports the seconds a pass of the model took for an image.

    Attributes:
        record: Called with them after every batch that did not wait for compilation.
    """

    record: Callable[[float], None]

    @contextmanager
    def start(self, task: Task, notice: Notice) -> Iterator[Crew]:
        with super().start(task, notice) as crew:
            yield _MeasuringCrew(crew, self.record)
