"""What was asked anew goes before what has taken long already (multilevel feedback scheduling).

Where little work waits behind much, all wait long; where much waits behind little, hardly anybody
notices. How much work a wish brings is seen only as it is done (foreground and background,
Kleinrock 1976, Queueing Systems, volume 2, section 4.6).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable

_SHARES = (1 / 8, 1 / 4, 1 / 2, 1)
"""Of the head start, where a wish falls back a level: a quick one passes those under way, too."""
_MOST_WISHES = 4096
"""A wish is remembered until so many others have had something computed."""


class HeadStart:
    """Which wishes have taken little of the processor so far."""

    def __init__(self, seconds: float) -> None:
        """Begins without any.

        Args:
            seconds: What a wish may take before it waits with all others that took much; 0 for no
                difference.
        """
        self._seconds = seconds
        self._used: OrderedDict[Hashable, float] = OrderedDict()

    def find_level(self, key: Hashable) -> int:
        """Finds how many levels a wish has fallen back: lower ones go first.

        Args:
            key: Tells the wish from all others.
        """
        used = self._used.get(key, 0.0)
        return sum(used > share * self._seconds for share in _SHARES)

    def charge(self, key: Hashable, seconds: float) -> None:
        """Notes what a wish took.

        Args:
            key: Tells the wish from all others.
            seconds: Of the processor.
        """
        if not self._seconds:
            return
        self._used[key] = self._used.get(key, 0.0) + seconds
        self._used.move_to_end(key)
        if len(self._used) > _MOST_WISHES:
            self._used.popitem(last=False)

    def __len__(self) -> int:
        """Counts the wishes that are remembered."""
        return len(self._used)
