"""What every engine does: it makes ready for one task, and then answers datasets batch by batch."""

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
    """Whoever stands ready to answer one task."""

    @property
    def device(self) -> str:
        """Where it is computed, as :meth:`~facemask_core.runs.task.Task.described` names it."""

    def rows(self, dataset: Dataset, progress: Progress, *, start: int = 0) -> Iterator[Rows]:
        """As :meth:`~facemask_core.runs.task.Task.rows`, to the bit and in the same order."""


@dataclass(frozen=True, kw_only=True)
class Engine(ABC):
    """A place to compute, with its settings."""

    name: ClassVar[str]

    @abstractmethod
    def ready(self, task: Task, notice: Notice) -> AbstractContextManager[Crew]:
        """Makes ready for a task; whatever was started ends with the block.

        Args:
            task: What is to be answered.
            notice: Told what the user should know.

        Raises:
            EngineError: It cannot be started, or reached.
        """
