"""The page runs under way on this server, so that a planned stop can let them end."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

_condition = threading.Condition()
_stopping = threading.Event()
_runs: set[object] = set()


@contextmanager
def page_run() -> Iterator[None]:
    """Counts the block as a page run under way."""
    run = object()
    with _condition:
        _runs.add(run)
    try:
        yield
    finally:
        with _condition:
            _runs.discard(run)
            _condition.notify_all()


def count_runs() -> int:
    """Counts the page runs under way."""
    with _condition:
        return len(_runs)


def begin_stop() -> None:
    """Marks the server as stopping: no page run begins from now on."""
    _stopping.set()


def is_stopping() -> bool:
    """Whether the server is about to stop."""
    return _stopping.is_set()


def wait_until_idle(seconds: float) -> bool:
    """Waits until no page run is under way.

    Args:
        seconds: How long at most.

    Returns:
        Whether all have ended.
    """
    end = time.monotonic() + seconds
    with _condition:
        return _condition.wait_for(lambda: not _runs, max(0.0, end - time.monotonic()))
