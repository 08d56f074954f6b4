"""Equal shares of the processor's time: who has had more than theirs, and until when they wait."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping


class TimeShares:
    """The accounts of those who share a processor; who had no more than their share needs none.

    Time is virtual here: it passes by the seconds that were everybody's share so far. A client that
    used more is due again when the others have had as much (start-time fair queueing). Time that
    passes without a client is not lost to it: a little of it is credited when it comes back, as to
    processes that wake up (borrowed virtual time, Duda and Cheriton 1999, doi
    10.1145/319151.319169).
    """

    def __init__(self, credit: float = 0.0) -> None:
        """Begins with nobody owing anything.

        Args:
            credit: The most seconds of the time without a client that it may use later.
        """
        self._now = 0.0
        self._credit = credit
        self._due: dict[Hashable, float] = {}
        self._present: set[Hashable] = set()

    def find_due(self, key: Hashable) -> float:
        """Finds the virtual time at which somebody is due: now, or later after a large use.

        Args:
            key: Whose time it is.
        """
        earliest = self._now - self._credit
        due = self._due.get(key, earliest)
        return due if key in self._present else max(due, earliest)

    def enter(self, key: Hashable) -> None:
        """Notes since when somebody waits, whom the others' use makes no later.

        Args:
            key: Who waits.
        """
        self._due[key] = self.find_due(key)
        self._present.add(key)

    def charge(self, seconds: Mapping[Hashable, float], present: Collection[Hashable]) -> None:
        """Charges a use of the processor, of which everybody present had a share.

        Args:
            seconds: What each used.
            present: All who use the processor or wait for it, each once.
        """
        for key, used in seconds.items():
            self._due[key] = self.find_due(key) + used
        self._now += sum(seconds.values()) / len(present)
        if len(present) == 1:  # a lone account gets all it wants, and saves nothing up
            self._due |= {key: max(self.find_due(key), self._now) for key in present}
        self._present.intersection_update(present)
        earliest = self._now - self._credit
        self._due = {
            key: due for key, due in self._due.items() if due > earliest or key in self._present
        }

    def __contains__(self, key: Hashable) -> bool:
        """Tells whether somebody waits, or had more than their share."""
        return key in self._due

    def __len__(self) -> int:
        """Counts those who wait, or had more than their share."""
        return len(self._due)
