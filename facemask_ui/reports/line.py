"""One line of the list of reports: a job, a stored run, or both of one question."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from facemask_core import runs
from facemask_core.jobs import Data, Job, State
from facemask_core.runs import StoredRun
from facemask_core.runs.rows import SmallestLevels

_SAME_IMAGES = ("data_sha256", "order_sha256", "preparation")
"""Two runs that agree in these parts of their questions are about the same images."""


@dataclass(frozen=True)
class Line:
    """A job, a stored run, or both of one question.

    Attributes:
        job: The job; None for a run that is not this visitor's, or that no job computed.
        stored: The run in the store; None if there is none.
        data: Its photographs; None if this visitor may not know of them.
        mine: Whether it is this visitor's own, who may then change it.
    """

    job: Job | None
    stored: StoredRun | None
    data: Data | None = None
    mine: bool = False

    @property
    def key(self) -> str:
        """The name by which the page tells it from other lines."""
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
            return self.stored.question.is_cropped
        return self.job is not None and self.job.order.crop

    @property
    def is_search(self) -> bool:
        """Whether it searches for the smallest epsilons, rather than evaluates one epsilon."""
        if self.stored is not None:
            return self.stored.question.kind is SmallestLevels
        return self.job is not None and self.job.order.largest is not None

    @property
    def model(self) -> str:
        """The model's name."""
        if self.stored is not None:
            return str(self.stored.question.values["model"])
        return "" if self.job is None else self.job.order.model

    @property
    def attack(self) -> str | None:
        """The name of the attack, also of one made on another model; None for a clean run."""
        if self.stored is None:
            return None if self.job is None else self.job.order.attack
        stated = self.values["threat_model"]
        return None if stated is None else str(stated.get("made_with", stated["attack"]))

    @property
    def epsilon(self) -> float:
        """The attack's epsilon; 0 for a clean run."""
        if self.stored is None:
            return 0.0 if self.job is None else self.job.order.epsilon
        stated = self.values["threat_model"]
        return 0.0 if stated is None else float(stated["epsilon"])

    @property
    def complete(self) -> bool:
        """Whether there is a report to show; a run in which no file was a picture has none."""
        if self.stored is None or self.stored.state is not runs.State.COMPLETE:
            return False
        return self.job is None or not (self.job.state.active or self.job.state is State.FAILED)

    def find_rivals(self, lines: Iterable[Line]) -> list[Line]:
        """Finds the complete lines of other models on the same files under the same attack.

        Args:
            lines: The lines to choose from.
        """
        model = self.values["model_sha256"]
        return [
            other
            for other in self._find_equal(lines, (*_SAME_IMAGES, "threat_model"))
            if other.values["model_sha256"] != model and not other.is_search
        ]

    def find_same_images(self, lines: Iterable[Line]) -> list[Line]:
        """Finds the complete lines on the same files, this one among them.

        Args:
            lines: The lines to choose from.
        """
        return self._find_equal(lines, _SAME_IMAGES)

    def _find_equal(self, lines: Iterable[Line], keys: Sequence[str]) -> list[Line]:
        """Finds the complete lines whose questions say the same under the given keys."""
        return [
            other
            for other in lines
            if other.complete and all(other.values[key] == self.values[key] for key in keys)
        ]

    @property
    def values(self) -> dict[str, Any]:
        """The question of the stored run; only for a line that has one."""
        assert self.stored is not None  # noqa: S101  (for the type checker)
        return self.stored.question.values
