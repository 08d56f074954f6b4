"""Ends a worker's process at once when its job is cancelled or deleted.

Cancelling sends no signal to a process number, which may be another process's by then or mean
nothing in another container. The worker itself checks several times a second, in a second thread.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from facemask_core.errors import QueueError

_SECONDS = 0.2


@contextmanager
def watch_job(is_mine: Callable[[], bool], leave: Callable[[], None]) -> Iterator[None]:
    """Checks for as long as the block runs that a job is still this worker's.

    Args:
        is_mine: Whether it is.
        leave: Called in another thread once it is not.
    """
    over = threading.Event()

    def watch() -> None:
        while not over.wait(_SECONDS):
            try:
                if not is_mine() and not over.is_set():
                    leave()
            except QueueError:
                continue  # a queue that is busy, or gone, cancels no job

    watcher = threading.Thread(target=watch, name="guard", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def leave_at_once() -> None:
    """Ends the process as a kill would; only the batch under way is lost."""
    os._exit(0)
