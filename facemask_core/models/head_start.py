"""What was asked anew goes before what has taken long already (multilevel feedback scheduling).

Where little work waits behind much, all wait long; where much waits behind little, hardly anybody
notices. How much work a client brings is seen only as it is done (foreground and background,
Kleinrock 1976, Queueing Systems, volume 2, section 4.6).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable

_SHARES = (1 / 8, 1 / 4, 1 / 2, 1)
"""Of the head start, where a client falls back a level: a quick one passes those under way, too."""
_MOST_CLIENTS = 4096
"""Clients are remembered until so many others have computed something."""


class HeadStart:
    """Which clients have used little of the processor so far."""

    def __init__(self, seconds: float) -> None:
        """Begins with nobody having used anything.

        Args:
            seconds: What a client may use before it waits with all others who used much; 0 for no
                difference.
        """
        self._seconds = seconds
        self._used: OrderedDict[Hashable, float] = OrderedDict()

    def find_level(self, key: Hashable) -> int:
        """Finds how many levels a client has fallen back: lower ones go first.

        Args:
            key: The client's key.
        """
        used = self._used.get(key, 0.0)
        return sum(used > share * self._seconds for share in _SHARES)

    def charge(self, key: Hashable, seconds: float) -> None:
        """Notes what a client used.

        Args:
            key: The client's key.
            seconds: Of the processor.
        """
        if not self._seconds:
            return
        self._used[key] = self._used.get(key, 0.0) + seconds
        self._used.move_to_end(key)
        if len(self._used) > _MOST_CLIENTS:
            self._used.popitem(last=False)

    def __len__(self) -> int:
        """Counts the clients that are remembered."""
        return len(self._used)
