"""What every engine does: it starts for one task, and then computes datasets batch by batch."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import ClassVar, Protocol

from facemask_core.data.datasets import Dataset
from facemask_core.data.reading import Progress
from facemask_core.runs.rows import Rows
from facemask_core.runs.task import Task

Notice = Callable[[str], None]
"""Called with a sentence that the user should read, such as that a worker was lost."""


class Crew(Protocol):
    """An engine that has started and computes the rows of one task."""

    @property
    def device(self) -> str:
        """Where it computes, as :meth:`~facemask_core.runs.task.Task.description` names it."""

    def rows(self, dataset: Dataset, progress: Progress, *, start: int = 0) -> Iterator[Rows]:
        """As :meth:`~facemask_core.runs.task.Task.rows`, to the bit and in the same order."""


@dataclass(frozen=True, kw_only=True)
class Engine(ABC):
    """A place to compute, with its settings."""

    name: ClassVar[str]

    @abstractmethod
    def start(self, task: Task, notice: Notice) -> AbstractContextManager[Crew]:
        """Starts for one task; everything that was started ends with the block.

        Args:
            task: The task.
            notice: Called with what the user should know.

        Raises:
            EngineError: It cannot be started, or reached.
        """
