"""How much of the models' time each visitor may use: a bucket that fills again with time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable


class Allowances:
    """The visitors' buckets; only those that are not full take memory."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begins with every bucket full.

        Args:
            clock: Tells the time in seconds.
        """
        self._clock = clock
        self._lock = threading.Lock()
        self._missing: dict[Hashable, tuple[float, float]] = {}

    def spend(self, visitor: Hashable, seconds: float, *, refill: float) -> None:
        """Takes seconds out of a visitor's bucket, more than it holds if need be.

        Args:
            visitor: The visitor's key.
            seconds: How long the visitor used a model.
            refill: Seconds that each second gives back to every visitor.
        """
        with self._lock:
            now = self._clock()
            missing = {
                key: (rest, now)
                for key, (seconds_missing, since) in self._missing.items()
                if (rest := seconds_missing - refill * (now - since)) > 0
            }
            missing[visitor] = (missing.get(visitor, (0.0, now))[0] + seconds, now)
            self._missing = missing

    def seconds_to_wait(self, visitor: Hashable, *, burst: float, refill: float) -> float:
        """Returns the seconds until a visitor's bucket is no longer empty; 0 if it is not empty.

        Args:
            visitor: The visitor's key.
            burst: How many seconds a full bucket holds.
            refill: Seconds that each second gives back.
        """
        with self._lock:
            missing, since = self._missing.get(visitor, (0.0, 0.0))
            rest = missing - refill * (self._clock() - since)
        return max(0.0, (rest - burst) / refill)
