"""How much work takes how long: found by doing it, a little more each time."""

from __future__ import annotations

from collections.abc import Hashable


class Pace:
    """How many rows or steps of each kind of work can be done within some seconds."""

    def __init__(self, seconds: float) -> None:
        """Begins without knowing any work.

        Args:
            seconds: The time within which a part of the work shall be done.
        """
        self._seconds = seconds
        self._most: dict[Hashable, int] = {}

    def find_most(self, kind: Hashable) -> int:
        """Finds how many are to be done at once: one of a kind that was never done.

        Args:
            kind: The kind of work.
        """
        return self._most.get(kind, 1)

    def learn(self, kind: Hashable, count: int, seconds: float) -> None:
        """Learns how long some took; at most twice as many are done the next time.

        Args:
            kind: The kind of work.
            count: How many were done.
            seconds: How long they took.
        """
        fitting = int(count * self._seconds / max(seconds, 1e-6))
        if count < self.find_most(kind) <= fitting:
            return  # these were all there was to do
        self._most[kind] = min(max(fitting, 1), 2 * count)
