"""How much of the models' time a visitor may use: a bucket each, which time fills again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable


class Allowances:
    """The visitors' buckets; only those that are not full are kept."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begins with all of them full.

        Args:
            clock: Tells the time in seconds.
        """
        self._clock = clock
        self._lock = threading.Lock()
        self._missing: dict[Hashable, tuple[float, float]] = {}

    def spend(self, visitor: Hashable, seconds: float, *, refill: float) -> None:
        """Takes what was used out of a visitor's bucket, more than is in it if need be.

        Args:
            visitor: Whose bucket.
            seconds: How much.
            refill: Seconds that each second gives back, to everyone.
        """
        with self._lock:
            now = self._clock()
            missing = {
                key: (left, now)
                for key, (gone, since) in self._missing.items()
                if (left := gone - refill * (now - since)) > 0
            }
            missing[visitor] = (missing.get(visitor, (0.0, now))[0] + seconds, now)
            self._missing = missing

    def wait(self, visitor: Hashable, *, burst: float, refill: float) -> float:
        """Seconds until a visitor's bucket is no longer empty; 0 if it is not.

        Args:
            visitor: Whose bucket.
            burst: How much a full one holds.
            refill: Seconds that each second gives back.
        """
        with self._lock:
            gone, since = self._missing.get(visitor, (0.0, 0.0))
            left = gone - refill * (self._clock() - since)
        return max(0.0, (left - burst) / refill)
