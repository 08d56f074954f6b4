"""What the server counts for its operator since it started."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace


@dataclass
class Tally:
    """Counts since the server started.

    Attributes:
        waits: Batches whose visitor has had their turn before a model.
        wait_seconds: How long these waited, altogether.
        refused_pictures: Pictures and zips that could not be used, each time a page said so.
        failed_pages: Page runs that ended with a fault of the lab's own.
    """

    waits: int = 0
    wait_seconds: float = 0.0
    refused_pictures: int = 0
    failed_pages: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def count_wait(self, seconds: float) -> None:
        """Counts a batch that waited so many seconds."""
        with self._lock:
            self.waits += 1
            self.wait_seconds += seconds

    def count_refusal(self) -> None:
        """Counts a picture that could not be used."""
        with self._lock:
            self.refused_pictures += 1

    def count_failure(self) -> None:
        """Counts a page run that failed."""
        with self._lock:
            self.failed_pages += 1

    def read(self) -> Tally:
        """Copies the counts of one moment."""
        with self._lock:
            return replace(self, _lock=threading.Lock())


TALLY = Tally()
