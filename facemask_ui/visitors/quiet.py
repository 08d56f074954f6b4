"""How long no visitor has asked a model, and who has to give way when one does."""

from __future__ import annotations

import time
from collections.abc import Callable

_listeners: list[Callable[[], None]] = []
_last = time.monotonic()


def note_visitor() -> None:
    """Notes that a visitor asks something now, before it is computed; what can wait gives way."""
    global _last  # noqa: PLW0603  (one server, one silence)
    _last = time.monotonic()
    for give_way in _listeners:
        give_way()


def measure_silence() -> float:
    """Returns the seconds since the last visitor asked something, or since the server's start."""
    return time.monotonic() - _last


def on_visitor(give_way: Callable[[], None]) -> Callable[[], None]:
    """Has a function called, in a visitor's thread, whenever one asks something; it must be quick.

    Args:
        give_way: The function.

    Returns:
        What ends that.
    """
    _listeners.append(give_way)
    return lambda: _listeners.remove(give_way)
