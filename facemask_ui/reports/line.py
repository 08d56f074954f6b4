"""One line of the table of reports: a job, a stored run, or both of one question."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from facemask_core import runs
from facemask_core.jobs import Data, Job, State
from facemask_core.runs import Stored
from facemask_core.runs.rows import Smallest

_ALIKE = ("data_sha256", "order_sha256", "preparation")
"""What the questions of two runs say alike if they are about the same pictures."""


@dataclass(frozen=True)
class Line:
    """A job, a stored run, or both of one question.

    Attributes:
        job: The job; None for one of somebody else's, or where the run was computed otherwise.
        stored: What the store has of it; None for nothing.
        data: Its photographs, where this visitor may know of them.
        mine: Whether this visitor asked for it, and so may change it.
    """

    job: Job | None
    stored: Stored | None
    data: Data | None = None
    mine: bool = False

    @property
    def key(self) -> str:
        """Tells it from other lines."""
        return self.job.id if self.job is not None else self.run

    @property
    def run(self) -> str:
        """The run's name; empty as long as there is none."""
        if self.stored is not None:
            return self.stored.question.sha256
        return (self.job and self.job.run) or ""

    @property
    def cropped(self) -> bool:
        """Whether each picture was cropped to its face first."""
        if self.stored is not None:
            return self.stored.question.cropped
        return self.job is not None and self.job.order.crop

    @property
    def searched(self) -> bool:
        """Whether it tells how little fools the model, rather than what one epsilon does."""
        if self.stored is not None:
            return self.stored.question.kind is Smallest
        return self.job is not None and self.job.order.largest is not None

    @property
    def complete(self) -> bool:
        """Whether there is a report to show; a run without one picture in it failed."""
        if self.stored is None or self.stored.state is not runs.State.COMPLETE:
            return False
        return self.job is None or not (self.job.state.active or self.job.state is State.FAILED)

    def asked_the_same(self, among: Iterable[Line]) -> list[Line]:
        """Picks the complete lines of other models on the same files under the same attack.

        Args:
            among: The lines to choose from.
        """
        model = self.values["model_sha256"]
        return [
            other
            for other in self._agreeing(among, (*_ALIKE, "threat_model"))
            if other.values["model_sha256"] != model and not other.searched
        ]

    def on_the_same(self, among: Iterable[Line]) -> list[Line]:
        """Picks the complete lines on the same files, this one among them.

        Args:
            among: The lines to choose from.
        """
        return self._agreeing(among, _ALIKE)

    def _agreeing(self, among: Iterable[Line], keys: Sequence[str]) -> list[Line]:
        return [
            other
            for other in among
            if other.complete and all(other.values[key] == self.values[key] for key in keys)
        ]

    @property
    def values(self) -> dict[str, Any]:
        """What the stored run asks; only for a line that has one."""
        assert self.stored is not None  # noqa: S101  (for the type checker)
        return self.stored.question.values
