"""A moment's patience with a group that has had less than the others and was served just now.

A visitor's page asks for one batch after another. If a long batch of somebody else began in each
gap between two, a page of ten batches would wait ten times. So the processor waits a moment for the
next one (anticipatory scheduling, Iyer and Druschel 2001, doi 10.1145/502034.502046), and the group
pays for that moment as for any other.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable

SECONDS = 0.1
"""A page needs some hundredths of a second from one answer to its next request."""


class Anticipation:
    """The group whose next request is awaited, and since when."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        """Begins with none.

        Args:
            clock: Tells the time in seconds.
        """
        self._clock = clock
        self._group: Hashable = None
        self._since: float | None = None

    def begin(self, group: Hashable) -> None:
        """Begins to wait for a group that was served just now.

        Args:
            group: The group.
        """
        self._group, self._since = group, self._clock()

    def holds_back(self, group: Hashable, find_due: Callable[[Hashable], float]) -> bool:
        """Tells whether a request waits a moment longer for the group that may come.

        Args:
            group: The request's group.
            find_due: Finds when a group is due.
        """
        if self._since is None or group == self._group:
            return False
        patient = self._clock() - self._since < SECONDS
        return patient and find_due(self._group) + SECONDS < find_due(group)

    def end(self) -> tuple[Hashable, float]:
        """Ends the wait; returns for which group the processor stood still, and for how long."""
        since, self._since = self._since, None
        return self._group, 0.0 if since is None else min(self._clock() - since, SECONDS)
