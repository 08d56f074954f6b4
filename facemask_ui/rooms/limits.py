"""How much a room takes, and from whom."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from facemask_core.errors import ModeError
from facemask_ui.base import mode

LIFETIME = 24 * 3600.0
"""Seconds that a room lives at most; a laptop that sleeps meanwhile does not stop them."""
LARGEST_MESSAGE = 2048
"""Bytes of a message; the longest that a page sends has a few hundred."""
STREAMS_EACH = 4
"""Streams of one pupil's, for a reload and further tabs; the first gives way to a fifth."""
WATCHERS = 8
"""Streams of one room's teacher."""
_MOST_KEYS = 20_000
_SLEEPLESS = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))
"""Linux's clock that goes on while the computer sleeps, and macOS's; Windows has no other."""


def read_clock() -> float:
    """Reads a clock in seconds that nobody sets, and that goes on while the computer sleeps."""
    return time.monotonic() if _SLEEPLESS is None else time.clock_gettime(_SLEEPLESS)


@dataclass(frozen=True)
class Rate:
    """How often something may happen.

    Attributes:
        burst: How often at once.
        refill: How many of those come back each second.
    """

    burst: float
    refill: float


WRONG_CODES = Rate(100, 0.5)
"""For one address. A class behind one address mistypes less; in an hour it tries 1,900 codes."""
JOINING = Rate(80, 2)
"""For one room."""
ANSWERS = Rate(20, 4)
"""For one pupil; a slider sends its number when it rests."""
MOVES = Rate(40, 10)
"""For one room's teacher."""


class Rates:
    """Counts what happens for each key, such as an address. One thread at a time."""

    def __init__(self, rate: Rate, clock: Callable[[], float] = read_clock) -> None:
        """Begins with nothing counted.

        Args:
            rate: How often something may happen for one key.
            clock: Tells the time in seconds.
        """
        self._rate = rate
        self._clock = clock
        self._left: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def has_left(self, key: Hashable) -> bool:
        """Tells whether something may happen once more now."""
        return self._read(key) >= 1.0

    def take(self, key: Hashable) -> bool:
        """Counts something that happens, and tells whether it may."""
        left = self._read(key)
        self._left[key] = (max(0.0, left - 1.0), self._clock())
        self._left.move_to_end(key)
        while len(self._left) > _MOST_KEYS:
            self._left.popitem(last=False)
        return left >= 1.0

    def _read(self, key: Hashable) -> float:
        left, since = self._left.get(key, (self._rate.burst, self._clock()))
        return min(self._rate.burst, left + self._rate.refill * (self._clock() - since))


def read_limits() -> mode.Mode:
    """Reads how many rooms and pupils this server takes."""
    try:
        return mode.read_mode()
    except ModeError:
        return mode.Mode(rooms=0)  # every page says so
