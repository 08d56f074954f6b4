"""How much computing time reports may take on a server that is open to strangers."""

from __future__ import annotations

from dataclasses import dataclass

from facemask_core.errors import QueueFullError
from facemask_core.text import write_span

SHORT_SECONDS = 60.0
"""Reports of at most so much computing have places that a flood of long ones leaves free."""
_SHORT_PLACES = 4
"""One in so many places is for short reports alone."""
_SLACK, _START_SECONDS = 3.0, 60.0
"""How many times its estimate a report may take, and how long loading and compiling at a bad time:
one estimated at 16.5 seconds took 31.6 on a busy machine."""


@dataclass(frozen=True, kw_only=True)
class Budget:
    """The most seconds of computing, as estimated beforehand.

    Attributes:
        job: For one report.
        batch: For one batch of a report, which nobody else's report can interrupt.
        owner: For all reports of one visitor that wait and run.
    """

    job: float
    batch: float
    owner: float

    def limit_job(self, estimate: float) -> float:
        """Limits the computing time of a job, for an estimate may be wrong.

        Args:
            estimate: The seconds it was estimated at.

        Returns:
            The seconds after which it is stopped.
        """
        return _SLACK * min(estimate, self.job) + _START_SECONDS

    def check_room(self, owner_seconds: float, longest: float, waiting: int, limit: int) -> None:
        """Checks that there is room for new jobs.

        Args:
            owner_seconds: What all jobs of their owner still take, the new ones included.
            longest: What the longest of the new ones takes.
            waiting: How many jobs wait and run, the new ones included.
            limit: How many may.

        Raises:
            QueueFullError: There is none.
        """
        if owner_seconds > self.owner:
            raise QueueFullError(
                f"Your reports here would take about {write_span(owner_seconds)} of computing "
                f"together, and a visitor's may take {write_span(self.owner)}; try again when some "
                "have ended, or ask for fewer."
            )
        if longest > SHORT_SECONDS and waiting > limit - limit // _SHORT_PLACES:
            raise QueueFullError(
                f"The queue has room only for reports of at most {write_span(SHORT_SECONDS)} of "
                "computing now; choose fewer images or fewer steps, or try again when some have "
                "ended."
            )
